"""What a rule is called on a screen: its group, its kind, how it stands, and the words it looks for, part by part."""

from __future__ import annotations

from typing import NamedTuple

from policies.grounds import EARLY_GROUNDS
from policies.rules import (
    AgencyIs,
    Category,
    Expression,
    Lexicon,
    Mark,
    Name,
    Pattern,
    Person,
    Rule,
    Secrecy,
    UnreadMark,
)
from policies.sentences import Sentence

# The groups of a ruleset, in the order of its page.
GROUPS: dict[str, Sentence] = {
    "terms": Sentence("期限与著录", "Terms and dates"),
    "marks": Sentence("密级与限制标识", "Marks"),
    "numbers": Sentence("号码", "Numbers"),
    "persons": Sentence("个人信息", "Persons"),
    "subjects": Sentence("事由", "Subjects"),
    "categories": Sentence("控制使用范围", "Categories"),
    "early": Sentence("提前开放", "Early opening"),
}
KINDS: dict[str, Sentence] = {
    "lexicon": Sentence("词表", "words"),
    "category": Sentence("控制使用类目的词", "words of a restricted category"),
    "person": Sentence("人名与相关词同见", "a name beside words"),
    "name": Sentence("人名", "a personal name"),
    "pattern": Sentence("号码样式", "a shape of signs"),
    "agency": Sentence("责任者或形成单位", "a body or unit"),
    "scope": Sentence("范围内的全部条目", "everything in its scope"),
    "expression": Sentence("条件式", "a condition"),
    "secrecy": Sentence("密级标识", "a secrecy mark"),
    "mark": Sentence("标识", "a mark"),
    "unread_mark": Sentence("其他规则未识读的标识", "a mark that no other rule reads"),
    "closure_period": Sentence("封闭期未满", "the closure period runs"),
    "undated": Sentence("日期不明", "no known date"),
    "unreadable_title": Sentence("题名无法辨读", "an unreadable title"),
    "unreadable_page": Sentence("全文无法辨读", "an unreadable page"),
}
STATUSES: dict[str, Sentence] = {
    "adopted": Sentence("采用", "adopted"),
    "draft": Sentence("草拟", "draft"),
    "withdrawn": Sentence("撤销", "withdrawn"),
}
LEVELS: dict[str, Sentence] = {
    "high": Sentence("高", "high"),
    "medium": Sentence("中", "medium"),
    "low": Sentence("低", "low"),
}
_PERSONAL = ("CN-8-3-PI", "UK-38", "UK-40(2)", "US-b(6)", "US-b(7)(C)")  # grounds
_MARKS = ("secrecy", "mark", "unread_mark")
_FACTS = ("closure_period", "undated", "unreadable_title", "unreadable_page")


def group_of(rule: Rule) -> str:
    """The group of GROUPS that a rule is shown in."""
    kind = rule.looks_for.kind
    if rule.ground in EARLY_GROUNDS:
        return "early"
    if kind in _FACTS:
        return "terms"
    if kind in _MARKS:
        return "marks"
    if kind == "category":
        return "categories"
    if kind == "pattern":
        return "numbers"
    return "persons" if kind in ("person", "name") or rule.ground in _PERSONAL else "subjects"


class Words(NamedTuple):
    """One part of what a rule looks for: what the words are for, and the words."""

    name: Sentence
    words: tuple[str, ...]


_TERMS = Sentence("查找", "Looks for")
_CONTEXT = Sentence("且同时出现", "and beside it")
_EXCEPT = Sentence("夹在这些词中的不算", "not inside")
_UNLESS = Sentence("出现这些词的不算", "not where there is")


def words_of(rule: Rule) -> list[Words]:
    """The words that a rule is made of, part by part; a part without words is left out."""
    match rule.looks_for:
        case (
            Lexicon(terms=terms, context=context, except_=phrases, unless=unless)
            | Category(terms=terms, context=context, except_=phrases, unless=unless)
        ):
            parts = [(_TERMS, terms), (_CONTEXT, context), (_EXCEPT, phrases), (_UNLESS, unless)]
        case Person(beside=beside, except_=phrases, unless=unless, within=within):
            near = Sentence("人名前后 {n} 字内有", "A name within {n} signs of").filled(n=within)
            parts = [(near, beside), (_EXCEPT, phrases), (_UNLESS, unless)]
        case Name(except_=phrases, unless=unless):
            parts = [(_EXCEPT, phrases), (_UNLESS, unless)]
        case Pattern(pattern=pattern, check=check, triggers=triggers):
            checked = () if check == "none" else (check,)
            parts = [(Sentence("样式", "Shape"), (pattern,)), (Sentence("校验", "Check"), checked)]
            parts += [(Sentence("起查字符", "Looked for beside"), triggers)]
        case AgencyIs(names=names, ending=ending):
            parts = [(Sentence("机构为", "The body is"), names), (Sentence("名称以此结尾", "Ends with"), ending)]
        case Expression(when=when):
            parts = [(Sentence("条件", "Condition"), (when,))]
        case Secrecy(longest=longest):
            said = tuple(f"{level} {years}" for level, years in longest.items())
            parts = [(Sentence("未注明期限的，最长年数", "Years where no term is stated"), said)]
        case Mark(words=words):
            parts = [(_TERMS, words)]
        case UnreadMark(known=known):
            parts = [(Sentence("已知无碍的词", "Known to be harmless"), known)]
        case _:
            parts = []
    if isinstance(rule.looks_for, Lexicon) and rule.looks_for.terms_from:
        parts.append((Sentence("词表文件", "List of terms"), (rule.looks_for.terms_from,)))
    if rule.applies_to is not None:
        parts.append((Sentence("适用范围", "Applies to"), _scope(rule)))
    return [Words(name, tuple(words)) for name, words in parts if words]


def _scope(rule: Rule) -> tuple[str, ...]:
    assert rule.applies_to is not None
    said = rule.applies_to.model_dump(exclude_defaults=True)
    return tuple(
        f"{name}: {'、'.join(map(str, value)) if isinstance(value, (list, tuple)) else value}"
        for name, value in said.items()
    )
