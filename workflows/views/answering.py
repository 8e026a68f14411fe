"""What a forming unit does at its desk: agree, object, ask, need more time, bring back the sheet, hand the answer in."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.catalogue_rows import Complaint
from policies.countersigning import UnitAnswer
from policies.outcomes import Answer
from policies.packages import FilledPackage, PackageRefused, read_answers
from policies.sentences import Refusal, Sentence
from review import access
from review.models import Countersignature
from review.operations import clocks, countersigning, notifying, packaging
from review.queries.clocks import clocks_of
from review.queries.countersigning import untouched
from review.queries.decisions import proposals
from review.queries.due import profile
from review.queries.notices import TASK, away_on, notices_to
from review.queries.packages import content_of, package_now
from review.readers.package_answers import read_package
from workflows.forms import AnswerForm
from workflows.views import door, shown
from workflows.views.uploads import MOST_FAULTS, on_disk


def answer(request: HttpRequest, task: Task, asked: Countersignature) -> HttpResponse:
    """One act of the unit. A sheet is read before the lock is taken; a faulty one is shown fault by fault."""
    desk = _Answering(request, task, asked)
    if request.POST.get("verb") == "upload":
        try:
            desk.filled = _sheet_of(request)
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
            return redirect(request.get_full_path())
    response = door.work(request, task, desk.verbs())
    if not desk.faults:
        return response
    context = {"task": task, "batch": asked.batch, "faults": desk.faults[:MOST_FAULTS]}
    return render(
        request, "workflows/countersign_faults.html", context | {"more": max(len(desk.faults) - MOST_FAULTS, 0)}
    )


def _sheet_of(request: HttpRequest) -> FilledPackage:
    sheet = request.FILES.get("sheet")
    if sheet is None:
        raise Refusal(Sentence("请选定填好的征求意见表。", "Choose the filled sheet."))
    with on_disk(sheet, "sheet") as file:
        return read_package(file.path)


class _Answering:
    """The acts of one request; `filled` is the sheet that came with it, `faults` what is wrong with that."""

    def __init__(self, request: HttpRequest, task: Task, asked: Countersignature) -> None:
        self.request, self.task, self.asked = request, task, asked
        self.by, self.at, self.today = request.user, timezone.now(), timezone.localdate()
        self.filled: FilledPackage | None = None
        self.faults: tuple[Complaint, ...] = ()

    def verbs(self) -> Mapping[str, door.Act]:
        return {
            "agree": self.agree,
            "agree_shown": self.agree_shown,
            "answer": self.answer,
            "ask": self.ask,
            "upload": self.upload,
            "attach": self.attach,
            "hand_on": self.hand_on,
            "return": self.ask_return,
        }

    def agree(self, activation: Activation) -> str:
        """Agreement to the one entry that is asked about."""
        return self._record({door.entry_of(self.request): UnitAnswer(Answer.AGREE)})

    def agree_shown(self, activation: Activation) -> str:
        """Agreement covers only what the page showed and nobody said anything on, as it was proposed; an objection stays."""
        seen = shown.shown_by(self.request, self.task)
        left = set(untouched(self.asked).filter(pk__in=seen).values_list("pk", flat=True))
        current = dict(proposals(self.asked.batch).filter(batch_entry__in=left).values_list("batch_entry", "pk"))
        if any(seen[entry] != proposal for entry, proposal in current.items()):
            raise Refusal(_CHANGED)
        return self._record(dict.fromkeys(left, UnitAnswer(Answer.AGREE)))

    def answer(self, activation: Activation) -> str:
        form = AnswerForm(self.request.POST)
        if not form.is_valid():
            raise Refusal(
                Sentence("请选定答复；日期须为 年-月-日。", "Choose an answer; a day is written YYYY-MM-DD.")
            )
        given = form.unit_answer()
        done = self._record({door.entry_of(self.request): given})
        return self._more_time() if given.answer is Answer.NEED_MORE_TIME else done

    def ask(self, activation: Activation) -> str:
        """A question is an answer put off, without asking for longer: the entry waits, and whoever reconciles is told."""
        batch, question = self.asked.batch, door.written_reason(self.request).strip()
        if not question:
            raise Refusal(Sentence("请写明要问什么。", "Write what you want to ask."))
        entry = door.entry_of(self.request)
        self._record({entry: UnitAnswer(Answer.NEED_MORE_TIME, reason=question)})
        told = notices_to(
            access.who_hold(packaging.PERMISSION, batch.fonds),
            key=f"question:{entry}/{self.asked.pk}/{self.at:%Y%m%d%H%M%S}",
            text=_QUESTION.filled(agency=self.asked.agency.name, batch=batch.number),
            link=reverse("questions", args=[batch.number]),
            away=away_on(self.today),
            mails=settings.MAILS,
        )
        notifying.notify(notices=told, by=self.by, at=self.at)
        return _("Your question is with the archives. The entry still waits for your answer.")

    def upload(self, activation: Activation) -> str:
        """The filled sheet brought back: every answer of it, or every fault. Handing in stays a step of its own."""
        content, version = content_of(self.asked), package_now(self.asked, self.at).version
        try:
            answers, _who = read_answers(content, version, self.filled, profile(), today=self.today)
        except PackageRefused as refused:
            self.faults = refused.complaints
            raise
        return self._record(answers)

    def attach(self, activation: Activation) -> str:
        letter = self.request.FILES.get("letter")
        if letter is None:
            raise Refusal(Sentence("请选定加盖公章的复函扫描件。", "Choose the scan of the sealed letter."))
        with on_disk(letter, "letter") as scan:
            packaging.attach_letter(countersignature=self.asked, letter=scan, by=self.by, at=self.at)
        return _("The sealed letter is kept with your answer.")

    def hand_on(self, activation: Activation) -> str:
        countersigning.hand_on(countersignature=self.asked, by=self.by, at=self.at)
        door.finish(activation)
        return _("Your unit's answer is handed in.")

    def ask_return(self, activation: Activation) -> str:
        reason = door.written_reason(self.request)
        countersigning.ask_return(countersignature=self.asked, reason=reason, by=self.by, at=self.at)
        door.finish(activation)
        return _("The archives were asked to review the batch again.")

    def _more_time(self) -> str:
        """The clock's one extension is asked for with it; where there is none left, nothing is recorded."""
        subject = f"{TASK}{self.task.pk}"
        clock = clocks_of([subject]).get(subject)
        if clock is None:
            return _("Recorded: your unit needs more time. The entry still waits for its answer.")
        clocks.extend(clock=clock, by=self.by, at=self.at, today=self.today)
        clock.refresh_from_db()
        return _("The time is extended, this once, to %(day)s. The entry still waits for your answer.") % {
            "day": clock.due_on.isoformat()
        }

    def _record(self, answers: Mapping[int, UnitAnswer]) -> str:
        countersigning.record_answers(
            countersignature=self.asked, answers=answers, by=self.by, at=self.at, today=self.today
        )
        return _("Recorded for %(count)d entries.") % {"count": len(answers)}


_CHANGED = Sentence(
    "档案馆的意见在您看过列表之后有变，未记录。请刷新页面，再看一遍。",
    "The archives' proposal changed after you looked at the list, and nothing was recorded. Reload the page and look again.",
)
_QUESTION = Sentence(
    "{agency}就批次 {batch} 的一个条目提出了问题，请查看并答复。",
    "{agency} asks a question about an entry of batch {batch}. Read it and reply.",
)
