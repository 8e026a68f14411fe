"""Referral (移送): an entry that is not the archives' to decide goes to the body that may, and stays closed meanwhile.

Of a state secret that is the original classifier, or who continues its functions, else its superior or the body that the
secrecy authority designates (保守国家秘密法实施条例 arts. 22-23; 国家秘密解密暂行办法 art. 7). While it is in dispute the
highest level that anybody claims holds (实施条例 arts. 25-26). No time that passes opens anything: who does not answer is
reminded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from policies.dates import years_after
from policies.folding import fold
from policies.marks import Level, find_secrecy_mark, read_secrecy_mark
from policies.sentences import Refusal, Sentence

DECLASSIFIED: Final = "declassified"
STILL_SECRET: Final = "still_secret"  # noqa: S105 - an answer, no password
NOT_OURS: Final = "not_ours"
ANSWERS: tuple[str, ...] = (DECLASSIFIED, STILL_SECRET, NOT_OURS)
LEVELS: tuple[Level, ...] = ("绝密", "机密", "秘密")  # the highest first (保守国家秘密法 art. 14)
LONGEST_YEARS = 30  # the longest term of secrecy (保守国家秘密法 art. 20): then it is asked again at the latest

SECRECY_AUTHORITY = Sentence("同级保密行政管理部门", "the secrecy authority of the same level")
NO_BODY = Sentence(
    "没有可答复的定密机关在册，请保密行政管理部门指定（保守国家秘密法实施条例第二十三条）。",
    "No body that could answer is on record; the secrecy authority is to name one (State Secrets regulations, art. 23).",
)
NAMED_CLASSIFIER = Sentence(
    "条目所记原定密机关（保守国家秘密法实施条例第二十二条）。",
    "The original classifier that the entry names (State Secrets regulations, art. 22).",
)
NAMED_BY_REVIEW = Sentence("审核意见写明移送该处。", "The review says that it is theirs to decide.")
PASSED_ON = Sentence("{body}答复非其职权，转送。", "{body} answered that it is not theirs; passed on.")
ASKED_AGAIN = Sentence("上次答复的保密期限届满，再次征询。", "The term of the last answer is over; asked again.")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who is asked: the code of its agency ("": on no register), its name, and why this one."""

    code: str
    name: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class ReferralReply:
    """What a body answered: one of ANSWERS, the document that says so, and what belongs to the answer.

    `until`: still secret until then; `claimed`: the level that the body claims; `next_code`, `next_name`: who is asked
    instead, by register or by name.
    """

    answer: str
    evidence: str
    until: date | None = None
    claimed: str = ""
    next_code: str = ""
    next_name: str = ""


def level_of(mark: str) -> str:
    """The level of secrecy that a mark claims; "" where it claims none. One that cannot be read counts as the highest."""
    text = fold(mark).text.strip()
    found = read_secrecy_mark(text) or find_secrecy_mark(text)
    if found is not None:
        return found.level
    for level in LEVELS:
        if level in text:
            return level
    return LEVELS[0] if "密" in text and "解密" not in text and "非密" not in text else ""


def highest_level(claims: Iterable[str]) -> str:
    """The highest of the levels that are claimed: it holds until the dispute is settled (实施条例 art. 26)."""
    claimed = set(claims)
    return next((level for level in LEVELS if level in claimed), "")


def is_secret(*, stub: bool, ground: str, level: str) -> bool:
    """Whether a referral is one for declassification: a stub, a secrecy mark, or a state secret as the ground."""
    return stub or bool(level) or ground.endswith("-8-1")


def check_reply(reply: ReferralReply, *, asked: Addressee, today: date) -> None:
    """An answer that may be recorded passes in silence. Raises Refusal."""
    if reply.answer not in ANSWERS:
        raise Refusal(Sentence("请选定答复。", "Choose what was answered."))
    if not reply.evidence.strip():
        raise Refusal(
            Sentence(
                "须写明答复文件的文号或编号，答复以文件为凭。",
                "Give the number of the document that answers: nothing is recorded on hearsay.",
            )
        )
    if reply.claimed and reply.claimed not in LEVELS:
        raise Refusal(Sentence("密级须为绝密、机密或秘密。", "A level is 绝密, 机密 or 秘密."))
    if reply.answer == STILL_SECRET:
        _check_until(reply.until, today)
    if reply.answer == NOT_OURS:
        _check_next(reply, asked)


def _check_until(until: date | None, today: date) -> None:
    if until is None or until <= today:
        raise Refusal(
            Sentence(
                "继续保密的，须写明今日之后的保密期限或复核日期，届时再次征询。",
                "Still secret: give a day after today on which it ends or is reviewed; it is asked again then.",
            )
        )
    if until > years_after(today, LONGEST_YEARS):
        raise Refusal(
            Sentence(
                f"复核日期最迟为今日起 {LONGEST_YEARS} 年（保守国家秘密法第二十条）。",
                f"The day of review is at most {LONGEST_YEARS} years from today (State Secrets Law, art. 20).",
            )
        )


def _check_next(reply: ReferralReply, asked: Addressee) -> None:
    same = reply.next_code == asked.code if reply.next_code else reply.next_name.strip() == asked.name
    if (reply.next_code or reply.next_name.strip()) and same:
        raise Refusal(
            Sentence(
                "转送的机关与答复机关相同，请另选。", "It is passed on to the body that answered. Choose another."
            )
        )
    if not reply.next_code and not reply.next_name.strip() and asked.name == SECRECY_AUTHORITY.zh:
        raise Refusal(
            Sentence(
                "保密行政管理部门答复非其职权的，须写明它指定的机关。",
                "If it is not the secrecy authority's either, name the body that it designates.",
            )
        )
