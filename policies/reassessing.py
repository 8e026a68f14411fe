"""When a closed entry comes back: nothing opens silently, and nothing stays closed for ever unnoticed.

Sources: 国家档案馆档案开放办法 art. 17 (deferred records are assessed again from time to time, and opened by procedure once
the ground is gone; it gives no interval, so the interval and the look-ahead are house policy, policies/procedure.py);
保守国家秘密法 arts. 23-24 (a secrecy term that ends); 个人信息保护法 art. 49 (near relatives after a death). A date that comes is a reason to look, never an opening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from policies.dates import years_after
from policies.sentences import Refusal, Sentence

OPENS, INTERVAL, SECRECY, EVENT = "opens", "interval", "secrecy", "event"
OPENED, RENEWED, REFERRED = "opened", "renewed", "referred"

WHY: dict[str, Sentence] = {
    OPENS: Sentence("延期将满，须在届满前重新评估", "its deferral is about to end and is assessed before it does"),
    INTERVAL: Sentence("距上次决定已满评估间隔（本馆政策）", "the interval since the last decision is over (house policy)"),
    SECRECY: Sentence("保密期限届满或解密日期已到，须核查", "its secrecy term or declassification day is reached"),
    EVENT: Sentence("限制所待的事件已经发生", "the event that it waited for has come"),
}  # fmt: skip
OUTCOMES: dict[str, Sentence] = {
    OPENED: Sentence("开放", "opened"),
    RENEWED: Sentence("再次延期", "deferred again"),
    REFERRED: Sentence("移送", "referred"),
}


# What may end a closure for life, once it is proved. That a death ends it after so many years is house policy (rules).
EVENTS: dict[str, Sentence] = {
    "death": Sentence("当事人去世", "the person concerned died"),
    "consent": Sentence("当事人书面同意开放", "the person concerned consented in writing"),
    "relatives": Sentence("去世当事人的近亲属提出申请", "near relatives of the person, who died, asked for it"),
}


def check_event(kind: str, *, day: date, today: date, evidence: str, deferred: bool) -> None:
    """Raise Refusal unless this can be noted of an entry: it is closed, the day is not to come, and there is proof."""
    if not deferred:
        raise Refusal(
            Sentence(
                "这件档案没有延期开放，无须登记。请核对档号。",
                "The entry is not deferred, so nothing is to be noted. Check the reference code.",
            )
        )
    if kind not in EVENTS:
        raise Refusal(Sentence("请选择所登记的事项。", "Choose what is to be noted."))
    if day > today:
        raise Refusal(Sentence("日期不能晚于今天。", "The day may not be later than today."))
    if not evidence.strip():
        raise Refusal(
            Sentence(
                "请写明证明材料，例如死亡证明编号、同意书日期和保管处。",
                "Name the proof, such as the number of the certificate or the day of the letter and where it is kept.",
            )
        )


@dataclass(frozen=True, slots=True)
class Return:
    """The day on which a closed entry comes back, and why on that one: a key of WHY."""

    due_on: date
    because: str


def next_return(
    *,
    decided_on: date,
    opens_on: date | None,
    years: int,
    look_ahead_days: int,
    secret_until: date | None = None,
    event_on: date | None = None,
) -> Return:
    """When an entry closed on `decided_on` comes back: the earliest of all days that are reasons to look at it again.

    `opens_on`: the end of its deferral, looked at `look_ahead_days` before it, or on it where that day has passed when it
    is decided; `years`: the interval of the procedure; `secret_until`: end of its secrecy or its declassification day;
    `event_on`: a known event. A day up to and with `decided_on` was known to who decided and brings nothing back, but an
    end of the deferral that has passed already does so at once. There is always a day: the interval.
    """
    if opens_on is not None and opens_on <= decided_on:
        return Return(opens_on, OPENS)
    found = [Return(years_after(decided_on, years), INTERVAL)]
    if opens_on is not None:
        ahead = opens_on - timedelta(days=look_ahead_days)
        found.append(Return(ahead if ahead > decided_on else opens_on, OPENS))
    found += [Return(day, why) for day, why in ((secret_until, SECRECY), (event_on, EVENT)) if day is not None]
    return min((each for each in found if each.due_on > decided_on), key=lambda each: each.due_on)
