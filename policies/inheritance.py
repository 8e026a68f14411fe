"""What a unit of description has from the units above it and from its parts, whatever file it came in.

ISAD(G) 2.2 and 2.4: what holds for the whole is said once, at the whole; what is said nearer the record rules. What is in
doubt makes a unit later or more restricted, never earlier or freer: a file ends no earlier than its latest part,
restrictions of all units above are kept beside the own, and a unit keeps those of its parts. One thing overrules what
stands above: a unit's own statement that it is open ("[Vetted, open]"); what it overrules is kept in the notes
(docs/decisions/0009-an-own-statement-of-openness-overrules.md). That a unit is internal (INTERNAL) is never overruled.

Pure and without memory: a caller walks down with `below` and up with `add_to`, and asks `effective` for each unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from policies.catalogue_rows import LONGEST, CatalogueRow, same_word
from policies.marks import read_secrecy_mark
from policies.sentences import Refusal, Sentence

INTERNAL = "audience=internal"
MAX_CONDITIONS = 200
MAX_REPEATED = 20_000  # characters of restrictions that a unit has from others: each of its parts repeats them

_BETWEEN = " | "
_WITHIN = "within: "
_MARK = "密级："
_MORE = "within: 下级另有其他利用限制 further restrictions of parts"
_PASSED = ("responsible_body", "retention", "classification", "agency", "carrier", "location")

# A whole statement that says nothing but that the unit is open.
_SAYS_OPEN = re.compile(
    r"\W*(?:vetted\W+|reviewed\W+)?open(?: for (?:research|use))?\W*|\W*(?:已审核\W*)?开放\W*", re.IGNORECASE
)
_SPEAKS_OF_SECRETS = re.compile(r"密|secret|confidential|classified", re.IGNORECASE)
_NO_SECRET = frozenset(
    ["公开", "普通", "一般", "无", "无密级", "非密", "非涉密", "无密", "none", "open", "public", "unclassified"]
)


class Context(NamedTuple):
    """What holds for the parts of a unit. `titles` are those of the two nearest series; `conditions` one text each."""

    titles: tuple[str, ...] = ()
    responsible_body: str = ""
    date_text: str = ""
    earliest: str | None = None
    latest: str | None = None
    date_precision: str = ""
    date_certainty: str = ""
    retention: str = ""
    classification: str = ""
    agency: str = ""
    carrier: str = ""
    location: str = ""
    conditions: tuple[str, ...] = ()


TOP = Context()  # nothing stands above
_DATED = ("date_text", "earliest", "latest", "date_precision", "date_certainty")


@dataclass(slots=True)
class Within:
    """What the parts of a unit come to: their latest day, their restrictions, their secrecy marks.

    `more`: there are more restrictions than MAX_CONDITIONS and MAX_REPEATED let one unit repeat.
    """

    latest: str | None = None
    conditions: dict[str, None] = field(default_factory=dict)
    classifications: set[str] = field(default_factory=set)
    more: bool = False


def below(row: CatalogueRow, above: Context) -> Context:
    """What holds for the parts of `row`: what it states itself, else what holds above it.

    Only a series is a heading. A file is a record of its own that may stay closed: its title would be published with
    the first of its items that opens. Nor is a series whose title may be a secret.
    Raises Refusal for more restrictions than MAX_CONDITIONS, or MAX_REPEATED characters of them from above.
    """
    classification = row.classification or above.classification
    heads = row.level == "series" and row.title and not _is_secret(classification)
    dated = row if _states_date(row) else above
    return Context(
        (*above.titles[-1:], row.title) if heads else above.titles,
        row.responsible_body or above.responsible_body,
        dated.date_text, dated.earliest, dated.latest, dated.date_precision, dated.date_certainty,
        row.retention or above.retention,
        classification,
        row.agency or above.agency,
        row.carrier or above.carrier,
        row.location or above.location,
        _conditions(row, above)[0],
    )  # fmt: skip


def effective(row: CatalogueRow, above: Context, within: Within) -> tuple[CatalogueRow, dict[str, object]]:
    """The row with what it has from above and from within; and its own value of every field that is another thereby.

    The row overlaid with that dict is the row as it was. Raises Refusal for more restrictions than MAX_CONDITIONS, or MAX_REPEATED characters of them from above.
    """
    changed: dict[str, object] = {}
    if above is not TOP:
        if above.titles and not row.series_title:
            changed["series_title"] = _shortened(" / ".join(above.titles), LONGEST["series_title"])
        for name in _PASSED:
            if (held := getattr(above, name)) and not getattr(row, name):
                changed[name] = held
        if not _states_date(row):
            changed |= {name: held for name in _DATED if (held := getattr(above, name)) != getattr(row, name)}
    latest = changed.get("latest", row.latest)
    if isinstance(latest, str) and within.latest and within.latest > latest:
        changed |= {"latest": within.latest, "date_precision": "span"}
    _add_conditions(row, above, within, changed)
    if not changed:
        return row, changed
    own = {name: getattr(row, name) for name, value in changed.items() if value != getattr(row, name)}
    return row._replace(**changed), own  # type: ignore[arg-type]


def add_to(within: Within, row: CatalogueRow, inner: Within) -> None:
    """Adds a part to what the unit around it has within: the part's own statements and what it has within itself."""
    latest = max(filter(None, (within.latest, row.latest, inner.latest)), default=None)
    within.latest = latest
    if row.access_condition:
        for text in _texts(row.access_condition):
            _add(within, text.removeprefix(_WITHIN))
    for text in inner.conditions:
        _add(within, text)
    within.more = within.more or inner.more
    if _may_be_secret(row.classification):
        within.classifications.add(row.classification)
    within.classifications |= inner.classifications


