"""Which open tasks wait for a person, of every flow, by deadline: a number of queries that no number of tasks changes.

A task is anybody's who holds its right on its record, by own right or lent, and whom four eyes does not bar. The door
asks all of it again (workflows/nodes.py: may_work).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import BigIntegerField, CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Substr
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from policies.separation import EARLIER_STAGES
from review import access
from review.models import Clock, Opinion, Person, Plan, SignOff
from review.queries.suspensions import before_a_first_answer

OPEN = (STATUS.NEW, STATUS.ASSIGNED)
ENDED = (STATUS.DONE, STATUS.CANCELED)
FEW = 5000  # below: look each task's clock up; above: walk the clocks in their order until the page is full
AFTER_SIGNING = ("coordinate", "consent", "release")  # whoever signed is not the hand there either
LOOKED_BACK = 100  # so many pieces of finished work are followed to where they are now


def open_to(rights: access.Rights) -> Q:
    """Unowned human tasks that ask a right which is held here, on the record on which it is held."""
    alike: dict[tuple[int, ...], list[str]] = {}  # rights over the same records are asked for together
    for permission, records in sorted(rights.held.items()):
        alike.setdefault(tuple(sorted(records)), []).append(permission)
    condition = Q(pk__in=[])
    for records, permissions in alike.items():
        condition |= Q(owner_permission__in=permissions, owner_permission_obj_pk__among=[str(pk) for pk in records])
    return Q(status=STATUS.NEW, flow_task_type="HUMAN") & condition


def how_many(rights: access.Rights) -> int:
    """How many tasks wait for these rights, counted to FEW + 1 and no further."""
    return Task.objects.filter(open_to(rights)).order_by()[: FEW + 1].count()


def waiting(rights: access.Rights, many: int, start: int, stop: int) -> list[Task]:
    """Of the tasks that wait for these rights the `start`th to the `stop`th by deadline, those without one last."""
    if many <= FEW:
        return list(with_clocks(Task.objects.filter(open_to(rights)))[start:stop])
    open_tasks = Task.objects.filter(open_to(rights))
    clocks = (
        Clock.objects.filter(ended_at=None, subject__startswith="task:")
        .annotate(task=Cast(Substr("subject", 6), BigIntegerField()))
        # A scalar, which the server asks clock by clock and stops at the last that is wanted; an EXISTS it turns into a
        # join of all open tasks.
        .annotate(open=Subquery(open_tasks.filter(pk=OuterRef("task")).order_by().values("pk")[:1]))
        .filter(open__isnull=False)
        .order_by("due_on", "pk")
    )
    due = dict(clocks.values_list("task", "due_on")[start:stop])
    found = Task.objects.select_related("process", "owner").in_bulk(due)
    tasks = [found[pk] for pk in due if pk in found]
    for task in tasks:
        task.due_on = due[task.pk]
    if len(due) == stop - start:
        return tasks
    # Fewer than asked for: the clocks are used up, and tasks without one follow.
    without = with_clocks(open_tasks).filter(due_on=None)
    timed = clocks.count() if start else len(due)
    return tasks + list(without[max(0, start - timed) : stop - timed])


def with_clocks(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The same tasks with the day they are due on (`due_on`), the earliest first, those without a clock last."""
    clock = Clock.objects.filter(
        subject=Concat(Value("task:"), Cast(OuterRef("pk"), CharField())), ended_at=None
    ).order_by("due_on")
    return (
        tasks.select_related("process", "owner")
        .annotate(due_on=Subquery(clock.values("due_on")[:1]))
        .order_by(F("due_on").asc(nulls_last=True), "created", "pk")
    )


def in_hands_of(person: Person) -> QuerySet[Task]:
    """What this person has taken and not finished."""
    return with_clocks(Task.objects.filter(owner=person, status=STATUS.ASSIGNED, flow_task_type="HUMAN"))


def finished_by(person: Person) -> list[Task]:
    """What this person finished lately, the last first."""
    done = Task.objects.filter(owner=person, status=STATUS.DONE, flow_task_type="HUMAN").select_related("process")
    found = list(done.order_by("-finished")[:LOOKED_BACK])
    for task in found:
        task.owner = person
    return found


