"""The tick: what happens because time passes. Run by the machine's scheduler (docs/clocks.md), as often as wanted.

Again, several at once, killed in the middle, or with the clock set back: each rung fires once, because it is marked in
the same transaction as what it does. Mails alone are outside: one that was sent and not yet noted is sent again after a
crash, under the same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review.models import Clock, Notice
from review.operations import clocks, notifying
from review.queries.clocks import due
from review.queries.notices import TASK, Hand, away_on, next_to_mail, notices_of
from workflows.audit import acting_as
from workflows.carrying import exchange
from workflows.delivering import deliver_errata
from workflows.flows.referral import ask_again
from workflows.reassessing import bring_back

BY = "tick"
AT_ONCE = 200  # clocks in one transaction and one line of the ledger
OPEN = (STATUS.NEW, STATUS.ASSIGNED)
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Ticked:
    """What one tick did; `failed` names what must be looked at, by its number. The others were done all the same."""

    fired: int = 0
    lapsed: int = 0
    brought_back: int = 0
    asked_again: int = 0
    taken_in: int = 0  # requests of visitors of a public site on this machine
    mailed: int = 0
    failed: list[str] = field(default_factory=list)


def tick(*, at: datetime, today: date) -> Ticked:
    """Fire every rung that is due; bring back what is to be assessed or asked again; hand out errata and answers; send mails."""
    done = Ticked()
    with acting_as(BY):
        fire_rungs(done, at=at, today=today)
        with _alone(done, "bring_back"):
            done.brought_back = bring_back(at=at, today=today)
        with _alone(done, "ask_again"):
            done.asked_again = ask_again(at=at, today=today)
        with _alone(done, "deliver_errata"):
            done.failed += deliver_errata(at=at)
        with _alone(done, "exchange"):
            done.taken_in = exchange().new
        send_mails(done, at=at, today=today)
    return done


@contextmanager
def _alone(done: Ticked, name: str) -> Iterator[None]:
    """What fails inside is told and holds up nothing else."""
    try:
        yield
    except Exception as error:
        # Its text might hold words of a record; its kind does not.
        logger.warning("%s failed with %s", name, type(error).__name__)
        done.failed.append(name)


def fire_rungs(done: Ticked, *, at: datetime, today: date) -> None:
    """Fire what is due, clock after clock. Only what is due is read: the rest costs nothing."""
    last = 0
    while found := due(today, after=last, limit=AT_ONCE):
        last = found[-1].pk
        tasks = _tasks_of(found)
        rings = _rings(found, tasks, today)
        lapsing = [clock for clock in found if _lapses(clock, tasks)]
        alone = {clock.pk for clock in lapsing}
        done.fired += len(clocks.fire(rings=[r for r in rings if r.clock not in alone], by=BY, at=at, today=today))
        for clock in lapsing:
            own = [ring for ring in rings if ring.clock == clock.pk]
            _lapse(done, clock, tasks[clock.subject], own, at=at, today=today)


def _tasks_of(found: list[Clock]) -> dict[str, Task]:
    """The pieces of work that these clocks run for, by subject, in one query."""
    keys = [int(clock.subject.removeprefix(TASK)) for clock in found if clock.subject.startswith(TASK)]
    tasks = Task.objects.filter(pk__in=keys).select_related("owner", "process")
    return {f"{TASK}{task.pk}": task for task in tasks}


def _rings(found: list[Clock], tasks: dict[str, Task], today: date) -> list[clocks.Ring]:
    hands = {subject: Hand(task.owner, task.owner_permission or "") for subject, task in tasks.items()}
    notices = notices_of(found, hands, today=today, mails=settings.MAILS)
    return [clocks.Ring(clock, step, made) for (clock, step), made in notices.items()]


def _lapses(clock: Clock, tasks: dict[str, Task]) -> bool:
    """Whether its time is over now and its desk has something to do then."""
    task = tasks.get(clock.subject)
    if task is None or not any(rung.act == "lapse" for rung in clock.rungs_due):
        return False
    return getattr(task.flow_task, "lapses", None) is not None


def _lapse(done: Ticked, clock: Clock, task: Task, rings: list[clocks.Ring], *, at: datetime, today: date) -> None:
    """Fire a clock's last rungs and do what its desk does then, under the lock of its case: both or neither."""
    fired, lapsed = [], 0
    with _alone(done, f"clock {clock.pk}"):
        with task.activation() as activation:
            fired = clocks.fire(rings=rings, by=BY, at=at, today=today)
            if any(rung.act == "lapse" for rung in fired) and activation.task.status in OPEN:
                activation.flow_task.lapses(activation)
                lapsed = 1
        done.fired += len(fired)
        done.lapsed += lapsed


def send_mails(done: Ticked, *, at: datetime, today: date) -> None:
    """Send the notices that wait, one after the other; nothing to those who are away. Stops where no server answers."""
    if not settings.MAILS:
        return
    away, last, going = away_on(today), 0, True
    connection = get_connection()
    try:
        while going:
            with transaction.atomic():
                notice = next_to_mail(last)
                if notice is None:
                    break
                last = notice.pk
                if notice.person_id not in away:
                    going = _send(done, notice, connection, at)
    finally:
        connection.close()


def _send(done: Ticked, notice: Notice, connection, at: datetime) -> bool:
    """Send one notice and note it, or note why not. Whether the server can still be spoken to."""
    try:
        _message(notice, connection).send()
    except (SMTPException, OSError) as error:
        refused = isinstance(error, SMTPRecipientsRefused) or (
            isinstance(error, SMTPResponseException) and error.smtp_code >= 500
        )
        notifying.note_mail(notice=notice, by=BY, at=at, failure=type(error).__name__, again=not refused)
        done.failed.append(f"notice {notice.pk}")
        return refused
    notifying.note_mail(notice=notice, by=BY, at=at)
    done.mailed += 1
    return True


def _message(notice: Notice, connection) -> EmailMessage:
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    site = next(iter(settings.CSRF_TRUSTED_ORIGINS), "")
    link = [f"{site}{notice.link}"] if site and notice.link else []
    return EmailMessage(
        subject=f"{settings.ARCHIVES_NAME_ZH}：办理提醒 Notice {notice.pk}",
        body="\n\n".join([notice.text_zh, notice.text_en, *link]) + "\n",
        to=[notice.person.email],
        headers={"Message-ID": f"<notice-{notice.pk}@{host}>"},
        connection=connection,
    )
