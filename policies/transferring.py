"""The forming unit's opinion at transfer (到期开放意见): what it must hold. Input to a later review, never a decision.

Its three parts are those of the attachment to a transfer: opinion on opening when due, government-information disclosure,
changes of classification (档案法 art. 30; 档案法实施条例 art. 30).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.grounds import DEFERRAL_GROUNDS, EARLY_GROUNDS
from policies.outcomes import Outcome
from policies.sentences import Refusal, Sentence

DISCLOSURES: dict[str, Sentence] = {
    "": Sentence("未注明", "not stated"),
    "on_own_initiative": Sentence("主动公开", "disclosed on own initiative"),
    "on_request": Sentence("依申请公开", "disclosed on request"),
    "not_disclosed": Sentence("不予公开", "not disclosed"),
}


@dataclass(frozen=True, slots=True)
class TransferAdvice:
    """One opinion of a unit on one entry: what it would do when it falls due, and the two other parts of the attachment."""

    outcome: Outcome
    ground: str = ""
    opens_on: date | None = None
    disclosure: str = ""
    classification_change: str = ""
    reason: str = ""


def check_advice(advice: TransferAdvice, *, code: str, stub: bool, due: date | None) -> None:
    """An opinion that may be stored passes in silence. Raises Refusal naming the entry by its reference code."""
    if advice.disclosure not in DISCLOSURES:
        raise _refused(code, "政府信息公开情况请从列表中选。", "choose the state of disclosure from the list.")
    if advice.outcome.closes:
        if advice.ground not in DEFERRAL_GROUNDS:
            raise _refused(code, "建议延期的须选定依据。", "an opinion to defer names its ground.")
        if advice.opens_on is None or (due is not None and advice.opens_on <= due):
            raise _refused(
                code, "建议延期至的日期须晚于到期日。", "an opinion to defer names a day after the one it falls due."
            )
    elif advice.outcome is Outcome.REFER:
        if not advice.reason.strip():
            raise _refused(code, "建议移送的须写明移送何处。", "an opinion to refer says to whom and why.")
    else:
        if stub:
            raise _refused(
                code, "密级未解除的存根不能建议开放。", "of a stub of a state secret nobody advises to open it."
            )
        if advice.outcome is Outcome.OPEN_EARLY and advice.ground not in EARLY_GROUNDS:
            raise _refused(code, "建议提前开放的须选定类别。", "an opinion to open early names its category.")


def check_all_given(left: int) -> None:
    """A unit hands in only when it has said something of every entry: untouched is no opinion. Raises Refusal."""
    if left:
        raise Refusal(
            Sentence(
                f"还有 {left} 条没有意见，不能提交。未表态不等于同意开放。",
                f"{left} entries have no opinion yet. Untouched is not an opinion to open.",
            )
        )


def check_open_request(done: bool) -> None:
    """A request that was handed in takes no more opinions. Raises Refusal."""
    if done:
        raise Refusal(
            Sentence(
                "本次征询已经办结。须改意见的，请档案馆重新征询。",
                "This request is handed in. To change an opinion, the archives asks again.",
            )
        )


def check_something_to_ask(entries: int) -> None:
    """A unit is asked about something. Raises Refusal."""
    if not entries:
        raise Refusal(
            Sentence(
                "该单位在此全宗没有未到期、未审核过的条目，无须征询。",
                "That unit has no entry in this fonds that is not yet due and was never reviewed: nothing to ask.",
            )
        )


def _refused(code: str, zh: str, en: str) -> Refusal:
    return Refusal(Sentence(f"{code}：{zh}", f"{code}: {en}"))
