"""The sentences of succession: what became of an agency, and who therefore answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policies.sentences import Sentence

_HAPPENED = {
    "renamed": Sentence("“{name}”于{day}更名为{heirs}", "“{name}” was renamed {heirs} on {day}"),
    "merged": Sentence("“{name}”于{day}并入{heirs}", "“{name}” was merged into {heirs} on {day}"),
    "split": Sentence("“{name}”于{day}分设为{heirs}", "“{name}” was split into {heirs} on {day}"),
    "abolished": Sentence(
        "“{name}”于{day}撤销，职能由{heirs}承接",
        "“{name}” was abolished on {day}, its functions continued by {heirs}",
    ),
    "functions_moved": Sentence(
        "“{name}”的有关职能于{day}划归{heirs}", "functions of “{name}” moved to {heirs} on {day}"
    ),
}
_ABOLISHED_ALONE = Sentence(
    "“{name}”于{day}撤销，无职能承接单位", "“{name}” was abolished on {day}, and nobody continues its functions"
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The last words of a reason: `{who}` answers, or does not."""

    words: Sentence

    def told(self, story: Sequence[Sentence], who: Sentence) -> Sentence:
        """The changes one after the other, then the conclusion."""
        zh = "；".join([*(said.zh for said in story), self.words.zh.format(who=who.zh)])
        en = "; ".join([*(said.en for said in story), self.words.en.format(who=who.en)])
        return Sentence(f"{zh}。", f"{en[:1].upper()}{en[1:]}.")

    def after(self, reason: Sentence, who: Sentence) -> Sentence:
        """A reason that is given already, and what follows it."""
        more = self.words.en.format(who=who.en)
        return Sentence(
            f"{reason.zh}{self.words.zh.format(who=who.zh)}。", f"{reason.en} {more[:1].upper()}{more[1:]}."
        )


ANSWERS = {
    "opening": Conclusion(
        Sentence(
            "由{who}会同审核（档案法第三十条、档案法实施条例第三十条）",
            "{who} takes part in the review (Archives Law, art. 30, and its regulations, art. 30)",
        )
    ),
    "declassification": Conclusion(
        Sentence(
            "由{who}审核解密（保守国家秘密法实施条例第二十二条、第二十三条）",
            "{who} reviews declassification (State Secrets regulations, arts. 22-23)",
        )
    ),
}
ALONE = Conclusion(
    Sentence(
        "无单位可会同，由档案馆单独审核（档案法实施条例第三十条）",
        "with nobody to ask, the archives decides alone (Archives Law regulations, art. 30)",
    )
)
SUPERIOR = Conclusion(
    Sentence(
        "由其上级{who}审核解密（保守国家秘密法实施条例第二十三条）",
        "its superior {who} reviews declassification (State Secrets regulations, art. 23)",
    )
)
DESIGNATED = Conclusion(
    Sentence(
        "由保密行政管理部门指定的{who}审核解密（保守国家秘密法实施条例第二十三条）",
        "{who}, designated by the secrecy authority, reviews declassification (State Secrets regulations, art. 23)",
    )
)
UNKNOWN = {
    "opening": Conclusion(
        Sentence(
            "{who}已不存在而未登记由谁承接，查明之前不开放。请登记其沿革",
            "{who} is no more, and who continues it is not on record: it stays closed until this is found out. "
            "Record what became of it",
        )
    ),
    "declassification": Conclusion(
        Sentence(
            "{who}之后由谁负责解密未登记，档案馆无权解密，查明之前不开放。请登记其上级或保密行政管理部门指定的单位",
            "Who declassifies after {who} is not on record, and the archives may not: it stays closed until this is "
            "found out. Record its superior or the body designated by the secrecy authority",
        )
    ),
}
JOINT = Conclusion(
    Sentence(
        "联合发文由牵头单位负责，并告知{who}（政府信息公开条例第十条）",
        "for a joint document the lead maker answers, and {who} is told (Government Information regulations, art. 10)",
    )
)
JOINT_LEAD_GONE = Conclusion(
    Sentence(
        "牵头单位无承接单位，由其他联合发文单位{who}会同审核",
        "nobody continues the lead maker, so the other makers take part in the review: {who}",
    )
)


# Why a change is not put on record.
NO_KIND = Sentence(
    "变更类型“{kind}”无法识别，应为更名、合并、分设、撤销或职能划转之一。",
    "“{kind}” is no kind of change. Expected is renamed, merged, split, abolished or functions_moved.",
)
NOT_ALIKE = Sentence(
    "承接单位与其职能的数目不一致，请逐一对应填写。",
    "Each succeeding agency needs its function, one for one. Check the list.",
)
ITSELF = Sentence(
    "机构 {code} 不能由自己承接，请核对承接单位。", "Agency {code} cannot succeed itself. Check who succeeds it."
)
ITSELF_ABOVE = Sentence(
    "机构 {code} 不能是自己的上级或指定单位。", "Agency {code} cannot be its own superior or designated body."
)
HEIRS = {
    "renamed": Sentence("更名须写明一个新名称的机构。", "A renaming needs one agency: that of the new name."),
    "merged": Sentence("合并须写明一个并入的机构。", "A merger needs one agency: the one merged into."),
    "split": Sentence("分设须写明至少两个机构。", "A split needs at least two agencies."),
    "functions_moved": Sentence("职能划转须写明接收的机构。", "Where functions move, say to which agency."),
}
UNPROVEN = Sentence(
    "机构 {code} 撤销而无承接单位，须写明依据文件：此后由档案馆单独审核（档案法实施条例第三十条）。",
    "Agency {code} would be abolished with no successor. Name the document that proves it: from then on the archives "
    "decides alone (Archives Law regulations, art. 30).",
)
TWICE = Sentence(
    "机构 {code} 于 {day} 的这项变更已经登记。", "This change of agency {code} on {day} is on record already."
)
ENDED = Sentence(
    "机构 {code} 已于 {day} 终止，不能再有变更。重新设立的机构请另立代码。",
    "Agency {code} ended on {day}; nothing becomes of it later. Give an agency that was re-established a code of its own.",
)
GOES_ON = Sentence(
    "机构 {code} 于 {day} 另有登记的变更，不能在此之前终止。请核对日期。",
    "For agency {code} a later change of {day} is on record, so it did not end before. Check the dates.",
)
HEIR_ENDED = Sentence(
    "承接单位 {code} 已于 {day} 终止，请填写当时实际承接的单位。",
    "The succeeding agency {code} had ended on {day}. Name the one that continued the functions then.",
)
CYCLE = Sentence(
    "连同当日已登记的变更，机构 {code} 的沿革会首尾相接。重新设立的机构请另立代码。",
    "With what is on record for the same day, the history of agency {code} would lead back to itself. Give an agency that was re-established a "
    "code of its own.",
)


def listed(codes: Sequence[str], names: Mapping[str, str]) -> Sentence:
    """Agencies by name, or by code where the name is not known."""
    shown = [f"“{names.get(code) or code}”" for code in codes]
    return Sentence("、".join(shown), ", ".join(shown))


def told_change(kind: str, day: date, from_code: str, to_codes: Sequence[str], names: Mapping[str, str]) -> Sentence:
    """One change in a clause."""
    clause = _HAPPENED.get(kind, _HAPPENED["functions_moved"]) if to_codes else _ABOLISHED_ALONE
    heirs = listed(list(dict.fromkeys(to_codes)), names)
    name = names.get(from_code) or from_code
    values = {"name": name, "day": day.isoformat()}
    return Sentence(clause.zh.format(**values, heirs=heirs.zh), clause.en.format(**values, heirs=heirs.en))
