"""Proposing and adopting a procedure, and what a new one would change: four eyes, and nothing adopted unseen."""

from __future__ import annotations

from dataclasses import dataclass, fields

from policies.procedure import CLOCK_KINDS, ClockRule, Procedure, Rung, SamplePlan, Signatures, Steps
from policies.profiles import Silence
from policies.sentences import Refusal, Sentence


def check_why(why: str) -> None:
    """Raise Refusal where nothing says why a procedure is proposed."""
    if not why.strip():
        raise Refusal(Sentence("请写明为什么要改规程。", "Write why the procedure is to change."))


def check_jurisdiction(procedure: Procedure, *, here: str) -> None:
    """Raise Refusal where the text is for another jurisdiction than this house's."""
    if procedure.jurisdiction != here:
        raise Refusal(
            Sentence(
                f"规程属 {procedure.jurisdiction}，本馆属 {here}，不能采用。",
                f"The procedure is for {procedure.jurisdiction}; these archives are under {here}.",
            )
        )


def check_waiting(*, adopted: bool, withdrawn: bool) -> None:
    """Raise Refusal unless a proposed procedure still waits for its adoption."""
    if adopted:
        raise Refusal(Sentence("这一规程已经采用。", "This procedure was adopted already."))
    if withdrawn:
        raise Refusal(Sentence("这一规程已经撤回，请重新提出。", "This procedure was withdrawn; propose it anew."))


def check_adopter(*, by: int, proposed_by: int) -> None:
    """Raise Refusal where the one who proposed a procedure would adopt it: four eyes, as for rules and records."""
    if by == proposed_by:
        raise Refusal(
            Sentence(
                "规程须由提出人以外的另一名规则管理员采用。",
                "A procedure is adopted by another policy keeper than the one who proposed it.",
            )
        )


def check_newest(number: int, *, in_force: int) -> None:
    """Raise Refusal where a later procedure is in force: adopting an older one would change nothing."""
    if number < in_force:
        raise Refusal(
            Sentence(
                f"较新的规程 P-{in_force} 已经采用。请撤回 P-{number}，另行提出。",
                f"P-{in_force} is newer and in force. Withdraw P-{number} and propose it anew.",
            )
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two procedures, for the screen: what, and its value before and after."""

    what: str
    before: str
    after: str


def changes(before: Procedure, after: Procedure, steps: tuple[Steps, Steps]) -> tuple[Change, ...]:
    """What differs for a batch whose steps are `steps` before and after: steps, sample, silence, terms and clocks."""
    found = [
        Change(f"steps.{f.name}", _said(getattr(steps[0], f.name)), _said(getattr(steps[1], f.name)))
        for f in fields(Steps)
    ]
    for name in ("sample", "silence", "silence_document", "reassess_years", "listed_grounds"):
        found.append(Change(name, _said(getattr(before, name)), _said(getattr(after, name))))
    for kind in CLOCK_KINDS:
        found.append(Change(f"clocks.{kind}", _said(before.clocks[kind]), _said(after.clocks[kind])))
    return tuple(change for change in found if change.before != change.after)


def _said(value: object) -> str:
    """A value of a procedure as its text writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Silence):
        return value.value
    if isinstance(value, tuple):
        return "[" + ", ".join(_said(one) for one in value) + "]"
    if isinstance(value, ClockRule | Rung | Signatures | SamplePlan):
        return "{" + ", ".join(f"{f.name}: {_said(getattr(value, f.name))}" for f in fields(value)) + "}"
    return str(value)


def check_movable(number: str, *, signed: bool) -> None:
    """Raise Refusal where a batch may no longer change its procedure: what is confirmed never changes silently."""
    if signed:
        raise Refusal(
            Sentence(
                f"批次 {number} 已有人签发，不能改用新规程；须先退回。",
                f"Batch {number} bears a signature and keeps its procedure; return it first.",
            )
        )
