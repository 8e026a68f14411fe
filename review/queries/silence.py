"""Units that gave no answer in time: what their silence means on each entry, by the rule that was recorded when it lapsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Min
from django.utils.timezone import localdate

from policies.clocks import later
from policies.countersigning import differs
from policies.outcomes import Answer, Suggestion
from policies.profiles import Silence
from policies.silence import Meaning, meaning
from review.models import Agency, Asked, Batch, Countersignature, Delivery, Finding, Opinion, Statement, Suggested
from review.queries.clocks import working_days
from review.queries.procedures import procedure_of, steps_of


@dataclass(frozen=True, slots=True)
class SilentOn:
    """One unit silent on one entry, what that means there, and whether the unit was heard later (`heard`: a statement)."""

    countersignature: Countersignature
    meaning: Meaning
    heard: bool

    @property
    def deemed(self) -> bool:
        """Whether the recorded rule takes its silence for consent."""
        return self.meaning.counts_as_consent

    @property
    def agency(self) -> Agency:
        return self.countersignature.agency


def silences_of(
    batch: Batch, round_: int, asked: Mapping[int, Sequence[Asked]], answers: Mapping[int, list[Opinion]]
) -> dict[int, list[SilentOn]]:
    """The silent units of each entry (by batch entry id). No query where nobody was silent.

    Where the procedure asks for the seal of the unit's head, an agreement that was written down and never handed in is
    none: it is taken out of `answers`. An objection stays.
    """
    silent = {
        row.countersignature.pk: row.countersignature
        for rows in asked.values()
        for row in rows
        if row.countersignature is not None and row.countersignature.silent_at is not None
    }
    if not silent:
        return {}
    if steps_of(batch).agency_seal:
        unsealed = {request.agency_id for request in silent.values()}
        for given in answers.values():
            given[:] = [a for a in given if a.agency_id not in unsealed or differs(Answer(a.answer))]
    found: dict[int, list[Countersignature]] = {}
    for pk, rows in asked.items():
        answered = {answer.agency_id for answer in answers.get(pk, ())}
        requests = [silent.get(row.countersignature_id or 0) for row in rows]
        open_ = [request for request in requests if request is not None and request.agency_id not in answered]
        if open_:
            found[pk] = open_
    meanings = _meanings(batch, found)
    heard = set(
        Statement.objects.filter(batch_entry__in=list(found), round=round_, kind="agency")
        .order_by()
        .values_list("batch_entry", "agency")
    )
    return {
        pk: [SilentOn(request, meanings[pk, request.pk], (pk, request.agency_id) in heard) for request in requests]
        for pk, requests in found.items()
    }


def _meanings(batch: Batch, found: Mapping[int, Sequence[Countersignature]]) -> dict[tuple[int, int], Meaning]:
    """What silence means for each pair of entry and request, by the rule that was recorded on the request."""
    requests = {request.pk: request for requests in found.values() for request in requests}
    # What was noted after the time was over proves nothing of that time.
    proofs = Delivery.objects.filter(countersignature__in=list(requests), at__lte=F("countersignature__silent_at"))
    arrived = dict(proofs.order_by().values_list("countersignature").annotate(first=Min("on")))
    rule = procedure_of(batch).clocks["countersign"]
    days = working_days(since=min(arrived.values(), default=None))
    whole = {
        pk
        for pk, day in arrived.items()
        if later(day, rule.days, rule.working, days) < localdate(requests[pk].silent_at)
    }
    pks = list(found)
    advised = Suggested.objects.filter(batch_entry__in=pks, replaced_by=None).order_by()
    suggestions = dict(advised.values_list("batch_entry", "suggestion"))
    grounds: dict[int, set[str]] = {}
    hits = Finding.objects.filter(batch_entry__in=pks, replaced_by=None).order_by()
    for pk, ground in hits.values_list("batch_entry", "ground"):
        grounds.setdefault(pk, set()).add(ground)
    entries = batch.batch_entries.filter(pk__in=pks).select_related("entry").in_bulk()
    document = procedure_of(batch).silence_document
    return {
        (pk, request.pk): meaning(
            Silence(request.silence),
            suggestion=suggestions.get(pk, Suggestion.LOOK),
            grounds=grounds.get(pk, set()),
            classified=bool(entries[pk].entry.classification) or entries[pk].entry.stub,
            delivered=request.pk in arrived,
            whole_time=request.pk in whole,
            local_document=document,
        )
        for pk, requests in found.items()
        for request in requests
    }
