"""Which column of a table is which field: named mappings from headings, Chinese and English, to fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.sentences import Refusal, Sentence

# Where several columns of one file may tell of the same field: they are joined, none is lost.
JOINED = {"series_title": " / ", "access_condition": " | ", "notes": "\n"}

_HOUSE = {
    "reference_code": "档号 档案号 reference_code referencecode unitid unit_id",
    "title": "题名 文件题名 正题名 title unittitle",
    "series_title": "案卷题名 类别 类别名称 series series_title file_title",
    "responsible_body": "责任者 responsible_body author issuer_body origination",
    "date": "日期 形成日期 形成时间 成文日期 文件日期 起止日期 起止时间 date dates issue_date unitdate",
    "date_from": "起始日期 开始日期 date_from start_date",
    "date_to": "终止日期 截止日期 结束日期 date_to end_date",
    "extent": "页数 件数 张数 数量 extent pages",
    "retention": "保管期限 retention retention_period",
    "classification": "密级 security_classification classification",
    "access_status": "开放标识 开放状态 access_status",
    "access_condition": "公开属性 利用限制 access_condition accessrestrict",
    "agency": "形成单位 立档单位 creating_agency agency",
    "document_number": "文号 文件编号 发文字号 document_number",
    "notes": "备注 附注 notes note",
    "level": "级别 层级 著录级别 level",
}

_POLICY_TITLES = {
    "responsible_body": "issuer_body",
    "title": "title",
    "date": "issue_date",
    "document_number": "document_number",
}


_FILE_TITLE = "案卷题名"

# A bare number under one of these headings gets its unit, so that it says what it counts wherever it is shown alone.
UNITS = {"页数": " 页", "件数": " 件", "张数": " 张", "pages": " pages"}


def same_heading(heading: str) -> str:
    """A heading as it is compared: width, case, spaces, underscores, a mark of duty (*) and a bracketed remark go."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"\(.*?\)|[\s_*:]", "", text)


@dataclass(frozen=True, slots=True)
class Profile:
    """A named mapping: `columns` leads from a heading (as `same_heading` gives it) to a field of CatalogueRow.

    Beside those fields there are "date", or "date_from" with "date_to", from which date_text and span are read.
    """

    name: str
    title: Sentence
    columns: Mapping[str, str]

    def layout(self, headings: Sequence[str]) -> Layout | None:
        """These cells as the heading of a table, or None where none of them is recognised as the title.

        A list of files (案卷目录) may call its title 案卷题名: without another title, that is the title of a file.
        Raises Refusal where a heading stands twice, or two headings mean the same field.
        """
        fields = [self.columns.get(same_heading(heading)) for heading in headings]
        level = "item"
        if "title" not in fields:
            names = [same_heading(heading) for heading in headings]
            if _FILE_TITLE not in self.columns or _FILE_TITLE not in names:
                return None
            fields[names.index(_FILE_TITLE)], level = "title", "file"
        layout = Layout(tuple(headings), tuple(fields), level)
        layout.check()
        return layout

    def recognised(self, headings: Sequence[str]) -> int:
        """How many of these cells are headings of this profile."""
        return sum(same_heading(heading) in self.columns for heading in headings)


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of one table and, place by place, the field each one means (None: kept in the notes)."""

    headings: tuple[str, ...]
    fields: tuple[str | None, ...]
    level: str

    def heading(self, field: str) -> str | None:
        """The heading in the file of a field of CatalogueRow."""
        names = ("date", "date_to", "date_from") if field == "date_text" else (field,)
        return next((self.headings[self.fields.index(name)] for name in names if name in self.fields), None)

    def check(self) -> None:
        """Raises Refusal where it cannot be told which column is meant."""
        names: set[str] = set()
        columns: dict[str, str] = {}
        for heading, field in zip(self.headings, self.fields, strict=True):
            name = same_heading(heading)
            if name in names:
                raise Refusal(_TWICE.filled(heading=heading))
            if name:
                names.add(name)
            if field in columns and field not in JOINED:
                raise Refusal(_SAME_FIELD.filled(first=columns[field], second=heading))
            if field:
                columns[field] = heading


def _profile(name: str, title: Sentence, fields: Mapping[str, str]) -> tuple[str, Profile]:
    columns = {same_heading(word): field for field, words in fields.items() for word in words.split()}
    return name, Profile(name, title, columns)


PROFILES: dict[str, Profile] = dict(
    [
        _profile("house", Sentence("通用目录表头", "Usual catalogue headings"), _HOUSE),
        _profile("policy-titles", Sentence("政策文件题名表", "Table of policy titles"), _POLICY_TITLES),
    ]
)


def find_profile(name: str) -> Profile:
    """The profile of that name. Raises Refusal, naming those there are."""
    try:
        return PROFILES[name]
    except KeyError:
        raise Refusal(_NO_PROFILE.filled(name=name, known=", ".join(PROFILES))) from None


_TWICE = Sentence(
    "表头“{heading}”出现两次，无法确定以哪一列为准。请改名或删除其中一列。",
    "The heading “{heading}” stands twice, so it cannot be told which column counts. Rename or delete one.",
)
_SAME_FIELD = Sentence(
    "表头“{first}”与“{second}”含义相同，无法确定以哪一列为准。请改名或删除其中一列。",
    "The headings “{first}” and “{second}” mean the same, so it cannot be told which column counts. "
    "Rename or delete one.",
)
_NO_PROFILE = Sentence(
    "没有名为“{name}”的列映射。可用的有：{known}。",
    "There is no column mapping called “{name}”. There are: {known}.",
)
