"""The countersign package (征求意见表) as a workbook: what is asked cannot be changed, what is answered is chosen from lists.

The protection has no password: it keeps a clerk from slips, and the digest finds what it did not keep. The same package
gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from policies.packages import ANSWERS, ASKED, COLUMNS, HEAD, LONGEST_REASON, Package, choices, named, texts_of
from policies.profiles import Profile
from policies.sentences import Sentence
from review.documents.row_heights import set_height
from review.documents.workbooks import HEADING, put_text, written_workbook

_WIDTHS = {
    "place": 20, "reference_code": 22, "title": 42, "public_title": 28, "date": 12, "responsible_body": 18,
    "proposal": 16, "ground": 26, "reason": 22, "answer": 16, "wanted": 16, "wanted_ground": 30, "wanted_day": 14,
    "why": 36,
}  # fmt: skip
_TABLE = len(HEAD) + 3  # the row of headings, counted from 0: title, head, one line of advice, one empty


@dataclass(frozen=True, slots=True)
class Sent:
    """How a package goes out: from whom, in which version, on which day, and by when it is to be answered."""

    archives: Sentence
    version: int
    made_on: date
    answer_by: Sentence


def write_package(file: BinaryIO, package: Package, sent: Sent, profile: Profile) -> None:
    """Three sheets: the entries with their answers, how to fill them in, and the choices with their articles."""
    with written_workbook(file, title=f"{package.number} v{sent.version}", made_on=sent.made_on) as book:
        answers = book.add_worksheet(_ANSWERS)
        guide = book.add_worksheet(_GUIDE)
        listed = book.add_worksheet(_CHOICES)
        _Answers(book, answers).write(package, sent, _offered(profile))
        _write_guide(book, guide, package, sent)
        _write_choices(book, listed, profile)


def _offered(profile: Profile) -> dict[str, str]:
    """For each column with a drop-down the range of the sheet of choices that it offers."""
    return {
        name: f"='{_CHOICES}'!${xl_col_to_name(at)}$2:${xl_col_to_name(at)}${len(offered) + 1}"
        for at, (name, offered) in enumerate(choices(profile).items())
    }


class _Answers:
    """The first sheet."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._sheet = sheet
        text = {"num_format": "@", "valign": "top", "text_wrap": True, "border": 1, "border_color": "#BFBFBF"}
        self._plain = book.add_format({"num_format": "@"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._label = book.add_format({"bold": True, "num_format": "@"})
        self._asked = book.add_format({**text, "bg_color": "#F2F2F2"})
        self._answer = book.add_format({**text, "locked": False})
        self._day = book.add_format({**text, "num_format": "yyyy-mm-dd", "locked": False})
        self._name = book.add_format({"num_format": "@", "locked": False, "border": 1, "bg_color": "#FCE4B0"})
        self._heading = book.add_format({**HEADING, "text_wrap": True})
        self._to_fill = book.add_format({**HEADING, "text_wrap": True, "bg_color": "#FCE4B0"})
        self._missing = book.add_format({"bg_color": "#FFF2CC"})

    def write(self, package: Package, sent: Sent, offered: dict[str, str]) -> None:
        sheet = self._sheet
        for column, name in enumerate(COLUMNS):
            sheet.set_column(column, column, _WIDTHS[name])
        self._head(package, sent)
        for place, row in enumerate(package.rows, 1):
            line = _TABLE + place
            texts = texts_of(row, place)
            set_height(sheet, line, [(texts[name], _WIDTHS[name]) for name in ASKED])
            for column, name in enumerate(ASKED):
                put_text(sheet, line, column, texts[name], self._asked, plain=self._plain)
            for column, name in enumerate(ANSWERS, len(ASKED)):
                sheet.write_blank(line, column, None, self._day if name == "wanted_day" else self._answer)
        self._checks(_TABLE + len(package.rows), offered)
        self._lay_out()

    def _head(self, package: Package, sent: Sent) -> None:
        sheet = self._sheet
        sheet.set_row(0, 24)
        put_text(sheet, 0, 0, f"{named(_TITLE)}　{sent.archives.zh}", self._title, plain=self._plain)
        values = {
            "number": package.number, "version": str(sent.version), "digest": package.digest, "agency": package.agency,
            "answer_by": named(sent.answer_by),
        }  # fmt: skip
        for line, (name, label) in enumerate(HEAD.items(), 1):
            put_text(sheet, line, 0, named(label), self._label, plain=self._plain)
            if name in values:
                put_text(sheet, line, 1, values[name], self._plain, plain=self._plain)
            else:
                sheet.write_blank(line, 1, None, self._name)
        put_text(sheet, len(HEAD) + 1, 0, named(_ADVICE), self._plain, plain=self._plain)
        sheet.set_row(_TABLE, 34)
        for column, (name, label) in enumerate(COLUMNS.items()):
            look = self._to_fill if name in ANSWERS else self._heading
            put_text(sheet, _TABLE, column, named(label), look, plain=self._plain)

    def _checks(self, last: int, offered: dict[str, str]) -> None:
        """What a spreadsheet program lets into the answer cells; yellow is what still has no answer."""
        first = _TABLE + 1
        for column, name in enumerate(COLUMNS):
            if name in offered:
                rule: dict[str, object] = {"validate": "list", "source": offered[name], "error_message": _LIST_ONLY}
            elif name == "wanted_day":
                rule = {"validate": "date", "criteria": ">", "value": date(1949, 10, 1), "error_message": _DAY_ONLY}
            elif name == "why":
                rule = {"validate": "length", "criteria": "<=", "value": LONGEST_REASON, "error_message": _TOO_LONG}
            else:
                continue
            self._sheet.data_validation(first, column, last, column, {**rule, "error_title": _ERROR})
        column = list(COLUMNS).index("answer")
        cell = f"${xl_col_to_name(column)}{first + 1}"
        criteria = {"type": "formula", "criteria": f'={cell}=""', "format": self._missing}
        self._sheet.conditional_format(first, column, last, column, criteria)

    def _lay_out(self) -> None:
        sheet = self._sheet
        sheet.freeze_panes(_TABLE + 1, 2)
        sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_TABLE)
        sheet.set_footer("&C&P / &N")
        sheet.activate()


def _write_guide(book: Workbook, sheet: Worksheet, package: Package, sent: Sent) -> None:
    """How to fill the sheet in, in both languages."""
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "font_size": 12})
    sheet.set_column(0, 0, 64)
    sheet.set_column(1, 1, 64)
    put_text(sheet, 0, 0, named(_HOW), bold, plain=text)
    for line, sentence in enumerate(_STEPS, 2):
        filled = sentence.filled(
            number=package.number, version=sent.version, rows=len(package.rows),
            by_zh=sent.answer_by.zh, by_en=sent.answer_by.en,
        )  # fmt: skip
        set_height(sheet, line, [(filled.zh, 60), (filled.en, 60)])
        put_text(sheet, line, 0, filled.zh, text, plain=text)
        put_text(sheet, line, 1, filled.en, text, plain=text)
    _one_page_wide(sheet)


