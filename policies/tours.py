"""What each role does here, in which order, and what comes of it (policies/help/tours, one file a role)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from policies.roles import ROLES, Role
from policies.sentences import Sentence

FOLDER = Path(__file__).parent / "help"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `page` is the name of the page where it is done, if it has one of its own."""

    says: Sentence
    page: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a desk."""

    key: str
    does: Sentence


@dataclass(frozen=True, slots=True)
class Tour:
    """The way of one role: what it is for, the steps, the keys, what happens after, and what the demonstration offers."""

    role: Role
    does: Sentence
    steps: tuple[Step, ...]
    keys: tuple[Key, ...]
    after: Sentence
    demo: Sentence


@cache
def tours() -> dict[str, Tour]:
    """The tour of every role, in the order of the roles. A role without one stops here."""
    desks = _read(FOLDER / "keys.yaml")
    return {code: _tour(role, _read(FOLDER / "tours" / f"{code}.yaml"), desks) for code, role in ROLES.items()}


def _read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _tour(role: Role, text: dict[str, Any], desks: dict[str, Any]) -> Tour:
    steps = tuple(Step(_sentence(step), step.get("page", "")) for step in text["steps"])
    keys = tuple(Key(key["key"], _sentence(key)) for key in desks.get(text.get("keys", ""), ()))
    return Tour(role, _sentence(text["does"]), steps, keys, _sentence(text["after"]), _sentence(text["demo"]))


def _sentence(text: dict[str, str]) -> Sentence:
    return Sentence(text["zh"], text["en"])
