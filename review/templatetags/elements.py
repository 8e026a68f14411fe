"""The names of the elements of description, and of the columns of the due list, in the language of the page."""

from django import template
from django.utils.translation import get_language

from policies.sentences import Sentence
from review.views import due

register = template.Library()

# The Chinese names are those of the exports and of the house profile.
ELEMENT_NAMES = {
    "responsible_body": Sentence("责任者", "Responsible body"),
    "date": Sentence("日期", "Date"),
    "extent": Sentence("数量", "Extent"),
    "pages": Sentence("页数", "Pages"),
    "carrier": Sentence("载体形态", "Carrier"),
    "location": Sentence("存放位置", "Location"),
    "retention": Sentence("保管期限", "Retention period"),
    "classification": Sentence("密级", "Security classification"),
    "original_classifier": Sentence("原定密机关", "Original classifier"),
    "declassify_on": Sentence("解密复核日期", "Declassification review on"),
    "access_condition": Sentence("利用限制", "Access condition"),
    "public_attribute": Sentence("公开属性", "Public attribute at creation"),
    "transfer_opinion": Sentence("到期开放意见", "Opening opinion at transfer"),
    "transfer_opinion_on": Sentence("意见日期", "Date of that opinion"),
    "agency": Sentence("形成单位", "Forming unit"),
    "series_title": Sentence("类别", "Series"),
    "document_number": Sentence("文号", "Document number"),
    "persons": Sentence("人名", "Persons"),
    "keywords": Sentence("主题词", "Keywords"),
    "scope": Sentence("范围和提要", "Scope and content"),
    "notes": Sentence("附注", "Notes"),
    "title": Sentence("题名", "Title"),
    "date_text": Sentence("日期", "Date"),
    "earliest": Sentence("最早日期", "Earliest day"),
    "latest": Sentence("最晚日期", "Latest day"),
    "date_precision": Sentence("日期精度", "Date precision"),
    "date_certainty": Sentence("日期确定性", "Date certainty"),
    "reference_code": Sentence("档号", "Reference code"),
    "level": Sentence("级别", "Level"),
    "parent": Sentence("上级", "Unit above"),
    "series": Sentence("所属类", "Series above"),
}


@register.filter
def element_name(code: str) -> str:
    """The name of a column of Entry, as "agency" or "agency_id"; an unknown one as it stands."""
    name = ELEMENT_NAMES.get(code) or ELEMENT_NAMES.get(code.removesuffix("_id"))
    return name.of(get_language() or "zh-hans") if name else code


@register.filter
def state_name(state: str) -> str:
    return due.state_name(state)


@register.filter
def bytes_said(size: int) -> str:
    """A size in bytes as people say it."""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
