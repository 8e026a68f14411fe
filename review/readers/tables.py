"""A table of texts, from a spreadsheet or a CSV file, as catalogue rows and complaints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice

from policies.dates import DateSpan, parse_date_span
from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import (
    ACCESS_STATUSES,
    LEVELS,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    CatalogueRow,
    Complaint,
    Gathering,
    complain,
    same_word,
)
from review.readers.profiles import JOINED, UNITS, Layout, Profile, same_heading

HEADING_ROWS = 10  # a merged line such as 全宗J047案卷目录 may stand above the heading

NumberedCells = tuple[int, list[str]]

_read_span = lru_cache(maxsize=20_000)(parse_date_span)  # the same dates come again and again in one catalogue

_BREAKS = re.compile(r"[ \t]*[\t\r\n\v\f\u2028\u2029]+[ \t]*")


class NoHeading(Refusal):
    """None of the first rows is a heading that the profile recognises."""


def read_table(rows: Iterable[NumberedCells], profile: Profile, today: date | None) -> Gathering:
    """The rows below the heading, which is looked for in the first ten. Blank rows are passed over.

    Raises NoHeading (no title column), and Refusal for headings that contradict one another, for a table without
    rows, for one of more than MAX_ROWS, and for a cell longer than MAX_CELL.
    """
    numbered = iter(rows)
    layout = _find_layout(numbered, profile)
    table = _TableRows(layout)
    gathering = Gathering(today)
    for count, (number, cells) in enumerate(_filled(numbered), start=1):
        if count > MAX_ROWS:
            raise Refusal(_TOO_MANY.filled(most=MAX_ROWS))
        if len(cells) == len(layout.headings):
            row, found = table.read(number, cells)
            gathering.take(row, found, layout.heading)
        else:
            sentence = _WIDTH.filled(cells=len(cells), headings=len(layout.headings))
            gathering.refuse([complain(number, None, " , ".join(cells), sentence)])
    if not gathering.rows and not gathering.complaints:
        raise Refusal(_NO_ROWS)
    return gathering


def _filled(rows: Iterator[NumberedCells]) -> Iterator[NumberedCells]:
    for number, cells in rows:
        if any(map(str.strip, cells)):
            if max(map(len, cells)) > MAX_CELL:
                raise Refusal(_LONG_CELL.filled(row=number, most=MAX_CELL))
            if len(cells) > MAX_COLUMNS:
                raise Refusal(_WIDE.filled(row=number, cells=len(cells), most=MAX_COLUMNS))
            yield number, cells


def _find_layout(rows: Iterator[NumberedCells], profile: Profile) -> Layout:
    """The heading fills more cells than any line above it: a row of data below another heading is none."""
    likeliest: list[str] = []
    widest = 0
    for _, cells in _filled(islice(rows, HEADING_ROWS)):
        headings = [_cleaned(cell) for cell in cells]
        filled = sum(map(bool, headings))
        if filled > widest:
            if layout := profile.layout(headings):
                return layout
            likeliest, widest = headings, filled
    if not widest:
        raise NoHeading(_EMPTY)
    expected = "、".join(name for name, field in profile.columns.items() if field == "title")
    raise NoHeading(_NO_TITLE_COLUMN.filled(found=_listed(likeliest), expected=expected, profile=profile.name))


def _listed(headings: Sequence[str]) -> str:
    shown = [heading if len(heading) <= 40 else heading[:39] + "…" for heading in headings if heading]
    return "、".join(shown[:30]) + (" …" if len(shown) > 30 else "")


def _cleaned(text: str) -> str:
    """The text of a cell on one line, without outer space; otherwise as it stands."""
    return _BREAKS.sub(" ", text.strip())


class _TableRows:
    """One table's rows, read by its layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def read(self, number: int, cells: list[str]) -> tuple[CatalogueRow, list[Complaint]]:
        """The row, and what is wrong with the words and dates in its cells."""
        values = self._values(cells)
        found: list[Complaint] = []
        level = self._listed(number, "level", values, LEVELS, found)
        status = self._listed(number, "access_status", values, ACCESS_STATUSES, found)
        span, date_text = self._dated(number, values, found)
        row = CatalogueRow(
            row=number,
            level=level or self._layout.level,
            access_status=status,
            span=span,
            date_text=date_text,
            **values,
        )
        return row, found

    def _values(self, cells: list[str]) -> dict[str, str]:
        values = {"title": ""}
        unknown = []
        for place, (field, cell) in enumerate(zip(self._layout.fields, cells, strict=True), start=1):
            text = _cleaned(cell)
            if field == "extent" and text.isdecimal():
                text += UNITS.get(same_heading(self._layout.headings[place - 1]), "")
            if field in JOINED and values.get(field) and text:
                values[field] += JOINED[field] + text
            elif field and (text or field not in JOINED):
                values[field] = text
            elif text:
                unknown.append(f"{self._layout.headings[place - 1] or f'[{place}]'}: {text}")
        if unknown:
            values["notes"] = "\n".join(chain(filter(None, [values.get("notes")]), unknown))
        return values

    def _listed(
        self, number: int, field: str, values: dict[str, str], words: dict[str, str], found: list[Complaint]
    ) -> str:
        text = values.pop(field, "")
        if not text:
            return ""
        if known := words.get(same_word(text)):
            return known
        sentence = _UNKNOWN_WORD.filled(word=text[:40], known="、".join(words))
        found.append(complain(number, self._layout.heading(field), text, sentence))
        return ""

    def _dated(self, number: int, values: dict[str, str], found: list[Complaint]) -> tuple[DateSpan | None, str]:
        """The span that covers all that the date columns say; None where the end is not said."""
        texts = {field: text for field in ("date", "date_from", "date_to") if (text := values.pop(field, ""))}
        if not texts:
            return None, ""
        between = f"{texts.get('date_from', '')}/{texts.get('date_to', '')}"
        date_text = texts.get("date", between)
        spans: dict[str, DateSpan] = {}
        for field, text in texts.items():
            try:
                span = _read_span(text)
            except Refusal as refusal:
                found.append(complain(number, self._layout.heading(field), text, refusal.sentence))
                continue
            if span:
                spans[field] = span
        if texts.keys() != spans.keys() or spans.keys() == {"date_from"}:
            return None, date_text
        if spans.keys() >= {"date_from", "date_to"} and spans["date_from"].earliest > spans["date_to"].latest:
            found.append(complain(number, self._layout.heading("date_to"), between, _ENDS_FIRST))
            return None, date_text
        earliest = min(span.earliest for span in spans.values())
        return DateSpan(earliest, max(span.latest for span in spans.values()), date_text), date_text


