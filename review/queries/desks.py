"""What a review desk shows: the groups of a batch, and one page of its entries with findings and opinions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from policies.outcomes import Answer, Outcome, Stage, Suggestion
from policies.reviewing import Decision, advised
from policies.sentences import Sentence
from review.models import (
    Agency,
    Asked,
    AskedKind,
    Batch,
    BatchEntry,
    DigitalObject,
    Entry,
    Finding,
    Opinion,
    Person,
    Referral,
    Statement,
    Suggested,
    TakenBack,
    TransferOpinion,
)
from review.queries.advice import findings_of, suggestions_of
from review.queries.decisions import Settled, round_of, standing, undecided
from review.queries.likeness import Alike
from review.queries.reassessments import Earlier

Parts = list[tuple[str, Finding | None]]


@dataclass(slots=True)
class DeskRow:
    """One entry at a desk: what the rules say, and who decided what so far: `said` in order, `opinions` by stage."""

    batch_entry: BatchEntry
    suggested: Suggested | None = None
    findings: list[Finding] = field(default_factory=list)
    opinions: dict[str, Opinion] = field(default_factory=dict)
    said: list[Opinion] = field(default_factory=list)
    proposal: Opinion | None = None  # the archives' proposal, at a forming unit's desk
    masked_title: str = ""  # the public title to propose, where the entry's own may not be shown
    alike: Alike | None = None  # earlier decisions on entries alike to it
    uneven: Alike | None = None  # entries of its batch alike to it, where they do not all get the same decision
    transfer_opinion: TransferOpinion | None = None  # what its unit held of it at its transfer (queries/transfers.py)
    referral: Referral | None = None  # the last answer of the body it was referred to (queries/referral_answers.py)
    earlier: Earlier | None = None  # what was decided before, of one that came back to be assessed again
    objects: list[DigitalObject] = field(default_factory=list)  # its page images and PDFs

    @property
    def entry(self) -> Entry:
        return self.batch_entry.entry

    @property
    def pages_kept(self) -> int:
        """How many pages of it there are to look at."""
        return sum(found.pages for found in self.objects)

    def blind(self) -> None:
        """Hide what first review said, as long as second review has said nothing: the second judges by the record."""
        if Stage.SECOND_REVIEW not in self.opinions:
            self.opinions.pop(Stage.FIRST_REVIEW, None)
            self.said = [opinion for opinion in self.said if opinion.stage != Stage.FIRST_REVIEW]

    @property
    def advice(self) -> Decision | None:
        """What following the rules would decide, to fill the form with."""
        row = self.suggested
        return advised(Suggestion(row.suggestion), row.ground, row.opens_on) if row else None

    @property
    def title_parts(self) -> Parts:
        """The title cut at its findings, for marking hits in place."""
        hits = sorted((f for f in self.findings if f.field == "title"), key=lambda finding: finding.start)
        return cut_at(self.entry.title, hits)


def cut_at(text: str, findings: Sequence[Finding]) -> Parts:
    """A text cut at its findings, which are in order; where they overlap the first one stands."""
    parts: Parts = []
    place = 0
    for finding in findings:
        if finding.start < place or finding.end <= finding.start:
            continue
        parts += [(text[place : finding.start], None), (text[finding.start : finding.end], finding)]
        place = finding.end
    return [part for part in [*parts, (text[place:], None)] if part[0]]


@dataclass(slots=True)
class Group:
    """One way to look at a batch: its key for the address, what it is called by, how many, how many undecided."""

    key: str
    kind: str
    value: str
    count: int
    left: int
    name: str = ""  # of an agency


def groups_of(batch: Batch, stage: Stage, *, blind: bool = False) -> list[Group]:
    """The groups of a batch with counts: what is undecided, by suggestion, by rule and, for second review, by the first
    opinion; not so when it is `blind`."""
    done = standing(batch, stage).values("batch_entry")
    left = ~Q(batch_entry__in=done)
    result = [
        Group("all", "all", "", batch.batch_entries.count(), batch.batch_entries.exclude(pk__in=done).count()),
    ]
    result.append(Group("left", "left", "", result[0].left, result[0].left))
    if stage is Stage.SECOND_REVIEW and not blind:
        outcomes = standing(batch, Stage.FIRST_REVIEW).order_by().values("outcome")
        result += _groups("opinion", outcomes, "outcome", left, "batch_entry", [o.value for o in Outcome])
    suggestions = suggestions_of(batch).order_by().values("suggestion")
    result += _groups("suggestion", suggestions, "suggestion", left, "batch_entry", [s.value for s in Suggestion])
    rules = findings_of(batch).order_by().values("rule")
    return result + _groups("rule", rules, "rule", left, "batch_entry", None)


def _groups(  # noqa: PLR0917
    kind: str, rows: QuerySet, column: str, left: Q, key: str, order: Sequence[str] | None
) -> list[Group]:
    counted = rows.annotate(count=Count(key, distinct=True), left=Count(key, distinct=True, filter=left))
    groups = [Group(f"{kind}:{r[column]}", kind, r[column], r["count"], r["left"]) for r in counted]
    if order is None:
        return sorted(groups, key=lambda group: (-group.count, group.value))
    return sorted(groups, key=lambda group: order.index(group.value))


def entries_in(batch: Batch, group: str, stage: Stage, *, only_left: bool = False) -> QuerySet[BatchEntry]:
    """The entries of one group; an unknown group is the whole batch."""
    kind, _, value = group.partition(":")
    rows = undecided(batch, stage) if only_left or kind == "left" else batch.batch_entries.all()
    if kind == "suggestion":
        rows = rows.filter(pk__in=suggestions_of(batch).filter(suggestion=value).values("batch_entry"))
    elif kind == "rule":
        rows = rows.filter(pk__in=findings_of(batch).filter(rule=value).values("batch_entry"))
    elif kind == "opinion":
        first = standing(batch, Stage.FIRST_REVIEW).filter(outcome=value)
        rows = rows.filter(pk__in=first.values("batch_entry"))
    return rows.select_related("entry", "entry__agency").order_by("position")


def with_findings(batch: Batch, rows: Sequence[BatchEntry], agency: Agency | None = None) -> list[DeskRow]:
    """Entries with the suggestion, findings and this round's opinions. Four queries at any length.

    At the desk of one `agency` the answers of others are left out: each answers for itself.
    """
    pks = [row.pk for row in rows]
    desk = {row.pk: DeskRow(row) for row in rows}
    for suggested in Suggested.objects.filter(batch_entry__in=pks, replaced_by=None):
        desk[suggested.batch_entry_id].suggested = suggested
    for finding in Finding.objects.filter(batch_entry__in=pks, replaced_by=None):
        desk[finding.batch_entry_id].findings.append(finding)
    opinions = Opinion.objects.filter(batch_entry__in=pks, round=round_of(batch), standing=True)
    if agency is not None:
        opinions = opinions.filter(Q(agency=agency) | Q(agency__isnull=True))
    for opinion in opinions.select_related("person", "agency"):
        desk[opinion.batch_entry_id].opinions[opinion.stage] = opinion
        desk[opinion.batch_entry_id].said.append(opinion)
    return list(desk.values())


def attach_objects(rows: Sequence[DeskRow]) -> None:
    """Give each row its digital objects. One query."""
    by_entry = {row.entry.pk: row for row in rows}
    for found in DigitalObject.objects.filter(entry__in=list(by_entry)).order_by("entry", "place"):
        by_entry[found.entry_id].objects.append(found)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many entries a person has decided at a stage today, and how many in the last hour."""

    today: int
    hour: int

    def hours_for(self, left: int) -> int | None:
        """About how many hours so many entries take at this pace; None where there is no pace to tell it by."""
        return max(1, round(left / self.hour)) if self.hour >= PACE_NEEDS and left else None


