"""What a forming unit's answer must hold, and when it differs from the archives' proposal.

Sources: 档案法 art. 30 (会同: archives and unit are jointly responsible); 国家档案馆档案开放办法 art. 15 (协商一致).
Silence is never consent here: every entry needs an answer.
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
    """One agency's answer on one entry; `counter` is what it wants instead when it objects."""

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
                f"{reference_code}：不同意或非我单位的，须写明理由。",
                f"{reference_code}: an objection, or “not ours”, needs its reason.",
            )
        )
    if answer.answer is Answer.NOT_OURS:
        return
    counter = answer.counter
    if counter is None or counter.outcome == proposal.outcome:
        raise Refusal(
            Sentence(
                f"{reference_code}：不同意的，须写明贵单位认为应当如何处理，且与档案馆意见不同。",
                f"{reference_code}: an objection says what your unit wants instead, other than the archives' proposal.",
            )
        )
    if counter.outcome is Outcome.DEFER and (
        counter.ground not in DEFERRAL_GROUNDS or counter.opens_on is None or counter.opens_on <= today
    ):
        raise Refusal(
            Sentence(
                f"{reference_code}：主张延期开放的，须选定依据，并写明今日之后的开放日期。",
                f"{reference_code}: a deferral needs its ground and a day after today on which it opens.",
            )
        )


def differs(answer: Answer) -> bool:
    """Whether an answer must be reconciled: one objection, or one “not ours”, is enough."""
    return answer is not Answer.AGREE


def check_answerer_known(reference_code: str, settled: Decision, *, known: bool) -> None:
    """Nothing opens while it is not known who answers for it (art. 30: 会同). Raises Refusal."""
    if settled.outcome.opens and not known:
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
        opens_against = settled.outcome.opens and any(not counter.outcome.opens for counter in counters)
        raise Refusal(
            Sentence(
                f"{reference_code}：须写明协商记录"
                + ("（形成单位由谁、何时同意开放）。" if opens_against else "（何人、何时、如何协商一致）。"),
                f"{reference_code}: write the record of the agreement"
                + (" (who of the unit agreed to opening, and when)." if opens_against else " (who, when, how)."),
            )
        )
