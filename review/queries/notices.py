"""Whom a notice reaches, and what it says: those who hold the role there, and stand-ins for those who are away.

No title of a record is ever read here: a notice names batches, fonds and agencies by number and name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from policies import clocks as policy
from policies.procedure import HAND
from policies.roles import ROLES
from policies.sentences import Sentence
from review import access
from review.models import Absence, Clock, ClockRung, Notice, Person

TASK = "task:"  # the subject of a clock that runs for a piece of work
_ROLE_WITH = {f"review.{role.permission}": role.code for role in ROLES.values()}


@dataclass(frozen=True, slots=True)
class Hand:
    """In whose hands a piece of work is; nobody's: of all who hold this permission there."""

    person: Person | None
    permission: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told: in whose place, and whether by mail too."""

    person: Person
    instead_of: Person | None
    by_mail: bool


def notices_of(
    clocks: Sequence[Clock], hands: Mapping[str, Hand], *, today: date, mails: bool
) -> dict[tuple[int, int], list[Notice]]:
    """The notices (not saved) of every due rung of these clocks, by clock and step; in two queries for any number.

    `hands` says of a subject in whose hands it is. Where nobody holds the role, the managers of the fonds are told.
    """
    rungs = [(clock, rung) for clock in clocks for rung in clock.rungs_due]  # type: ignore[attr-defined]
    groups = {clock.pk: _group(clock, "manager") for clock in clocks}
    asked = {(rung.pk): _asked(clock, rung, hands.get(clock.subject)) for clock, rung in rungs}
    members = _members({*groups.values(), *(name for name in asked.values() if isinstance(name, str))})
    away = away_on(today)
    made: dict[tuple[int, int], list[Notice]] = {}
    for clock, rung in rungs:
        wanted = asked[rung.pk]
        found = [wanted] if isinstance(wanted, Person) else members.get(wanted, [])
        made[clock.pk, rung.step] = notices_to(
            found or members.get(groups[clock.pk], []),
            key=f"clock:{clock.pk}/{rung.step}",
            text=policy.told(rung.act, clock.kind, what(clock), clock.due_on),
            link=_link(clock, rung, hands.get(clock.subject)),
            clock=clock,
            away=away,
            mails=mails,
        )
    return made


def notices_to(
    people: Iterable[Person],
    *,
    key: str,
    text: Sentence,
    link: str,
    away: Mapping[int, Person | None],
    mails: bool,
    clock: Clock | None = None,
) -> list[Notice]:
    """One notice (not saved) to each of these people or whoever stands in for them; `key` says what it is about."""
    made: dict[int, Notice] = {}
    for told in (reached(person, away, mails=mails) for person in people):
        made.setdefault(
            told.person.pk,
            Notice(
                key=f"{key}:{told.person.pk}",
                person=told.person,
                instead_of=told.instead_of,
                clock=clock,
                text_zh=text.zh,
                text_en=text.en,
                link=link,
                to_mail=told.by_mail,
            ),
        )
    return list(made.values())


def away_on(day: date) -> dict[int, Person | None]:
    """Who is away on that day, by id, and who stands in; None where nobody does."""
    rows = Absence.objects.filter(from_day__lte=day, to_day__gte=day, withdrawn_at=None)
    return {row.person_id: row.stand_in for row in rows.select_related("stand_in").order_by("pk")}


def reached(person: Person, away: Mapping[int, Person | None], *, mails: bool) -> Told:
    """Who is told in the place of `person`: the first in the line of stand-ins who is there.

    Where nobody in that line is there, the person finds it in the site on returning, and nothing is mailed.
    """
    seen, at = {person.pk}, person
    while at.pk in away:
        then = away[at.pk]
        if then is None or then.pk in seen or not then.is_active:
            return Told(person, None, by_mail=False)
        seen.add(then.pk)
        at = then
    return Told(at, person if at != person else None, by_mail=mails and bool(at.email))


def what(clock: Clock) -> Sentence:
    """What a clock runs for, by public number and the agency's name."""
    if clock.batch is not None:
        said = Sentence(f"批次 {clock.batch.number} ", f"Batch {clock.batch.number}")
    elif clock.fonds is not None:
        said = Sentence(f"全宗 {clock.fonds.code} ", f"Fonds {clock.fonds.code}")
    else:
        said = Sentence("", "")
    if clock.agency is None:
        return said
    return Sentence(f"{said.zh}（{clock.agency.name}）", f"{said.en} ({clock.agency.name})".strip())


def _asked(clock: Clock, rung: ClockRung, hand: Hand | None) -> Person | str:
    """The one person, or the group, that a rung names; "" where there is none."""
    if rung.to != HAND:
        return _group(clock, rung.to)
    if hand is None:
        return ""
    return hand.person or _group(clock, _ROLE_WITH.get(hand.permission, ""))


def _group(clock: Clock, role: str) -> str:
    """The group that holds a role where the clock runs; "" where it runs over no such record."""
    if role not in ROLES:
        return ""
    over = {"fonds": clock.fonds, "agency": clock.agency, "archives": access.ARCHIVES}[ROLES[role].over]
    return access.group_of(role, over) if over else ""


def _members(names: Iterable[str]) -> dict[str, list[Person]]:
    """The active people of each of these groups."""
    rows = Person.groups.through.objects.filter(group__name__in=list(names), person__is_active=True)
    found: dict[str, list[Person]] = {}
    for row in rows.select_related("person", "group").order_by("person__username"):
        found.setdefault(row.group.name, []).append(row.person)
    return found


def _link(clock: Clock, rung: ClockRung, hand: Hand | None) -> str:
    """Where the told person can go: to the desk whoever may work it, else to the batch."""
    works_it = rung.to == HAND or (hand is not None and _ROLE_WITH.get(hand.permission) == rung.to)
    if works_it and clock.subject.startswith(TASK):
        return reverse("task", args=[int(clock.subject.removeprefix(TASK))])
    if clock.batch is not None and rung.to in ROLES and ROLES[rung.to].over == "fonds":
        return reverse("batch", args=[clock.batch.number])
    return ""


# -- what a person has been told


def notices_for(person: Person) -> QuerySet[Notice]:
    """The notices of a person, newest first."""
    return Notice.objects.filter(person=person).select_related("instead_of")


def unread(person: Person) -> int:
    """How many notices a person has not read; one query, on an index of unread ones only."""
    return Notice.objects.filter(person=person, read_at=None).count()


def next_to_mail(after: int) -> Notice | None:
    """The next notice to be mailed after this key, held to the end of the transaction; those that another sends are left."""
    waiting = Notice.objects.filter(to_mail=True, mailed_at=None, pk__gt=after).order_by("pk")
    return waiting.select_for_update(skip_locked=True, of=("self",)).select_related("person").first()
