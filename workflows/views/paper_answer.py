"""Taking back a countersign package: the filled sheet and the sealed letter of a unit on another network, uploaded.

It is done by the archives on the unit's behalf. The unit's task ends with it, in the same transaction, as if the unit
had handed its answer in at its own desk.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from policies.packages import FilledPackage, PackageRefused
from policies.sentences import Refusal, Sentence
from review import access
from review.models import Countersignature, CountersignPackage, PackageReturn, Person
from review.operations import packaging
from review.operations.packaging import CameBack
from review.queries.packages import newest_package, number_of
from review.readers.package_answers import read_package
from workflows.views import door
from workflows.views.uploads import MOST_FAULTS, on_disk


@login_required
def paper_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The upload for one unit's package. 404 without a right on the fonds, 403 but for who reconciles it."""
    asked = get_object_or_404(
        Countersignature.objects.filter(batch__in=access.batches_of(request.user)).select_related(
            "batch__fonds", "agency"
        ),
        pk=pk,
    )
    if not access.holds(request.user, packaging.PERMISSION, asked.batch.fonds):
        raise PermissionDenied
    newest = newest_package(asked)
    if newest is None:
        raise Http404
    context = {"asked": asked, "batch": asked.batch, "newest": newest, "number": number_of(asked)}
    if request.method == "POST":
        try:
            returned = _taken(request, newest)
        except PackageRefused as refused:
            faults = refused.complaints
            context |= {"refusal": refused.sentence, "faults": faults[:MOST_FAULTS]}
            context["more"] = max(len(faults) - MOST_FAULTS, 0)
        except Refusal as refusal:
            context["refusal"] = refusal.sentence
        else:
            messages.success(
                request,
                _("Taken back: %(count)d answers of %(agency)s, answered by %(name)s.")
                % {"count": returned.answers, "agency": asked.agency, "name": returned.signed_by},
            )
            return redirect("package", asked.batch.number, asked.pk)
    return render(request, "workflows/paper_answer.html", context)


def _taken(request: HttpRequest, newest: CountersignPackage) -> PackageReturn:
    sheet, letter = request.FILES.get("sheet"), request.FILES.get("letter")
    if sheet is None or letter is None:
        raise Refusal(_BOTH)
    with on_disk(sheet, "sheet") as file, on_disk(letter, "letter") as scan:
        return take_back(package=newest, filled=read_package(file.path), file=file, letter=scan, by=request.user)


def take_back(
    *, package: CountersignPackage, filled: FilledPackage, file: CameBack, letter: CameBack, by: Person
) -> PackageReturn:
    """Record what a sheet says and end the unit's task, under the lock of its process. All or nothing.

    Raises Refusal, PermissionDenied; also while somebody of the unit has the task in hand.
    """
    asked = package.countersignature
    with task_of(asked).activation() as activation:
        task = activation.task
        if task.status not in door.OPEN:
            raise Refusal(door.NOT_OPEN)
        if task.owner_id is not None and task.owner_id != by.pk:
            raise Refusal(_IN_HAND.filled(owner=task.owner))
        at, today = timezone.now(), timezone.localdate()
        returned = packaging.take_back_package(
            package=package, filled=filled, file=file, letter=letter, by=by, at=at, today=today
        )
        if task.status == STATUS.NEW:
            activation.assign(by)
        door.finish(activation)
    return returned


def task_of(asked: Countersignature) -> Task:
    """The unit's open task. Raises Refusal when there is none: it was answered, or its time was over."""
    kind = ContentType.objects.get_for_model(Countersignature)
    task = Task.objects.filter(
        seed_content_type=kind, seed_object_id=asked.pk, flow_task_type="HUMAN", status__in=door.OPEN
    ).first()
    if task is None:
        raise Refusal(door.NOT_OPEN)
    return task


_BOTH = Sentence(
    "请同时选定填好的征求意见表和加盖公章的征求意见函扫描件。没有保存任何答复。",
    "Choose both the filled sheet and the scan of the sealed letter. No answer was saved.",
)
_IN_HAND = Sentence(
    "该单位的 {owner} 正在网上办理这项会签。请先与其核对；确须以书面答复为准的，请其放回后再上传。没有保存任何答复。",
    "{owner} of the unit has this in hand online. Settle with them which answer holds; if the paper does, have them put the "
    "work back first. No answer was saved.",
)
