"""The whole of a small catalogue file as one value, and how a complaint about a row is made."""

from __future__ import annotations

from dataclasses import dataclass

from policies.catalogue_rows import CatalogueRow, Complaint, Severity, shown_value
from policies.sentences import Sentence

MAX_COLUMNS = 1_000
MAX_ROW_TEXT = 2_000_000  # characters of one row, before its cells are told apart
MAX_COMPLAINTS = 100_000

# What would tell of the content of a classified record: no complaint repeats it.
_TELLING = frozenset(
    {"title", "series_title", "responsible_body", "document_number", "persons", "keywords", "scope", "notes"}
)


@dataclass(frozen=True, slots=True)
class Reading:
    """All of one file: each of its rows is in `rows`, or has at least one complaint that is an error.

    `digest` is the SHA-256 of the file in hex; `profile` names the column mapping, or the kind of EAD.
    """

    rows: tuple[CatalogueRow, ...]
    complaints: tuple[Complaint, ...]
    profile: str
    digest: str
    warnings: tuple[Sentence, ...] = ()


def complain(
    row: int,
    column: str | None,
    value: str,
    sentence: Sentence,
    *,
    severity: Severity = "error",
    field: str = "",
    classified: bool = False,
) -> Complaint:
    """A complaint with no more of the value than a screen can show, and nothing that tells of a classified record."""
    shown = "" if classified and field.partition(".")[0] in _TELLING else shown_value(value)
    return Complaint(row, column, shown, sentence, severity)


TOO_MANY_COMPLAINTS = Sentence(
    "有问题之处超过 {most} 个，疑为列映射有误。请核对表头与列映射后重新导入。",
    "More than {most} faults were found: the columns are probably mistaken. Check headings and mapping.",
)
