"""What a forming unit's answer must hold, and when it differs from the archives' proposal.

Sources: 档案法 art. 30 (会同: archives and unit are jointly responsible); 国家档案馆档案开放办法 art. 15 (协商一致).
Silence is never an answer here: what it means once the time is over is for policies/silence.py, entry by entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.grounds import DEFERRAL_GROUNDS
from policies.outcomes import Answer, Outcome
from policies.reviewing import Decision
from policies.sentences import Refusal, Sentence


@dataclass(frozen=True, slots=True)
class UnitAnswer:
    """One agency's answer on one entry; `counter` is what it wants instead when it objects or agrees in part only."""

    answer: Answer
    counter: Decision | None = None
    reason: str = ""


def check_answer(reference_code: str, proposal: Decision, answer: UnitAnswer, *, today: date) -> None:
    """An answer that may be recorded passes in silence. Raises Refusal with the sentence for the unit's desk."""
    if answer.answer is Answer.AGREE:
        return
    if not answer.reason.strip():
        raise Refusal(
            Sentence(
                f"{reference_code}：不同意、部分同意、非我单位或需延长时间的，须写明理由。",
                f"{reference_code}: an objection, agreement in part, “not ours” and “need more time” each need their reason.",
            )
        )
    counter = answer.counter
    if answer.answer is Answer.OBJECT and (counter is None or counter.outcome == proposal.outcome):
        raise Refusal(
            Sentence(
                f"{reference_code}：不同意的，须写明贵单位认为应当如何处理，且与档案馆意见不同。",
                f"{reference_code}: an objection says what your unit wants instead, other than the archives' proposal.",
            )
        )
    if answer.answer.says_outcome and counter is not None:
        _check_counter(reference_code, counter, today)


def _check_counter(reference_code: str, counter: Decision, today: date) -> None:
    if counter.outcome.closes and (
        counter.ground not in DEFERRAL_GROUNDS or counter.opens_on is None or counter.opens_on <= today
    ):
        raise Refusal(
            Sentence(
                f"{reference_code}：主张延期开放或部分开放的，须选定依据，并写明今日之后的开放日期。",
                f"{reference_code}: what is to stay closed needs its ground and a day after today on which it opens.",
            )
        )


def wanted(proposal: Decision, answer: UnitAnswer) -> Decision | None:
    """The outcome that goes on record with an answer: what the unit wants; None where it decides nothing.

    Whoever agrees in part and names nothing instead wants the proposal's outcome, but not as proposed: the reason says
    what else, and it is a difference.
    """
    if not answer.answer.says_outcome:
        return None
    return proposal if answer.answer is Answer.AGREE else answer.counter or proposal


def is_answer(answer: Answer) -> bool:
    """Whether it answers the question; asking for more time does not, and hands nothing on."""
    return answer is not Answer.NEED_MORE_TIME


def differs(answer: Answer) -> bool:
    """Whether an answer must be reconciled: one objection, one “in part” or one “not ours” is enough."""
    return answer is not Answer.AGREE


def check_answerer_known(reference_code: str, settled: Decision, *, known: bool) -> None:
    """Nothing opens, in whole or in part, while it is not known who answers for it (art. 30: 会同). Raises Refusal."""
    if settled.outcome.shows and not known:
        raise Refusal(
            Sentence(
                f"{reference_code}：尚不清楚由哪个单位答复，不能开放。请先在“机构”页补录机构沿革，再退回重审；"
                "或者延期、移送。",
                f"{reference_code}: it is not known which agency answers, so it cannot open. Record what became of the "
                "agency on the page “Agencies” and return the batch; or defer or refer the entry.",
            )
        )


