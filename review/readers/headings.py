"""The headings that are known without a mapping page: those of our own exports, and names that catalogues really use."""

from __future__ import annotations

from collections.abc import Mapping

from policies.sentences import Refusal, Sentence
from review.readers.archivesspace import COLUMNS as ARCHIVESSPACE
from review.readers.archivesspace import ArchivesSpace
from review.readers.atom import COLUMNS as ATOM
from review.readers.atom import Atom
from review.readers.profiles import Profile, same_heading
from review.readers.tna_closure import COLUMNS as TNA_CLOSURE
from review.readers.tna_closure import TnaClosure

# The first Chinese and the first English name of each field are those of our exports.
_HOUSE = {
    "parent_code": "上级档号 parent_code",
    "level": "级别 level 层级 著录级别 level_of_description",
    "reference_code": "档号 reference_code 档案号 unitid unit_id finding_aid_reference_raw_value",
    "title": "题名 title 文件题名 正题名 unittitle text_value",
    "series_title": "类别 series_title 案卷题名 类别名称 series file_title",
    "responsible_body": "责任者 responsible_body author issuer_body origination",
    "date": ("日期 date_text 形成日期 形成时间 成文日期 文件日期 起止日期 起止时间 date dates issue_date unitdate"),
    "date_from": "起始日期 date_from 开始日期 start_date start_date_original_value",
    "date_to": "终止日期 date_to 截止日期 结束日期 end_date end_date_original_value",
    "earliest": "最早日期 earliest",
    "latest": "最晚日期 latest",
    "date_precision": "日期精度 date_precision",
    "date_certainty": "日期确定性 date_certainty",
    "extent": "数量 extent 件数 张数",
    "pages": "页数 pages",
    "carrier": "载体形态 carrier 载体 载体类型",
    "location": "存放位置 location 库房位置 馆藏位置 unit_value",
    "retention": "保管期限 retention retention_period",
    "classification": "密级 classification security_classification",
    "original_classifier": "原定密机关 original_classifier 定密机关",
    "declassify_on": "解密复核日期 declassify_on",
    "access_status": "开放标识 access_status 开放状态",
    "access_condition": "利用限制 access_condition accessrestrict",
    "public_attribute": "公开属性 public_attribute",
    "transfer_opinion": "到期开放意见 transfer_opinion",
    "transfer_opinion_on": "意见日期 transfer_opinion_on",
    "agency": "形成单位 agency 立档单位 creating_agency",
    "document_number": "文号 document_number 文件编号 发文字号",
    "persons": "人名 persons",
    "keywords": "主题词 keywords 关键词",
    "scope": "范围和提要 scope 提要 内容提要 范围和内容 scopecontent",
    "notes": "附注 notes 备注 note",
}

_POLICY_TITLES = {
    "responsible_body": "issuer_body",
    "title": "title",
    "date": "issue_date",
    "document_number": "document_number",
}


def _columns(fields: Mapping[str, str]) -> dict[str, str]:
    return {same_heading(word): field for field, words in fields.items() for word in words.split()}


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("house", Sentence("通用目录表头", "Usual catalogue headings"), _columns(_HOUSE)),
        Profile("policy-titles", Sentence("政策文件题名表", "Table of policy titles"), _columns(_POLICY_TITLES)),
        Profile("atom-isad", Sentence("AtoM 著录 CSV（ISAD）", "AtoM description CSV (ISAD)"), ATOM, Atom),
        Profile("atom-rad", Sentence("AtoM 著录 CSV（RAD）", "AtoM description CSV (RAD)"), ATOM, Atom),
        Profile(
            "archivesspace",
            Sentence("ArchivesSpace 批量导入表", "ArchivesSpace bulk-import spreadsheet"),
            ARCHIVESSPACE,
            ArchivesSpace,
        ),
        Profile(
            "tna-closure",
            Sentence("英国国家档案馆移交封闭表（TDR）", "UK National Archives transfer closure CSV (TDR)"),
            TNA_CLOSURE,
            TnaClosure,
        ),
    )
}


def find_profile(name: str) -> Profile:
    """The profile of that name. Raises Refusal, naming those there are."""
    try:
        return PROFILES[name]
    except KeyError:
        raise Refusal(_NO_PROFILE.filled(name=name, known=", ".join(PROFILES))) from None


_NO_PROFILE = Sentence(
    "没有名为“{name}”的列映射。可用的有：{known}。",
    "There is no column mapping called “{name}”. There are: {known}.",
)
