"""The columns of an exported table: every field of a catalogue row under its canonical Chinese heading, in order.

The house profile of the readers knows these headings and these words, so that a table comes back as it went out.
"""

from __future__ import annotations

from operator import itemgetter

from policies.catalogue_rows import FIELD_NAMES, CatalogueRow

HEADINGS = {field: name.zh for field, name in FIELD_NAMES.items()}

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