PACE_NEEDS, PACE_COUNTS = 20, 100_000


def pace_of(person: Person, stage: Stage, now: datetime) -> Pace:
    """How fast somebody decides, by the opinions that stand. Two queries, bounded."""
    return Pace(decided_today(person, stage, now), _decided_since(person, stage, now - timedelta(hours=1)))


def decided_today(person: Person, stage: Stage, now: datetime) -> int:
    """How many entries somebody has decided at a stage today. One query, bounded."""
    return _decided_since(person, stage, timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0))


def _decided_since(person: Person, stage: Stage, since: datetime) -> int:
    mine = Opinion.objects.filter(person=person, stage=stage, standing=True, at__gte=since).order_by()
    return mine[:PACE_COUNTS].count()


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry in difference with what was said of it, of every round, oldest first."""

    row: Settled
    statements: tuple[Statement, ...]

    @property
    def agencies(self) -> list[Agency]:
        """The forming units that were asked about it."""
        return [asked.countersignature.agency for asked in self.row.asked if asked.countersignature is not None]


def differences_of(rows: Sequence[Settled]) -> list[Difference]:
    """These entries with what was said of each. One query."""
    found: dict[int, list[Statement]] = {}
    of_rows = Statement.objects.filter(batch_entry__in=[row.batch_entry.pk for row in rows])
    for statement in of_rows.select_related("agency", "person").order_by("pk"):
        found.setdefault(statement.batch_entry_id, []).append(statement)
    return [Difference(row, tuple(found.get(row.batch_entry.pk, ()))) for row in rows]


def last_round(batch: Batch, stage: Stage, rows: Sequence[int]) -> dict[int, Opinion]:
    """The opinions that stood at a stage in the round before, for entries (by batch entry id) still undecided now.

    Not those on which the rules' advice is newer than the opinion: a change of rules had them screened anew.
    """
    newer = suggestions_of(batch).filter(batch_entry=OuterRef("batch_entry"), run__at__gt=OuterRef("at"))
    before = standing(batch, stage, max(round_of(batch) - 1, 1)).filter(~Exists(newer), batch_entry__in=list(rows))
    return {opinion.batch_entry_id: opinion for opinion in before} if round_of(batch) > 1 else {}


def standing_on(batch: Batch, stage: Stage, rows: Collection[int]) -> dict[int, Opinion]:
    """The opinions that stand at a stage on these entries (by batch entry id) now. One query."""
    return {opinion.batch_entry_id: opinion for opinion in standing(batch, stage).filter(batch_entry_id__among=rows)}


def latest_act(batch: Batch, stage: Stage, person: Person) -> list[Opinion]:
    """The standing opinions of the last moment at which a person decided at this stage of the current round."""
    mine = standing(batch, stage).filter(person=person)
    last = mine.order_by("-at").values_list("at", flat=True).first()
    return list(mine.filter(at=last).select_related("batch_entry__entry")) if last else []


def stood_before(opinions: Sequence[Opinion]) -> dict[int, Opinion]:
    """By batch entry: the opinion of the same stage and round that stood before each of these, if one did.

    What was taken back never stood, nor did what is but its like of the same moment.
    """
    given = {opinion.batch_entry_id: opinion for opinion in opinions}
    like = opinions[0] if opinions else None
    if like is None:
        return {}
    rows = list(
        Opinion.objects.filter(batch_entry_id__among=given, stage=like.stage, round=like.round, at__lt=like.at)
        .annotate(back=Exists(TakenBack.objects.filter(opinion=OuterRef("pk"))))
        .order_by("at", "pk")
    )
    back = {(row.batch_entry_id, row.at) for row in rows if row.back}
    return {row.batch_entry_id: row for row in rows if (row.batch_entry_id, row.at) not in back}


def answer_counts(batch: Batch) -> dict[str, dict[str, int]]:
    """How each agency answered in the current round: agency name to answer to number of entries."""
    rows = (
        standing(batch, Stage.COUNTERSIGN)
        .order_by()
        .values_list("agency__name", "answer")
        .annotate(count=Count("pk"))
    )
    result: dict[str, dict[str, int]] = {}
    for agency, answer, count in rows:
        result.setdefault(agency, dict.fromkeys(Answer, 0))[answer] = count
    return result


@dataclass(frozen=True, slots=True)
class Answering:
    """Who was asked about entries of one forming unit, where that was not the unit itself; no `agencies`: nobody."""

    formed_by: str
    agencies: tuple[str, ...]
    kind: str
    why: Sentence
    entries: int

    @property
    def alone(self) -> bool:
        return self.kind == AskedKind.ARCHIVES_ALONE


def answering_of(batch: Batch, agency: Agency | None = None) -> list[Answering]:
    """Who answered in the place of whom in the current round, and why; of one agency when it is named. Two queries."""
    rows = Asked.objects.filter(batch_entry__batch=batch, round=round_of(batch))
    if agency is not None:
        rows = rows.filter(countersignature__agency=agency)
    grouped = (
        rows.order_by("batch_entry__entry__agency__name", "countersignature__agency__name")
        .values_list("batch_entry__entry__agency__name", "kind", "why_zh", "why_en", "countersignature__agency__name")
        .annotate(entries=Count("pk"))
    )
    # Where several answer, each of them answers for the same entries: those with the same reason.
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for formed_by, kind, zh, en, asked, entries in grouped:
        found.setdefault((formed_by or "", kind, zh, en), {})[asked or ""] = entries
    return [
        Answering(formed_by, tuple(filter(None, asked)), kind, Sentence(zh, en), max(asked.values()))
        for (formed_by, kind, zh, en), asked in found.items()
        if list(asked) != [formed_by] or not formed_by
    ]
