"""The list of files and items (归档文件目录, 卷内文件目录; columns of DA/T 22-2015) as a workbook to be printed.

For people: texts may be shortened, and the list is not meant to be imported again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.worksheet import Worksheet

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal, Sentence
from review.documents.exports.archival_order import placed
from review.documents.exports.fonds_header import FondsHeader
from review.documents.row_heights import set_height
from review.documents.workbooks import MAX_SHEET_ROWS, put_text, written_workbook


class _Column(NamedTuple):
    heading: str
    width: float  # in characters of the usual digit's width; together they fill a landscape A4 page
    align: str


_COLUMNS = (
    _Column("序号", 5.5, "center"),
    _Column("档号", 23, "left"),
    _Column("文号", 16, "left"),
    _Column("责任者", 17, "left"),
    _Column("题名", 44, "left"),
    _Column("日期", 12.5, "center"),
    _Column("密级", 9, "center"),
    _Column("页数", 6, "center"),
    _Column("备注", 15, "left"),
)
_WIDTHS = [column.width for column in _COLUMNS]
_ABOVE = 3  # the title, the fonds, the headings
MAX_ROWS = MAX_SHEET_ROWS - _ABOVE
_MAX_NOTES = 60
_LEAST = 21  # points
_SHADES = {"series": "#D9D9D9", "file": "#F2F2F2", "item": ""}


def write_item_list(file: BinaryIO, header: FondsHeader, rows: Iterable[CatalogueRow]) -> None:
    """Every unit on a line: series and files shaded, files and items numbered from 1 within what stands above them.

    A4 landscape, one page wide, the headings on every page. A title that is not stated (a state secret's) stays empty.
    Raises Refusal for more rows than a sheet holds, ValueError as `placed` does.
    """
    with written_workbook(file, title=f"{header.code} 归档文件目录", made_on=header.made_on) as book:
        sheet = book.add_worksheet("归档文件目录")
        _set_page(sheet, header)
        _write_top(book, sheet, header)
        formats = {level: _formats(book, shade) for level, shade in _SHADES.items()}
        plain = book.add_format()
        for place, (row, number) in enumerate(_numbered(rows)):
            if place >= MAX_ROWS:
                raise Refusal(_TOO_MANY.filled(most=MAX_ROWS))
            line, cells = _ABOVE + place, _cells(row, number)
            set_height(sheet, line, zip(cells, _WIDTHS, strict=True), least=_LEAST)
            for column, text in enumerate(cells):
                put_text(sheet, line, column, text, formats[row.level][column], plain=plain)


def _numbered(rows: Iterable[CatalogueRow]) -> Iterator[tuple[CatalogueRow, int | None]]:
    """Each row with its number among the files and items directly below the same unit; a series has none."""
    counts: list[int] = []
    for row, depth in placed(rows):
        del counts[depth + 1 :]
        counts += [0] * (depth + 1 - len(counts))
        if row.level == "series":
            yield row, None
        else:
            counts[depth] += 1
            yield row, counts[depth]


def _cells(row: CatalogueRow, number: int | None) -> tuple[str, ...]:
    notes = " ".join(row.notes.split("\n"))
    return (
        "" if number is None else str(number),
        row.reference_code,
        row.document_number,
        row.responsible_body,
        row.title,
        row.date_text or _span(row),
        row.classification,
        "" if row.pages is None else str(row.pages),
        notes if len(notes) <= _MAX_NOTES else notes[: _MAX_NOTES - 1] + "…",
    )


def _span(row: CatalogueRow) -> str:
    days = dict.fromkeys(filter(None, (row.earliest, row.latest)))
    return " 至 ".join(days)


def _formats(book: Workbook, shade: str) -> list[CellFormat]:
    common = {
        "text_wrap": True, "valign": "vcenter", "border": 1,
        "border_color": "#7F7F7F", "num_format": "@",
    }  # fmt: skip
    if shade:
        common |= {"bold": True, "bg_color": shade}
    return [book.add_format({**common, "align": column.align}) for column in _COLUMNS]


def _set_page(sheet: Worksheet, header: FondsHeader) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)  # inches
    sheet.center_horizontally()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_ABOVE - 1)
    sheet.freeze_panes(_ABOVE, 0)
    code = header.code.replace("&", "&&")[:60]
    sheet.set_footer(f"&L全宗号 {code}&C第 &P 页，共 &N 页&R{header.made_on.isoformat()}")
    for place, column in enumerate(_COLUMNS):
        sheet.set_column(place, place, column.width)


def _write_top(book: Workbook, sheet: Worksheet, header: FondsHeader) -> None:
    last = len(_COLUMNS) - 1
    title = book.add_format({"font_size": 18, "bold": True, "align": "center", "valign": "vcenter"})
    about = book.add_format({"font_size": 11, "valign": "vcenter"})
    heading = book.add_format({"font_size": 10.5, "bold": True, "align": "center", "valign": "vcenter", "border": 1})
    sheet.set_row(0, 34)
    sheet.merge_range(0, 0, 0, last, "归档文件目录", title)
    sheet.set_row(1, 22)
    said = (("全宗号", header.code), ("全宗名称", header.title), ("立档单位", header.creating_agency))
    sheet.merge_range(1, 0, 1, last, "　　".join(f"{name}：{text}" for name, text in said if text), about)
    sheet.set_row(2, 24)
    for place, column in enumerate(_COLUMNS):
        sheet.write_string(_ABOVE - 1, place, column.heading, heading)


_TOO_MANY = Sentence(
    "一张工作表最多容纳 {most} 行目录，本次导出超过此数。请分全宗或分类目打印，或改用 CSV 格式导出。",
    "A sheet holds at most {most} entries and there are more. Print the list series by series, or export as CSV.",
)
