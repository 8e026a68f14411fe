"""The register of agencies as its pages show it: state, who answers today, and how many entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from policies.sentences import Sentence
from policies.succession import ENDING
from review.models import Agency, AgencyChange, ChangeKind, Entry, Fonds
from review.queries.succession import Register, WhoAnswers


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency on one day: its state, who answers for what it left, and its entries in the fonds one may look at."""

    agency: Agency
    state: Sentence
    ended: bool
    opening: WhoAnswers
    declassification: WhoAnswers
    entries: int

    @property
    def opens_itself(self) -> bool:
        """Whether it answers for itself when records are opened: nothing to explain."""
        return self.opening.agencies == (self.agency,)

    @property
    def declassifies_itself(self) -> bool:
        """Whether it reviews for itself whether its records are still secret."""
        return self.declassification.agencies == (self.agency,)


STATES = {
    ChangeKind.RENAMED: Sentence("{day} 更名为 {heirs}", "renamed {heirs} on {day}"),
    ChangeKind.MERGED: Sentence("{day} 并入 {heirs}", "merged into {heirs} on {day}"),
    ChangeKind.SPLIT: Sentence("{day} 分为 {heirs}", "split into {heirs} on {day}"),
    ChangeKind.ABOLISHED: Sentence("{day} 撤销", "abolished on {day}"),
}
EXISTS = Sentence("存续", "exists")
NOT_YET = Sentence("{day} 成立", "from {day}")
ENDED = Sentence("{day} 终止，去向未登记", "ended on {day}; what became of it is not on record")


def found_agencies(words: str) -> QuerySet[Agency]:
    """The agencies whose code or name holds `words`; all of them without any."""
    words = words.strip()
    return (
        Agency.objects.filter(Q(code__icontains=words) | Q(name__icontains=words)) if words else Agency.objects.all()
    )


def lines_of(agencies: Sequence[Agency], day: date, fonds: QuerySet[Fonds]) -> list[AgencyLine]:
    """Agencies as lines, on one day. Five queries at any length."""
    register = Register()
    counts = dict(
        Entry.objects.filter(agency__in=list(agencies), fonds__in=fonds)
        .order_by()
        .values_list("agency")
        .annotate(Count("pk"))
    )
    return [line_of(agency, day, register, counts.get(agency.pk, 0)) for agency in agencies]


def line_of(agency: Agency, day: date, register: Register, entries: int = 0) -> AgencyLine:
    """One agency as a line."""
    state, ended = _state(agency, day, register)
    opening, declassification = (register.of(agency, day, purpose) for purpose in ("opening", "declassification"))
    return AgencyLine(agency, state, ended, opening, declassification, entries)


def entries_by_fonds(agency: Agency, fonds: QuerySet[Fonds]) -> list[tuple[Fonds, int]]:
    """The fonds that hold entries of an agency, with how many."""
    return [
        (row, row.held) for row in fonds.annotate(held=Count("entries", filter=Q(entries__agency=agency))) if row.held
    ]


@dataclass(frozen=True, slots=True)
class Event:
    """One day in the history of an agency: it began, it ended (`change` None), or what became of it or came to it."""

    day: date
    began: bool = False
    change: AgencyChange | None = None


def history_of(agency: Agency) -> list[Event]:
    """The days of an agency in order, withdrawn changes too. Two queries."""
    rows = AgencyChange.objects.filter(Q(agency=agency) | Q(successors__agency=agency)).distinct()
    rows = rows.select_related("agency", "superior", "designated").prefetch_related("successors__agency")
    events = [Event(row.day, change=row) for row in rows.order_by("day", "id")]
    if agency.from_day is not None:
        events.append(Event(agency.from_day, began=True))
    if agency.to_day is not None:
        events.append(Event(agency.to_day))
    return sorted(events, key=lambda event: (event.day, not event.began, event.change is None))


def _state(agency: Agency, day: date, register: Register) -> tuple[Sentence, bool]:
    own = [change for change in register.changes if change.from_code == agency.code and change.day <= day]
    last = next((change for change in reversed(own) if change.kind in ENDING), None)
    if last is not None:
        heirs = "、".join(register.by_code[code].name for code in dict.fromkeys(last.to_codes))
        return STATES[ChangeKind(last.kind)].filled(day=last.day.isoformat(), heirs=heirs), True
    if agency.to_day is not None and agency.to_day < day:
        return ENDED.filled(day=agency.to_day.isoformat()), True
    if agency.from_day is not None and agency.from_day > day:
        return NOT_YET.filled(day=agency.from_day.isoformat()), False
    return EXISTS, False
