"""ArchivesSpace's bulk-import spreadsheet: a row of field codes, a row of field names, then the components.

Source: ArchivesSpace "bulk_import_template.csv". `hierarchy` is the depth: the unit above is the nearest row above
with a smaller number. A component needs a title or a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from policies.catalogue_rows import same_word
from policies.sentences import Sentence
from review.readers.dialects import Dialect, Fault, as_its_last_day, noted

COLUMNS = {
    "archivesspacefieldcode": "notes.mark",
    "title": "title",
    "unitid": "reference_code",
    "hierarchy": "parent_code.depth",
    "level": "level.word",
    "otherlevel": "level.other",
    "publish": "access_condition.publish",
    "restrictionsflag": "access_condition.flag",
    "naccessrestrict": "access_condition",
    "eaccessrestrict": "access_condition.until",
    "processingnote": "notes",
    "nodd": "notes",
    "nscopecontent": "scope",
    "nabstract": "scope",
    "nphysloc": "location",
    "containersummary": "extent",
    "number": "extent.number",
    "extenttype": "extent.kind",
    **{
        f"{part}{place}": f"date.{part}{place}" for part in ("begin", "end", "expression") for place in ("", "1", "2")
    },
    **{f"{part}{place}": f"location.{part}{place}" for part in ("type", "indicator") for place in ("1", "2", "3")},
    **{f"peopleagentheader{place}": f"persons.name{place}" for place in range(1, 6)},
    **{f"corporateentitiesagentheader{place}": f"responsible_body.name{place}" for place in range(1, 4)},
    **{f"subject{place}term": f"keywords.term{place}" for place in (1, 2)},
}
_NO = {"0", "false", "f", "no", "n"}
_YES = {"1", "true", "t", "yes", "y"}


class ArchivesSpace(Dialect):
    """The rows of one file: remembers the last row of every depth."""

    follows_rows = True

    def __init__(self) -> None:
        self._above: list[tuple[int, int]] = []  # (depth, row), each deeper than the one before

    def passes_over(self, cells: Sequence[str]) -> bool:
        """The row of field names below the row of field codes."""
        return same_word(cells[0]) == "field name" if cells else False

    def interpret(
        self, number: int, values: dict[str, str], parts: dict[str, str], today: date | None
    ) -> tuple[int | None, list[Fault]]:
        """Finds the unit above by the depth; joins dates, containers and agents."""
        faults: list[Fault] = []
        parent = self._parent(number, parts.get("parent_code.depth", ""), faults)
        self._level(values, parts)
        self._date(values, parts)
        self._access(values, parts)
        for field in ("persons", "responsible_body", "keywords"):
            texts = (text for part, text in parts.items() if part.startswith(f"{field}.") and text)
            values[field] = "; ".join(dict.fromkeys(texts))
        boxes = (
            " ".join(
                filter(None, (parts.get(f"location.type{place}", ""), parts.get(f"location.indicator{place}", "")))
            )
            for place in (1, 2, 3)
        )
        values["location"] = " / ".join(filter(None, (values.get("location", ""), *boxes)))
        amount = " ".join(filter(None, (parts.get("extent.number", ""), parts.get("extent.kind", ""))))
        values["extent"] = "; ".join(filter(None, (amount, values.get("extent", ""))))
        return parent, faults

    def _parent(self, number: int, depth: str, faults: list[Fault]) -> int | None:
        if not (depth.isdecimal() and 0 < int(depth[:9]) < 1_000):
            faults.append(Fault("parent_code.depth", depth, _NO_DEPTH))
            return None
        while self._above and self._above[-1][0] >= int(depth):
            self._above.pop()
        parent = self._above[-1][1] if self._above else None
        self._above.append((int(depth), number))
        return parent

    def _level(self, values: dict[str, str], parts: dict[str, str]) -> None:
        level, other = parts.get("level.word", ""), parts.get("level.other", "")
        if level.casefold() == "otherlevel":
            # A level that only that archive knows: what has parts is told by the rows below it, not here.
            noted(values, f"other_level: {other}")
        elif level:
            values["level"] = level

    def _date(self, values: dict[str, str], parts: dict[str, str]) -> None:
        """The span of all the dates; a title that is missing is the date, as ArchivesSpace shows it."""
        texts: list[str] = []
        starts: list[str] = []
        ends: list[str] = []
        for place in ("", "1", "2"):
            begin, end = parts.get(f"date.begin{place}", ""), parts.get(f"date.end{place}", "")
            between = "/".join(dict.fromkeys(filter(None, (begin, end))))
            texts.append(parts.get(f"date.expression{place}", "") or between)
            starts += filter(None, [begin or end])
            ends += filter(None, [end or begin])
        values["date"] = "; ".join(filter(None, texts))
        if starts:
            values["earliest"], values["latest"] = min(starts), max(ends, key=as_its_last_day)
        values["title"] = values.get("title", "") or values["date"]

    def _access(self, values: dict[str, str], parts: dict[str, str]) -> None:
        """In doubt a record stays closed: what is flagged, or is not to be published, says so to the rules."""
        conditions = [values.get("access_condition", "")]
        if until := parts.get("access_condition.until", ""):
            conditions.append(f"Restricted until {until}")
        if parts.get("access_condition.flag", "").casefold() in _YES:
            conditions.append("Restrictions apply")
        if parts.get("access_condition.publish", "").casefold() in _NO:
            conditions.append("audience=internal")
        values["access_condition"] = " | ".join(filter(None, conditions))


_NO_DEPTH = Sentence(
    "hierarchy 应为从 1 起的整数（层级深度）。请改正。",
    "The hierarchy has to be a whole number from 1 (the depth of the level). Correct it.",
)
