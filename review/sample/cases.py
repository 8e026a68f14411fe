"""The kinds of case a catalogue can carry, one entry of the sample for each, so that tests and people can find them.

The cases are written by hand (words/cases/*.yaml) and are the same for every seed: their reference codes never move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policies.sentences import Sentence
from review.sample.fonds import SampleEntry
from review.sample.frame import FONDS_CODES, Frame, frame
from review.sample.numbering import Numbering, retention
from review.sample.words import load

STUB_TITLE = "（涉密条目，题名不入库）"
_FILES = ("agencies", "secrecy", "persons", "dates_and_terms")


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of case, the entry that shows it, and what a reviewer has to see in it."""

    name: Sentence
    reference_code: str
    why: Sentence


def case_entries(fonds: Frame, numbering: Numbering) -> list[tuple[Case, SampleEntry]]:
    """The cases of one fonds with their entries. They take the first codes that `numbering` gives."""
    told = (case for name in _FILES for case in load(f"cases/{name}") if case["at"][0] == fonds.code)
    return [_entry(fonds, numbering, case) for case in told]


def _entry(fonds: Frame, numbering: Numbering, told: dict[str, Any]) -> tuple[Case, SampleEntry]:
    _, series, year = told["at"]
    level = told.get("level", "件")
    keep = retention(year, "永久")
    code = numbering.file(series) if level == "案卷" else numbering.item(series, year, keep)
    stub = told.get("stub", False)
    body = "" if stub else told.get("body", fonds.own_name(year))
    entry = SampleEntry(
        level=level,
        reference_code=code,
        series_title=fonds.series_title(series, year),
        title=STUB_TITLE if stub else told["title"],
        responsible_body=body,
        date_text=str(told["date"]),
        extent="" if stub else "5",
        retention=keep,
        classification=told.get("mark", ""),
        access_status=told.get("status", "未审核"),
        access_condition=told.get("condition", ""),
        agency=told.get("agency") or fonds.agency(body.split("；")[0], year),
        document_number=told.get("number", ""),
        notes=told.get("notes", ""),
        ground=told.get("ground", ""),
    )
    return Case(Sentence(*told["name"]), code, Sentence(*told["why"])), entry


CASES: tuple[Case, ...] = tuple(
    case for code in FONDS_CODES for case, _ in case_entries(frame(code), frame(code).numbering())
)