def _write_choices(book: Workbook, sheet: Worksheet, profile: Profile) -> None:
    """The choices of the drop-downs, and which article gives each ground."""
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    heading = book.add_format(HEADING)
    offered = choices(profile)
    grounds = {**profile.grounds, **profile.early_grounds}
    columns = {name: list(shown) for name, shown in offered.items()}
    columns["article"] = [named(grounds[code].article) for code in offered["wanted_ground"].values()]
    for column, (name, _) in enumerate(columns.items()):
        sheet.set_column(column, column, 44 if name in ("wanted_ground", "article") else 24)
        put_text(sheet, 0, column, named(COLUMNS.get(name, _ARTICLE)), heading, plain=text)
    for line in range(max(map(len, columns.values()))):
        cells = {column: texts[line] for column, texts in enumerate(columns.values()) if line < len(texts)}
        set_height(sheet, line + 1, [(shown, 40) for shown in cells.values()])
        for column, shown in cells.items():
            put_text(sheet, line + 1, column, shown, text, plain=text)
    _one_page_wide(sheet)


def _one_page_wide(sheet: Worksheet) -> None:
    sheet.protect("")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


_ANSWERS, _GUIDE, _CHOICES = "答复 Answers", "填写说明 How to", "选项 Choices"
_TITLE = Sentence("档案开放审核征求意见表", "Consultation on opening records")
_ADVICE = Sentence(
    "请在右侧浅黄色表头的各列逐件答复。空白不等于同意。本表载有尚未开放档案的题名，请妥善保管。",
    "Answer each entry in the columns with yellow headings. An empty cell is not consent. The sheet names closed records: "
    "keep it safe.",
)
_ERROR = "请核对 Please check"
_LIST_ONLY = "请从下拉列表中选一项。 Choose one of the list."
_DAY_ONLY = "请写成 年-月-日，如 2036-12-31。 Write the day as YYYY-MM-DD."
_TOO_LONG = f"至多 {LONGEST_REASON} 个字符。 At most {LONGEST_REASON} characters."
_ARTICLE = Sentence("条款", "Article")
_HOW = Sentence("填写说明", "How to fill in the sheet")
_STEPS = (
    Sentence(
        "一、本表共 {rows} 件，函号 {number}，第 {version} 版。答复期限：{by_zh}。",
        "1. {rows} entries; number {number}, version {version}. Answer by: {by_en}.",
    ),
    Sentence(
        "二、请在表上方“答复人”处写明经办人或负责人姓名。",
        "2. Beside “Answered by”, above the table, write who of your unit answers.",
    ),
    Sentence(
        "三、逐件在“答复”列选一项：同意；不同意；部分同意；非我单位。空白不等于同意，缺一件，整表不能收下。",
        "3. For each entry choose an answer: agree, object, agree in part, or not ours. An empty cell is not consent: with "
        "one entry missing the sheet cannot be taken.",
    ),
    Sentence(
        "四、选“不同意”的，须选“希望结果”并写“答复理由”；希望延期开放的，还须选“希望依据”、写“希望开放日期”（年-月-日）。",
        "4. With “object”, choose what you want instead and write the reason; for a deferral also its ground and the day from "
        "which it opens (YYYY-MM-DD).",
    ),
    Sentence(
        "五、结果相同而依据或日期不同的，选“部分同意”，并填希望的结果、依据和日期。选“部分同意”或“非我单位”的，须写“答复理由”。"
        "选“同意”的，其余各列留空；理由可写可不写。",
        "5. If you want the same outcome on another ground or day, choose “agree in part” and fill these in. “Agree in part” "
        "and “not ours” need their reason. With “agree” the other columns stay empty; a reason may be given.",
    ),
    Sentence(
        "六、灰色各格说明所问的是什么，已锁定，不得改动；可以排序、调整行高列宽，不要增删行。",
        "6. The grey cells say what is asked. They are locked and may not be changed. Do not add or delete rows.",
    ),
    Sentence(
        "七、需要延长期限的，请在期限前另行告知档案馆，不要交回空表。",
        "7. If your unit needs more time, tell the archives before the day; do not send the sheet back empty.",
    ),
    Sentence(
        "八、填好后保存为 xlsx（或 ods），连同加盖公章的《征求意见函》回执一并交回档案馆。",
        "8. Save it as xlsx (or ods) and send it back with the consultation letter, signed and sealed.",
    ),
)
