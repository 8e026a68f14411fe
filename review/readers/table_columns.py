"""Many rows of a table at once, column by column: the fast way for rows with nothing wrong in them.

It gives what RowReader gives for such rows, and the places of the rows that RowReader has to read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import partial
from itertools import repeat
from typing import Any

from policies.catalogue_rows import CONTROLS, LONGEST, MAX_CELL, CatalogueRow, on_its_lines, on_one_line
from policies.sentences import Refusal
from review.readers.profiles import JOINED, Layout
from review.readers.table_dates import DATE_FIELDS, is_future, latest_day, read_dates
from review.readers.table_rows import DAYS, LINED, counted, is_count
from review.readers.vocabularies import known_word

Column = Sequence[Any]
_CACHED = 50_000  # values kept of one column


class _Remembered:
    """A function of a cell, or of several, that is asked once for each value; None: a row that needs care."""

    def __init__(self, function: Callable[[Any], object]) -> None:
        self._function = function
        self._known: dict[Hashable, object] = {}

    def over(self, column: Column) -> list[Any]:
        """The answer for every value of the column."""
        if len(self._known) > _CACHED:
            self._known.clear()
        for value in set(column).difference(self._known):
            self._known[value] = self._function(value)
        return list(map(self._known.__getitem__, column))


class ColumnReader:
    """Reads the records of one table that has no dialect, many at a time."""

    def __init__(self, layout: Layout, today: date | None) -> None:
        self._layout = layout
        self._places: dict[str | None, list[int]] = {}
        for place, field in enumerate(layout.fields):
            self._places.setdefault(field, []).append(place)
        self._today = today
        self._extents: dict[int, _Remembered] = {}
        self._dates = _Remembered(self._clean_dates)
        self._date_fields = [field for field in DATE_FIELDS if field in self._places]
        self._words = {field: _Remembered(_word_of(field, default)) for field, default in self._defaults().items()}
        self._days = {field: _Remembered(_day) for field in DAYS}
        self._pages = _Remembered(lambda text: (int(text) if text else -1) if is_count(text) or not text else None)

    def _defaults(self) -> dict[str, str]:
        return {"level": self._layout.level, "access_status": ""}

    def read(self, numbers: Sequence[int], records: Sequence[Sequence[str]]) -> tuple[list[CatalogueRow], set[int]]:
        """A row for each record (all of the heading's width), and the places of those that need care."""
        care: set[int] = set()
        texts = list(zip(*records, strict=True))
        self._longest = [max(map(len, column)) for column in texts]
        for place, longest in enumerate(self._longest):
            if longest > MAX_CELL:
                care |= {row for row, text in enumerate(texts[place]) if len(text) > MAX_CELL}
        fields: dict[str, Column] = {"row": numbers, "level": repeat(self._layout.level)}  # type: ignore[dict-item]
        for field in CatalogueRow._fields:
            if field in self._places and field not in ("pages", *DATE_FIELDS, *DAYS, *self._words):
                fields[field] = self._text(field, texts, care)
        for field, words in self._words.items():
            if field in self._places:
                fields[field] = _careful(words.over(texts[self._places[field][0]]), care)
        for field, days in self._days.items():
            if field in self._places:
                found = _careful(days.over(texts[self._places[field][0]]), care)
                fields[field] = [day or None for day in found]
        self._add_dates(fields, texts, care)
        self._add_pages(fields, texts, care)
        self._add_notes(fields, texts, care)
        self._check_titles(fields, care)
        columns = [fields.get(field) or repeat(default) for field, default in _DEFAULTS.items()]
        return list(map(_as_row, zip(*columns, strict=False))), care

    def _text(self, field: str, texts: Sequence[Column], care: set[int]) -> Column:
        columns = [_tidy(texts[place], care, lined=field in LINED) for place in self._places[field]]
        if field == "extent":
            columns = [
                self._counted(place, column) for place, column in zip(self._places[field], columns, strict=True)
            ]
        if len(columns) > 1:
            return _measured(field, _joined(columns, JOINED[field]), care)
        (place,) = self._places[field]
        return _measured(field, columns[0], care) if self._longest[place] > LONGEST[field] - 10 else columns[0]

    def _counted(self, place: int, column: Column) -> Column:
        if place not in self._extents:
            heading = self._layout.headings[place]
            self._extents[place] = _Remembered(lambda text: counted(text, heading))
        return self._extents[place].over(column)

    def _add_dates(self, fields: dict[str, Column], texts: Sequence[Column], care: set[int]) -> None:
        if not self._date_fields:
            return
        columns = [texts[self._places[field][0]] for field in self._date_fields]
        found = _careful(self._dates.over(list(zip(*columns, strict=True))), care, (("", None, None, "", ""),))
        names = ("date_text", "earliest", "latest", "date_precision", "date_certainty")
        fields |= zip(names, zip(*found, strict=True), strict=True)

    def _clean_dates(self, texts: tuple[str, ...]) -> tuple[object, ...] | None:
        dates = read_dates(dict(zip(self._date_fields, texts, strict=True)))
        if dates.faults or is_future(dates, self._today) or not _is_clean("date_text", dates.date_text):
            return None
        return dates[:5]

    def _add_pages(self, fields: dict[str, Column], texts: Sequence[Column], care: set[int]) -> None:
        if "pages" not in self._places:
            return
        (place,) = self._places["pages"]
        column = _tidy(texts[place], care)
        numbers = _careful(self._pages.over(column), care, (-1,))
        fields["pages"] = [None if number < 0 else number for number in numbers]
        if "extent" not in self._places:
            fields["extent"] = self._counted(place, column)

    def _add_notes(self, fields: dict[str, Column], texts: Sequence[Column], care: set[int]) -> None:
        columns = [fields["notes"]] if "notes" in fields else []
        for place in self._places.get(None, ()):
            column = _tidy(texts[place], care, lined=True)
            if any(column):
                heading = self._layout.headings[place] or f"[{place + 1}]"
                columns.append([text and f"{heading}: {text}" for text in column])
        if columns:
            column = columns[0] if len(columns) == 1 else _joined(columns, "\n")
            fields["notes"] = _measured("notes", column, care)

    def _check_titles(self, fields: dict[str, Column], care: set[int]) -> None:
        titles = fields["title"]
        if "" in titles:
            classifications = fields.get("classification") or repeat("")
            pairs = zip(titles, classifications, strict=False)
            care |= {place for place, (title, mark) in enumerate(pairs) if not title and not mark}


_as_row = partial(tuple.__new__, CatalogueRow)  # what CatalogueRow._make does, without a call in Python for each row
_DEFAULTS = {field: CatalogueRow._field_defaults.get(field) for field in CatalogueRow._fields}


def _careful(found: list[Any], care: set[int], instead: tuple[Any, ...] = ("",)) -> list[Any]:
    """The answers, with a stand-in for the Nones, whose places are added to `care`."""
    if None in found:
        care |= {place for place, value in enumerate(found) if value is None}
        return [instead[0] if value is None else value for value in found]
    return found


def _word_of(field: str, default: str) -> Callable[[str], str | None]:
    return lambda text: known_word(field, text) if text.strip() else default


def _day(text: str) -> str | None:
    """The latest day in a cell; "" for none, None for one that cannot be read."""
    try:
        return latest_day(text) or "" if text.strip() else ""
    except Refusal:
        return None


def _is_clean(field: str, text: str) -> bool:
    return len(text) <= LONGEST[field] and not CONTROLS.search(text)


def _is_tidy(text: str) -> bool:
    return text.isprintable() and "  " not in text and text.strip(" ") == text


def _tidy(column: Column, care: set[int], *, lined: bool = False) -> Column:
    """The texts as on_one_line, or as on_its_lines, gives them; most columns need nothing and are told at once."""
    whole = "|".join(column)
    edges = whole[:1] == " " or whole[-1:] == " " or " |" in whole or "| " in whole
    if whole.isprintable() and not edges and "  " not in whole:
        return column
    fold = on_its_lines if lined else on_one_line
    tidied = [text if _is_tidy(text) else fold(text) for text in column]
    if CONTROLS.search("|".join(tidied)):
        care |= {place for place, text in enumerate(tidied) if CONTROLS.search(text)}
    return tidied


def _measured(field: str, column: Column, care: set[int]) -> Column:
    if max(map(len, column)) > LONGEST[field]:
        care |= {place for place, text in enumerate(column) if len(text) > LONGEST[field]}
    return column


def _joined(columns: list[Column], sign: str) -> list[str]:
    return [sign.join(filter(None, texts)) for texts in zip(*columns, strict=True)]