def check_settlement(reference_code: str, settled: Decision, counters: tuple[Decision, ...], record: str) -> None:
    """A difference is settled with the record of how it was agreed. Raises Refusal.

    Opening against a unit that wants the entry closed needs the unit's agreement in the record (art. 15), so the
    record may not be empty; the entry stays closed until then.
    """
    if not record.strip():
        opens_against = any(_openness(settled.outcome) > _openness(counter.outcome) for counter in counters)
        raise Refusal(
            Sentence(
                f"{reference_code}：须写明协商记录"
                + ("（形成单位由谁、何时同意开放）。" if opens_against else "（何人、何时、如何协商一致）。"),
                f"{reference_code}: write the record of the agreement"
                + (" (who of the unit agreed to opening, and when)." if opens_against else " (who, when, how)."),
            )
        )


def _openness(outcome: Outcome) -> int:
    """How much the public gets to see: nothing, a redacted copy, the record."""
    return outcome.shows + outcome.opens


def check_heard(reference_code: str, settled: Decision, *, silent: tuple[str, ...]) -> None:
    """What a unit was silent on opens only when the unit was heard after all, or by the authority's ruling. Raises Refusal.

    `silent`: the names of the units that gave neither an answer nor, later, a statement. Source: 开放办法 art. 15.
    """
    if settled.outcome.shows and silent:
        named, names = "、".join(silent), ", ".join(silent)
        raise Refusal(
            Sentence(
                f"{reference_code}：{named} 逾期未答复，未答复不等于同意。须先记录该单位的陈述，或报档案主管部门协调；"
                "在此之前只能延期、移送。",
                f"{reference_code}: {names} gave no answer in time, and silence is not consent. Record that unit's statement "
                "first, or put the entry to the archives authority; until then it can only be deferred or referred.",
            )
        )


def check_for_authority(reference_code: str, *, archives_heard: bool) -> None:
    """A difference is put to the authority with the statements of both sides: the unit's is its answer. Raises Refusal."""
    if not archives_heard:
        raise Refusal(
            Sentence(
                f"{reference_code}：报请协调前，须写明档案馆的陈述（主张什么，依据是什么）。",
                f"{reference_code}: before it goes to the authority, write the archives' statement (what it holds, and why).",
            )
        )


def check_statement(reference_code: str, text: str, *, minutes: bool, met_on: date | None, today: date) -> None:
    """A statement says something; minutes name the day of the meeting, and it has been. Raises Refusal."""
    if not text.strip():
        raise Refusal(
            Sentence(
                f"{reference_code}：陈述或纪要不能空白。",
                f"{reference_code}: a statement or minutes cannot be empty.",
            )
        )
    if minutes and (met_on is None or met_on > today):
        raise Refusal(
            Sentence(
                f"{reference_code}：协商纪要须写明会议日期，且不得晚于今日。",
                f"{reference_code}: minutes name the day of the meeting, today or earlier.",
            )
        )


def check_ruling(reference_code: str, ruling: str) -> None:
    """The authority rules with its reasons. Raises Refusal. Source: 档案法实施条例 art. 30 (档案主管部门协调)."""
    if not ruling.strip():
        raise Refusal(
            Sentence(
                f"{reference_code}：协调结论须写明理由。", f"{reference_code}: a ruling is given with its reasons."
            )
        )


def check_consent(reference_code: str, *, agrees: bool, reason: str) -> None:
    """A deferral is refused only with a reason; consent needs none. Raises Refusal. Source: 实施条例 art. 31."""
    if not agrees and not reason.strip():
        raise Refusal(
            Sentence(
                f"{reference_code}：不同意延期的，须写明理由。",
                f"{reference_code}: a refusal to defer needs its reason.",
            )
        )


def check_seal(*, sealed_by_head: bool) -> None:
    """Where the procedure asks for it, only the head of the unit hands its answer in. Raises Refusal."""
    if not sealed_by_head:
        raise Refusal(
            Sentence(
                "按办理规程，会签意见须由贵单位负责人审批后交回。请先放回，由负责人交回。",
                "By the procedure, the head of your unit approves its answer and hands it in. Put the work back for the head.",
            )
        )
