"""The nodes that the open edition of Viewflow lacks or leaves unguarded (docs/decisions/0002)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.timezone import localdate, now
from viewflow import this
from viewflow.workflow import Activation, Node, flow
from viewflow.workflow.activation import has_manage_permission
from viewflow.workflow.base import Edge
from viewflow.workflow.exceptions import FlowRuntimeError
from viewflow.workflow.models import Task
from viewflow.workflow.nodes.view import ViewActivation
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from policies.separation import CHECKS, may
from review import access
from review.models import Agency, Batch, Fonds, Person
from review.operations import clocks
from review.queries.notices import TASK


class DeskActivation(ViewActivation):
    """A desk's task; revived, it keeps the right that it was made with. Its clock ends with it."""

    def prepare_revived_task(self, task: Task) -> None:
        task.owner_permission = self.task.owner_permission
        task.owner_permission_content_type_id = self.task.owner_permission_content_type_id
        task.owner_permission_obj_pk = self.task.owner_permission_obj_pk

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED])
    def lapse(self) -> None:
        """Complete the task because its time is over: nobody need have it in hand. The flow goes on from it."""
        self.expire()
        self.activate_next()

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.DONE)
    def expire(self) -> None:
        """The first half of `lapse`: done by nobody. The owner stays, as the one in whose hands the time ran out."""
        super().complete.original()
        self._end_clock("lapsed")

    @Activation.status.super()
    def complete(self) -> None:
        super().complete.original()
        self._end_clock("met")

    @Activation.status.super()
    def cancel(self) -> None:
        super().cancel.original()
        self._end_clock("dropped")

    @Activation.status.super()
    def revive(self) -> Task:
        task = super().revive.original()
        self.flow_task.begin_clocks([type(self)(task)])
        return task

    def _end_clock(self, how: str) -> None:
        if self.flow_task.has_clock:
            clocks.end(subject=f"{TASK}{self.task.pk}", how=how, by="flow", at=now())


class Desk(flow.View):
    """A human task that only holders of one right on one record may take, and may finish only while they hold it.

    `desk` is the function that shows and works it (workflows/views); `earlier` gives the people who may not be the next
    hand. Viewflow asks only who owns the task, and accepts it through any node's address: both are asked here.
    """

    activation_class = DeskActivation

    def __init__(self, desk: Callable, *, permission: str, over: Callable[[Activation], Fonds | Agency]) -> None:
        super().__init__(desk)
        self._owner_permission = permission
        self._owner_permission_obj = None
        self._over = over
        self._earlier: Callable[[Activation], set[int]] | None = None
        self._clock: str | Callable[[Activation], str] | None = None
        self._clock_over: Callable[[Activation], Fonds | Agency] = over
        self._lapses: Callable[[Activation], None] | None = None

    @property
    def desk(self) -> Callable:
        return self._view

    def NotBy(self, earlier: Callable) -> Desk:  # noqa: N802 - Viewflow's fluent style
        """Four eyes: whoever `earlier(activation)` names may not work this desk."""
        self._earlier = earlier
        return self

    def Clock(  # noqa: N802
        self, kind: str | Callable[[Activation], str], over: Callable[[Activation], Fonds | Agency] | None = None
    ) -> Desk:
        """A clock of this kind (or of the kind that it says) runs as long as the task is open (review.operations.clocks)."""
        self._clock = kind
        self._clock_over = over or self._over
        return self

    def Lapses(self, lapses: Callable[[Activation], None]) -> Desk:  # noqa: N802
        """What `tick` does when the time is over: record the outcome through an operation, then `activation.lapse()`."""
        self._lapses = lapses
        return self

    @property
    def has_clock(self) -> bool:
        return self._clock is not None

    @property
    def lapses(self) -> Callable[[Activation], None] | None:
        """What happens when the time is over; None where nothing does, and people are only told."""
        return self._lapses

    def _create(self, *args: object, **kwargs: object) -> DeskActivation:
        activation = self.create_unclocked(*args, **kwargs)
        self.begin_clocks([activation])
        return activation

    def create_unclocked(self, *args: object, **kwargs: object) -> DeskActivation:
        """Create a task whose clock `begin_clocks` begins later in the same transaction, with those of its siblings."""
        return super()._create(*args, **kwargs)

    def begin_clocks(self, activations: Sequence[DeskActivation]) -> None:
        """Begin the clocks of these new tasks, in one act."""
        if self._clock is not None and activations:
            wanted = [self._wanted(activation) for activation in activations]
            clocks.begin(clocks=wanted, by="flow", at=now(), today=localdate())

    def _wanted(self, activation: DeskActivation) -> clocks.Wanted:
        kind = self._clock(activation) if callable(self._clock) else self._clock
        case, record = activation.process.artifact, self._clock_over(activation)
        return clocks.Wanted(
            kind=kind,
            subject=f"{TASK}{activation.task.pk}",
            batch=case if isinstance(case, Batch) else None,
            fonds=record if isinstance(record, Fonds) else getattr(case, "fonds", None),
            agency=record if isinstance(record, Agency) else None,
        )

    def _resolve(self, instance: type) -> None:
        super()._resolve(instance)
        self._earlier = this.resolve(instance, self._earlier)
        self._clock = this.resolve(instance, self._clock)
        self._clock_over = this.resolve(instance, self._clock_over)
        self._lapses = this.resolve(instance, self._lapses)

    def calc_owner_permission_obj(self, activation: Activation) -> Fonds | Agency:
        return self._over(activation)

    def may_work(self, person: Person, task: Task) -> bool:
        """Whether `person` may be the hand of this very task: own node, right held now, four eyes kept."""
        if task.flow_task is not self or not person.is_authenticated:
            return False
        activation = self.activation_class(task)
        over = self._over(activation)
        if not access.holds(person, self._owner_permission, over):
            return False
        if self._earlier is None:
            return True
        earlier, hands = self._earlier(activation), access.hands_of(person, self._owner_permission, over)
        return all(may(CHECKS[self.name], hand, earlier) for hand in hands)

    def can_assign(self, user: Person, task: Task) -> bool:
        return task.owner_id is None and self.may_work(user, task)

    def can_unassign(self, user: Person, task: Task) -> bool:
        return task.flow_task is self and task.owner_id == user.pk

    def can_execute(self, user: Person, task: Task) -> bool:
        return task.owner_id == user.pk and self.may_work(user, task)


