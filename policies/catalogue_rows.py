"""One line of a catalogue as a value: what its file states about one unit of description, and what is wrong with it.

The elements are those of ISAD(G) and DA/T 18, the columns of an import and of an export alike. A row holds what the unit
*itself* states; what it has from the units above it is worked out later (policies/inheritance.py).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

from policies.sentences import Sentence


class CatalogueRow(NamedTuple):
    """One unit of description as its file states it; a text that is not given is "", a number or a day None.

    `row` is the row of the sheet, the record of the CSV (the heading's row counts), the line of the JSON Lines file or the
    ordinal of the EAD component; no two rows of a file share it. `parent_row` points at the unit above in the same file,
    `parent_code` names it by its reference code; both may be missing. `level` is "series", "file" or "item". Days are
    ISO 8601 texts (YYYY-MM-DD); `earliest` and `latest` are both there or both None: such a unit is never due.
    `date_precision` is "", "day", "month", "year", "decade" or "span"; `date_certainty` "", "approximate" or "inferred".
    `access_status` is "", "open", "deferred", "legacy_control" or "not_reviewed", as the source says it. `agency` is the
    creating agency's name. `notes` and `scope` may have several lines ("\\n"); every other text is one line.
    """

    row: int
    title: str = ""
    level: str = "item"
    parent_row: int | None = None
    parent_code: str = ""
    reference_code: str = ""
    series_title: str = ""
    responsible_body: str = ""
    date_text: str = ""
    earliest: str | None = None
    latest: str | None = None
    date_precision: str = ""
    date_certainty: str = ""
    extent: str = ""
    pages: int | None = None
    carrier: str = ""
    location: str = ""
    retention: str = ""
    classification: str = ""
    original_classifier: str = ""
    declassify_on: str | None = None
    access_status: str = ""
    access_condition: str = ""
    public_attribute: str = ""
    transfer_opinion: str = ""
    transfer_opinion_on: str | None = None
    agency: str = ""
    document_number: str = ""
    persons: str = ""
    keywords: str = ""
    scope: str = ""
    notes: str = ""


Severity = Literal["error", "warning"]


class Complaint(NamedTuple):
    """What is wrong with a row: `column` is the heading as it stands in the file, `value` the text found there.

    With an error the row is not taken; with a warning it is. `row` None: the file as a whole. `line` is the line of the
    text file (XML), where that helps to find the place.
    """

    row: int | None
    column: str | None
    value: str | None
    sentence: Sentence
    severity: Severity = "error"
    line: int | None = None


# The longest text, in characters, that a catalogue keeps in one place; longer ones are slips of the column.
MAX_TITLE = 2_000
MAX_CELL = 100_000
LONGEST = {
    "title": MAX_TITLE,
    "parent_code": 120,
    "reference_code": 120,
    "series_title": 500,
    "responsible_body": 500,
    "date_text": 200,
    "extent": 500,
    "carrier": 200,
    "location": 200,
    "retention": 60,
    "classification": 60,
    "original_classifier": 200,
    "access_condition": MAX_CELL,
    "public_attribute": 60,
    "transfer_opinion": 500,
    "agency": 200,
    "document_number": 120,
    "persons": 2_000,
    "keywords": 2_000,
    "scope": MAX_CELL,
    "notes": MAX_CELL,
}
LEVELS = ("series", "file", "item")
STATUSES = ("open", "deferred", "legacy_control", "not_reviewed")

# Each field by the name it has on screens and as a heading of our exports, in the order of columns.
FIELD_NAMES = {
    "parent_code": Sentence("上级档号", "Code above"),
    "level": Sentence("级别", "Level"),
    "reference_code": Sentence("档号", "Reference code"),
    "title": Sentence("题名", "Title"),
    "series_title": Sentence("类别", "Series"),
    "responsible_body": Sentence("责任者", "Responsible body"),
    "date_text": Sentence("日期", "Date"),
    "earliest": Sentence("最早日期", "Earliest day"),
    "latest": Sentence("最晚日期", "Latest day"),
    "date_precision": Sentence("日期精度", "Precision of the date"),
    "date_certainty": Sentence("日期确定性", "Certainty of the date"),
    "extent": Sentence("数量", "Extent"),
    "pages": Sentence("页数", "Pages"),
    "carrier": Sentence("载体形态", "Carrier"),
    "location": Sentence("存放位置", "Holdings location"),
    "retention": Sentence("保管期限", "Retention period"),
    "classification": Sentence("密级", "Security classification"),
    "original_classifier": Sentence("原定密机关", "Original classifier"),
    "declassify_on": Sentence("解密复核日期", "Declassification review"),
    "access_status": Sentence("开放标识", "Access status"),
    "access_condition": Sentence("利用限制", "Access condition"),
    "public_attribute": Sentence("公开属性", "Public attribute"),
    "transfer_opinion": Sentence("到期开放意见", "Opinion at transfer"),
    "transfer_opinion_on": Sentence("意见日期", "Date of the opinion"),
    "agency": Sentence("形成单位", "Creating agency"),
    "document_number": Sentence("文号", "Document number"),
    "persons": Sentence("人名", "Persons"),
    "keywords": Sentence("主题词", "Keywords"),
    "scope": Sentence("范围和提要", "Scope and content"),
    "notes": Sentence("附注", "Notes"),
}

# What no text may hold: it shows nothing, ends texts early, or cannot be written as XML.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

_BLANKS = re.compile(r"[ \t\r\n\v\f\x85\u2028\u2029]+")
_BLANKS_IN_LINE = re.compile(r"[ \t\v\f]+")
_LINE_ENDS = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─﹘﹣－", "-"))


def on_one_line(text: str) -> str:
    """The text with its runs of blanks, tabs and line ends as one space, without outer space.

    Other spaces (U+3000, U+2002 ...) stay as they are: they are part of the text and survive every format.
    """
    return _BLANKS.sub(" ", text).strip(" ")


def on_its_lines(text: str) -> str:
    """The text line by line: each as `on_one_line` gives it, empty ones dropped, joined by "\\n"."""
    if not text:
        return ""
    lines = (_BLANKS_IN_LINE.sub(" ", line).strip(" ") for line in _LINE_ENDS.split(text))
    return "\n".join(filter(None, lines))


def same_word(text: str) -> str:
    """A word of a closed list as it is compared: width, case and outer space do not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def same_code(reference_code: str) -> str:
    """A reference code as it is compared: full-width signs, kinds of dash and spaces do not make it another one."""
    if reference_code.isascii():
        return "".join(reference_code.split())
    return "".join(unicodedata.normalize("NFKC", reference_code.translate(_DASHES)).split())


def shown_value(value: str) -> str:
    """As much of a value as a complaint may carry to a screen: at most 200 characters."""
    return value if len(value) <= 200 else value[:199] + "…"
