"""State secrets stay out: whether a catalogue line is of a record that is still classified, and what its stub may say.

保守国家秘密法 art. 31: no state secret in a system that is not classified. Of such a record only a stub is kept: code,
holder, mark, level, dates, retention and review day. Whatever is in doubt is taken as still classified.
"""

from __future__ import annotations

import re
from datetime import date

from policies.catalogue_rows import FIELD_NAMES, CatalogueRow
from policies.dates import CLOSURE_YEARS, DateSpan, parse_date_span, years_after
from policies.folding import fold
from policies.marks import Level, SecrecyMark, read_secrecy_mark
from policies.sentences import Refusal, Sentence

LONGEST_TERMS: dict[Level, int] = {"绝密": 30, "机密": 20, "秘密": 10}  # years: 保守国家秘密法 art. 20

# Conditions in place of a term that come about by themselves: examination papers are used, figures are published.
_BY_NATURE = re.compile(r"(?:启用|启封|使用|开考|考试|公布|发布|公开|宣布)之?前$")
# A level inside other words ("极机密", "原机密件"), or 密 without a level; not trade secrets, nor what says it is none.
_LOOSE = re.compile(
    r"(?<!商业)(?<!工作)(?<!个人)(?<!非)(?<!不属)(?<!不属于)(?<!不是)"
    r"(?P<level>绝密|机密|秘密|\btop secret\b|\bsecret\b|\bconfidential\b)|^\W*(?P<some>密件?|涉密|特密|极密|classified)\W*$"
)
_TERM_IN_WORDS = re.compile(r"长期|永久|不定期|待定|未定|至|前|until|permanent|indefinite")


def is_secrecy_mark(cell: str) -> bool:
    """Whether the text of a cell is the mark of a state secret, whatever its term: the rest of its row may be secret."""
    return read_secrecy_mark(fold(cell).text) is not None


def still_classified(classification: str, latest: str | date | None, today: date, *, said: str = "") -> bool:
    """Whether the secrecy term of a record has not certainly ended on `today`.

    Without a stated term the longest of the level counts; without a date, or with a term that is no number (长期), it
    runs on. A condition that comes about by itself (启用前, 公布前) is taken as met once the record is due for review;
    rule CN-111 refers it all the same. `said`: notes and condition of access, which may say that the mark was lifted.
    What is no mark of a state secret (内部, 工作秘密, a slip) is False: rules CN-112 and CN-113 look at it.
    """
    text = fold(classification).text.strip()
    if not text:
        return False
    day = _day(latest)
    mark = read_secrecy_mark(text)
    if mark is None and (mark := _loose_mark(text)) is None:
        return False
    if _is_lifted(said, today) or _is_lifted(classification, today):
        return False
    if not mark.readable and _BY_NATURE.search(text.rstrip(")）]】〕")) is not None:
        return day is None or years_after(day, CLOSURE_YEARS) > today
    ends = mark.ends_on(None if day is None else DateSpan(day, day, "", "day"), LONGEST_TERMS)
    return ends is None or ends > today


def _loose_mark(text: str) -> SecrecyMark | None:
    """The mark of a text that is not written as one but holds a level: the highest counts, a 密 alone as the highest."""
    found = list(_LOOSE.finditer(text))
    if not found:
        return None
    named = {match["level"] for match in found}
    level: Level = "绝密"
    if named & {"机密", "secret"} and not named & {"绝密", "top secret"}:
        level = "机密"
    elif named <= {"秘密", "confidential"}:
        level = "秘密"
    return SecrecyMark(0, len(text), level, readable=_TERM_IN_WORDS.search(text) is None)


def _day(latest: str | date | None) -> date | None:
    if latest is None or isinstance(latest, date):
        return latest
    try:
        return date.fromisoformat(latest)
    except ValueError:
        return None


_LONGEST_SENTENCE = 300  # signs; what is longer is not taken at its word
_SENTENCE_END = re.compile(r"[。;；!！|\n]+")
_NEED_NO_MORE = re.compile(r"(?:不再?|无须|无需|不需要?|不必)(?:继续)?(?:保密|属于?国家秘密)")
_NOT_YET = re.compile(
    r"[未不待拟将应请否如若]|尚|建议|申请|可以?解密|可提前|到期|届满|期满|复核|审核中|部分|\bnot\b|\bnever\b|pending|to be|will be"
    r"|\bpartly\b|\bin part\b|request"
)
_LIFTED = re.compile(
    r"提前解密|业?已经?(?:于.{0,30}?|由.{0,30}?|经.{0,30}?)?解密|(?:予以|准予|同意|批准|决定|宣布)解密|解密(?:日期|时间|日)[:：]?.{0,20}?[0-9]{4}"
    r"|(?:解除|取消|撤销)(?:了?原?定?密级|保密)|\bdeclassified\b"
)
_YEARS = re.compile(
    r"(?<![0-9])(?:1[0-9]{3}|2[0-9]{3})(?:[-/.年][0-9]{1,2}(?:[-/.月][0-9]{1,2}日?|月)?|年)?(?![0-9])"
)


