"""What was decided stays: when an import can be taken back, and when something rests on it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from policies.sentences import Refusal, Sentence
from review.models import BatchEntry, DigitalObject, Entry, Intake, Series


def check_nothing_rests_on(intake: Intake) -> None:
    """What was decided stays: an import is undone only as long as nothing rests on it."""
    added = Entry.objects.filter(intake=intake)
    changed = Q(changes__intake=intake)
    touched = Entry.objects.filter(Q(intake=intake) | changed)
    if touched.filter(Exists(BatchEntry.objects.filter(entry=OuterRef("pk")))).exists():
        raise Refusal(_DECIDED)
    if touched.filter(Exists(DigitalObject.objects.filter(entry=OuterRef("pk")))).exists():
        raise Refusal(_HAS_OBJECTS)
    later = Q(changes__intake_id__gt=intake.pk, changes__intake__undone_at__isnull=True) | Q(
        proposals__intake_id__gt=intake.pk, proposals__intake__undone_at__isnull=True
    )
    others = Entry.objects.filter(Q(parent__in=added) | Q(series__intake=intake))
    others = others.exclude(Q(intake=intake) | Q(changes__intake=intake))
    if (
        touched.filter(later).exists()
        or others.exists()
        or intake.proposals.filter(settled_at__isnull=False).exists()
    ):
        raise Refusal(_BUILT_UPON)
    if Series.objects.filter(parent__intake=intake).exclude(intake=intake).exists():
        raise Refusal(_BUILT_UPON)


_DECIDED = Sentence(
    "此次导入的条目已进入审核批次，不能撤销。需要更正的，请导入更正后的目录。",
    "Entries of this import are or were in a batch, so it cannot be undone. To correct them, import a corrected catalogue.",
)
_HAS_OBJECTS = Sentence(
    "此次导入的条目已挂接数字对象，不能撤销。",
    "Digital objects are attached to entries of this import, so it cannot be undone.",
)
_BUILT_UPON = Sentence(
    "其后的导入或已处理的变更建议以此次导入为基础，不能撤销。请先撤销其后的导入。",
    "A later import, or a settled proposal, rests on this one. Undo the later import first.",
)
