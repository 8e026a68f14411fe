"""The columns of an exported table: every field of a catalogue row under its canonical Chinese heading, in order.

The house profile of the readers knows these headings and these words, so that a table comes back as it went out.
"""

from __future__ import annotations

from operator import itemgetter

from policies.catalogue_rows import CatalogueRow

HEADINGS = {
    "parent_code": "上级档号",
    "level": "级别",
    "reference_code": "档号",
    "title": "题名",
    "series_title": "类别",
    "responsible_body": "责任者",
    "date_text": "日期",
    "earliest": "最早日期",
    "latest": "最晚日期",
    "date_precision": "日期精度",
    "date_certainty": "日期确定性",
    "extent": "数量",
    "pages": "页数",
    "carrier": "载体形态",
    "location": "存放位置",
    "retention": "保管期限",
    "classification": "密级",
    "original_classifier": "原定密机关",
    "declassify_on": "解密复核日期",
    "access_status": "开放标识",
    "access_condition": "利用限制",
    "public_attribute": "公开属性",
    "transfer_opinion": "到期开放意见",
    "transfer_opinion_on": "意见日期",
    "agency": "形成单位",
    "document_number": "文号",
    "persons": "人名",
    "keywords": "主题词",
    "scope": "范围和提要",
    "notes": "附注",
}

# How a value of a closed list is written for people; what is not here stands as it is.
WORDS = {
    "level": {"series": "类", "file": "案卷", "item": "件"},
    "date_precision": {"day": "日", "month": "月", "year": "年", "decade": "年代", "span": "起止"},
    "date_certainty": {"approximate": "约", "inferred": "推定"},
    "access_status": {"open": "开放", "deferred": "延期开放", "legacy_control": "控制", "not_reviewed": "未审核"},
}

_PICK = itemgetter(*(CatalogueRow._fields.index(field) for field in HEADINGS))
_WORDED = tuple((place, WORDS[field]) for place, field in enumerate(HEADINGS) if field in WORDS)


def cells_of(row: CatalogueRow) -> list[str | int | None]:
    """The row's values in the order of HEADINGS, words of closed lists in Chinese; "" or None where nothing is stated."""
    cells = list(_PICK(row))
    for place, words in _WORDED:
        cells[place] = words.get(cells[place], cells[place])
    return cells
