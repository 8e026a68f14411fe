"""One row of a table, read with care: its values, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from policies.catalogue_rows import CatalogueRow, Complaint, on_its_lines, on_one_line
from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import complain
from review.readers.dialects import Fault
from review.readers.profiles import JOINED, PASSED_OVER, UNITS, Layout, same_heading
from review.readers.row_checks import faults_of
from review.readers.table_dates import DATE_FIELDS, latest_day, read_dates, unknown_word
from review.readers.vocabularies import known_word

LINED = frozenset({"notes", "scope"})  # these keep their lines
DAYS = ("declassify_on", "transfer_opinion_on")


class RowReader:
    """The rows of one table, read by its layout. A dialect makes it follow the rows from the top."""

    def __init__(self, layout: Layout, today: date | None) -> None:
        self._layout = layout
        self._day = today
        self._today = today.isoformat() if today else None
        self._dialect = layout.profile.dialect() if layout.profile.dialect else None
        self._date_fields = [field for field in DATE_FIELDS if field in layout.fields]
        self._counts_pages_only = "pages" in layout.fields and "extent" not in layout.fields
        self.follows_rows = bool(self._dialect and self._dialect.follows_rows)

    @property
    def has_dialect(self) -> bool:
        """Whether every row has to be read one by one."""
        return self._dialect is not None

    def passes_over(self, cells: Sequence[str]) -> bool:
        """Whether this row is none of the catalogue's."""
        return not any(map(str.strip, cells)) or bool(self._dialect and self._dialect.passes_over(cells))

    def read(self, number: int, cells: Sequence[str]) -> tuple[CatalogueRow | None, list[Complaint]]:
        """The row, or None where it cannot be taken, and what is wrong with its cells."""
        values, parts = self._values(cells)
        parent = None
        faults: list[Fault] = []
        if self._dialect:
            parent, faults = self._dialect.interpret(number, values, parts, self._day)
        row = self._row(number, parent, values, faults)
        own = (Fault(field, getattr(row, field), sentence) for field, sentence in faults_of(row, self._today))
        complaints = [self._complaint(number, fault, row) for fault in (*faults, *own)]
        refused = any(complaint.severity == "error" for complaint in complaints)
        return None if refused else row, complaints

    def _complaint(self, number: int, fault: Fault, row: CatalogueRow) -> Complaint:
        heading = self._layout.heading(fault.field)
        return complain(
            number,
            heading,
            fault.value,
            fault.sentence,
            severity=fault.severity,
            field=fault.field,
            classified=bool(row.classification),
        )

    def _values(self, cells: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """The texts by field, and those of the parts that a dialect reads."""
        values: dict[str, str] = {}
        parts: dict[str, str] = {}
        notes = []
        for place, (field, cell) in enumerate(zip(self._layout.fields, cells, strict=True)):
            text = (on_its_lines if field in LINED or not field else on_one_line)(cell)
            heading = self._layout.headings[place]
            if field == PASSED_OVER:
                continue
            if not field:
                if text:
                    notes.append(f"{heading or f'[{place + 1}]'}: {text}")
            elif "." in field:
                parts[field] = text
            elif text or field in self._date_fields:
                text = counted(text, heading) if field == "extent" else text
                values[field] = f"{values[field]}{JOINED[field]}{text}" if values.get(field) else text
        if self._dialect is None:
            notes += self._pages(values)
        if notes:
            values["notes"] = "\n".join(filter(None, [values.get("notes", ""), *notes]))
        return values, parts

    def _pages(self, values: dict[str, str]) -> list[str]:
        """Leaves a bare number in "pages"; in a table without an extent it is that too. What is no number is kept."""
        text = values.get("pages", "")
        heading = self._layout.heading("pages") or ""
        if self._counts_pages_only and text:
            values["extent"] = counted(text, heading)
        if not text or is_count(text):
            return []
        del values["pages"]
        return [] if self._counts_pages_only else [f"{heading}: {text}"]

    def _row(self, number: int, parent: int | None, values: dict[str, str], faults: list[Fault]) -> CatalogueRow:
        level = self._word("level", values, faults) or self._layout.level
        status = self._word("access_status", values, faults)
        stated = [field for field in DATE_FIELDS if field in values or field in self._date_fields]
        dates = read_dates({field: values.pop(field, "") for field in stated})
        faults += (Fault(*fault) for fault in dates.faults)
        days = {field: self._latest(field, values, faults) for field in DAYS}
        pages = values.pop("pages", "")
        return CatalogueRow(
            row=number,
            level=level,
            parent_row=parent,
            date_text=dates.date_text,
            earliest=dates.earliest,
            latest=dates.latest,
            date_precision=dates.precision,
            date_certainty=dates.certainty,
            access_status=status,
            pages=int(pages) if is_count(pages) else None,
            **days,  # type: ignore[arg-type]
            **values,
        )

    def _word(self, field: str, values: dict[str, str], faults: list[Fault]) -> str:
        text = values.pop(field, "")
        if not text:
            return ""
        if (word := known_word(field, text)) is None:
            faults.append(Fault(field, text, unknown_word(field, text)))
        return word or ""

    def _latest(self, field: str, values: dict[str, str], faults: list[Fault]) -> str | None:
        text = values.pop(field, "")
        try:
            return latest_day(text) if text else None
        except Refusal as refusal:
            faults.append(Fault(field, text, refusal.sentence))
            return None


def is_count(text: str) -> bool:
    """Whether a text is a number of pages, of sheets ..."""
    return text.isdecimal() and len(text) <= 9


def counted(text: str, heading: str) -> str:
    """A bare number with the unit its heading tells; any other text as it is."""
    return text + UNITS.get(same_heading(heading), "") if text.isdecimal() else text


def wrong_width(number: int, cells: int, headings: int) -> Complaint:
    """The complaint about a row that may be shifted: it repeats nothing of it, for nobody knows what stands where."""
    return Complaint(number, None, "", _WIDTH.filled(cells=cells, headings=headings))


_WIDTH = Sentence(
    "本行有 {cells} 格，表头有 {headings} 列。请检查分隔符和引号，勿使内容错列。",
    "This row has {cells} cells and the heading {headings}. Check separators and quotes: the row may be shifted.",
)
