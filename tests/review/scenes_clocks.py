"""Scenes of what happens with time: clocks, notices, proof of delivery, the procedure and its calendar."""

from __future__ import annotations

from datetime import date, timedelta

from policies.procedure import FOLDER
from policies.sentences import Sentence
from policies.working_days import MovedDay
from review.models import Batch, Clock, Notice, Procedure
from review.operations import calendars, clocks, delivering, notifying, procedures
from review.queries.clocks import due
from review.queries.notices import notices_of, notices_to
from tests.review.scenes import Scene
from tests.world import NOW, TODAY, World

TEXT = (FOLDER / "cn.yaml").read_text(encoding="utf-8")
LONG_AFTER = TODAY + timedelta(days=400)


def begun(world: World, _batch: Batch | None) -> Clock:
    """A clock of a kind that may be extended, for nothing in particular."""
    wanted = clocks.Wanted("countersign", "test:1", fonds=world.fonds, agency=world.agencies[0])
    (clock,) = clocks.begin(clocks=[wanted], by="test", at=NOW, today=TODAY)
    return clock


def _stopped(world: World, batch: Batch | None) -> None:
    clocks.stop(clock=begun(world, batch), because="等待补正", by=world["manager"], at=NOW, today=TODAY)


def rings(day: date) -> list[clocks.Ring]:
    """Every rung that is due on that day, with its notices."""
    made = notices_of(due(day, after=0, limit=100), {}, today=day, mails=False)
    return [clocks.Ring(clock, step, notices) for (clock, step), notices in made.items()]


def notice(world: World, _batch: Batch | None = None) -> Notice:
    """A notice to the planner."""
    made = notices_to(
        [world["planner"]], key="test", text=Sentence("有事", "Something"), link="/", away={}, mails=True
    )
    notifying.notify(notices=made, by="test", at=NOW)
    return Notice.objects.get(key__startswith="test")


def proposed(world: World, _batch: Batch | None = None) -> Procedure:
    return procedures.propose(text=TEXT, why="会议决定", by=world["keeper"], at=NOW)


def _asked(batch: Batch):
    return batch.countersignatures.order_by("pk").first()


SCENES = {
    "clocks.begin": Scene(None, begun),
    "clocks.end": Scene(None, lambda w, b: clocks.end(subject="test:1", how="met", by="test", at=NOW), before=begun),
    "clocks.stop": Scene(
        None,
        lambda w, b: clocks.stop(clock=Clock.objects.get(), because="x", by=w["manager"], at=NOW, today=TODAY),
        before=begun,
    ),
    "clocks.resume": Scene(
        None,
        lambda w, b: clocks.resume(clock=Clock.objects.get(), by=w["manager"], at=NOW, today=LONG_AFTER),
        before=_stopped,
    ),
    "clocks.extend": Scene(
        None,
        lambda w, b: clocks.extend(clock=Clock.objects.get(), by=w["manager"], at=NOW, today=TODAY),
        before=begun,
    ),
    "clocks.fire": Scene(
        None,
        lambda w, b: clocks.fire(rings=rings(LONG_AFTER), by="test", at=NOW, today=LONG_AFTER),
        before=begun,
    ),
    "calendars.move_days": Scene(
        None,
        lambda w, b: calendars.move_days(
            days=[MovedDay(TODAY + timedelta(days=4), works=False)], by=w["keeper"], at=NOW, today=TODAY
        ),
        before=begun,
    ),
    "notifying.notify": Scene(None, notice),
    "notifying.mark_read": Scene(
        None,
        lambda w, b: notifying.mark_read(notices=list(Notice.objects.all()), by=w["planner"], at=NOW),
        before=notice,
    ),
    "notifying.note_mail": Scene(
        None, lambda w, b: notifying.note_mail(notice=Notice.objects.get(), by="test", at=NOW), before=notice
    ),
    "notifying.set_mail_address": Scene(
        None, lambda w, b: notifying.set_mail_address(address="a@example.org", by=w["planner"], at=NOW)
    ),
    "procedures.propose": Scene(None, proposed),
    "procedures.adopt": Scene(
        None,
        lambda w, b: procedures.adopt(procedure=Procedure.objects.get(), by=w["keeper2"], at=NOW),
        before=proposed,
    ),
    "procedures.withdraw": Scene(
        None,
        lambda w, b: procedures.withdraw(procedure=Procedure.objects.get(), by=w["keeper"], at=NOW),
        before=proposed,
    ),
    "procedures.move_batches": Scene(
        "first_review", lambda w, b: procedures.move_batches(batches=[b], by=w["keeper"], at=NOW)
    ),
    "delivering.record_delivery": Scene(
        "countersign",
        lambda w, b: delivering.record_delivery(
            countersignature=_asked(b),
            how="post",
            on=LONG_AFTER,
            evidence="回执 7",
            by=w["reconciler"],
            at=NOW,
            today=LONG_AFTER,
        ),
    ),
    "delivering.note_opened": Scene(
        "countersign",
        lambda w, b: delivering.note_opened(
            countersignature=_asked(b), by=w.people.units[_asked(b).agency_id], at=NOW, today=TODAY
        ),
    ),
}
