"""Separation of duties: who may not be the next hand on an entry. Asked of who decided, not of who owns a task.

Source: house policy after 国家档案馆档案开放办法 arts. 12-13 (review and confirmation are separate steps).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from policies.outcomes import Stage
from policies.sentences import Refusal, Sentence

Hands = int | Collection[int]  # a person, and whoever's right is used: a stand-in inherits the absent one's conflicts
OwnAct = Callable[[Hands, Collection[int]], None]


SECOND_IS_FIRST = Sentence(
    "复审须由另一人进行：您已在本批作过初审。请交由其他复审员办理。",
    "Second review is for another person: you have done first review in this batch. Leave it to another second reviewer.",
)
SAMPLER_REVIEWED = Sentence(
    "质检员不得抽检自己审过的条目：您已在本批作过初审或复审。请交由其他质检员办理。",
    "A quality leader may not sample entries reviewed in person: you have reviewed in this batch. "
    "Leave it to another quality leader.",
)
AUTHORITY_DECIDED = Sentence(
    "档案主管部门的经办人不得协调、审批自己审过或签发过的批次。请交由其他经办人办理。",
    "An officer of the authority does not rule on, or consent to, what was reviewed or signed in person. "
    "Leave it to another officer.",
)
CONFIRMER_REVIEWED = Sentence(
    "审定人不得审定自己审过的条目：您已在本批作过审核或协商。请交由其他审定人办理。",
    "A confirmer may not confirm entries reviewed in person: you have reviewed or reconciled in this batch. "
    "Leave it to another confirmer.",
)
PUBLISHER_DECIDED = Sentence(
    "公布员不得公布自己审过的条目：您已在本批作过审核、协商或审定。请交由其他公布员办理。",
    "A publisher may not publish entries decided in person: you have reviewed, reconciled or confirmed in this batch. "
    "Leave it to another publisher.",
)


MAKER_APPROVES = Sentence(
    "计划须由另一人审批：您参与编制了本计划。请交由其他计划审批人办理。",
    "A plan is approved by another person: you took part in making this one. Leave it to another approver.",
)


def check_plan_approver(hands: Hands, makers: Collection[int]) -> None:
    """Whoever approves a plan took no part in making it. Raises Refusal."""
    if _any_of(hands, makers):
        raise Refusal(MAKER_APPROVES)


def check_second_reviewer(hands: Hands, first_reviewers: Collection[int]) -> None:
    """A second reviewer has not first-reviewed these entries, in any round. Raises Refusal."""
    if _any_of(hands, first_reviewers):
        raise Refusal(SECOND_IS_FIRST)


def check_sampler(hands: Hands, reviewers: Collection[int]) -> None:
    """A quality leader has given no opinion on these entries. Raises Refusal."""
    if _any_of(hands, reviewers):
        raise Refusal(SAMPLER_REVIEWED)


def check_confirmer(hands: Hands, reviewers: Collection[int]) -> None:
    """A confirmer has given no opinion on these entries. Raises Refusal."""
    if _any_of(hands, reviewers):
        raise Refusal(CONFIRMER_REVIEWED)


def check_authority(hands: Hands, deciders: Collection[int]) -> None:
    """Who coordinates or consents for the authority has neither reviewed nor signed in the batch. Raises Refusal."""
    if _any_of(hands, deciders):
        raise Refusal(AUTHORITY_DECIDED)


def check_publisher(hands: Hands, deciders: Collection[int]) -> None:
    """A publisher has neither given an opinion on nor confirmed these entries. Raises Refusal."""
    if _any_of(hands, deciders):
        raise Refusal(PUBLISHER_DECIDED)


def _any_of(hands: Hands, earlier: Collection[int]) -> bool:
    return any(hand in earlier for hand in ([hands] if isinstance(hands, int) else hands))


def may(check: OwnAct, hands: Hands, earlier: Collection[int]) -> bool:
    """Whether `check` would let these hands act: the button asks here what the server will ask."""
    try:
        check(hands, earlier)
    except Refusal:
        return False
    return True


_REVIEWS = (Stage.FIRST_REVIEW, Stage.SECOND_REVIEW, Stage.COUNTERSIGN, Stage.RECONCILE)
EARLIER_STAGES: dict[str, tuple[Stage, ...]] = {
    "second_review": (Stage.FIRST_REVIEW,),
    "sample": (Stage.FIRST_REVIEW, Stage.SECOND_REVIEW),
    "coordinate": _REVIEWS,
    "sign_off": (*_REVIEWS, Stage.COORDINATE, Stage.CONSENT),
    "consent": _REVIEWS,
    "release": (*_REVIEWS, Stage.COORDINATE, Stage.CONSENT),
}
CHECKS: dict[str, OwnAct] = {
    "second_review": check_second_reviewer,
    "sample": check_sampler,
    "coordinate": check_authority,
    "sign_off": check_confirmer,
    "consent": check_authority,
    "release": check_publisher,
    "approve": check_plan_approver,
}
