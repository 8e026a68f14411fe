"""What became of one entry or one batch, from first to last: who decided what, when, by which rule, on whose behalf.

For auditors. Read from the record itself, with the ledger's own lines beside it; nothing is left out that was replaced
later. Never writes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from review.models import (
    Agency,
    Asked,
    Batch,
    BatchReturn,
    Certificate,
    ClosureEvent,
    Countersignature,
    DeferralList,
    Entry,
    EntryChange,
    Erratum,
    Finding,
    Opinion,
    PanelVote,
    Person,
    Reassessment,
    RedactedCopy,
    RedactionMark,
    Referral,
    Release,
    SampleVerdict,
    SignOff,
    Statement,
    Suggested,
    Suspension,
    Titling,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: what, by whom, on whose behalf; the opinion or the findings where it is about them."""

    at: datetime
    what: str
    who: Person | str | None = None
    on_behalf: Person | None = None
    batch: Batch | None = None
    agency: Agency | None = None
    opinion: Opinion | None = None
    findings: tuple[Finding, ...] = ()
    note: str = ""
    replaced: bool = False
    ruleset: str = ""


def events_of_entry(entry: Entry) -> list[Event]:
    """Everything on record about one entry, oldest first. A number of queries that its history does not change."""
    rows = list(entry.batch_entries.select_related("batch__made_by").order_by("batch"))
    batches = {row.batch_id: row.batch for row in rows}
    place = {row.pk: row.batch for row in rows}
    keys = list(place)
    events = [*_from_intakes(entry)]
    events += [Event(batch.made_at, _("Put into a batch"), batch.made_by, batch=batch) for batch in batches.values()]
    events += _from_screening(keys, place)
    opinions = Opinion.objects.filter(batch_entry__in=keys).select_related("person", "on_behalf", "agency")
    events += [
        Event(
            one.at,
            "",
            one.person,
            one.on_behalf,
            place[one.batch_entry_id],
            one.agency,
            opinion=one,
            note=one.reason,
            replaced=not one.standing,
        )
        for one in opinions.order_by("pk")
    ]
    titlings = Titling.objects.filter(batch_entry__in=keys).select_related("person").order_by("pk")
    events += [
        Event(
            one.at,
            _("Public title worded"),
            one.person,
            batch=place[one.batch_entry_id],
            note=one.text or entry.title,
        )
        for one in titlings
    ]
    statements = Statement.objects.filter(batch_entry__in=keys).select_related("person", "agency").order_by("pk")
    events += [
        Event(
            one.at,
            str(one.get_kind_display()),
            one.person,
            None,
            place[one.batch_entry_id],
            one.agency,
            note=one.text,
        )
        for one in statements
    ]
    asked = Asked.objects.filter(batch_entry__in=keys, countersignature__isnull=False)
    events += [
        Event(
            one.countersignature.asked_at,
            _("Forming unit asked"),
            batch=place[one.batch_entry_id],
            agency=one.countersignature.agency,
            note=one.why.of(get_language() or ""),
        )
        for one in asked.select_related("countersignature__agency").order_by("pk")
        if one.countersignature is not None
    ]
    verdicts = SampleVerdict.objects.filter(sampled__batch_entry__in=keys).select_related("person", "sampled")
    events += [
        Event(
            one.at,
            _("Sampled: right") if one.right else _("Sampled: wrong"),
            one.person,
            batch=place[one.sampled.batch_entry_id],
            note=one.note,
        )
        for one in verdicts.order_by("pk")
    ]
    events += _of_batches(batches)
    events += _from_reopening(entry)
    events += _from_redactions(entry)
    return sorted(events, key=lambda event: event.at)


def events_of_batch(batch: Batch) -> list[Event]:
    """What was done with a batch as a whole, oldest first; what was decided on its entries, each entry's own page tells."""
    runs = batch.screening_runs.order_by("pk")
    events = [Event(batch.made_at, _("Batch made"), batch.made_by, batch=batch)]
    events += [Event(run.at, _("Screened"), batch=batch, ruleset=run.ruleset) for run in runs]
    asked = Countersignature.objects.filter(batch=batch).select_related("agency", "answered_by", "answered_for")
    for one in asked.order_by("pk"):
        events.append(Event(one.asked_at, _("Forming unit asked"), batch=batch, agency=one.agency))
        if one.answered_at:
            events.append(
                Event(one.answered_at, _("Countersigned"), one.answered_by, one.answered_for, batch, one.agency)
            )
        if one.silent_at:
            events.append(Event(one.silent_at, _("Time over without an answer"), batch=batch, agency=one.agency))
    events += _of_batches({batch.pk: batch})
    return sorted(events, key=lambda event: event.at)


def _from_intakes(entry: Entry) -> list[Event]:
    events = []
    intake = entry.intake
    if intake.saved_at:
        events.append(Event(intake.saved_at, _("Imported"), intake.saved_by, note=intake.file_name))
    for change in EntryChange.objects.filter(entry=entry).select_related("intake__saved_by").order_by("pk"):
        if change.intake.saved_at:
            events.append(
                Event(
                    change.intake.saved_at,
                    _("Changed by an import"),
                    change.intake.saved_by,
                    note=" · ".join(f"{name}: {value}" for name, value in change.before.items()),
                )
            )
    return events