class SplitPerSeedActivation(Activation):
    """Makes one next task a seed, under one token prefix so that a Join gathers them."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        self.seeds: list[object] = []
        super().__init__(*args, **kwargs)

    @Activation.status.super()
    def activate(self) -> None:
        with self.exception_guard(), transaction.atomic(savepoint=True):
            self.seeds = list(self.flow_task.seeds(self))
            if not self.seeds and self.flow_task.if_none is None:
                raise FlowRuntimeError(f"{self.flow_task.name}: nothing to split")

    @Activation.status.super()
    def create_next(self):
        if not self.seeds:
            yield self.flow_task.if_none._create(self, self.task.token)
            return
        tokens = Token.split_token_source(self.task.token, self.task.pk)
        each = self.flow_task.each
        if not isinstance(each, Desk):
            for seed in self.seeds:
                yield each._create(self, next(tokens), seed=seed)
            return
        made = [each.create_unclocked(self, next(tokens), seed=seed) for seed in self.seeds]
        each.begin_clocks(made)  # all at once: fifty units asked are one line of the ledger
        yield from made

    @Activation.status.transition(source=STATUS.ERROR, target=STATUS.CANCELED, permission=has_manage_permission)
    def cancel(self) -> None:
        self.task.finished = now()
        self.task.save()


class SplitPerSeed(Node):
    """One parallel task for each thing that `seeds` gives; another way when there is none."""

    activation_class = SplitPerSeedActivation
    task_type = "PARALLEL_GATEWAY"
    shape = flow.Split.shape
    bpmn_element = "parallelGateway"

    def __init__(self, seeds: Callable) -> None:
        super().__init__()
        self.seeds = seeds
        self.each: Node | None = None
        self.if_none: Node | None = None

    def Each(self, node: Node) -> SplitPerSeed:  # noqa: N802
        self.each = node
        return self

    def IfNone(self, node: Node) -> SplitPerSeed:  # noqa: N802
        self.if_none = node
        return self

    def _resolve(self, instance: type) -> None:
        super()._resolve(instance)
        self.seeds = this.resolve(instance, self.seeds)
        self.each = this.resolve(instance, self.each)
        self.if_none = this.resolve(instance, self.if_none)

    def _outgoing(self):
        yield Edge(src=self, dst=self.each, edge_class="default")
        if self.if_none is not None:
            yield Edge(src=self, dst=self.if_none, edge_class="cond_false")
