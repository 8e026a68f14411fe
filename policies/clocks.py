"""Clocks: when a time limit ends, when each rung of its ladder fires, and what stopping and extending do to both.

Every limit is house policy unless the procedure names an article (policies/procedures). All days are days of the
archives' own time zone. The last day belongs to whoever must answer: a lapse is later than it (policies/procedure.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from policies.procedure import ClockRule
from policies.sentences import Refusal, Sentence
from policies.working_days import WorkingDays

CLOCK_NAMES: dict[str, Sentence] = {
    "first_review": Sentence("初审", "first review"),
    "second_review": Sentence("复审", "second review"),
    "sample": Sentence("质量抽检", "quality sample"),
    "countersign": Sentence("会签", "countersignature"),
    "reconcile": Sentence("协商", "reconciliation"),
    "coordinate": Sentence("主管部门协调", "coordination by the authority"),
    "sign_off": Sentence("审定签发", "sign-off"),
    "consent": Sentence("延期开放审核同意", "consent to deferral"),
    "release": Sentence("公布", "release"),
    "referral": Sentence("解密移送", "declassification referral"),
    "transfer": Sentence("移交时的开放意见", "opinion at transfer"),
    "plan": Sentence("计划审批", "approval of the plan"),
    "triage": Sentence("撤下后的初判", "triage of a withdrawal"),
    "panel": Sentence("复议", "panel"),
    "suspension_cap": Sentence("撤下的最长期限", "cap of a withdrawal"),
    "request": Sentence("利用申请", "request for access"),
    "complaint": Sentence("投诉", "complaint"),
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """When a clock that begins on a day is due, and the day of each rung, in the order of its rule."""

    due_on: date
    rungs: tuple[date, ...]


def ladder(rule: ClockRule, began: date, days: WorkingDays) -> Ladder:
    """The days of a clock of this rule that begins on `began`. They are written down then and stand."""
    return Ladder(
        later(began, rule.days, rule.working, days),
        tuple(later(began, rung.after, rule.working, days) for rung in rule.rungs),
    )


def later(day: date, count: int, working: bool, days: WorkingDays) -> date:
    """The day `count` days after `day`: working days, or days of the calendar that end on a working day."""
    return days.after(day, count) if working else days.on_or_after(day + timedelta(days=count))


def resumed(on: date, stopped: date, again: date, working: bool, days: WorkingDays) -> date:
    """When what was to come on `on` comes after the clock stood from `stopped` to `again`: as many days stay as were left.

    A clock set back in the meantime (`again` before `stopped`) moves nothing, and what was past stays as it was.
    """
    if again <= stopped or on <= stopped:
        return on
    left = days.between(stopped, on) if working else (on - stopped).days
    return later(again, left, working, days)


def recounted(on: date, since: date, before: WorkingDays, after: WorkingDays) -> date:
    """When what was to come on `on` comes after days were moved: as many working days after `since` as there were."""
    return on if on <= since else after.after(since, before.between(since, on))


def check_running(ended: bool) -> None:
    """Raise Refusal where the clock has ended."""
    if ended:
        raise Refusal(Sentence("这一期限已经结束。", "This time limit is over."))


def check_stop(*, ended: bool, stopped: bool, because: str) -> None:
    """Raise Refusal unless a clock may be stopped: it runs, and the reason is written."""
    check_running(ended)
    if stopped:
        raise Refusal(Sentence("这一期限已经中止，恢复后才能再次中止。", "This clock stands still already."))
    if not because.strip():
        raise Refusal(Sentence("请写明中止计时的理由。", "Write why the clock is stopped."))


def check_resume(*, ended: bool, stopped: bool) -> None:
    """Raise Refusal unless a clock stands still."""
    check_running(ended)
    if not stopped:
        raise Refusal(Sentence("这一期限没有中止，无须恢复。", "This clock is running; there is nothing to resume."))


def check_extend(*, ended: bool, stopped: bool, extended: bool, extension: int, due_on: date, today: date) -> None:
    """Raise Refusal unless a clock may be extended: once, by a kind that has an extension, before its time is over."""
    check_running(ended)
    if not extension:
        raise Refusal(Sentence("按规程，这一期限不得延长。", "By the procedure this time limit has no extension."))
    if extended:
        raise Refusal(Sentence("这一期限已经延长过一次，不得再延。", "This time limit was extended once; no more."))
    if stopped:
        raise Refusal(Sentence("这一期限正在中止，请先恢复再延长。", "This clock stands still: resume it first."))
    if today > due_on:
        raise Refusal(Sentence("期限已过，不得延长。", "The time is over and can no longer be extended."))


def told(act: str, kind: str, what: Sentence, due_on: date) -> Sentence:
    """The sentence of a notice: what is waiting and until when. `what` is a public number, never a title."""
    name = CLOCK_NAMES[kind]
    zh, en = f"{what.zh}的{name.zh}", f"{what.en}: {name.en}"
    if act == "remind":
        return Sentence(f"{zh}须在 {due_on} 前办结，请办理。", f"{en} is due by {due_on}. Please see to it.")
    if act == "escalate":
        return Sentence(
            f"{zh}尚未办结，期限为 {due_on}，请督促。", f"{en} is not done and due by {due_on}. Please press for it."
        )
    return Sentence(
        f"{zh}逾期未办结，期限为 {due_on}。", f"{en} was due by {due_on} and is not done. The time is over."
    )
