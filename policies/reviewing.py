"""What a decision on one entry must hold before it is recorded.

Sources: 档案法 art. 27 (25 years; early opening by category); 国家档案馆档案开放办法 arts. 7-8 (grounds);
保守国家秘密法 arts. 20, 23 (a secret whose term runs is not the archives' to open). In doubt an entry stays closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.grounds import DEFERRAL_GROUNDS, EARLY_GROUNDS
from policies.outcomes import Outcome, Suggestion
from policies.sentences import Refusal, Sentence


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides on one entry: an outcome; where the record stays closed its ground and day; the reason in words."""

    outcome: Outcome
    ground: str = ""
    opens_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an entry when it is decided: when it is due, what the rules found, what its public title shows,
    whether it is but the stub of a state secret, and whether it is open in part already."""

    reference_code: str
    due: date | None
    suggestion: Suggestion
    grounds: tuple[str, ...]
    public_hits: tuple[str, ...]
    stub: bool = False
    partly_open: bool = False


def advised(suggestion: Suggestion, ground: str, opens_on: date | None) -> Decision | None:
    """The decision that follows the rules' advice; None where they advise nothing that a person could decide."""
    if suggestion in (Suggestion.NOT_DUE, Suggestion.LOOK) or (suggestion is Suggestion.DEFER and opens_on is None):
        return None
    outcome = Outcome(suggestion)
    reason = "依规则建议移送" if outcome is Outcome.REFER else ""
    if outcome is Outcome.OPEN:
        ground = ""
    return Decision(outcome, ground, opens_on if outcome is Outcome.DEFER else None, reason)


_BARS_EARLY = ("CN-8-1", "CN-8-2", "CN-8-3-PI")


def check_decision(decision: Decision, standing: Standing, *, today: date) -> None:
    """A decision that may be recorded passes in silence. Raises Refusal with the sentence for the desk."""
    if decision.outcome is Outcome.DEFER:
        _check_deferral(decision, standing, today)
    elif decision.outcome is Outcome.PARTIAL:
        _check_ground_and_day(decision, standing, today)
        _check_no_secret(decision, standing)
        _check_may_be_seen(standing)
        _check_due(standing, today)
    elif decision.outcome is Outcome.REFER:
        if not decision.reason.strip():
            raise Refusal(_say(standing, "移送须写明移送何处、为何移送。", "a referral says to whom and why."))
    else:
        _check_opening(decision, standing, today)


def _check_deferral(decision: Decision, standing: Standing, today: date) -> None:
    if standing.partly_open:
        raise Refusal(
            _say(
                standing,
                "已经部分开放，不能在此整件延期：请仍选“部分开放”；认为遮蔽件也不应公开的，请对该条目提出存疑。",
                "open in part already, so it cannot be deferred whole here: choose “open in part” again; if the copy should "
                "not be public either, raise a doubt about the entry.",
            )
        )
    _check_ground_and_day(decision, standing, today)


def _check_no_secret(decision: Decision, standing: Standing) -> None:
    """What is still a state secret is not the archives' to copy for the public either (保守国家秘密法 art. 23)."""
    if decision.ground.endswith("-8-1"):
        raise Refusal(
            _say(
                standing,
                "国家秘密未解密的，不得部分开放。请选“移送”，交原定密机关办理解密，或者延期。",
                "a state secret that is not declassified does not open in part. Refer it to the original classifier, or defer it.",
            )
        )


def _check_ground_and_day(decision: Decision, standing: Standing, today: date) -> None:
    if decision.ground not in DEFERRAL_GROUNDS:
        raise Refusal(
            _say(
                standing,
                "延期开放、部分开放须选定依据（国家档案馆档案开放办法第八条）。",
                "what stays closed needs a ground (Measures on opening archives, art. 8).",
            )
        )
    if decision.opens_on is None or decision.opens_on <= today:
        raise Refusal(
            _say(
                standing,
                "延期开放、部分开放须写明今日之后的开放日期或复评日期，不得无期限。",
                "what stays closed needs a day after today on which it opens or is re-assessed; none is without an end.",
            )
        )


def _check_opening(decision: Decision, standing: Standing, today: date) -> None:
    _check_may_be_seen(standing)
    if decision.outcome is Outcome.OPEN_EARLY:
        _check_early(decision, standing)
    else:
        _check_due(standing, today)
    if standing.suggestion in (Suggestion.DEFER, Suggestion.REFER) and not decision.reason.strip():
        raise Refusal(
            _say(
                standing,
                "规则建议不开放，改为开放须写明理由。",
                "the rules advise against opening; to open it all the same, give the reason.",
            )
        )


