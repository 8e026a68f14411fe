"""The words of a procedure on a screen: its steps, what silence means, and whom a rung tells."""

from __future__ import annotations

from policies.clocks import CLOCK_NAMES
from policies.procedure import HAND
from policies.profiles import Silence
from policies.roles import ROLES
from policies.sentences import Sentence

STEP_NAMES: dict[str, Sentence] = {
    "second_review": Sentence("复审", "Second review"),
    "blind": Sentence("复审前不见初审意见", "Second review does not see the first until given"),
    "sample": Sentence("质量抽检", "Quality sample"),
    "agency_seal": Sentence("形成单位负责人审签", "The head of the forming unit seals its answer"),
    "consent": Sentence("延期开放经同级档案主管部门同意", "Deferral needs the consent of the authority"),
    "signatures": Sentence("签发", "Signatures"),
}
SILENCE_NAMES: dict[str, Sentence] = {
    Silence.ESCALATE: Sentence("不视为同意，转协商和档案主管部门", "No consent: to reconciliation and the authority"),
    Silence.DEEMED_CONSENT: Sentence("符合条件的视为同意", "Deemed consent where every condition is met"),
    Silence.DEEMED_REFUSAL: Sentence("视为不同意开放", "Counts as an objection"),
}
ACT_NAMES: dict[str, Sentence] = {
    "remind": Sentence("提醒", "remind"),
    "escalate": Sentence("升级督促", "escalate"),
    "lapse": Sentence("逾期处理", "lapse"),
}
_OTHER = {
    "sample": Sentence("抽检方案", "Sampling plan"),
    "silence": Sentence("逾期未答复", "No answer in time"),
    "silence_document": Sentence("视为同意的依据", "Document that deems consent"),
    "listed_grounds": Sentence("目录中列明的延期依据", "Grounds whose deferred entries the catalogue lists"),
    "reassess_years": Sentence("重新审核间隔（年）", "Years to re-assessment"),
}
_HAND = Sentence("办理人", "whoever has it")


def told_name(to: str) -> Sentence:
    """Whom a rung tells: a role, or whoever holds the work."""
    return _HAND if to == HAND else ROLES[to].name


def change_name(what: str) -> Sentence:
    """The name of something that differs between two procedures ("steps.sample", "clocks.plan", "silence")."""
    part, _, name = what.partition(".")
    if part == "steps":
        return STEP_NAMES[name]
    if part == "clocks":
        clock = CLOCK_NAMES[name]
        return Sentence(f"期限：{clock.zh}", f"Time limit: {clock.en}")
    return _OTHER[part]
