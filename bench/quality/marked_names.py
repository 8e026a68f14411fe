"""Real texts in which the names of persons are marked, and how what is found in them compares.

The texts lie in ../shared/data and stay there. Marks made for this project are kept without the titles: the first signs of a
title's sha256, and offsets (tests/policies/appointment_names.tsv and names_in_titles.tsv).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from policies.folding import fold

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
MARKS = ROOT / "tests" / "policies"
GOVERNMENTS = (
    "State_Council",
    "Henan_Provincial_Government",
    "Guangdong_Provincial_Government",
    "Sichuan_Provincial_Government",
)
LAWS = "laws"

Span = tuple[int, int]
Find = Callable[[Sequence[str]], list[list[Span]]]


def resume(part: str) -> Iterator[tuple[str, list[Span]]]:
    """The sentences of a part of ResumeNER ("dev", "train"), each with the spans of its names."""
    text, names = "", []
    for line in (DATA / "zh-ner" / f"resume_{part}.char.bmes").read_text(encoding="utf-8").splitlines():
        if not line.strip():
            if text:
                yield text, names
            text, names = "", []
            continue
        sign, label = line.split()
        if label in ("B-NAME", "S-NAME"):
            names.append((len(text), len(text) + 1))
        elif label in ("M-NAME", "E-NAME"):
            names[-1] = (names[-1][0], len(text) + 1)
        text += sign
    if text:
        yield text, names


def titles(government: str) -> list[str]:
    """The different titles of a government, or of the laws, in the order of the file."""
    path = DATA / "zh-law-titles" / "law_titles.csv"
    if government != "laws":
        path = DATA / "zh-policy-titles" / f"{government}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(dict.fromkeys(row["title"] for row in csv.DictReader(file)))


def marks(name: str) -> dict[str, list[Span]]:
    """The names marked by hand in each title, by the beginning of the title's sha256."""
    marked = {}
    for line in (MARKS / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, _, spans = line.partition("\t")
            marked[key] = [tuple(map(int, span.split("-"))) for span in spans.split()]
    return marked


def key(title: str) -> str:
    return hashlib.sha256(title.encode()).hexdigest()[:16]


def found_in(find: Find, texts: Sequence[str]) -> list[list[Span]]:
    """What is found in the texts as they stand; the finder sees them folded, as screening does."""
    folded = [fold(text) for text in texts]
    return [
        [each.original(*span) for span in spans]
        for each, spans in zip(folded, find([each.text for each in folded]), strict=True)
    ]


def compared(found: Sequence[list[Span]], marked: Sequence[list[Span]]) -> tuple[int, int, int]:
    """How many names are found exactly, how many spans were found, and how many names there are."""
    right = sum(len(set(ours) & set(theirs)) for ours, theirs in zip(found, marked, strict=True))
    return right, sum(map(len, found)), sum(map(len, marked))


def flagged_wrongly(found: Sequence[list[Span]], marked: Sequence[list[Span]]) -> int:
    """In how many texts something is found, and none of it overlaps a name."""
    return sum(
        bool(ours) and not any(start < right and left < end for start, end in ours for left, right in theirs)
        for ours, theirs in zip(found, marked, strict=True)
    )