def _check_may_be_seen(standing: Standing) -> None:
    """The public sees that an entry opens, in whole or in part: no secret, and no title that says too much."""
    if standing.stub:
        raise Refusal(
            _say(
                standing,
                "库中只有密级未解除的存根，没有题名，不能开放。解密后先补录题名，再按程序审核。",
                "only the stub of a state secret is held, without a title; it cannot open. When it is declassified, import "
                "its title first, then review it.",
            )
        )
    if standing.suggestion is Suggestion.REFER and "CN-8-1" in standing.grounds:
        raise Refusal(
            _say(
                standing,
                "密级未解除，档案馆无权开放。请选“移送”，交原定密机关办理解密。",
                "still classified, so it is not the archives' to open. Choose “refer” and send it to the original classifier.",
            )
        )
    if standing.public_hits:
        raise Refusal(
            _say(
                standing,
                f"公开题名仍显示“{'、'.join(standing.public_hits)}”。请先改写公开题名，再开放。",
                f"the public title still shows “{', '.join(standing.public_hits)}”. Reword the public title first, then open.",
            )
        )


def _check_due(standing: Standing, today: date) -> None:
    if standing.due is None or standing.due > today:
        raise Refusal(
            _say(
                standing,
                "尚未满二十五年或日期不明，不能按到期开放。属经济、教育、科技、文化等类的，请选“提前开放”。",
                "not yet 25 years old, or its date is unknown: it cannot open as due. "
                "If it belongs to economy, education, science or culture, choose “open early”.",
            )
        )


def _check_early(decision: Decision, standing: Standing) -> None:
    if decision.ground not in EARLY_GROUNDS:
        raise Refusal(
            _say(
                standing,
                "提前开放须选定类别（档案法第二十七条：经济、教育、科技、文化等类）。",
                "early opening needs its category (Archives Law art. 27: economy, education, science, culture and the like).",
            )
        )
    if any(ground in _BARS_EARLY for ground in standing.grounds):
        raise Refusal(
            _say(
                standing,
                "含密级、重大利益或个人信息的条目不得提前开放。",
                "an entry with a classification, a major interest or personal information is never opened early.",
            )
        )


def _say(standing: Standing, zh: str, en: str) -> Sentence:
    return Sentence(f"{standing.reference_code}：{zh}", f"{standing.reference_code}: {en}")


def check_all_decided(undecided: int) -> None:
    """A desk hands a batch on only when every entry has an opinion: untouched is not approved. Raises Refusal."""
    if undecided:
        raise Refusal(
            Sentence(
                f"还有 {undecided} 条没有意见，不能移交。未表态不等于同意。",
                f"{undecided} entries have no opinion yet, so the batch cannot move on. Untouched is not approved.",
            )
        )


# From which desk a batch may be sent back, and to which; the first is meant where none is named.
RETURNS: dict[str, tuple[str, ...]] = {
    "second_review": ("first_review",),
    "sample": ("first_review", "second_review"),
    "countersign": ("first_review",),
    "reconcile": ("first_review", "second_review"),
    "sign_off": ("first_review", "second_review", "reconcile"),
    "release": ("first_review", "second_review", "reconcile"),
}


def check_return_reason(reason: str, to_desk: str = "first_review") -> None:
    """A batch goes back only with a reason. Raises Refusal."""
    if not reason.strip():
        zh, en = {
            "first_review": ("退回初审", "first review"),
            "second_review": ("退回复审", "second review"),
            "reconcile": ("退回协商", "reconciliation"),
        }[to_desk]
        raise Refusal(
            Sentence(f"{zh}须写明理由。", f"A batch goes back to {en} only with a reason. Please write one.")
        )


def returns_from(desk: str, *, second_review: bool, differences: bool) -> tuple[str, ...]:
    """The desks to which a desk may send a batch back: second review where there is one, reconciliation where there was
    something to reconcile."""
    return tuple(
        to for to in RETURNS[desk] if (to != "second_review" or second_review) and (to != "reconcile" or differences)
    )


def check_return_to(desk: str, to_desk: str, *, second_review: bool, differences: bool) -> None:
    """A batch goes back only to a desk that it came by. Raises Refusal."""
    if to_desk not in returns_from(desk, second_review=second_review, differences=differences):
        raise Refusal(
            Sentence("本批不能退回到所选环节。", "The batch cannot be sent back to the desk that was chosen.")
        )


def check_rules_applied(*, pending: bool, must_return: bool) -> None:
    """A batch moves on only when a change of rules was carried out on it, and what it asks for was done. Raises Refusal."""
    if pending:
        raise Refusal(
            Sentence(
                "规则集已更换，本批正在按所选方式套用新规则，请稍候再移交。久候不成的，请告知规则管理员。",
                "The ruleset was changed and the new rules are being applied to this batch; hand it on in a while. "
                "If it takes long, tell the policy keeper.",
            )
        )
    if must_return:
        raise Refusal(
            Sentence(
                "规则集已更换，本批有条目按新规则结论不同，须重新审核。请先退回初审。",
                "The ruleset was changed and judges entries of this batch otherwise, which must be decided again. "
                "Return the batch to first review.",
            )
        )
