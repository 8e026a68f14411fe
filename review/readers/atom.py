"""AtoM's CSV of archival descriptions (information objects), as ISAD(G) and RAD templates have it.

Source: AtoM 2.x "CSV import", example_information_objects_isad.csv and _rad.csv. A row points at the unit above by
parentId = its legacyId, and AtoM puts the unit above first. Several values of a cell are parted by "|"; NULL is none.
"""

from __future__ import annotations

import re
from datetime import date

from policies.sentences import Sentence
from review.readers.dialects import Dialect, Fault, as_its_last_day, joined

COLUMNS = {
    "title": "title",
    "levelofdescription": "level",
    "legacyid": "parent_code.own",
    "parentid": "parent_code.above",
    "identifier": "reference_code",
    "extentandmedium": "extent",
    "radgeneralmaterialdesignation": "carrier.kinds",
    "accessconditions": "access_condition",
    "scopeandcontent": "scope",
    "generalnote": "notes",
    "eventdates": "date.text",
    "eventstartdates": "date.start",
    "eventenddates": "date.end",
    "eventactors": "responsible_body.makers",
    "nameaccesspoints": "persons.names",
    "subjectaccesspoints": "keywords.subjects",
    "placeaccesspoints": "keywords.places",
    "genreaccesspoints": "keywords.genres",
    "physicalobjectlocation": "location.place",
    "physicalobjectname": "location.box",
}
_NO_PART = re.compile(r"(-00)+$")  # 2016-00-00 is the year 2016


class Atom(Dialect):
    """The rows of one file: remembers the row and the code of every legacyId, for the rows below it."""

    follows_rows = True

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, str]] = {}

    def interpret(
        self, number: int, values: dict[str, str], parts: dict[str, str], today: date | None
    ) -> tuple[int | None, list[Fault]]:
        """Finds the unit above, and gives an identifier the code of that unit before it, as AtoM shows it."""
        faults = []
        above = parts.get("parent_code.above", "")
        parent, code_above = self._rows.get(above, (None, ""))
        if above and parent is None:
            faults.append(Fault("parent_code.above", above, _NO_UNIT_ABOVE))
        code = values.get("reference_code", "")
        if code and code_above and not code.startswith(code_above):
            values["reference_code"] = f"{code_above}-{code}"
        if own := parts.get("parent_code.own", ""):
            self._rows[own] = number, values.get("reference_code", "") or code_above
        self._name(values, parts)
        self._date(values, parts)
        return parent, faults

    def _name(self, values: dict[str, str], parts: dict[str, str]) -> None:
        for field, names in (
            ("responsible_body", ("makers",)),
            ("carrier", ("kinds",)),
            ("persons", ("names",)),
            ("keywords", ("subjects", "places", "genres")),
            ("location", ("place", "box")),
        ):
            texts = (joined(parts.get(f"{field}.{name}", ""), "; ") for name in names)
            values[field] = "; ".join(filter(None, texts))
        if "|" in values.get("notes", ""):
            values["notes"] = joined(values["notes"], "\n")

    def _date(self, values: dict[str, str], parts: dict[str, str]) -> None:
        """The span of all events; their display text where AtoM's own days are missing."""
        values["date"] = joined(parts.get("date.text", ""), "; ")
        starts, ends = (
            [_NO_PART.sub("", day) for day in joined(parts.get(part, ""), " ").split()]
            for part in ("date.start", "date.end")
        )
        if starts or ends:
            values["earliest"] = min(starts or ends)
            values["latest"] = max(ends or starts, key=as_its_last_day)


_NO_UNIT_ABOVE = Sentence(
    "上面各行中没有 legacyId 与此 parentId 相同的条目。请把上级排在下级之前（AtoM 导出即如此），或改正编号。",
    "No row above has this parentId as its legacyId. Put a unit before its parts, as AtoM's exports do, or correct it.",
)
