"""Scenes of partial opening."""

from datetime import timedelta

from review.models import DigitalObject, RedactedCopy, Redaction
from review.operations import redacting, verifying_copies
from tests import redactions
from tests.review.scenes import Scene
from tests.world import NOW, TODAY

LATER = NOW + timedelta(minutes=1)


def _redaction():
    return Redaction.objects.get()


def _copy():
    return RedactedCopy.objects.get()


def _looked(world, _batch):
    redactions.looked(redactions.made(world), world["second"])


def _first(world):
    return {"by": world["first"], "at": LATER, "today": TODAY}


def _second(world):
    return {"by": world["second"], "at": LATER, "today": TODAY}


SCENES = {
    "redacting.begin_redaction": Scene(
        None,
        lambda w, b: redacting.begin_redaction(master=DigitalObject.objects.get(), **_first(w)),
        before=lambda w, b: redactions.attached(w),
    ),
    "redacting.add_marks": Scene(
        None,
        lambda w, b: redacting.add_marks(redaction=_redaction(), marks=[redactions.box()], **_first(w)),
        before=lambda w, b: redactions.begun(w),
    ),
    "redacting.withdraw_marks": Scene(
        None,
        lambda w, b: redacting.withdraw_marks(
            redaction=_redaction(), marks=list(_redaction().marks.values_list("pk", flat=True)), **_first(w)
        ),
        before=lambda w, b: redactions.marked(w),
    ),
    "redacting.make_copy": Scene(
        None,
        lambda w, b: redacting.make_copy(redaction=_redaction(), **_first(w)),
        before=lambda w, b: redactions.marked(w),
    ),
    "verifying_copies.reread_copy": Scene(
        None,
        lambda w, b: verifying_copies.reread_copy(copy=_copy(), **_second(w)),
        before=lambda w, b: redactions.made(w),
    ),
    "verifying_copies.look_at_page": Scene(
        None,
        lambda w, b: verifying_copies.look_at_page(copy=_copy(), page=1, **_second(w)),
        before=lambda w, b: redactions.made(w),
    ),
    "verifying_copies.verify_copy": Scene(
        None, lambda w, b: verifying_copies.verify_copy(copy=_copy(), **_second(w)), before=_looked
    ),
    "verifying_copies.refuse_copy": Scene(
        None,
        lambda w, b: verifying_copies.refuse_copy(copy=_copy(), reason="第 2 页边注未遮蔽", **_second(w)),
        before=_looked,
    ),
}
