"""Standing in (代办): what must hold before somebody is recorded as away, and before a right is lent.

House policy, no law: only one's own right can be lent, for some weeks, in writing. What was lent is not lent on, and a
manager who lends another's right may not lend it to himself. Who acts under a lent right inherits the giver's conflicts
(review/access.py: hands_of).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from policies.roles import ROLES
from policies.sentences import Refusal, Sentence

LONGEST = timedelta(days=92)  # one quarter; a longer absence needs an appointment, not a stand-in
LONGEST_TEXT = 500
LENDABLE = tuple(f"review.{role.permission}" for role in ROLES.values() if role.over != "archives")


def check_days(from_day: date, to_day: date, today: date) -> None:
    """The days are in order, not over and no more than a quarter. Raises Refusal."""
    if to_day < from_day:
        raise Refusal(
            Sentence(
                f"止日 {to_day} 早于起日 {from_day}，请核对。",
                f"The last day {to_day} is before the first day {from_day}. Check the dates.",
            )
        )
    if to_day < today:
        raise Refusal(
            Sentence(f"止日 {to_day} 已过，无须登记。", f"The last day {to_day} is over: there is nothing to record.")
        )
    if to_day - from_day >= LONGEST:
        raise Refusal(
            Sentence(
                f"最长 {LONGEST.days} 天。更久的，请另行任命。",
                f"At most {LONGEST.days} days. For longer, appoint somebody else.",
            )
        )


def check_absence(*, person: int, stand_in: int | None, from_day: date, to_day: date, today: date) -> None:
    """An absence has days in order, and whoever is told instead is another. Raises Refusal."""
    check_days(from_day, to_day, today)
    if stand_in == person:
        raise Refusal(
            Sentence("代收通知的应是另一人。", "Whoever is told instead of somebody who is away is another person.")
        )


def check_no_overlap(from_day: date, to_day: date, others: Iterable[tuple[date, date]]) -> None:
    """Nobody is away twice on one day. Raises Refusal naming the days on record."""
    for first, last in others:
        if first <= to_day and from_day <= last:
            raise Refusal(
                Sentence(
                    f"已登记 {first} 至 {last} 不在岗，请先撤销那一次。",
                    f"An absence from {first} to {last} is on record already. Withdraw it first.",
                )
            )


def check_delegation(
    *,
    giver: int,
    receiver: int,
    by: int,
    receiver_can_act: bool,
    permission: str,
    held_by_own_right: bool,
    reason: str,
    proof: str,
    from_day: date,
    to_day: date,
    today: date,
) -> None:
    """One right of `giver` may be lent to `receiver` for these days, as `by` records it. Raises Refusal."""
    if permission not in LENDABLE:
        raise Refusal(Sentence("这项权限不能委托。", "This right cannot be lent."))
    if giver == receiver:
        raise Refusal(Sentence("不能委托给本人。", "Nobody lends a right to himself."))
    if by == receiver:
        raise Refusal(
            Sentence(
                "不得把他人的权限委托给自己。请由权限人本人办理。",
                "Nobody may lend another's right to himself. Leave it to whoever holds the right.",
            )
        )
    if not receiver_can_act:
        raise Refusal(
            Sentence(
                "受托人不是在岗人员，不能办理。", "The receiver is not an active member of staff and cannot act."
            )
        )
    if not held_by_own_right:
        raise Refusal(
            Sentence(
                "委托人自己没有这项权限（受托得来的不能再委托）。",
                "The giver does not hold this right by own right; what was lent cannot be lent on.",
            )
        )
    _check_written("理由", "reason", reason)
    _check_written("授权文件", "document that gives the power", proof)
    check_days(from_day, to_day, today)


def _check_written(zh: str, en: str, text: str) -> None:
    if not text.strip():
        raise Refusal(Sentence(f"请写明{zh}。", f"Write the {en}."))
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            Sentence(f"{zh}最多 {LONGEST_TEXT} 个字，请缩短。", f"The {en} has {LONGEST_TEXT} characters at most.")
        )
