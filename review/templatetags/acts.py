"""What a ledger line says, in words: the act, its subject and its facts."""

import json

from django import template
from django.utils.translation import get_language

from policies.outcomes import STAGE_NAMES
from policies.roles import ROLES
from policies.sentences import Sentence
from review.models import ChangeKind

register = template.Library()

ACTS = {
    "appoint": Sentence("授予岗位", "Appointed"),
    "ask_agencies": Sentence("送形成单位会签", "Forming units asked"),
    "ask_return": Sentence("形成单位要求重新审核", "Return asked for"),
    "attach_objects": Sentence("挂接数字对象", "Digital objects attached"),
    "close_without_opening": Sentence("存档，不公布", "Recorded without opening"),
    "countersign": Sentence("提交会签", "Countersigned"),
    "cut_batch": Sentence("建批", "Batch made"),
    "deliver": Sentence("送达公众网站", "Delivered to the public site"),
    "enrol": Sentence("登记人员", "Person enrolled"),
    "give_up_import": Sentence("放弃导入", "Import given up"),
    "hand_on": Sentence("送下一环节", "Handed on"),
    "import_agencies": Sentence("导入机构一览", "List of agencies imported"),
    "import_catalogue": Sentence("导入目录", "Catalogue imported"),
    "note_export": Sentence("导出目录", "Catalogue exported"),
    "note_impact_export": Sentence("导出规则草案的影响", "Impact of a draft exported"),
    "note_reading": Sentence("目录读取核对完毕", "Catalogue read"),
    "receive_catalogue": Sentence("接收目录文件", "Catalogue received"),
    "name_creators": Sentence("登记联合全宗的形成单位", "Creators of a combined fonds named"),
    "record_answers": Sentence("记录会签答复", "Answers recorded"),
    "record_impact": Sentence("计算规则草案的影响", "Impact of a draft counted"),
    "record_opinions": Sentence("记录审核意见", "Opinions recorded"),
    "register_agency": Sentence("登记机关", "Agency registered"),
    "register_change": Sentence("登记机构变更", "Change of an agency recorded"),
    "register_fonds": Sentence("登记全宗", "Fonds registered"),
    "release": Sentence("公布", "Published"),
    "rescreen_batch": Sentence("按新规则集处理在办批次", "New rules applied to a batch"),
    "return_batch": Sentence("退回初审", "Returned"),
    "save_mapping": Sentence("保存列映射", "Column mapping saved"),
    "screen_batch": Sentence("规则筛查", "Screened"),
    "set_dates": Sentence("登记机构起止日期", "Days of an agency set"),
    "set_public_title": Sentence("拟定公开题名", "Public title set"),
    "settle": Sentence("记录协商结果", "Settlement recorded"),
    "settle_proposal": Sentence("处理变更建议", "Proposal settled"),
    "sign_off": Sentence("审定签发", "Signed"),
    "undo_import": Sentence("撤销导入", "Import undone"),
    "adopt_ruleset": Sentence("采用规则集", "Ruleset adopted"),
    "adopt_second_opinion": Sentence("采用第二意见", "Second opinion adopted"),
    "begin_draft": Sentence("起草规则集", "Draft of a ruleset begun"),
    "change_draft_file": Sentence("改动规则草案", "Draft of a ruleset changed"),
    "describe_draft": Sentence("说明规则草案", "Draft of a ruleset described"),
    "drop_draft_file": Sentence("删去规则草案中的文件", "File dropped from a draft"),
    "submit_draft": Sentence("提交规则草案", "Draft of a ruleset submitted"),
    "take_back_draft": Sentence("取回规则草案", "Draft of a ruleset taken back"),
    "withdraw_draft": Sentence("撤回规则草案", "Draft of a ruleset withdrawn"),
}
SUBJECTS = {
    "agencies": Sentence("机构一览", "list of agencies"),
    "agency": Sentence("机关", "agency"),
    "batch": Sentence("批次", "batch"),
    "entry": Sentence("条目", "entry"),
    "fonds": Sentence("全宗", "fonds"),
    "mapping": Sentence("列映射", "column mapping"),
    "person": Sentence("人员", "person"),
    "release": Sentence("发布", "release"),
    "second_opinion": Sentence("第二意见", "second opinion"),
    "ruleset": Sentence("规则集", "ruleset"),
}
FACTS = {
    "accepted": Sentence("采纳", "accepted"),
    "added": Sentence("新增", "added"),
    "affected": Sentence("结论不同的已审条目", "decided and judged otherwise"),
    "agencies": Sentence("机关", "agencies"),
    "agency": Sentence("机关", "agency"),
    "archives_alone": Sentence("由档案馆单独审核", "decided by the archives alone"),
    "batch": Sentence("批次", "batch"),
    "bytes": Sentence("字节", "bytes"),
    "changed": Sentence("更改", "changed"),
    "changes": Sentence("变更", "changes"),
    "choice": Sentence("方式", "choice"),
    "closure_years": Sentence("封闭期（年）", "closure period in years"),
    "columns": Sentence("列", "columns"),
    "creators": Sentence("形成单位", "creators"),
    "day": Sentence("日期", "day"),
    "deferred": Sentence("延期", "deferred"),
    "due_from": Sentence("到期自", "due from"),
    "due_mode": Sentence("到期算法", "how due is counted"),
    "due_to": Sentence("到期至", "due to"),
    "entries": Sentence("条目", "entries"),
    "fields": Sentence("字段", "fields"),
    "evidence": Sentence("依据", "evidence"),
    "file": Sentence("文件摘要", "file digest"),
    "findings": Sentence("命中", "findings"),
    "fonds": Sentence("全宗", "fonds"),
    "format": Sentence("格式", "format"),
    "from": Sentence("自", "from"),
    "gone": Sentence("在库而不在文件", "held, not in the file"),
    "grounds": Sentence("依据", "grounds"),
    "groups": Sentence("组", "groups"),
    "held": Sentence("在库条目", "entries held"),
    "intake": Sentence("接收号", "intake"),
    "from_day": Sentence("始", "first day"),
    "kind": Sentence("方式", "kind"),
    "looks": Sentence("要求逐件审看", "looks asked for"),
    "looked_at": Sentence("可能受影响的条目", "entries looked at"),
    "manifest": Sentence("清单摘要", "manifest digest"),
    "must_return": Sentence("须退回初审", "must return to first review"),
    "name": Sentence("名称", "name"),
    "newly_hit_open": Sentence("新命中的已开放条目", "open entries newly hit"),
    "objects": Sentence("文件", "files"),
    "opened": Sentence("开放", "opened"),
    "over": Sentence("范围", "over"),
    "pages": Sentence("页数", "pages"),
    "proposals": Sentence("变更建议", "proposals"),
    "proposed": Sentence("建议更改", "proposed"),
    "redated": Sentence("改日期", "days set"),
    "referred": Sentence("移送", "referred"),
    "refused": Sentence("拒收", "refused"),
    "removed": Sentence("删除", "removed"),
    "reopened": Sentence("须重新审核", "to be decided again"),
    "restored": Sentence("恢复", "restored"),
    "reviewers": Sentence("审核人数", "reviewers"),
    "role": Sentence("岗位", "role"),
    "round": Sentence("轮次", "round"),
    "ruleset": Sentence("规则集", "ruleset"),
    "second_opinion": Sentence("第二意见", "second opinion"),
    "second_opinion_digest": Sentence("第二意见摘要", "digest of the second opinion"),
    "series": Sentence("类目", "series"),
    "set": Sentence("已拟定", "set"),
    "stage": Sentence("环节", "stage"),
    "stubs": Sentence("存根", "stubs"),
    "taken": Sentence("取", "taken"),
    "texts": Sentence("文本页", "page texts"),
    "successors": Sentence("承接单位", "successors"),
    "title": Sentence("题名", "title"),
    "to": Sentence("送往", "to"),
    "to_day": Sentence("止", "last day"),
    "told": Sentence("已告知", "told"),
    "today": Sentence("基准日", "as of"),
    "unknown": Sentence("不知由谁答复", "nobody known to answer"),
    "unchanged": Sentence("未变", "unchanged"),
    "why_archives_alone": Sentence("单独审核的理由", "why the archives alone"),
    "why_unknown": Sentence("无从答复的理由", "why nobody is known"),
    "base": Sentence("底本", "base"),
    "batches": Sentence("在办批次", "running batches"),
    "draft": Sentence("草案摘要", "digest of the draft"),
    "files": Sentence("文件数", "files"),
    "new": Sentence("新文件", "new file"),
    "rules": Sentence("规则", "rules"),
    "submitted_by": Sentence("提交人", "submitted by"),
    "without_names": Sentence("无人名模型", "without the name model"),
}
VALUES = {
    "continue": Sentence("沿用旧规则", "go on with the old rules"),
    "rebase_undecided": Sentence("未决条目按新规则筛查", "screen what is undecided by the new rules"),
    "reopen_affected": Sentence("受影响的条目重新审核", "decide again what is affected"),
    "proposed": Sentence("复审之后", "past second review"),
    "confirmed": Sentence("已审定", "confirmed"),
    "all": Sentence("到期和可提前开放的", "due and early"),
    "due": Sentence("到期的", "due"),
    "early": Sentence("可提前开放的", "early"),
    "exact": Sentence("满二十五年之日", "to the day"),
    "next_january": Sentence("其后的1月1日", "the next 1 January"),
    "overdue": Sentence("逾期的", "overdue"),
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
        return ", ".join(f"{_said(VALUES, key)} {count}" for key, count in value.items()) or "0"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    text = str(value)
    if len(text) == 64:
        return f"{text[:12]}…"
    if text in ChangeKind.values:
        return str(ChangeKind(text).label)
    named = STAGE_NAMES.get(text) or VALUES.get(text) or (ROLES[text].name if text in ROLES else None)
    return named.of(get_language() or "") if named else text