def passed_on(finished: Iterable[Task], by: Person) -> QuerySet[Task]:
    """What this person waits for: the open tasks of others in the cases of what is finished."""
    cases = {task.process_id for task in finished}
    others = Task.objects.filter(process__in=cases, status__in=OPEN, flow_task_type="HUMAN")
    return with_clocks(others.exclude(owner=by))


def closed(finished: Iterable[Task]) -> list[Task]:
    """Of what is finished the last task of each case that has come to its end since."""
    last: dict[int, Task] = {}
    for task in finished:
        if task.process.status in ENDED and hasattr(task.flow_task, "desk"):
            last.setdefault(task.process_id, task)
    return list(last.values())


def not_barred(rights: access.Rights, tasks: Iterable[Task]) -> list[Task]:
    """The tasks that four eyes leaves to this person, and to those whose right is used. Four queries at most.

    A task of a node that is no desk any more is nobody's: `manage.py check_flows` names it.
    """
    tasks = [task for task in tasks if hasattr(task.flow_task, "desk")]
    desks: dict[str, list[Task]] = {}
    for task in tasks:
        # By the kind of case and not by its flow: a second version of a flow bars the same people.
        desks.setdefault(f"{task.flow_task.flow_class.process_class.__name__}.{task.flow_task.name}", []).append(task)
    barred: set[int] = set()
    asked = [task for name in EARLIER_STAGES for task in desks.get(f"OpeningProcess.{name}", ())]
    if asked:
        barred |= _barred_in_batches(rights, asked)
    if approvals := desks.get("PlanProcess.approve"):
        barred |= _barred_by_plan(rights, approvals)
    if panels := desks.get("SuspensionProcess.panel"):
        barred |= _barred_by_vote(rights, panels)
    return [task for task in tasks if task.pk not in barred]


def _hands(rights: access.Rights, task: Task) -> set[int]:
    return rights.hands(task.owner_permission or "", int(task.owner_permission_obj_pk or 0))


def _barred_in_batches(rights: access.Rights, tasks: Collection[Task]) -> set[int]:
    """Who gave an opinion at an earlier desk, or signed before release, is not the next hand (policies/separation.py)."""
    batches = {task.process.artifact_object_id for task in tasks}
    hands = set().union(*(_hands(rights, task) for task in tasks))
    opinions = (
        Opinion.objects.filter(Q(person__in=hands) | Q(on_behalf__in=hands), batch_entry__batch__in=batches)
        .order_by()
        .values_list("batch_entry__batch", "stage", "person", "on_behalf")
        .distinct()
    )
    acts = {(batch, stage, hand) for batch, stage, *both in opinions for hand in both}
    signed = SignOff.objects.filter(batch__in=batches).values_list("batch", "person", "on_behalf")
    acts |= {(batch, "sign_off", hand) for batch, *both in signed for hand in both}
    barred = set()
    for task in tasks:
        batch, desk = task.process.artifact_object_id, task.flow_task.name
        stages = [str(stage) for stage in EARLIER_STAGES[desk]]
        if desk in ("release", "coordinate", "consent"):
            stages.append("sign_off")
        if any((batch, stage, hand) in acts for stage in stages for hand in _hands(rights, task)):
            barred.add(task.pk)
    return barred


def _barred_by_plan(rights: access.Rights, tasks: Collection[Task]) -> set[int]:
    """Whoever drew a plan up does not approve it."""
    plans = Plan.objects.filter(pk__in={task.process.artifact_object_id for task in tasks})
    made_by = dict(plans.values_list("pk", "made_by"))
    return {task.pk for task in tasks if made_by.get(task.process.artifact_object_id) in _hands(rights, task)}


def _barred_by_vote(rights: access.Rights, tasks: Collection[Task]) -> set[int]:
    """Whoever has voted on a suspension waits for the others, unless the authority refused and all may act again."""
    cases = {task.process.artifact_object_id for task in tasks}
    votes = set(before_a_first_answer(cases).values_list("pk", "votes__person"))
    return {
        task.pk
        for task in tasks
        if any((task.process.artifact_object_id, hand) in votes for hand in _hands(rights, task))
    }
