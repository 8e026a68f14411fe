"""Opinions of forming units at transfer: what a unit is asked about, what it said, and what a later reviewer is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from review.models import (
    AccessStatus,
    Agency,
    BatchEntry,
    Entry,
    Fonds,
    TransferOpinion,
    TransferRequest,
)
from review.queries.due import last_due
from review.queries.succession import Register


def asked_about(request: TransferRequest) -> QuerySet[Entry]:
    """The entries a request is about: of its fonds and unit, on the day of asking not yet due, and never in any batch."""
    return not_transferred(request.fonds, request.agency, timezone.localdate(request.asked_at))


def not_transferred(fonds: Fonds, agency: Agency, day: date) -> QuerySet[Entry]:
    """The entries of a fonds for which `agency` answers on `day` and that are not due then and were never reviewed."""
    return Entry.objects.filter(
        ~Exists(BatchEntry.objects.filter(entry=OuterRef("pk"))),
        fonds=fonds,
        agency__in=[former.pk for former in _answered_for(fonds, day).get(agency.pk, [])],
        access_status=AccessStatus.NOT_REVIEWED,
        latest__gt=last_due(day),
    ).order_by("position", "pk")


def units_to_ask(fonds: Fonds, day: date) -> list[Agency]:
    """The units that answer on `day` for any entry of a fonds, by name."""
    found = Agency.objects.in_bulk(list(_answered_for(fonds, day)))
    return sorted(found.values(), key=lambda agency: agency.name)


def _answered_for(fonds: Fonds, day: date) -> dict[int, list[Agency]]:
    """For each unit that answers today, the agencies of the fonds' entries that it answers for."""
    register = Register()
    result: dict[int, list[Agency]] = {}
    named = Agency.objects.filter(Exists(Entry.objects.filter(agency=OuterRef("pk"), fonds=fonds)))
    for former in named:
        for agency in register.of(former, day, "opening").agencies:
            result.setdefault(agency.pk, []).append(former)
    return result


def without_opinion(request: TransferRequest) -> QuerySet[Entry]:
    """The entries of which the unit has said nothing in this request."""
    said = TransferOpinion.objects.filter(request=request, entry=OuterRef("pk"), standing=True)
    return asked_about(request).exclude(Exists(said))


def standing_opinions(entries: Iterable[int]) -> dict[int, TransferOpinion]:
    """The opinion of its unit on each entry that stands, by entry id. One query. Shown, never counted as a review."""
    rows = TransferOpinion.objects.filter(entry__in=list(entries), standing=True)
    return {row.entry_id: row for row in rows.select_related("request__agency", "person")}


def opinions_of(entry: Entry) -> list[TransferOpinion]:
    """Every opinion at transfer on one entry, oldest first."""
    return list(entry.transfer_opinions.select_related("request__agency", "person").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Progress:
    """One request and how many entries have an opinion."""

    request: TransferRequest
    given: int


def requests_in(fonds: QuerySet[Fonds], most: int = 50) -> list[Progress]:
    """The newest requests on these fonds. One query."""
    rows = (
        TransferRequest.objects.filter(fonds__in=fonds)
        .select_related("fonds", "agency", "asked_by", "done_by")
        .annotate(given=Count("opinions", filter=Q(opinions__standing=True, opinions__request=F("pk"))))
        .order_by("-pk")[:most]
    )
    return [Progress(row, row.given) for row in rows]
