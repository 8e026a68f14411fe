"""One page of a review desk, found by its working list: the groups with their counts, and one page of entries in their order.

What is asked of the database does not grow with the batch: a page is found by an index, a filter looks through a bounded
stretch of the list and says where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from policies.outcomes import Outcome, Stage, Suggestion
from review import desk_lists
from review.models import Agency, Batch, BatchEntry, DeskEntry, DeskLeft, DeskTally, Finding
from review.queries.decisions import round_of
from review.queries.desks import Group

PAGE = 40
STRETCH = 200_000  # entries that one request looks through for words
GROUPS_READ, GROUPS_SHOWN = 3000, 30
ORDERS = {"": "position", "day": "day", "alike": "likeness"}
# Groups that may be decided at once. The whole batch is none: nobody takes the machine's advice on everything unseen.
DECIDED_AT_ONCE = ("suggestion", "ground", "rule", "series", "decade", "agency", "alike", "opinion")
_ORDER = {
    "suggestion": [suggestion.value for suggestion in Suggestion],
    "opinion": [outcome.value for outcome in Outcome],
}
_BLIND_HIDES = ("opinion",)
_SECTIONS = ("opinion", "suggestion", "ground", "rule", "alike", "decade", "agency", "series")


@dataclass(frozen=True, slots=True)
class Look:
    """What a desk is asked to show, as its address says it."""

    group: str = "all"
    words: str = ""
    order: str = ""
    left: bool = False
    page: int = 1
    after: int = 0  # with words: the position after which to look on

    @property
    def kind(self) -> str:
        return self.group.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Section:
    """The groups of one kind, the largest or first of them; `more` are not shown."""

    kind: str
    groups: list[Group]
    more: int
    open: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """The working list of a batch at one desk, with its groups."""

    batch: Batch
    groups: dict[str, Group]

    @property
    def all(self) -> Group:
        return self.groups["all"]

    def group(self, key: str) -> Group:
        """A group by its key; all entries for one that there is not. Entries alike to one have no tally: they are few."""
        if key.startswith("alike:") and key not in self.groups and key != "alike:any":
            rows = _in_group(self.batch, key)
            count, left = rows.count(), rows.filter(pk__in=_left(self.batch)).count()
            return Group(key, "alike", key.partition(":")[2], count, left) if count else self.all
        return self.groups.get(key, self.all)

    def sections(self, here: Group) -> list[Section]:
        """The groups by kind, as the desk lists them; open is what one looks at and what is asked for first."""
        found = []
        first = "opinion" if any(group.kind == "opinion" for group in self.groups.values()) else "suggestion"
        for kind in _SECTIONS:
            groups = [group for group in self.groups.values() if group.kind == kind]
            if kind in _ORDER:
                groups.sort(key=lambda group: _ORDER[group.kind].index(group.value))
            elif kind == "decade":
                groups.sort(key=lambda group: group.value)
            if groups:
                shown = groups[:GROUPS_SHOWN]
                if here.kind == kind and here not in shown and here in groups:
                    shown.append(here)
                opened = kind in (first, "suggestion", here.kind)
                found.append(Section(kind, shown, len(groups) - len(shown), opened))
        return found


def desk_of(batch: Batch, stage: Stage, *, blind: bool = False) -> Desk:
    """The working list of a batch at this desk, laid out where it is not; blind: without what first review decided."""
    desk_lists.lay_out(batch, stage, round_of(batch))
    tallies = DeskTally.objects.filter(batch=batch).order_by("-count", "key").values_list("key", "count", "left")
    groups: dict[str, Group] = {}
    for key, count, left in tallies[:GROUPS_READ]:
        kind, _, value = key.partition(":")
        if not (blind and kind in _BLIND_HIDES):
            groups[key] = Group(key, kind, value, count, left)
    every = groups["all"]
    groups["left"] = Group("left", "left", "", every.left, every.left)
    _name_agencies(groups)
    return Desk(batch, groups)


class CountedPages(Paginator):
    """Pages of a list whose length is known already."""

    def __init__(self, rows: QuerySet, count: int) -> None:
        super().__init__(rows, PAGE)
        self.known = count

    @cached_property
    def count(self) -> int:
        return self.known


def page_of(desk: Desk, look: Look) -> Page:
    """The page of entries (ids of batch entries) that is asked for, without words."""
    group = desk.group(look.group)
    left = look.left or group.kind == "left"
    if group.kind in ("all", "left") and left and not look.order:
        return CountedPages(_left(desk.batch).order_by("position"), desk.all.left).get_page(look.page)
    rows = _in_group(desk.batch, group.key)
    if left:
        rows = rows.filter(pk__in=_left(desk.batch))
    if look.order == "alike":
        rows = rows.filter(alike__gt=1).order_by("likeness", "position")
    else:
        rows = rows.order_by(*([ORDERS[look.order]] if look.order in ORDERS else []), "position")
    count = group.left if left else group.count
    if look.order == "alike" and group.key != "alike:any":
        count = rows.count()
    return CountedPages(rows.values_list("pk", flat=True), count).get_page(look.page)


@dataclass(frozen=True, slots=True)
class Found:
    """Entries with the words that were looked for; `on` is the position after which to look on, 0 where all was seen."""

    rows: list[int]
    on: int


def found_in(desk: Desk, look: Look) -> Found:
    """The next entries of a group that have all the words, in archival order, within a bounded stretch of the list."""
    rows = _in_group(desk.batch, look.group if look.group in desk.groups else desk.group(look.group).key)
    if look.left or look.group == "left":
        rows = rows.filter(pk__in=_left(desk.batch))
    stretch = DeskEntry.objects.filter(batch=desk.batch, position__gt=look.after).order_by("position")
    end = stretch.values_list("position", flat=True)[STRETCH : STRETCH + 1].first()
    rows = rows.filter(position__gt=look.after)
    if end is not None:
        rows = rows.filter(position__lte=end)
    for word in look.words.lower().split():
        rows = rows.filter(text__contains=word)
    found = list(rows.order_by("position").values_list("pk", "position")[: PAGE + 1])
    if len(found) > PAGE:
        return Found([pk for pk, _ in found[:PAGE]], found[PAGE - 1][1])
    return Found([pk for pk, _ in found], end or 0)


def undecided_in(desk: Desk, group: str, limit: int) -> list[int]:
    """The undecided entries of a group in archival order, so many at most."""
    rows = _in_group(desk.batch, group).filter(pk__in=_left(desk.batch))
    return list(rows.order_by("position").values_list("pk", flat=True)[:limit])


def left_after(batch: Batch, stage: Stage, rows: Sequence[int]) -> dict[str, int]:
    """How many entries have no opinion at this desk: of all, and of the groups that these entries are in."""
    desk_lists.lay_out(batch, stage, round_of(batch))
    keys = ["all", *desk_lists.keys_of(rows)]
    return dict(DeskTally.objects.filter(batch=batch, key__in=keys).values_list("key", "left"))


def entries_by_id(pks: Sequence[int]) -> list[BatchEntry]:
    """These entries of a batch, in this order."""
    rows = BatchEntry.objects.filter(pk__in=list(pks)).select_related("entry", "entry__agency", "batch")
    found = {row.pk: row for row in rows}
    return [found[pk] for pk in pks if pk in found]


def alike_counts(pks: Sequence[int]) -> dict[str, int]:
    """By likeness: how many entries of their batch are alike to these, where there is another."""
    rows = DeskEntry.objects.filter(pk__in=list(pks), alike__gt=1)
    return dict(rows.values_list("likeness", "alike"))


def _left(batch: Batch) -> QuerySet:
    return DeskLeft.objects.filter(batch=batch).values_list("pk", flat=True)


def _in_group(batch: Batch, key: str) -> QuerySet[DeskEntry]:
    kind, _, value = key.partition(":")
    rows = DeskEntry.objects.filter(batch=batch)
    if kind == "rule":
        fired = Finding.objects.filter(run__batch=batch, replaced_by=None, rule=value)
        return rows.filter(pk__in=fired.values("batch_entry"))
    if kind == "alike":
        return rows.filter(alike__gt=1) if value == "any" else rows.filter(alike__gt=1, likeness=value)
    if kind == "agency":
        return rows.filter(agency=int(value) if value.isascii() and value.isdigit() else -1)
    return rows.filter(**{desk_lists.KINDS[kind]: value}) if kind in desk_lists.KINDS else rows


def _name_agencies(groups: dict[str, Group]) -> None:
    ids = [int(group.value) for group in groups.values() if group.kind == "agency"]
    for pk, name in Agency.objects.filter(pk__in=ids).values_list("pk", "name"):
        groups[f"agency:{pk}"].name = name
