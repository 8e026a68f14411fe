"""A request for a record that is not open, or a complaint that it is not: from its receipt to its answer.

Sources: 档案法 arts. 28-29; 档案法实施条例 art. 34. The days to answer are house policy.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import Activation, flow

from policies.requesting import ASKS_FOR_REVIEW, OBJECTION
from policies.sentences import Refusal, Sentence
from review.models import AccessRequest, Batch, BatchKind, Entry, Fonds, Person
from review.operations import planning, requesting
from review.readers.visitor_requests import VisitorAsked
from workflows import views
from workflows.audit import TellingLock
from workflows.flows import opening
from workflows.models import RequestProcess
from workflows.nodes import Desk


def _fonds(activation: Activation) -> Fonds:
    return activation.process.request.fonds


def _clock(activation: Activation) -> str:
    """An objection to what is published is looked at as soon as a flag is."""
    kind = activation.process.request.kind
    return "triage" if kind == OBJECTION else kind


class RequestFlow(flow.Flow):
    """One request or complaint: registered, handled, answered."""

    process_class = RequestProcess
    process_title = _("Request or complaint")
    lock_impl = TellingLock()
    obsolete = flow.Obsolete()

    start = flow.StartHandle(this.take_request).Annotation(title=_("Received")).Next(this.handle)
    handle = (
        Desk(views.handle_request, permission="review.answer_requests_fonds", over=_fonds)
        .Clock(_clock)
        .Annotation(title=_("Answer"))
        .Next(this.after_handle)
    )
    # Unanswered it stays at the desk: nothing is answered by lapse of time.
    after_handle = flow.Switch().Case(this.end, this.answered).Default(this.handle)
    end = flow.End().Annotation(title=_("Done"))

    def take_request(self, activation: Activation, *, request: AccessRequest) -> Activation:
        activation.process.artifact = request
        return activation

    def answered(self, activation: Activation) -> bool:
        # Read anew: what the process holds was read before the desk acted.
        asked = AccessRequest.objects.get(pk=activation.process.artifact_object_id)
        return asked.answered_at is not None

    def review_asked_for(self, request: AccessRequest, by: Person) -> Batch | None:
        """Begin the review that an answer promises; None where it cannot begin now and waits for a planner."""
        try:
            return begin_review(asked=request, by=by)
        except Refusal:
            return None


def begin(
    *, kind: str, asker: str, contact: str, text: str, fonds: Fonds, entry: Entry | None, by: Person
) -> AccessRequest:
    """Register a request and put it on its road, in one act. Raises Refusal, PermissionDenied."""
    at: datetime = timezone.now()
    with transaction.atomic():
        made = requesting.register_request(
            kind=kind, asker=asker, contact=contact, text=text, fonds=fonds, entry=entry, by=by, at=at
        )
        RequestFlow.start.run(request=made)
    return made


@transaction.atomic
def begin_from_visitor(*, asked: VisitorAsked, fonds: Fonds, entry: Entry | None, by: str) -> AccessRequest:
    """Register what a visitor sent from the public site and put it on its road, in one act. Raises Refusal."""
    made = requesting.register_visitor_request(
        receipt=asked.receipt,
        kind=asked.kind,
        asker=asked.asker,
        contact=asked.contact,
        text=asked.words(found=entry is not None),
        fonds=fonds,
        entry=entry,
        by=by,
        at=timezone.now(),
    )
    RequestFlow.start.run(request=made)
    return made


@transaction.atomic
def begin_review(*, asked: AccessRequest, by: Person) -> Batch:
    """The review on demand of what a request asks for, noted with the request; the one that runs already, if it does.

    All or nothing. Raises Refusal, PermissionDenied.
    """
    if asked.answer not in ASKS_FOR_REVIEW or asked.entry is None:
        raise Refusal(Sentence("该申请没有要求审核。", "This request asks for no review."))
    at, today = timezone.now(), timezone.localdate()
    running = asked.entry.batch_entries.filter(live=True).select_related("batch").first()
    if running is not None:
        requesting.note_review(request=asked, batch=running.batch, by=by, at=at)
        return running.batch
    codes = [asked.entry.reference_code]
    batch = planning.cut_batch(fonds=asked.fonds, by=by, at=at, today=today, codes=codes, kind=BatchKind.ON_DEMAND)
    requesting.note_review(request=asked, batch=batch, by=by, at=at)
    opening.begin(batch=batch, by=by)
    return batch
