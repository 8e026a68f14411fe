"""What was answered to referrals, and what is held until an answer frees it. Never writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Exists, OuterRef, QuerySet

from review.models import AccessStatus, BatchEntry, Entry, Fonds, Referral, ReferralAnswer


def due_again(today: date) -> QuerySet[Referral]:
    """The newest answers "still secret" whose day has come: their entries are asked about again.

    Not while another body is asked or the entry is under review, where its reviewers refer it anew; nor once it is open.
    """
    of_entry = Referral.objects.filter(entry=OuterRef("entry"))
    return (
        Referral.objects.filter(answer=ReferralAnswer.STILL_SECRET, secret_until__lte=today)
        .exclude(Exists(of_entry.filter(pk__gt=OuterRef("pk"))))
        .exclude(Exists(BatchEntry.objects.filter(entry=OuterRef("entry"), live=True)))
        .exclude(entry__access_status__in=[AccessStatus.OPEN, AccessStatus.SUSPENDED])
        .select_related("entry__fonds", "to")
        .order_by("pk")
    )


def declassified_among(entries: Iterable[int]) -> set[int]:
    """Those of the entries of which the last word of their classifier is that they are declassified. One query."""
    rows = Referral.objects.filter(entry_id__among=entries).order_by("pk").values_list("entry", "answer")
    last = dict(rows)
    return {entry for entry, answer in last.items() if answer == ReferralAnswer.DECLASSIFIED}


HeldState = Literal["asked", "still_secret", "without_title"]


@dataclass(frozen=True, slots=True)
class Held:
    """One entry that is held: the newest referral, and what is waited for."""

    referral: Referral
    state: HeldState

    @property
    def entry(self) -> Entry:
        return self.referral.entry


def held_secrets(fonds: QuerySet[Fonds], today: date) -> QuerySet[Referral]:
    """The newest referral of each entry that is held by it: asked and not answered, still secret, or declassified while
    only a stub without a title is kept. Entries that were decided since by the ordinary road are no longer held."""
    newer = Referral.objects.filter(entry=OuterRef("entry"), pk__gt=OuterRef("pk"))
    newest = Referral.objects.filter(entry__fonds__in=fonds).exclude(Exists(newer))
    undecided = newest.filter(entry__access_status__in=[AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL])
    held = (
        newest.filter(answered_at__isnull=True)
        | undecided.filter(answer=ReferralAnswer.STILL_SECRET)
        | undecided.filter(answer=ReferralAnswer.DECLASSIFIED, entry__stub=True)
    )
    return held.select_related("entry__fonds", "to", "batch", "answered_by").order_by(
        "entry__fonds__code", "opened_at"
    )


def held_of(referral: Referral) -> Held:
    """What one held entry waits for."""
    if referral.answered_at is None:
        return Held(referral, "asked")
    return Held(referral, "still_secret" if referral.answer == ReferralAnswer.STILL_SECRET else "without_title")


def referrals_of(entry: Entry) -> list[Referral]:
    """Every referral of an entry, oldest first."""
    return list(entry.referrals.select_related("to", "batch", "answered_by").order_by("pk"))


def answers_on(entries: Iterable[int]) -> dict[int, Referral]:
    """The newest answered referral of each entry, by its id: what its reviewers must know. One query."""
    rows = Referral.objects.filter(entry__in=list(entries), answered_at__isnull=False).select_related("to")
    return {row.entry_id: row for row in rows.order_by("pk")}