def _add(within: Within, text: str) -> None:
    if text in within.conditions or text == INTERNAL or _SAYS_OPEN.fullmatch(text):
        return
    if len(within.conditions) < MAX_CONDITIONS and len(text) + sum(map(len, within.conditions)) <= MAX_REPEATED:
        within.conditions[text] = None
    else:
        within.more = True


def _states_date(row: CatalogueRow) -> bool:
    """A date that could not be read is a statement too: it is not replaced by that of the unit above."""
    return bool(row.date_text) or row.earliest is not None


def _texts(access_condition: str) -> tuple[str, ...]:
    return tuple(filter(None, (text.strip() for text in access_condition.split(_BETWEEN))))


def _conditions(row: CatalogueRow, above: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The restrictions that hold for the row and its parts, the own ones first; and those that it overrules."""
    own = _texts(row.access_condition) if row.access_condition else ()
    overruled: tuple[str, ...] = ()
    held = above.conditions
    if own and held and _are_open(own):
        overruled = tuple(text for text in held if text != INTERNAL)
        held = tuple(text for text in held if text == INTERNAL)
    conditions = tuple(dict.fromkeys(own + held)) if own else held
    if len(conditions) > MAX_CONDITIONS or sum(map(len, held)) > MAX_REPEATED:
        name = row.reference_code or str(row.row)
        raise Refusal(_TOO_MANY.filled(row=row.row, name=name, most=MAX_CONDITIONS, characters=MAX_REPEATED))
    return conditions, overruled


def _are_open(own: tuple[str, ...]) -> bool:
    said = [text for text in own if text != INTERNAL and not text.startswith(_WITHIN)]
    return bool(said) and all(_SAYS_OPEN.fullmatch(text) for text in said)


def _add_conditions(row: CatalogueRow, above: Context, within: Within, changed: dict[str, object]) -> None:
    if not (above.conditions or within.conditions or within.classifications or within.more):
        return
    own = _texts(row.access_condition)
    conditions, overruled = _conditions(row, above)
    inner = [_WITHIN + text for text in within.conditions if text not in conditions]
    classification = changed.get("classification", row.classification)
    inner += [f"{_WITHIN}{_MARK}{mark}" for mark in sorted(within.classifications) if mark != classification]
    if within.more:
        inner.append(_MORE)
    added = [text for text in (*conditions, *inner) if text not in own]
    if added:
        changed["access_condition"] = _BETWEEN.join(filter(None, (row.access_condition, *added)))
    if overruled:
        lines = [f"accessrestrict above: {text}" for text in overruled]
        changed["notes"] = "\n".join(filter(None, (row.notes, *lines)))


@lru_cache(maxsize=1000)
def _may_be_secret(classification: str) -> bool:
    """Whether the text in the place of the secrecy mark is anything but the statement that there is none."""
    return bool(classification) and same_word(classification) not in _NO_SECRET


@lru_cache(maxsize=1000)
def _is_secret(classification: str) -> bool:
    """Whether the text is a secrecy mark, or speaks of one in any other words (原机密件, 涉密)."""
    return _may_be_secret(classification) and (
        read_secrecy_mark(same_word(classification)) is not None
        or _SPEAKS_OF_SECRETS.search(classification) is not None
    )


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


_TOO_MANY = Sentence(
    "第 {row} 个著录单元（{name}）连同上级的利用限制超过 {most} 条，或上级的超过 {characters} 个字符，疑为文件有误。请核对。",
    "Unit {row} ({name}) has more than {most} restrictions with those above it, or {characters} characters of those "
    "above. Check the file.",
)
