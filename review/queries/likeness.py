"""Look-alikes (近似题名): what was decided on entries alike to these, and where a batch decides alike entries differently.

A warning for those who decide, never a bar. Entries are alike when they have one key (policies/likeness.py, kept with
each entry of a batch); before signing, small edits are looked for as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import CharField, Count, OuterRef, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber

from policies.likeness import alike_groups
from policies.outcomes import Outcome, Stage
from review import access
from review.models import AccessStatus, Batch, BatchEntry, Entry, Opinion, Person, Suggested
from review.queries.decisions import Settled, round_of

SHOWN = 3  # entries of each kind
GROUPS = 20  # of a batch that are listed
_STATUSES = {
    AccessStatus.OPEN: Outcome.OPEN,
    AccessStatus.PARTIAL: Outcome.PARTIAL,
    AccessStatus.DEFERRED: Outcome.DEFER,
}
_DECIDED = {
    Outcome.OPEN: Outcome.OPEN,
    Outcome.OPEN_EARLY: Outcome.OPEN,
    Outcome.PARTIAL: Outcome.PARTIAL,
    Outcome.DEFER: Outcome.DEFER,
    Outcome.REFER: Outcome.REFER,
}


@dataclass(slots=True)
class Alike:
    """Entries with titles alike: how many met with which outcome ("open", "defer", "refer"), and some of each."""

    counts: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[Entry, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def add(self, outcome: str, count: int) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + count


@dataclass(slots=True)
class Unevens:
    """The groups of a batch that do not get the same decisions, the largest first; all are counted, some are listed."""

    by_key: dict[str, Alike]
    listed: list[Alike]

    @property
    def groups(self) -> int:
        return len(self.by_key)

    @property
    def entries(self) -> int:
        return sum(group.total for group in self.by_key.values())


def earlier_decisions(rows: Sequence[BatchEntry], by: Person) -> dict[str, Alike]:
    """By key: what was decided, in released batches, on other entries alike to these, of the fonds `by` may read.

    Two queries at any length, beside those for the rights.
    """
    done = BatchEntry.objects.filter(
        likeness__in={row.likeness for row in rows} - {""},
        live=False,
        entry__fonds__in=access.fonds_of(by),
        entry__access_status__in=list(_STATUSES),
    ).exclude(entry__in=[row.entry_id for row in rows])
    found: dict[str, Alike] = {}
    counted = done.order_by("likeness", "entry__access_status").values_list("likeness", "entry__access_status")
    for key, status, count in counted.annotate(count=Count("entry", distinct=True)):
        found.setdefault(key, Alike()).add(_STATUSES[status], count)
    newest = Window(RowNumber(), partition_by=["likeness", "entry__access_status"], order_by="-pk")
    for row in done.annotate(place=newest).filter(place__lte=SHOWN).select_related("entry__fonds").order_by("-pk"):
        shown = found[row.likeness].rows
        if all(entry != row.entry for entry, _ in shown):  # it may have been in several batches
            shown.append((row.entry, _STATUSES[AccessStatus(row.entry.access_status)]))
    return found


def uneven_of(batch: Batch, stage: Stage, *, blind: bool = False, keys: Collection[str] | None = None) -> Unevens:
    """The alike entries of a batch on which the opinions of this stage, where there are none yet those before it (not
    when `blind`) or the rules' advice, are not the same; with `keys`, of these alone. Two queries at any length."""
    said = _said(batch, stage, blind)
    if keys is not None:
        said = said.filter(likeness__in=list(keys) or [""])
    found: dict[str, Alike] = {}
    counted = said.order_by("likeness", "said").values_list("likeness", "said").annotate(count=Count("pk"))
    for key, outcome, count in counted:
        if outcome in _DECIDED:
            found.setdefault(key, Alike()).add(_DECIDED[outcome], count)
    found = {key: group for key, group in found.items() if len(group.counts) > 1}
    listed = sorted(found, key=lambda key: (-found[key].total, key))[:GROUPS]
    some = Window(RowNumber(), partition_by=["likeness", "said"], order_by="position")
    # Asked when there are none as well ("" is nobody's key): the price of a page does not depend on what is in it.
    rows = said.filter(likeness__in=listed or [""]).annotate(place=some).filter(place__lte=SHOWN)
    for row in rows.select_related("entry").order_by("position"):
        if row.said in _DECIDED:
            found[row.likeness].rows.append((row.entry, row.said))
    return Unevens(found, [found[key] for key in listed])


def uneven_among(rows: Iterable[Settled]) -> Unevens:
    """The alike entries of a settled batch, small edits among them, that are not decided the same. No query."""
    decided = [(row.entry, row.decision.outcome) for row in rows if row.decision]
    found: dict[str, Alike] = {}
    for places in alike_groups([entry.title for entry, _ in decided]):
        group = Alike()
        for place in places:
            entry, outcome = decided[place]
            group.add(_DECIDED[outcome], 1)
            if group.counts[_DECIDED[outcome]] <= SHOWN:
                group.rows.append((entry, outcome))
        if len(group.counts) > 1:
            found[str(places[0])] = group
    return Unevens(found, sorted(found.values(), key=lambda group: -group.total)[:GROUPS])


def _said(batch: Batch, stage: Stage, blind: bool) -> QuerySet[BatchEntry]:
    """The entries of a batch that have a key, each with what is `said` on it."""
    own = {"batch_entry": OuterRef("pk"), "round": round_of(batch), "standing": True}
    stages = (Stage.SECOND_REVIEW, Stage.FIRST_REVIEW) if stage is Stage.SECOND_REVIEW and not blind else (stage,)
    opinions = [Subquery(Opinion.objects.filter(stage=each, **own).values("outcome")[:1]) for each in stages]
    advice = Subquery(Suggested.objects.filter(batch_entry=OuterRef("pk"), replaced_by=None).values("suggestion")[:1])
    said = Coalesce(*opinions, advice, Value(""), output_field=CharField())
    return batch.batch_entries.exclude(likeness="").annotate(said=said)
