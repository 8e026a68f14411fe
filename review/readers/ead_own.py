"""How our own exports write a row as a component of EAD, so that it is read again as it was.

Both sides keep to this (the exports of review/documents write it, this reader reads it):

- A component is ours when at least one <odd> directly in it has @localtype (EAD3) or @altrender (EAD 2002)
  "qifeng:FIELD", FIELD being a field of CatalogueRow. A row that needs no such odd gets one all the same:
  "qifeng:notes" with an empty <p/>.
- Fields with a home: title in <unittitle>, reference_code in <unitid>, responsible_body in <origination>, date_text in
  <unitdate>, extent in <physdesc>, location in <physloc> (once each, in <did>, absent when empty; an empty title is
  <unittitle/>); access_condition in one <accessrestrict> of one <p>; scope in <scopecontent>, a <p> for each line.
  The level is @level: "series", "file" or "item". The unit above is the component around it.
- Every other field that is not empty: an odd of its own, a <p> for each line, days as YYYY-MM-DD, numbers in digits,
  words of closed lists in their English form of policies/catalogue_rows.py. `row` and `parent_row` are not written;
  `parent_code` only where the unit above is not in the file.
- Of a component that is ours nothing else is taken: the notes are exactly the qifeng:notes, the span is exactly
  qifeng:earliest and qifeng:latest (None without them, whatever <unitdate> says), an odd overrules a home. No <head>.
- An <archdesc> of ours has such an odd too; its components have nothing from it (`Stream.above` is None).
- @audience is not written. (Where one says "internal" all the same, that is added to access_condition: in doubt a
  record stays closed.)
- Texts are compared after runs of XML blanks ([ \\t\\r\\n]) became one space.
"""

from __future__ import annotations

import re
from datetime import date

from lxml import etree

from policies.catalogue_rows import LEVELS, STATUSES, CatalogueRow
from policies.sentences import Sentence
from review.readers.ead_elements import lines_of

PREFIX = "qifeng:"
_HOMELESS = frozenset(CatalogueRow._fields) - {"row", "parent_row"}
_WORDS = {
    "level": LEVELS,
    "access_status": STATUSES,
    "date_precision": ("day", "month", "year", "decade", "span"),
    "date_certainty": ("approximate", "inferred"),
}
_DAYS = ("earliest", "latest", "declassify_on", "transfer_opinion_on")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,9}")


def field_of(odd: etree._Element) -> str | None:
    """The FIELD an odd of our own is for; None for an odd of others."""
    name = odd.get("localtype") or odd.get("altrender") or ""
    return name[len(PREFIX) :] if name.startswith(PREFIX) else None


class OwnFields:
    """What the odds of one component say: `values` by field, and `faults` as (field, text, sentence)."""

    def __init__(self, odds: list[etree._Element]) -> None:
        self.values: dict[str, object] = {}
        self.faults: list[tuple[str, str, Sentence]] = []
        for odd in odds:
            self._take(field_of(odd) or "", "\n".join(lines_of(odd)))
        if ("earliest" in self.values) != ("latest" in self.values):
            self.faults.append(("earliest", "", _HALF_A_SPAN))
        elif "earliest" in self.values and str(self.values["earliest"]) > str(self.values["latest"]):
            self.faults.append(("latest", str(self.values["latest"]), _ENDS_BEFORE))

    def _take(self, field: str, text: str) -> None:
        if field not in _HOMELESS:
            self.faults.append((field, text, _UNKNOWN_FIELD.filled(field=field[:60])))
        elif field in self.values:
            self.faults.append((field, text, _TWICE.filled(field=field)))
        elif not text:
            pass
        elif field in _DAYS:
            self._take_day(field, text)
        elif field == "pages":
            if _NUMBER.fullmatch(text):
                self.values[field] = int(text)
            else:
                self.faults.append((field, text, _NO_NUMBER))
        elif field in _WORDS and text not in _WORDS[field]:
            self.faults.append((field, text, _UNKNOWN_WORD.filled(words="、".join(_WORDS[field]))))
        else:
            self.values[field] = text if field in ("notes", "scope") else text.replace("\n", " ")

    def _take_day(self, field: str, text: str) -> None:
        try:
            if not _DAY.fullmatch(text):
                raise ValueError(text)
            self.values[field] = date.fromisoformat(text).isoformat()
        except ValueError:
            self.faults.append((field, text, _NO_DAY))


_UNKNOWN_FIELD = Sentence(
    "“qifeng:{field}”不是本系统的著录项。请用同一版本的系统重新导出。",
    "“qifeng:{field}” is no field of this system. Export the file again with the same version of it.",
)
_TWICE = Sentence(
    "著录项“{field}”在同一著录单元中出现两次。请保留一个。",
    "The field “{field}” stands twice in one component. Keep one.",
)
_NO_DAY = Sentence(
    "不是日期。应为 YYYY-MM-DD，例如 1998-03-12。请改正。",
    "This is no day. Expected is YYYY-MM-DD, for example 1998-03-12. Correct it.",
)
_NO_NUMBER = Sentence(
    "不是页数。应为阿拉伯数字。请改正。", "This is no number of pages. Expected are digits. Correct it."
)
_UNKNOWN_WORD = Sentence("此处只能是：{words}。请改正。", "Only these words may stand here: {words}. Correct it.")
_HALF_A_SPAN = Sentence(
    "最早日期与最晚日期须同时给出。请补全。",
    "The earliest and the latest day have to be given together. Add the other.",
)
_ENDS_BEFORE = Sentence("最晚日期早于最早日期。请核对。", "The latest day lies before the earliest. Check both.")
