"""Taking an opened entry from public view and what is done then: triage, a panel, a day by which it is decided.

Sources: 档案法 art. 44 (a leak is reported to the archives authority); 保守国家秘密法 art. 47 (a leaked secret is reported
to the secrecy authority); 档案法实施条例 art. 31 (keeping a due record closed needs the authority's consent). The
panel, its size, its majority and the days are house policy, after the review of withdrawn records of 2006 in the United
States: whoever doubts is heard at once, and who decides is not only who opened it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from policies.sentences import Refusal, Sentence

RESTORE, RECLOSE, PANEL = "restore", "reclose", "panel"
PANEL_SIZE = 3

OUTCOMES: dict[str, Sentence] = {
    RESTORE: Sentence("恢复开放", "restore"),
    RECLOSE: Sentence("重新限制", "close again"),
    PANEL: Sentence("交复议组", "put to the panel"),
}
ERRATA: dict[str, Sentence] = {
    "withdrawn": Sentence("暂停利用", "withdrawn"),
    "restored": Sentence("恢复开放", "restored"),
    "reclosed": Sentence("重新限制", "closed again"),
}
INCIDENT = Sentence(
    "疑涉国家秘密：请立即报告本馆保密办公室，按保密规定处置，并向档案主管部门报告（档案法第四十四条）。此处不得写入秘密内容。",
    "Perhaps a state secret: report it to the secrecy office at once, act by the rules on secrets, and report to the "
    "archives authority (Archives Law, art. 44). Write nothing secret here.",
)


@dataclass(frozen=True, slots=True)
class Vote:
    """One member's vote: by whom, what, and for closing again on which ground until when."""

    person: int
    outcome: str
    ground: str = ""
    opens_on: date | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a panel decided."""

    outcome: str
    ground: str = ""
    opens_on: date | None = None


def check_flag(*, status: str, number: str, reason: str) -> None:
    """Anyone signed in may suspend what is open, in whole or in part, with a reason. Raises Refusal. `number`: of the suspension that runs."""
    if number:
        raise Refusal(
            Sentence(
                f"该条目已经暂停利用（{number}），公众已看不到，无须再次提出。",
                f"This entry is suspended already ({number}) and out of public view; nothing more is needed.",
            )
        )
    if status not in ("open", "partial"):
        raise Refusal(
            Sentence("该条目没有开放，不存在暂停利用。", "This entry is not open, so there is nothing to suspend.")
        )
    if not reason.strip():
        raise Refusal(
            Sentence(
                "请写明为何存疑；可以很短，但不要写入敏感内容本身。",
                "Write why it is in doubt. It may be short; do not write the sensitive matter itself.",
            )
        )


def check_triage(
    *, choice: str, reason: str, secret: bool, person: int, flagger: int | None, opened_by: Collection[int]
) -> None:
    """A flag goes to the panel, or is put aside as plainly unfounded. Raises Refusal.

    Put aside it may be by somebody who neither raised it nor opened the entry, with a reason, and never where a state
    secret is suspected. In doubt: the panel.
    """
    if choice not in (PANEL, RESTORE):
        raise Refusal(Sentence("请选择交复议组或恢复开放。", "Choose the panel, or restoring."))
    if choice == PANEL:
        return
    if secret:
        raise Refusal(
            Sentence("疑涉国家秘密的，必须交复议组。", "Where a state secret is suspected, it goes to the panel.")
        )
    if person == flagger or person in opened_by:
        raise Refusal(
            Sentence(
                "提出人和当初参与开放的人不得直接恢复，请交复议组或由他人办理。",
                "Whoever raised the doubt or took part in the opening may not restore it alone. Put it to the panel, or "
                "leave it to another.",
            )
        )
    if not reason.strip():
        raise Refusal(Sentence("直接恢复开放须写明理由。", "To restore it without the panel, give the reason."))


def check_vote(
    *, vote: Vote, reason: str, voted: Collection[int], flagger: int | None, grounds: Collection[str], today: date
) -> None:
    """One vote a member, with a reason; closing again names a ground and a day after today. Raises Refusal."""
    if vote.person == flagger:
        raise Refusal(Sentence("提出存疑的人不参加复议。", "Whoever raised the doubt does not sit on its panel."))
    if vote.person in voted:
        raise Refusal(
            Sentence("您已表决，每人一票，不得更改。", "You have voted already: one vote each, never changed.")
        )
    if vote.outcome not in (RESTORE, RECLOSE):
        raise Refusal(Sentence("请选择恢复开放或重新限制。", "Choose to restore, or to close again."))
    if not reason.strip():
        raise Refusal(Sentence("表决须写明理由。", "A vote gives its reason."))
    if vote.outcome == RECLOSE and (vote.ground not in grounds or vote.opens_on is None or vote.opens_on <= today):
        raise Refusal(
            Sentence(
                "重新限制须选定依据，并写明今日之后的开放或复评日期。",
                "Closing again needs a ground, and a day after today on which it opens or is assessed again.",
            )
        )


def result_of(votes: Sequence[Vote], *, opened_by: Collection[int]) -> Result | None:
    """What the panel decided; None while it is not complete.

    Complete: at least PANEL_SIZE votes, one of them of somebody who had no hand in opening the entry. Restored only by
    more than half of the votes, and never against a member who names a state secret: in doubt the strictest. Closed again
    until the latest day that was voted for, on the ground named with it; a state secret goes before.
    """
    if len(votes) < PANEL_SIZE or all(vote.person in opened_by for vote in votes):
        return None
    closing = [vote for vote in votes if vote.outcome == RECLOSE and vote.opens_on is not None]
    secrets = [vote for vote in closing if vote.ground.endswith("-8-1")]
    if len(closing) * 2 < len(votes) and not secrets:
        return Result(RESTORE)
    last = max(closing, key=lambda vote: vote.opens_on or date.min)
    ground = secrets[0].ground if secrets else last.ground
    return Result(RECLOSE, ground, last.opens_on)


def check_ends(*, outcome: str, decided: str) -> None:
    """A suspension ends as it was decided, and by no other way. Raises Refusal."""
    if outcome != decided:
        raise Refusal(
            Sentence(
                "复议尚未形成此项结论，条目继续暂停利用。",
                "The panel has not decided so; the entry stays suspended.",
            )
        )


def check_consent_reason(*, agrees: bool, reason: str) -> None:
    """The authority refuses with a reason. Raises Refusal."""
    if not agrees and not reason.strip():
        raise Refusal(Sentence("不同意的，须写明理由。", "A refusal gives its reason."))


def check_runs(*, ended: bool) -> None:
    """What has ended is not decided again. Raises Refusal."""
    if ended:
        raise Refusal(Sentence("该次暂停利用已经了结。", "This suspension has ended already."))
