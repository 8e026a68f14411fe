"""Walking a batch along its road with given people: every right, lock and policy is asked as at the desks.

The demonstration, the journeys of the tests and the benchmarks walk here, so that no state is ever made by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils import timezone
from viewflow.workflow import Activation
from viewflow.workflow.models import Task

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome, Stage, Suggestion
from policies.reviewing import Decision, advised
from review.models import Batch, Countersignature, Person, Release, Sampled, Statement, StatementKind
from review.operations import (
    consenting,
    coordinating,
    countersigning,
    reconciling,
    releasing,
    reviewing,
    sampling,
    titling,
)
from review.operations.consenting import Consent
from review.operations.sampling import Verdict
from review.queries.decisions import (
    Settled,
    decision_of,
    disputes,
    entries_for,
    proposals,
    round_of,
    standing,
    unanswered,
    undecided,
)
from review.queries.deferrals import listed, open_list
from review.queries.desks import with_findings
from review.queries.proposed_titles import propose_titles
from review.queries.quality import samples_of
from workflows.flows import OpeningFlow
from workflows.views import door
from workflows.views.sign_off import sign


def open_tasks(batch: Batch, desk: str = "") -> list[Task]:
    """The open tasks of a batch, of one desk when it is named, oldest first."""
    tasks = Task.objects.filter(
        process__flow_class=OpeningFlow,
        process__artifact_object_id=batch.pk,
        status__in=door.OPEN,
        flow_task_type="HUMAN",
    )
    return [task for task in tasks.order_by("pk") if not desk or task.flow_task.name == desk]


def work(task: Task, person: Person, *acts: Callable[[Activation], object], verdict: str = "done") -> None:
    """One act at a desk after another and, with the last, its completion, exactly as the desk does them.

    Raises Refusal, PermissionDenied; what the acts before did stays, as at the desk, and is not done a second time when
    somebody takes the desk up again.
    """
    for act in acts:
        with task.activation() as activation:
            door.hold(person, activation)
            act(activation)
            if act is acts[-1]:
                door.finish(activation, verdict)


def first_review(batch: Batch, person: Person) -> None:
    """Decide every entry as the rules advise, wording up to three public titles that say too much, and hand on."""
    (task,) = open_tasks(batch, "first_review")

    at, today = timezone.now(), timezone.localdate()

    def decide(_: Activation) -> None:
        rows = with_findings(batch, list(undecided(batch, Stage.FIRST_REVIEW).select_related("entry")))
        propose_titles(rows, today)
        decisions = {row.batch_entry.pk: _follow(row) for row in rows}
        for row in [row for row in rows if _can_open_masked(row)][:3]:
            text = row.masked_title
            titling.set_public_title(batch_entry=row.batch_entry, text=text, by=person, at=at, today=today)
            decisions[row.batch_entry.pk] = Decision(Outcome.OPEN, reason="隐去个人信息后可以开放")
        if decisions:
            reviewing.record_opinions(
                batch=batch, stage=Stage.FIRST_REVIEW, decisions=decisions, by=person, at=at, today=today
            )

    def hand_on(_: Activation) -> None:
        reviewing.hand_on(batch=batch, stage=Stage.FIRST_REVIEW, by=person, at=at)

    work(task, person, decide, hand_on)


def _follow(row) -> Decision:
    suggested = row.suggested
    if suggested.suggestion == Suggestion.LOOK and all(_is_weak(finding) for finding in row.findings):
        return Decision(Outcome.OPEN, reason="已逐件审看，未见应当延期开放的情形")
    decision = advised(Suggestion(suggested.suggestion), suggested.ground, suggested.opens_on)
    # The rules advise nothing that can be recorded: closed until somebody has looked.
    return decision or Decision(Outcome.REFER, reason="规则无法判定，待人工核查")


def _can_open_masked(row) -> bool:
    """All that is found are words of the title, which the public title leaves out."""
    found = row.findings
    due = row.suggested.suggestion == Suggestion.DEFER
    return (
        due
        and bool(row.masked_title)
        and any(f.never_public for f in found)
        and all(f.field == "title" and (f.never_public or _is_weak(f)) for f in found)
    )


def _is_weak(finding) -> bool:
    """Words that prove little by themselves, such as a name: whoever looks at the entry may still open it."""
    return not finding.never_public and (finding.level == "low" or finding.suggests == Suggestion.OPEN)


def second_review(batch: Batch, person: Person) -> None:
    """Agree with first review on every entry, and hand on."""
    (task,) = open_tasks(batch, "second_review")

    at, today = timezone.now(), timezone.localdate()

    def decide(_: Activation) -> None:
        left = set(undecided(batch, Stage.SECOND_REVIEW).values_list("pk", flat=True))
        first = standing(batch, Stage.FIRST_REVIEW)
        decisions = {row.batch_entry_id: decision_of(row) for row in first if row.batch_entry_id in left}
        if decisions:
            reviewing.record_opinions(
                batch=batch, stage=Stage.SECOND_REVIEW, decisions=decisions, by=person, at=at, today=today
            )

    def hand_on(_: Activation) -> None:
        reviewing.hand_on(batch=batch, stage=Stage.SECOND_REVIEW, by=person, at=at)

    work(task, person, decide, hand_on)


def sample(batch: Batch, person: Person) -> None:
    """Draw the sample, find every entry of it right, and hand on with the certificate."""
    (task,) = open_tasks(batch, "sample")

    at = timezone.now()

    def draw(_: Activation) -> None:
        if not samples_of(batch).exists():
            sampling.draw_samples(batch=batch, by=person, at=at)

    def look(_: Activation) -> None:
        left = Sampled.objects.filter(sample__in=samples_of(batch), verdicts=None).values_list("pk", flat=True)
        if left:
            sampling.record_verdicts(batch=batch, verdicts=dict.fromkeys(left, Verdict(True)), by=person, at=at)

    work(task, person, draw, look, lambda _: sampling.certify(batch=batch, by=person, at=at))


def countersign(task: Task, person: Person, *, objections: int = 0) -> None:
    """Agree to everything but the first `objections` opened entries, which the unit wants closed ten more years."""
    asked: Countersignature = task.seed

    at, today = timezone.now(), timezone.localdate()

    def answer(_: Activation) -> None:
        rows = list(entries_for(asked.batch, asked.agency).order_by("position"))
        answers = {row.pk: UnitAnswer(Answer.AGREE) for row in rows}
        proposed = {row.batch_entry_id: row for row in proposals(asked.batch)}
        for row in [row for row in rows if proposed[row.pk].outcome == Outcome.OPEN][:objections]:
            later = Decision(Outcome.DEFER, "CN-8-2", date(today.year + 10, 12, 31))
            answers[row.pk] = UnitAnswer(Answer.OBJECT, later, "内容涉及尚未了结的事项")
        if unanswered(asked.batch, asked.agency).exists():
            countersigning.record_answers(countersignature=asked, answers=answers, by=person, at=at, today=today)

    work(task, person, answer, lambda _: countersigning.hand_on(countersignature=asked, by=person, at=at))


def reconcile(batch: Batch, person: Person, *, to_authority: int = 0) -> None:
    """Settle every difference: the first as the unit wants it, the others as the archives proposed.

    The last `to_authority` of them are not settled but put to the authority, with the archives' statement.
    """
    (task,) = open_tasks(batch, "reconcile")
    rows = disputes(batch)
    settled, left = rows[: max(len(rows) - to_authority, 0)], rows[max(len(rows) - to_authority, 0) :]

    at, today = timezone.now(), timezone.localdate()

    def agree(_: Activation) -> None:
        settlements = {row.batch_entry.pk: _agreed(row, as_wanted=place == 0) for place, row in enumerate(settled)}
        if settlements:
            reconciling.settle(batch=batch, settlements=settlements, by=person, at=at, today=today)
        stated = Statement.objects.filter(round=round_of(batch), kind=StatementKind.ARCHIVES).values("batch_entry")
        unsaid = batch.batch_entries.filter(pk__in=[row.batch_entry.pk for row in left]).exclude(pk__in=stated)
        if unsaid.exists():
            reconciling.record_statement(
                batch=batch,
                entries=list(unsaid.values_list("pk", flat=True)),
                kind=StatementKind.ARCHIVES,
                text="内容早已公开，继续封闭没有依据",
                by=person,
                at=at,
                today=today,
            )

    def hand_on(_: Activation) -> None:
        pass_on = reconciling.put_to_authority if left else reconciling.hand_on
        pass_on(batch=batch, by=person, at=at)

    work(task, person, agree, hand_on, verdict="authority" if left else "done")


def _agreed(row: Settled, *, as_wanted: bool) -> Decision:
    wanted = row.answer if as_wanted and row.answer and row.answer.outcome else row.proposal
    if row.refused:
        return Decision(Outcome.OPEN, reason="主管部门不同意延期，形成单位书面同意开放")
    decision = decision_of(wanted)
    return Decision(decision.outcome, decision.ground, decision.opens_on, "双方当面协商一致，形成单位书面确认")


def coordinate(batch: Batch, person: Person) -> None:
    """Rule on every difference as the archives proposed."""
    (task,) = open_tasks(batch, "coordinate")

    at, today = timezone.now(), timezone.localdate()

    def rule(_: Activation) -> None:
        rulings = {}
        for row in disputes(batch):
            proposed = decision_of(row.proposal)
            reason = "经协调，按档案馆意见办理"
            rulings[row.batch_entry.pk] = Decision(proposed.outcome, proposed.ground, proposed.opens_on, reason)
        if rulings:
            coordinating.rule(batch=batch, rulings=rulings, by=person, at=at, today=today)

    work(task, person, rule, lambda _: coordinating.hand_on(batch=batch, by=person, at=at))


def sign_off(batch: Batch, *people: Person) -> None:
    """Sign, one after another: as many of `people` as the procedure still asks for."""
    for person in people:
        for task in open_tasks(batch, "sign_off"):
            with task.activation() as activation:
                door.hold(person, activation)
                sign(activation, batch=batch, by=person, at=timezone.now())


def consent(batch: Batch, person: Person, *, refusals: int = 0) -> None:
    """Consent to every deferral of the list but the first `refusals`."""
    (task,) = open_tasks(batch, "consent")

    at = timezone.now()

    def answer(_: Activation) -> None:
        made = open_list(batch)
        pks = [row.batch_entry.pk for row in listed(batch, made) if row.consent is None] if made else []
        refused = Consent(False, "所列理由不足，应当开放")
        consents = {pk: refused if place < refusals else Consent(True) for place, pk in enumerate(pks)}
        if consents:
            consenting.record_consents(batch=batch, consents=consents, by=person, at=at)

    work(task, person, answer, lambda _: consenting.answer_list(batch=batch, by=person, at=at))


def release(batch: Batch, person: Person) -> Release:
    """Make the open catalogue, publish it and deliver it to the public site."""
    (task,) = open_tasks(batch, "release")
    today = timezone.localdate()
    manifest = releasing.prepare_bundle(batch=batch, issued_on=today)
    work(
        task,
        person,
        lambda _: releasing.release(batch=batch, manifest=manifest, by=person, at=timezone.now(), issued_on=today),
    )
    made = Release.objects.get(batch=batch)
    releasing.deliver(release=made, at=timezone.now())
    return made
