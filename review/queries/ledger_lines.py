"""The ledger's lines as an auditor looks for them: by act, person, subject and day, and all about one entry or batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from policies.catalogue_rows import same_code
from review.models import Batch, DeferralList, Entry, Erratum, Fonds, LedgerLine, Person, Release


@dataclass(frozen=True, slots=True)
class Search:
    """Which lines of the ledger: an act, who acted, a subject or a part of it, from one day to another."""

    act: str = ""
    actor: str = ""
    subject: str = ""
    from_day: date | None = None
    to_day: date | None = None


def lines_found(search: Search) -> QuerySet[LedgerLine]:
    """The lines of the ledger that a search means, newest first."""
    lines = LedgerLine.objects.order_by("-line")
    if search.act:
        lines = lines.filter(act=search.act)
    if search.actor:
        people = Person.objects.filter(full_name=search.actor).values("username")
        lines = lines.filter(Q(actor=search.actor) | Q(actor__in=people))
    if search.subject:
        lines = lines.filter(Q(subject__icontains=search.subject) | Q(facts__icontains=f'"{search.subject}"'))
    if search.from_day:
        lines = lines.filter(at__gte=_morning(search.from_day))
    if search.to_day:
        lines = lines.filter(at__lt=_morning(search.to_day + timedelta(days=1)))
    return lines


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def entries_named(code: str, fonds: QuerySet[Fonds]) -> QuerySet[Entry]:
    """The entries of some fonds with a reference code."""
    return (
        Entry.objects.filter(fonds__in=fonds, code_key=same_code(code))
        .select_related("fonds")
        .order_by("fonds__code")
    )


def lines_about_entry(entry: Entry) -> QuerySet[LedgerLine]:
    """The ledger's lines about an entry, the batches it was in and what followed from them, oldest first.

    A reference code is no other entry's within its fonds; what a line says of one of the same code elsewhere is shown too.
    """
    batches = Batch.objects.filter(batch_entries__entry=entry)
    subjects = {f"entry {entry.reference_code}"} | _subjects(batches)
    subjects |= {f"referral {number}" for number in entry.referrals.values_list("number", flat=True)}
    subjects |= {f"request {number}" for number in entry.access_requests.values_list("number", flat=True)}
    errata = Erratum.objects.filter(suspension__entry=entry).values_list("number", flat=True)
    subjects |= {f"erratum {number}" for number in errata}
    return LedgerLine.objects.filter(subject__in=subjects).order_by("line")


def lines_about_batch(batch: Batch) -> QuerySet[LedgerLine]:
    """The ledger's lines about a batch, its deferral lists and its release, oldest first."""
    return LedgerLine.objects.filter(subject__in=_subjects(Batch.objects.filter(pk=batch.pk))).order_by("line")


def _subjects(batches: QuerySet[Batch]) -> set[str]:
    keys = list(batches.values_list("pk", flat=True))
    found = {f"batch {number}" for number in Batch.objects.filter(pk__in=keys).values_list("number", flat=True)}
    lists = DeferralList.objects.filter(batch__in=keys).values_list("number", flat=True)
    releases = Release.objects.filter(batch__in=keys).values_list("number", flat=True)
    return found | {f"deferral_list {number}" for number in lists} | {f"release {number}" for number in releases}
