"""What an import may change of an entry that people are reviewing, or have decided on, and when a proposal is accepted.

A decision was made on what was there to see: whoever changes that afterwards changes what was decided. So a later file
only proposes such a change, and a planner accepts it when nobody reviews the entry and nothing is decided on it.
"""

from __future__ import annotations

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal, Sentence

# Where a record lies and on what it is kept say nothing of what it says, and rooms and carriers do change. The number of
# pages and the extent are not here: papers added or taken out make it another record than the one that was reviewed.
HOUSEKEEPING = frozenset({"location", "carrier"})
INTRINSIC = frozenset(CatalogueRow._fields) - HOUSEKEEPING - {"row", "parent_row"}


def may_change(field: str, *, under_review: bool, decided: bool) -> bool:
    """Whether a file may change this field of an entry at once. A field nobody placed is taken as intrinsic.

    under_review: the entry is in a running batch; decided: it is open or deferred.
    """
    return field in HOUSEKEEPING or not (under_review or decided)


def check_proposal_acceptance(*, settled: bool, accept: bool, reason: str, under_review: bool, decided: bool) -> None:
    """A proposal that may be settled so passes in silence: accepted on a free entry, or declined with a reason.

    Raises Refusal.
    """
    if settled:
        raise Refusal(_SETTLED)
    if not accept:
        if not reason.strip():
            raise Refusal(_NO_REASON)
        return
    if under_review:
        raise Refusal(_UNDER_REVIEW)
    if decided:
        raise Refusal(_DECIDED)


_SETTLED = Sentence("这项更改建议已经处理过。", "This proposal has been settled already.")
_NO_REASON = Sentence("不采纳更改建议须写明理由。", "A proposal is declined only with a reason. Please write one.")
_UNDER_REVIEW = Sentence(
    "本条正在审核，内容不得更改。请待本批办结后再处理；审核人确需改正的，先退回本批。",
    "The entry is under review and its content may not change. Settle the proposal when the batch has ended; where the "
    "reviewers need the correction, return the batch first.",
)
_DECIDED = Sentence(
    "本条已作出开放或延期决定，内容不得更改：决定所依据的就是现有内容。请先按程序重新审核，再采纳更改。",
    "The entry is open or deferred, and its content may not change: it is what was decided on. Have it reviewed again "
    "first, then accept the change.",
)