_EMPTY = Sentence("表中没有任何内容。", "The table is empty.")
_NO_ROWS = Sentence(
    "表中只有表头，没有目录条目。请确认导出是否完整。",
    "The table has a heading and no entries. Check that it was exported whole.",
)
_NO_TITLE_COLUMN = Sentence(
    "前十行中找不到题名列（列映射“{profile}”）。现有的列：{found}。题名列应为下列之一：{expected}。请改表头后重新导入。",
    "No title column in the first ten rows (mapping “{profile}”). Columns found: {found}. "
    "The title column is one of: {expected}. Rename the heading and import again.",
)
_TOO_MANY = Sentence(
    "条目超过 {most} 条。请分成几个文件导入。",
    "There are more than {most} entries. Split the file and import the parts.",
)
_LONG_CELL = Sentence(
    "第 {row} 行有单元格超过 {most} 个字符，疑为文件损坏或引号不成对。请检查该行。",
    "Row {row} has a cell of more than {most} characters: a damaged file, or a quote that is not closed. Check it.",
)
_WIDE = Sentence(
    "第 {row} 行有 {cells} 列，最多 {most} 列。请删去目录右侧多余的列，或检查分隔符。",
    "Row {row} has {cells} columns; {most} are the most. Delete what stands right of the catalogue, or check the "
    "separators.",
)
_WIDTH = Sentence(
    "本行有 {cells} 格，表头有 {headings} 列。请检查分隔符和引号，勿使内容错列。",
    "This row has {cells} cells and the heading {headings}. Check separators and quotes: the row may be shifted.",
)
_UNKNOWN_WORD = Sentence(
    "不认识“{word}”。可填：{known}。",
    "“{word}” is not known here. Known are: {known}.",
)
_ENDS_FIRST = Sentence(
    "终止日期早于起始日期。请核对。",
    "The end date lies before the start date. Check both.",
)
