"""The closed lists of a catalogue: the words that files use, Chinese and English, and what each one means.

They never grow by import: a word that is not here is a complaint.
"""

from __future__ import annotations

from policies.catalogue_rows import same_word

LEVELS = {
    "件": "item", "文件": "item", "item": "item", "piece": "item", "part": "item",
    "案卷": "file", "卷": "file", "file": "file", "volume": "file",
    "类": "series", "类别": "series", "目录": "series", "series": "series", "subseries": "series",
    "sub-series": "series", "sous-série": "series", "class": "series", "record group": "series",
    "recordgrp": "series", "subgrp": "series", "subgroup": "series", "collection": "series",
    "全宗": "series", "fonds": "series", "subfonds": "series", "sub-fonds": "series",
}  # fmt: skip

ACCESS_STATUSES = {
    "开放": "open", "open": "open",
    "控制": "legacy_control", "控制使用": "legacy_control", "restricted": "legacy_control",
    "legacy_control": "legacy_control",
    "延期开放": "deferred", "deferred": "deferred",
    "未审核": "not_reviewed", "not reviewed": "not_reviewed", "unreviewed": "not_reviewed",
    "not_reviewed": "not_reviewed",
}  # fmt: skip

PRECISIONS = {
    "day": "day", "日": "day", "month": "month", "月": "month", "year": "year", "年": "year",
    "decade": "decade", "年代": "decade", "span": "span", "起止": "span",
}  # fmt: skip

CERTAINTIES = {
    "approximate": "approximate", "约": "approximate", "大约": "approximate",
    "inferred": "inferred", "推定": "inferred", "考证": "inferred",
}  # fmt: skip

CLOSED_LISTS = {
    "level": LEVELS,
    "access_status": ACCESS_STATUSES,
    "date_precision": PRECISIONS,
    "date_certainty": CERTAINTIES,
}


def known_word(field: str, text: str) -> str | None:
    """What the word means in the closed list of this field; None where the list does not know it."""
    return CLOSED_LISTS[field].get(same_word(text))
