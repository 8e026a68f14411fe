"""The sheets of an import report that are only read: every complaint, and how many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from xlsxwriter import Workbook

from policies.catalogue_rows import CONTROLS, Complaint
from policies.sentences import Sentence
from review.documents.row_heights import set_height
from review.documents.workbooks import HEADING, MAX_SHEET_ROWS, put_text

MAX_COMPLAINTS = MAX_SHEET_ROWS - 1
_MAX_TEXT = 15_000  # characters: for the eye alone, and surely less than a cell can hold

_COLUMNS = (
    (Sentence("行号", "Row"), 9),
    (Sentence("文本行", "Line"), 9),
    (Sentence("表头", "Heading"), 18),
    (Sentence("原值", "Value"), 30),
    (Sentence("性质", "Severity"), 9),
    (Sentence("说明（中文）", "In Chinese"), 60),
    (Sentence("说明（英文）", "In English"), 60),
)
_WIDTHS = [wide for _, wide in _COLUMNS]
_SEVERITIES = {"error": Sentence("错误", "error"), "warning": Sentence("提醒", "warning")}


def for_the_eye(text: str) -> str:
    """A text that is only shown: no control characters, no longer than a cell can hold."""
    return CONTROLS.sub("\ufffd", text)[:_MAX_TEXT]


def sentence_of(complaint: Complaint, secret_rows: AbstractSet[int]) -> Sentence:
    """What a complaint says; of a secret row only where it has no value that it may quote."""
    return SECRET if complaint.value and complaint.row in secret_rows else complaint.sentence


def write_all_complaints(
    book: Workbook, complaints: Sequence[Complaint], secret_rows: AbstractSet[int], language: str
) -> None:
    """A line for each complaint, as many as a sheet holds; of a row in `secret_rows` no value."""
    sheet = book.add_worksheet(_ALL.of(language))
    heading = book.add_format(HEADING)
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    number = book.add_format({"num_format": "0", "valign": "top", "align": "center"})
    for column, (words, wide) in enumerate(_COLUMNS):
        sheet.set_column(column, column, wide)
        sheet.write_string(0, column, words.of(language), heading)
    for line, complaint in enumerate(complaints[:MAX_COMPLAINTS], start=1):
        sentence = sentence_of(complaint, secret_rows)
        value = "" if complaint.row in secret_rows else complaint.value
        cells = (
            complaint.row,
            complaint.line,
            complaint.column,
            value,
            _SEVERITIES[complaint.severity].of(language),
            sentence.zh,
            sentence.en,
        )
        texts = [for_the_eye(cell) if isinstance(cell, str) else "" for cell in cells]
        set_height(sheet, line, zip(texts, _WIDTHS, strict=True))
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell, number)
            elif texts[column]:
                put_text(sheet, line, column, texts[column], text, plain=text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(complaints[:MAX_COMPLAINTS]), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def write_summary(
    book: Workbook, file_name: str, complaints: Sequence[Complaint], *, rows: int, left_out: int, language: str
) -> None:
    """How many rows were not taken, how many errors and warnings there are, and under which headings.

    `rows` were not taken; `left_out` of them found no place on the first sheet.
    """
    sheet = book.add_worksheet(_SUMMARY.of(language))
    heading = book.add_format({**HEADING, "align": "center"})
    text = book.add_format({"num_format": "@", "border": 1, "border_color": "#A6A6A6", "text_wrap": True})
    number = book.add_format({"num_format": "#,##0", "border": 1, "border_color": "#A6A6A6", "align": "right"})
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 2, 14)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    counts = Counter(complaint.severity for complaint in complaints)
    figures = [
        (_ROWS, rows),
        (_ERRORS, counts["error"]),
        (_WARNINGS, counts["warning"]),
        (_LEFT_OUT, left_out),
        (_NOT_LISTED, max(0, len(complaints) - MAX_COMPLAINTS)),
    ]
    put_text(sheet, 0, 0, for_the_eye(file_name), book.add_format({"bold": True, "font_size": 14}), plain=text)
    line = 2
    for words, count in figures:
        if count or words in (_ROWS, _ERRORS, _WARNINGS):
            sheet.write_string(line, 0, words.of(language), text)
            sheet.write_number(line, 1, count, number)
            line += 1
    line += 1
    for column, words in enumerate((_HEADING, _SEVERITIES["error"], _SEVERITIES["warning"])):
        sheet.write_string(line, column, words.of(language), heading)
    by_column = Counter((complaint.column or "", complaint.severity) for complaint in complaints)
    for column_name in dict.fromkeys(name for (name, _), _ in by_column.most_common()):
        line += 1
        put_text(sheet, line, 0, for_the_eye(column_name or _NO_COLUMN.of(language)), text, plain=text)
        sheet.write_number(line, 1, by_column[column_name, "error"], number)
        sheet.write_number(line, 2, by_column[column_name, "warning"], number)


SECRET = Sentence(
    "本行涉及国家秘密，此处不列内容。请在原文件中处理。",
    "This row concerns a state secret and is not repeated here. Deal with it in the file itself.",
)
_ALL = Sentence("全部问题", "All complaints")
_SUMMARY = Sentence("汇总", "Summary")
_ROWS = Sentence("未导入的行", "Rows that were not taken")
_ERRORS = Sentence("错误", "Errors")
_WARNINGS = Sentence("提醒", "Warnings")
_LEFT_OUT = Sentence("“要改的行”放不下的行", "Rows that found no place on “Rows to mend”")
_NOT_LISTED = Sentence("“全部问题”放不下的问题", "Complaints that found no place on “All complaints”")
_HEADING = Sentence("表头", "Heading")
_NO_COLUMN = Sentence("（整行或整个文件）", "(the row or the file as a whole)")
