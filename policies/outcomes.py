"""The outcomes of open-access review (开放审核). The grounds for deferral are in policies/grounds.py.

Sources: 档案法 art. 27; 国家档案馆档案开放办法 arts. 7 and 8. The words "never open" do not occur in either.
"""

from __future__ import annotations

from enum import StrEnum

from policies.grounds import EARLY_GROUNDS, GROUNDS, Ground
from policies.sentences import Sentence

__all__ = [
    "ANSWER_NAMES", "EARLY_GROUNDS", "GROUNDS", "OUTCOME_NAMES", "STAGE_NAMES", "Answer", "Ground", "Outcome", "Stage",
    "Suggestion",
]  # fmt: skip


class Outcome(StrEnum):
    """What a person decides on one entry."""

    OPEN = "open"
    OPEN_EARLY = "open_early"
    PARTIAL = "partial"
    DEFER = "defer"
    REFER = "refer"

    @property
    def opens(self) -> bool:
        """Whether the whole record opens."""
        return self in (Outcome.OPEN, Outcome.OPEN_EARLY)

    @property
    def shows(self) -> bool:
        """Whether the public gets to see anything: the record, or a redacted copy of it. In either case its entry."""
        return self.opens or self is Outcome.PARTIAL

    @property
    def closes(self) -> bool:
        """Whether the record itself stays closed, on a ground and until a day, and needs consent for it (实施条例 art. 31)."""
        return self in (Outcome.PARTIAL, Outcome.DEFER)


class Suggestion(StrEnum):
    """What the rules advise on one entry. Advice only: nothing opens by machine.

    `look`: weak evidence, enough that a person must look at this entry by itself, not enough to advise anything.
    """

    OPEN = "open"
    OPEN_EARLY = "open_early"
    LOOK = "look"
    DEFER = "defer"
    REFER = "refer"
    NOT_DUE = "not_due"


class Answer(StrEnum):
    """What a forming unit (形成单位) answers to the archives' proposal on one entry."""

    AGREE = "agree"
    OBJECT = "object"
    AGREE_IN_PART = "agree_in_part"
    NOT_OURS = "not_ours"
    NEED_MORE_TIME = "need_more_time"

    @property
    def says_outcome(self) -> bool:
        """Whether it goes with the outcome that the unit wants; the others decide nothing on the entry."""
        return self not in (Answer.NOT_OURS, Answer.NEED_MORE_TIME)


class Stage(StrEnum):
    """The successive hands on one entry; the same word in every folder."""

    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    COUNTERSIGN = "countersign"
    RECONCILE = "reconcile"
    COORDINATE = "coordinate"
    CONSENT = "consent"


OUTCOME_NAMES: dict[str, Sentence] = {
    Outcome.OPEN: Sentence("开放", "Open"),
    Outcome.OPEN_EARLY: Sentence("提前开放", "Open early"),
    Outcome.PARTIAL: Sentence("部分开放", "Open in part"),
    Outcome.DEFER: Sentence("延期开放", "Defer"),
    Outcome.REFER: Sentence("移送", "Refer"),
    Suggestion.LOOK: Sentence("逐件审看", "Look at each"),
    Suggestion.NOT_DUE: Sentence("未到期", "Not due"),
}

ANSWER_NAMES: dict[str, Sentence] = {
    Answer.AGREE: Sentence("同意", "Agree"),
    Answer.OBJECT: Sentence("不同意", "Object"),
    Answer.AGREE_IN_PART: Sentence("部分同意", "Agree in part"),
    Answer.NOT_OURS: Sentence("非我单位", "Not ours"),
    Answer.NEED_MORE_TIME: Sentence("需延长时间", "Need more time"),
}

STAGE_NAMES: dict[str, Sentence] = {
    Stage.FIRST_REVIEW: Sentence("初审", "First review"),
    Stage.SECOND_REVIEW: Sentence("复审", "Second review"),
    Stage.COUNTERSIGN: Sentence("会签", "Countersign"),
    Stage.RECONCILE: Sentence("协商", "Reconcile"),
    Stage.COORDINATE: Sentence("主管部门协调", "Coordinate"),
    Stage.CONSENT: Sentence("延期审批", "Consent to deferral"),
}