def _from_screening(keys: list[int], place: dict[int, Batch]) -> list[Event]:
    found: dict[tuple[int, int], list[Finding]] = defaultdict(list)
    for finding in Finding.objects.filter(batch_entry__in=keys).order_by("pk"):
        found[finding.run_id, finding.batch_entry_id].append(finding)
    advice = Suggested.objects.filter(batch_entry__in=keys).select_related("run").order_by("pk")
    return [
        Event(
            one.run.at,
            _("Screened"),
            batch=place[one.batch_entry_id],
            findings=tuple(found[one.run_id, one.batch_entry_id]),
            replaced=one.replaced_by_id is not None,
            ruleset=one.run.ruleset,
        )
        for one in advice
    ]


def _of_batches(batches: dict[int, Batch]) -> list[Event]:
    """What was done with whole batches: returned, certified, signed, put to the authority, released."""
    events = []
    for back in BatchReturn.objects.filter(batch__in=batches).select_related("person"):
        events.append(Event(back.at, _("Returned"), back.person, batch=batches[back.batch_id], note=back.reason))
    for card in Certificate.objects.filter(batch__in=batches).select_related("person"):
        what = _("Quality certificate")
        events.append(Event(card.at, what, card.person, batch=batches[card.batch_id], note=card.number))
    for signed in SignOff.objects.filter(batch__in=batches).select_related("person", "on_behalf"):
        events.append(
            Event(
                signed.at,
                _("Signed"),
                signed.person,
                signed.on_behalf,
                batches[signed.batch_id],
                replaced=not signed.standing,
            )
        )
    for made in DeferralList.objects.filter(batch__in=batches).select_related("answered_by"):
        events.append(Event(made.made_at, _("Put to the authority"), batch=batches[made.batch_id], note=made.number))
        if made.answered_at:
            what = _("Answered by the authority")
            events.append(
                Event(made.answered_at, what, made.answered_by, batch=batches[made.batch_id], note=made.number)
            )
    for release in Release.objects.filter(batch__in=batches).select_related("person"):
        events.append(
            Event(release.at, _("Published"), release.person, batch=batches[release.batch_id], note=release.number)
        )
        if release.delivered_at:
            what = _("Delivered to the public site")
            events.append(Event(release.delivered_at, what, batch=batches[release.batch_id], note=release.number))
    return events


def _from_reopening(entry: Entry) -> list[Event]:
    """What came after: doubts, the panel, errata, days of return, referrals."""
    events = []
    for case in Suspension.objects.filter(entry=entry).select_related("flagged_by", "triaged_by"):
        events.append(Event(case.flagged_at, _("Suspended"), case.flagged_by, note=f"{case.number} · {case.reason}"))
        if case.triaged_at:
            events.append(Event(case.triaged_at, _("Looked at first"), case.triaged_by, note=case.number))
        if case.ended_at:
            what = _("Opened again") if case.outcome == "restore" else _("Closed again")
            events.append(Event(case.ended_at, what, note=case.number))
    for vote in PanelVote.objects.filter(suspension__entry=entry).select_related("person"):
        events.append(Event(vote.at, _("Voted"), vote.person, note=vote.reason))
    for erratum in Erratum.objects.filter(suspension__entry=entry):
        events.append(Event(erratum.at, _("Erratum issued"), note=erratum.number))
    for back in Reassessment.objects.filter(entry=entry).select_related("batch"):
        what = _("To be looked at again on %(day)s") % {"day": back.due_on.isoformat()}
        events.append(Event(back.made_at, what, batch=back.batch))
    for noted in ClosureEvent.objects.filter(entry=entry).select_related("person"):
        what = f"{noted.what.of(get_language() or '')} {noted.day.isoformat()}"
        events.append(Event(noted.at, what, noted.person, note=noted.evidence))
    for referral in Referral.objects.filter(entry=entry).select_related("answered_by"):
        note = f"{referral.number} · {referral.to_name}"
        events.append(Event(referral.opened_at, _("Referred"), referral.opened_by, note=note))
        if referral.answered_at:
            what = str(referral.get_answer_display())
            events.append(Event(referral.answered_at, what, referral.answered_by, note=referral.evidence))
    return events


def _from_redactions(entry: Entry) -> list[Event]:
    """What was withheld on its pages, the copies made without it, and who verified or refused them."""
    events = []
    of_it = {"redaction__master__entry": entry}
    for mark in RedactionMark.objects.filter(**of_it).select_related("person", "on_behalf", "withdrawn_by"):
        note = _("page %(page)d") % {"page": mark.page} + f" · {mark.ground} · {mark.opens_on.isoformat()}"
        gone = mark.withdrawn_at is not None
        events.append(Event(mark.at, _("Marked as withheld"), mark.person, mark.on_behalf, note=note, replaced=gone))
        if mark.withdrawn_at:
            events.append(Event(mark.withdrawn_at, _("Mark taken back"), mark.withdrawn_by, note=note))
    for copy in RedactedCopy.objects.filter(**of_it).select_related(
        "made_by", "verdict__person", "verdict__on_behalf"
    ):
        events.append(Event(copy.made_at, _("Redacted copy made"), copy.made_by, note=copy.digest[:12]))
        if verdict := getattr(copy, "verdict", None):
            what = _("Redacted copy verified") if verdict.verified else _("Redacted copy refused")
            note = " · ".join(filter(None, (copy.digest[:12], verdict.reason)))
            events.append(Event(verdict.at, what, verdict.person, verdict.on_behalf, note=note))
    return events