def _is_lifted(said: str, today: date) -> bool:
    """Whether a sentence says, without any reserve and of no day to come, that the mark was lifted."""
    if not said:
        return False
    for sentence in (fold(part).text for part in _SENTENCE_END.split(said)):
        if (
            len(sentence) > _LONGEST_SENTENCE
            or _LIFTED.search(sentence) is None
            or _NOT_YET.search(_NEED_NO_MORE.sub("", sentence)) is not None
        ):
            continue
        if not any(_is_later(found[0], today) for found in _YEARS.finditer(sentence)):
            return True
    return False


def _is_later(written: str, today: date) -> bool:
    """Whether a date ends after today, or cannot be read."""
    try:
        span = parse_date_span(written)
    except Refusal:
        return True
    return span is None or span.earliest > today


_PLACEHOLDERS = frozenset(
    [
        "涉密条目题名不入库", "题名不入库", "题名不公布", "题名不公开", "题名隐去", "题名略", "题名从略", "涉密", "涉密件",
        "涉密文件", "涉密档案", "涉密条目", "涉密题名", "密件", "保密", "国家秘密", "不公开", "不公布", "隐去", "略", "从略",
        "绝密", "机密", "秘密", "无题名", "空", "classified", "withheld", "redacted", "titlewithheld", "titleclassified",
        "titleredacted", "classifiedrecord", "classifieditem", "stillclassified", "secret", "topsecret", "none", "na",
        "untitled",
    ]
)  # fmt: skip
_SIGNS = re.compile(r"[\W_]+")
_HOLDER = r"(?:原?定密(?:[机機][关關]|单位|單位)|original classifier)[:：]\s*(?P<holder>(?!.*(?:关于|《))[^。;；:：\n]{1,80})"
_REVIEW = (
    r"(?:(?:解密)?(?:复核|復核|複核|复审|解密)(?:日期|时间|日)|review date)[:：]\s*(?P<review>[^。;；:：\n]{1,30})"
)
_PIECE = re.compile(rf"{_HOLDER}|{_REVIEW}", re.IGNORECASE)
_REMARK = re.compile(r"[(（](?:职能|已|现|原|后)[^()（）]*[)）]$")
_REVIEW_TEXT = re.compile(r"[0-9一二三四五六七八九十〇年月日./ -]+|待[^,]{0,20}|未定|不详|无")

_NEVER = ("scope", "persons", "keywords", "document_number")
_KEPT = (
    "row", "level", "parent_row", "parent_code", "reference_code", "series_title", "responsible_body", "date_text",
    "earliest", "latest", "date_precision", "date_certainty", "retention", "classification", "original_classifier",
    "declassify_on", "agency", "access_status",
)  # fmt: skip


def says_more(row: CatalogueRow) -> tuple[str, ...]:
    """The fields of a still classified row that carry more than a stub may; () for a stub.

    Allowed are a title that says nothing (（涉密条目，题名不入库）, "classified") and notes that name nothing but the
    original classifier and the day of review.
    """
    more = [field for field in _NEVER if getattr(row, field).strip()]
    if not _says_nothing(row.title):
        more.insert(0, "title")
    if row.notes.strip() and _stub_notes(row.notes) is None:
        more.append("notes")
    return tuple(more)


def as_stub(row: CatalogueRow) -> CatalogueRow:
    """The row with all that a stub may not carry left out; who classified it and when it is reviewed are kept from its
    notes, where their columns are empty."""
    kept = CatalogueRow(**{field: getattr(row, field) for field in _KEPT})
    holder, review = _stub_notes(row.notes) or ("", "")
    if not kept.original_classifier:
        kept = kept._replace(original_classifier=_REMARK.sub("", holder))
    if kept.declassify_on is None and review:
        try:
            span = parse_date_span(review)
        except Refusal:
            span = None
        kept = kept._replace(declassify_on=None if span is None else span.latest.isoformat())
    return kept


def more_than_a_stub(fields: tuple[str, ...]) -> Sentence:
    """Why a still classified row is not taken: names the columns, never what stands in them."""
    return _MORE.filled(zh="、".join(FIELD_NAMES[field].zh for field in fields), en=", ".join(fields))


_MORE = Sentence(
    "本行密级尚未解除，{zh}不得录入非涉密系统（保守国家秘密法第三十一条）。请只保留档号、保管单位、密级、日期和复核日期。",
    "This record is still classified: {en} may not enter an unclassified system (State Secrets Law, art. 31). Keep only "
    "its reference code, holder, mark, dates and review date.",
)


def _says_nothing(title: str) -> bool:
    plain = _SIGNS.sub("", fold(title).text)
    return not plain or plain in _PLACEHOLDERS


def _stub_notes(notes: str) -> tuple[str, str] | None:
    """Holder and review date, where the notes name nothing else; None where they do."""
    holder = review = ""
    for piece in re.split(r"[。;；\n]", notes):
        if not piece.strip():
            continue
        found = _PIECE.fullmatch(piece.strip().rstrip(".,"))
        if found is None or (found["review"] and _REVIEW_TEXT.fullmatch(found["review"].strip()) is None):
            return None
        holder, review = holder or (found["holder"] or "").strip(), review or (found["review"] or "").strip()
    return holder, review
