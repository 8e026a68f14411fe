"""What a ledger line says, in words: the act, its subject and its facts."""

import json

from django import template
from django.utils.translation import get_language

from policies.outcomes import STAGE_NAMES
from policies.roles import ROLES
from policies.sentences import Sentence

register = template.Library()

ACTS = {
    "appoint": Sentence("授予岗位", "Appointed"),
    "ask_agencies": Sentence("送形成单位会签", "Forming units asked"),
    "ask_return": Sentence("形成单位要求重新审核", "Return asked for"),
    "close_without_opening": Sentence("存档，不公布", "Recorded without opening"),
    "countersign": Sentence("提交会签", "Countersigned"),
    "cut_batch": Sentence("建批", "Batch made"),
    "deliver": Sentence("送达公众网站", "Delivered to the public site"),
    "enrol": Sentence("登记人员", "Person enrolled"),
    "hand_on": Sentence("送下一环节", "Handed on"),
    "import_catalogue": Sentence("导入目录", "Catalogue imported"),
    "record_answers": Sentence("记录会签答复", "Answers recorded"),
    "record_opinions": Sentence("记录审核意见", "Opinions recorded"),
    "register_agency": Sentence("登记机关", "Agency registered"),
    "register_fonds": Sentence("登记全宗", "Fonds registered"),
    "release": Sentence("公布", "Published"),
    "return_batch": Sentence("退回初审", "Returned"),
    "screen_batch": Sentence("规则筛查", "Screened"),
    "set_public_title": Sentence("拟定公开题名", "Public title set"),
    "settle": Sentence("记录协商结果", "Settlement recorded"),
    "sign_off": Sentence("审定签发", "Signed"),
}
SUBJECTS = {
    "agency": Sentence("机关", "agency"),
    "batch": Sentence("批次", "batch"),
    "entry": Sentence("条目", "entry"),
    "fonds": Sentence("全宗", "fonds"),
    "person": Sentence("人员", "person"),
    "release": Sentence("发布", "release"),
}
FACTS = {
    "added": Sentence("新增", "added"),
    "agencies": Sentence("机关", "agencies"),
    "agency": Sentence("机关", "agency"),
    "batch": Sentence("批次", "batch"),
    "closure_years": Sentence("封闭期（年）", "closure period in years"),
    "deferred": Sentence("延期", "deferred"),
    "entries": Sentence("条目", "entries"),
    "file": Sentence("文件摘要", "file digest"),
    "findings": Sentence("命中", "findings"),
    "from": Sentence("自", "from"),
    "manifest": Sentence("清单摘要", "manifest digest"),
    "name": Sentence("名称", "name"),
    "opened": Sentence("开放", "opened"),
    "over": Sentence("范围", "over"),
    "referred": Sentence("移送", "referred"),
    "refused": Sentence("拒收", "refused"),
    "reviewers": Sentence("审核人数", "reviewers"),
    "role": Sentence("岗位", "role"),
    "round": Sentence("轮次", "round"),
    "ruleset": Sentence("规则集", "ruleset"),
    "set": Sentence("已拟定", "set"),
    "stage": Sentence("环节", "stage"),
    "title": Sentence("题名", "title"),
    "to": Sentence("送往", "to"),
    "today": Sentence("基准日", "as of"),
    "unchanged": Sentence("未变", "unchanged"),
}
YES, NO = Sentence("是", "yes"), Sentence("否", "no")


def _said(names: dict[str, Sentence], code: str) -> str:
    return names[code].of(get_language() or "") if code in names else code


@register.filter
def act_name(code: str) -> str:
    return _said(ACTS, code)


@register.filter
def subject_name(subject: str) -> str:
    """The kind of a subject in words; its number follows as it stands."""
    kind, _, number = subject.partition(" ")
    return f"{_said(SUBJECTS, kind)} {number}"


@register.filter
def facts_said(facts: str) -> str:
    """The facts of a line as "name value", in words; a digest by its first twelve signs. Tampered facts as they stand."""
    try:
        known = json.loads(facts).items()
    except (ValueError, AttributeError):
        return facts
    return " · ".join(f"{_said(FACTS, key)} {_value(value)}" for key, value in known)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return (YES if value else NO).of(get_language() or "")
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items()) or "0"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    text = str(value)
    if len(text) == 64:
        return f"{text[:12]}…"
    named = STAGE_NAMES.get(text) or (ROLES[text].name if text in ROLES else None)
    return named.of(get_language() or "") if named else text
