"""Separation of duties: who may not be the next hand on an entry. Asked of who decided, not of who owns a task.

Source: house policy after 国家档案馆档案开放办法 arts. 12-13 (review and confirmation are separate steps).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from policies.outcomes import Stage
from policies.sentences import Refusal, Sentence

OwnAct = Callable[[int, Collection[int]], None]


SECOND_IS_FIRST = Sentence(
    "复审须由另一人进行：您已在本批作过初审。请交由其他复审员办理。",
    "Second review is for another person: you have done first review in this batch. Leave it to another second reviewer.",
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


def check_second_reviewer(person: int, first_reviewers: Collection[int]) -> None:
    """A second reviewer has not first-reviewed these entries, in any round. Raises Refusal."""
    if person in first_reviewers:
        raise Refusal(SECOND_IS_FIRST)


def check_confirmer(person: int, reviewers: Collection[int]) -> None:
    """A confirmer has given no opinion on these entries. Raises Refusal."""
    if person in reviewers:
        raise Refusal(CONFIRMER_REVIEWED)


def check_publisher(person: int, deciders: Collection[int]) -> None:
    """A publisher has neither given an opinion on nor confirmed these entries. Raises Refusal."""
    if person in deciders:
        raise Refusal(PUBLISHER_DECIDED)


def may(check: OwnAct, person: int, earlier: Collection[int]) -> bool:
    """Whether `check` would let `person` act: the button asks here what the server will ask."""
    try:
        check(person, earlier)
    except Refusal:
        return False
    return True


EARLIER_STAGES: dict[str, tuple[Stage, ...]] = {
    "second_review": (Stage.FIRST_REVIEW,),
    "sign_off": (Stage.FIRST_REVIEW, Stage.SECOND_REVIEW, Stage.COUNTERSIGN, Stage.RECONCILE),
    "release": (Stage.FIRST_REVIEW, Stage.SECOND_REVIEW, Stage.COUNTERSIGN, Stage.RECONCILE),
}
CHECKS: dict[str, OwnAct] = {
    "second_review": check_second_reviewer,
    "sign_off": check_confirmer,
    "release": check_publisher,
}
