"""The words of the house as data: each with its name and a sentence, in both languages (policies/help/glossary.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from policies.sentences import Sentence

SOURCE = Path(__file__).parent / "help" / "glossary.yaml"


@dataclass(frozen=True, slots=True)
class Term:
    """One word that pages explain."""

    code: str
    name: Sentence
    says: Sentence


@cache
def terms() -> dict[str, Term]:
    """All words by their code, in the order of the work."""
    rows = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    found = {
        row["code"]: Term(row["code"], Sentence(row["zh"], row["en"]), Sentence(row["says"]["zh"], row["says"]["en"]))
        for row in rows
    }
    if len(found) != len(rows):
        raise ValueError(f"{SOURCE.name}: a word stands there twice")
    return found
