"""The year's plan (审核计划): what one of its lines must say, and when a line is late. Who approves: policies/separation.py.

Sources: 国家档案馆档案开放办法 art. 13 (plan, organise, review, confirm, publish). That another person approves it, the size
of a batch and the days by which work begins are house policy.
"""

from __future__ import annotations

from datetime import date, timedelta

from policies.sentences import Refusal, Sentence

SIZE = 500  # entries a batch where nobody says otherwise: what one reviewer sees through in a few weeks
MOST_LINES = 300
STATES = ("due", "overdue", "early")


def check_year(year: int, today: date) -> None:
    """A plan is made for this year or one of the two after it. Raises Refusal."""
    if not today.year <= year <= today.year + 2:
        raise Refusal(
            Sentence(
                f"计划年度应为 {today.year} 至 {today.year + 2} 年。",
                f"A plan is made for a year from {today.year} to {today.year + 2}.",
            )
        )


def check_line(*, state: str, size: int, due_to: date | None, begin_by: date, year: int) -> None:
    """A line that can be carried out passes in silence. Raises Refusal."""
    if state not in STATES:
        raise Refusal(
            Sentence("计划行须为到期、逾期或可提前开放之一。", "A line is of what is due, overdue or perhaps early.")
        )
    if not 1 <= size <= 100_000:
        raise Refusal(
            Sentence(
                "每批条目数须为 1 至 100000 的整数。", "The size of a batch is a whole number from 1 to 100,000."
            )
        )
    if begin_by.year != year:
        raise Refusal(
            Sentence(f"开始期限须在计划年度 {year} 年之内。", f"The day to begin by lies in the plan's year, {year}.")
        )
    if due_to is not None and due_to.year > year:
        raise Refusal(
            Sentence(
                f"到期截止日不得晚于计划年度 {year} 年。",
                f"What a line takes falls due by the end of the plan's year, {year}.",
            )
        )


def check_drafting(*, submitted: bool, approved: bool, given_up: bool) -> None:
    """A plan is changed only while it is a draft. Raises Refusal."""
    if submitted or approved or given_up:
        raise Refusal(
            Sentence(
                "计划已提交、批准或作废，不能再改。须改的，请审批人退回。",
                "The plan was submitted, approved or given up and is not changed any more. Ask the approver to return it.",
            )
        )


def check_lines(lines: int) -> None:
    """A plan has at least one line, and no more than can be looked through. Raises Refusal."""
    if lines < 1:
        raise Refusal(
            Sentence(
                "计划至少须有一行。不再需要的，请作废整份计划。",
                "A plan has at least one line. If it is not needed, give the whole plan up.",
            )
        )
    if lines > MOST_LINES:
        raise Refusal(
            Sentence(
                f"一份计划最多 {MOST_LINES} 行。请按全宗分别编制。",
                f"A plan has at most {MOST_LINES} lines. Make one for each fonds.",
            )
        )


def check_approving(*, submitted: bool, approved: bool, given_up: bool) -> None:
    """Only a submitted plan is approved or returned, once. Raises Refusal."""
    if not submitted or approved or given_up:
        raise Refusal(
            Sentence("计划没有待批，无须办理。", "The plan does not wait for approval; there is nothing to do.")
        )


def check_returned_why(reason: str) -> None:
    """A plan goes back only with a reason. Raises Refusal."""
    if not reason.strip():
        raise Refusal(Sentence("退回计划须写明理由。", "A plan is returned with a reason. Please write one."))


def check_cutting(*, approved: bool, given_up: bool) -> None:
    """Batches are cut of an approved plan alone. Raises Refusal."""
    if not approved or given_up:
        raise Refusal(
            Sentence("计划尚未批准，不能据以组批。", "The plan is not approved; no batch is cut of it before.")
        )


def begin_by(due_to: date | None, *, year: int, today: date, look_ahead: int) -> date:
    """The day by which work on a line begins where nobody says otherwise: so many days after it is due, in the plan's year."""
    last = date(year, 12, 31)
    if due_to is None:
        return last
    return min(max(due_to, today, date(year, 1, 1)) + timedelta(days=look_ahead), last)


def is_late(begin_day: date, *, planned: int, in_batches: int, today: date) -> bool:
    """Whether entries of a line wait although their review should have begun."""
    return in_batches < planned and begin_day < today


def due_days(year: int) -> tuple[date, ...]:
    """The last days of the due years that a plan tells apart: all that is older as one, the five years before, its own."""
    return tuple(date(due, 12, 31) for due in range(year - 6, year + 1))
