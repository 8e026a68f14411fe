"""What no answer of a forming unit means for one entry, once its time is over (domain: 开放办法 art. 15, 协商一致).

Silence is never the unit's answer and opens nothing by itself. Where the procedure deems consent, it does so only for
an entry of low risk, after proof that the notice arrived, and only where the archives' own mechanism document says so;
in every other case the question goes on to the archives and the authority (实施条例 art. 30). The conditions are policy.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from policies.outcomes import Suggestion
from policies.profiles import Silence
from policies.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Meaning:
    """What silence means for one entry, and why; `counts_as_consent` where a recorded rule takes the answer's place."""

    silence: Silence
    why: Sentence

    @property
    def counts_as_consent(self) -> bool:
        return self.silence is Silence.DEEMED_CONSENT


_ESCALATED = Sentence(
    "逾期未答复不视为同意，转协商和档案主管部门。",
    "No answer is no consent: it goes to reconciliation and the authority.",
)
_REFUSED = Sentence(
    "按规程，逾期未答复视为不同意开放。", "By the procedure no answer counts as an objection to opening."
)


def meaning(
    silence: Silence,
    *,
    suggestion: Suggestion | str,
    grounds: Collection[str],
    classified: bool,
    delivered: bool,
    whole_time: bool,
    local_document: str,
) -> Meaning:
    """What no answer means for one entry.

    `silence` is the procedure's word, `suggestion` and `grounds` what screening advised and hit in the entry,
    `classified` whether it bears or bore a level of secrecy, `delivered` whether there is proof of delivery,
    `whole_time` whether the whole time to answer ran after it arrived, `local_document` the number of the archives' own mechanism document that deems consent, or empty.
    """
    if silence is Silence.ESCALATE:
        return Meaning(Silence.ESCALATE, _ESCALATED)
    if silence is Silence.DEEMED_REFUSAL:
        return Meaning(Silence.DEEMED_REFUSAL, _REFUSED)
    missing = _missing(Suggestion(suggestion), grounds, classified, delivered, whole_time, local_document)
    if missing is not None:
        return Meaning(
            Silence.ESCALATE,
            Sentence(
                f"不符合视为同意的条件（{missing.zh}），转协商和档案主管部门。",
                f"Consent is not deemed ({missing.en}): it goes to reconciliation and the authority.",
            ),
        )
    document = local_document.strip()
    return Meaning(
        Silence.DEEMED_CONSENT,
        Sentence(
            f"依 {document}，已送达且逾期未答复，视为同意。",
            f"By {document}: delivered and not answered in time, deemed consent.",
        ),
    )


def _missing(  # noqa: PLR0917
    suggestion: Suggestion,
    grounds: Collection[str],
    classified: bool,
    delivered: bool,
    whole_time: bool,
    local_document: str,
) -> Sentence | None:
    """The first condition of deemed consent that is not met; None where all are."""
    if not local_document.strip():
        return Sentence("本馆机制文件未作规定", "no mechanism document of the archives says so")
    if not delivered:
        return Sentence("没有送达证明", "there is no proof of delivery")
    if not whole_time:
        return Sentence("送达后答复期限未满", "the whole time to answer had not run since it arrived")
    if classified:
        return Sentence("标有或曾标有密级", "it bears or bore a level of secrecy")
    if grounds:
        return Sentence("筛查有命中", "screening found something")
    if suggestion is not Suggestion.OPEN:
        return Sentence("筛查未建议开放", "screening does not advise opening")
    return None
