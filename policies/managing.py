"""Managing the work (流程管理): what must hold before a task changes hands or a batch is given up. House policy."""

from __future__ import annotations

from policies.sentences import Refusal, Sentence

LONGEST_REASON = 1000
CANCELLED = "cancel"  # in the place of the desk that sent a batch back: from here it does not come again


def check_reason(reason: str) -> None:
    """Whoever interferes with others' work says why. Raises Refusal."""
    if not reason.strip():
        raise Refusal(Sentence("请写明理由。", "Write the reason."))
    if len(reason) > LONGEST_REASON:
        raise Refusal(
            Sentence(
                f"理由最多 {LONGEST_REASON} 个字，请缩短。", f"The reason has {LONGEST_REASON} characters at most."
            )
        )


def check_cancel(reason: str, *, cancelled: bool, signed: bool, released: bool) -> None:
    """A batch can be given up until it is signed: a signature is never struck out by a manager. Raises Refusal."""
    check_reason(reason)
    if cancelled:
        raise Refusal(Sentence("本批已经终止。", "This batch has been cancelled already."))
    if released:
        raise Refusal(Sentence("本批已办结，不能终止。", "This batch is finished and cannot be cancelled."))
    if signed:
        raise Refusal(
            Sentence(
                "本批已审定签发，不能终止。如有问题，请在公布环节退回。",
                "This batch is signed and cannot be cancelled. If something is wrong, return it from the release desk.",
            )
        )


def check_new_hand(*, may_work: bool, name: str, has_it: bool) -> None:
    """A task is given only to somebody who may be its next hand and does not have it. Raises Refusal."""
    if has_it:
        raise Refusal(Sentence(f"{name} 已在办理这项工作。", f"{name} has this piece of work already."))
    if not may_work:
        raise Refusal(
            Sentence(
                f"{name} 不能办理这项工作：没有这项权限，或在本批已办过须回避的环节。",
                f"{name} may not do this: the right is missing, or an earlier act in this case bars it.",
            )
        )
