"""Partial opening: where each redaction stands, the marks that stand, and who may not verify."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.conf import settings
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.timezone import localdate

from policies.outcomes import Outcome
from policies.redacting import Box, Mark
from policies.sentences import Sentence
from review import ledger
from review.documents.redacted_copy import Master
from review.documents.redaction_colophon import Colophon
from review.models import (
    DigitalObject,
    Entry,
    Fonds,
    Opinion,
    RedactedCopy,
    Redaction,
    RedactionCheck,
    RedactionMark,
    RedactionVerdict,
)
from review.queries.decisions import Settled, decisions_digest
from review.queries.objects import is_secret, kept_at
from review.queries.referral_answers import declassified_among

MARKING, FAULTY, TO_VERIFY, REFUSED, VERIFIED = "marking", "faulty", "to_verify", "refused", "verified"
STATES = (MARKING, FAULTY, TO_VERIFY, REFUSED, VERIFIED)


def redactions_of(fonds: QuerySet[Fonds]) -> QuerySet[Redaction]:
    """The redactions in these fonds, each with its `state` and `marks_standing`, told from marks, copies and verdicts."""
    copies = RedactedCopy.objects.filter(redaction=OuterRef("pk")).order_by("-pk")
    checks = RedactionCheck.objects.filter(copy=OuterRef("last_copy"), faults__gt=0)
    verdicts = RedactionVerdict.objects.filter(copy=OuterRef("last_copy"))
    later = Q(at__gt=OuterRef("last_made")) | Q(withdrawn_at__gt=OuterRef("last_made"))
    return (
        Redaction.objects.filter(master__entry__fonds__in=fonds)
        .annotate(
            last_copy=Subquery(copies.values("pk")[:1]),
            last_made=Subquery(copies.values("made_at")[:1]),
            marks_standing=Count("marks", filter=Q(marks__withdrawn_at__isnull=True)),
        )
        .annotate(
            changed=Exists(RedactionMark.objects.filter(later, redaction=OuterRef("pk"))),
            faulty=Exists(checks),
            verdict=Subquery(verdicts.values("verified")[:1], output_field=BooleanField(null=True)),
        )
        .annotate(
            state=Case(
                When(Q(last_copy__isnull=True) | Q(changed=True), then=Value(MARKING)),
                When(verdict=True, then=Value(VERIFIED)),
                When(verdict=False, then=Value(REFUSED)),
                When(faulty=True, then=Value(FAULTY)),
                default=Value(TO_VERIFY),
                output_field=CharField(),
            )
        )
        .select_related("master__entry__fonds", "begun_by")
        .order_by("-pk")
    )


def marks_of(redaction: Redaction) -> QuerySet[RedactionMark]:
    """The marks that stand, page by page."""
    return redaction.marks.filter(withdrawn_at__isnull=True).select_related("person")


def as_marks(rows: Iterable[RedactionMark]) -> tuple[Mark, ...]:
    """Marks as the values that documents and policies take, in an order that only they themselves decide."""
    return tuple(
        sorted(
            Mark(row.page, Box(row.x, row.y, row.width, row.height), row.ground, row.opens_on, row.words, row.rule)
            for row in rows
        )
    )


def digest_of_marks(marks: Iterable[Mark]) -> str:
    """SHA-256 (hex) over what marks say: where, on which ground, until when, which words."""
    return ledger.digest_of_rows(
        (mark.page, *mark.box, mark.ground, mark.opens_on.isoformat(), mark.words) for mark in marks
    )


def last_copy(redaction: Redaction) -> RedactedCopy | None:
    """The newest copy, whether it still counts or not."""
    return redaction.copies.select_related("made_by", "verdict__person").last()


def is_current(copy: RedactedCopy) -> bool:
    """Whether a copy is the newest of its redaction, and made of the marks as they stand."""
    redaction = copy.redaction
    later = Q(at__gt=copy.made_at) | Q(withdrawn_at__gt=copy.made_at)
    newer = redaction.copies.filter(pk__gt=copy.pk).exists() or redaction.marks.filter(later).exists()
    return not newer and digest_of_marks(as_marks(marks_of(redaction))) == copy.marks_digest


def makers_of(redaction: Redaction) -> set[int]:
    """Everybody who marked, withdrew a mark or made a copy, and in whose stead: none of them verifies."""
    found: set[int | None] = set()
    for row in redaction.marks.values_list("person", "on_behalf", "withdrawn_by"):
        found.update(row)
    found.update(redaction.copies.values_list("made_by", flat=True))
    return {person for person in found if person is not None}


def pages_unseen(copy: RedactedCopy, person: int) -> list[int]:
    """The pages of a copy, what explains the marks among them, that this person has not confirmed."""
    seen = set(copy.looks.filter(person=person).values_list("page", flat=True))
    return [page for page in range(1, copy.pages + 2) if page not in seen]


def verified_copies(entries: Collection[int]) -> dict[int, RedactedCopy]:
    """For each of these entries (by id) that has one, the copy that was verified and still counts: what may open of it.

    Of an entry with several such copies that of its first object.
    """
    rows = RedactedCopy.objects.filter(redaction__master__entry__among=entries, verdict__verified=True)
    found: dict[int, RedactedCopy] = {}
    for copy in rows.select_related("redaction__master").order_by("redaction__master", "pk"):
        if is_current(copy):
            found.setdefault(copy.redaction.master.entry_id, copy)
    return found


def copies_to_open(rows: Iterable[Settled]) -> dict[int, RedactedCopy]:
    """The copies that the decisions on a batch would open, by entry id; an entry without one is missing."""
    return verified_copies(
        [row.entry.pk for row in rows if row.decision is not None and row.decision.outcome is Outcome.PARTIAL]
    )


def uncopied(rows: Iterable[Settled], copies: Mapping[int, RedactedCopy]) -> list[str]:
    """The reference codes of entries that are to open in part and have no copy that may."""
    return [
        row.entry.reference_code
        for row in rows
        if row.decision is not None and row.decision.outcome is Outcome.PARTIAL and row.entry.pk not in copies
    ]


def signed_digest(rows: Sequence[Settled], copies: Mapping[int, RedactedCopy]) -> str:
    """What a signature covers: every decision and public field, and the very copies that open."""
    return decisions_digest(rows, {entry: copy.digest for entry, copy in copies.items()})


def file_of(master: DigitalObject) -> Master:
    """A master as the file that a copy is made of."""
    return Master(kept_at(master.digest), master.media_type, master.pages)


def colophon_of(master: DigitalObject, marks: tuple[Mark, ...], on: date) -> Colophon:
    """What the last page of a copy says, in the first language of the house."""
    entry = master.entry
    return Colophon(
        archives=Sentence(settings.ARCHIVES_NAME_ZH, settings.ARCHIVES_NAME_EN),
        language=settings.LANGUAGE_CODE,
        fonds=entry.fonds.code,
        reference_code=entry.reference_code,
        pages=master.pages,
        on=on,
        marks=marks,
    )


def held_as_secret(entry: Entry, today: date) -> bool:
    """Whether an entry is a state secret to this house: marked as one, and not declassified by who classified it."""
    return entry.stub or (is_secret(entry, today) and entry.pk not in declassified_among([entry.pk]))


def usual_of(redaction: Redaction) -> tuple[str, date | None]:
    """The ground and the day that a new mark most likely has: those of the last one, else of the deferral of its master."""
    last = marks_of(redaction).order_by("-pk").first()
    if last is not None:
        return last.ground, last.opens_on
    entry = redaction.master.entry
    if entry.ground and entry.opens_on and entry.opens_on > localdate():
        return entry.ground, entry.opens_on
    opinion = Opinion.objects.filter(batch_entry__entry=entry, standing=True, opens_on__isnull=False).last()
    return (opinion.ground, opinion.opens_on) if opinion else ("", None)
