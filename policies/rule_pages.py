"""The page of a ruleset for people: every rule with its legal basis, its period and its examples, as Markdown."""

from __future__ import annotations

from policies.grounds import KNOWN_GROUNDS
from policies.outcomes import OUTCOME_NAMES
from policies.rules import (
    AgencyIs,
    AppliesTo,
    Category,
    Closure,
    Condition,
    Event,
    Example,
    Expression,
    InScope,
    Lexicon,
    Mark,
    Name,
    Pattern,
    Person,
    ReviewBy,
    Rule,
    Ruleset,
    Secrecy,
    UnreadMark,
    Until,
    Years,
)
from policies.sentences import Sentence

_EVENTS = {
    "death": Sentence("本人去世", "the death of the person"),
    "declassified": Sentence("解密", "its declassification"),
    "end_of_service": Sentence("本人离职", "the end of the person's service"),
}
_BASIS = {"law": Sentence("法定", "by law"), "policy": Sentence("本馆政策", "house policy")}


def render(ruleset: Ruleset) -> str:
    """docs/rules.md for the ruleset: the same rules give the same text."""
    head = [
        f"# {ruleset.title.zh}",
        "",
        f"{ruleset.title.en}. Number `{ruleset.number}`, jurisdiction {ruleset.jurisdiction}, adopted {ruleset.adopted}"
        f" by: {ruleset.adopted_by.en}.",
        "",
        f"Digest `{ruleset.digest}`. Generated from `policies/rulesets/{ruleset.number}/`; a test compares it.",
        "How to add a rule: [how-to-add-a-rule.md](how-to-add-a-rule.md).",
        "",
        "| Rule | 规则 | | Advises | Ground | Period |",
        "|---|---|---|---|---|---|",
    ]
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.title.zh} | {rule.title.en} | {OUTCOME_NAMES[rule.suggests].en}"
        f" | {rule.ground or '–'} | {period(rule).en} |"
        for rule in ruleset.rules
    ]
    return "\n".join([*head, *rows, *(line for rule in ruleset.rules for line in _section(rule))]) + "\n"


def period(rule: Rule) -> Sentence:
    """How long the rule keeps a record closed, and whether law or house policy says so."""
    closure: Closure | None = rule.closure
    if isinstance(rule.looks_for, Secrecy):
        longest = rule.looks_for.longest.items()
        return Sentence(
            "注明的保密期限；未注明的，" + "、".join(f"{level} {years} 年" for level, years in longest),
            "the stated term; where none is, " + ", ".join(f"{level} {years} years" for level, years in longest),
        )
    if closure is None:
        return Sentence("–", "–")
    if isinstance(closure, Years):
        said = Sentence("自形成之日起 {n} 年（{zh}）", "{n} years from creation ({en})")
        return said.filled(n=closure.years, zh=_BASIS[closure.basis].zh, en=_BASIS[closure.basis].en)
    if isinstance(closure, ReviewBy):
        said = Sentence("{n} 年内评估（{zh}）", "assessed again within {n} years ({en})")
        return said.filled(n=closure.review_by, zh=_BASIS[closure.basis].zh, en=_BASIS[closure.basis].en)
    if isinstance(closure, Until):
        said = Sentence("至 {day}（{zh}）", "until {day} ({en})")
        return said.filled(day=closure.until, zh=_BASIS[closure.basis].zh, en=_BASIS[closure.basis].en)
    if isinstance(closure, Event):
        said = Sentence(
            "{event_zh}后 {n} 年；其日不详的，自形成之日起 {unknown} 年（{zh}）",
            "{n} years after {event_en}; while its day is not known, {unknown} years from creation ({en})",
        )
        return said.filled(
            n=closure.years,
            unknown=closure.unknown,
            event_zh=_EVENTS[closure.event].zh,
            event_en=_EVENTS[closure.event].en,
            zh=_BASIS[closure.basis].zh,
            en=_BASIS[closure.basis].en,
        )
    return Sentence("至注明之日", "until the stated day")


def _section(rule: Rule) -> list[str]:
    ground = KNOWN_GROUNDS.get(rule.ground)
    named = "–" if ground is None else f"{ground.code} {ground.name.zh} {ground.name.en}"
    public = ["- 所命中的字词不得公开。 The words it finds may not stand in public."] if rule.never_public else []
    return [
        "",
        f'<a id="{rule.id.lower()}"></a>',
        "",
        f"## {rule.id} {rule.title.zh} {rule.title.en}",
        "",
        rule.why.zh,
        "",
        rule.why.en,
        "",
        f"- 法律依据 Legal basis: {rule.article.zh}; {rule.article.en}",
        f"- 依据类别 Ground: {named}",
        f"- 建议 Advises: {OUTCOME_NAMES[rule.suggests].zh} {OUTCOME_NAMES[rule.suggests].en}",
        f"- 期限 Period: {period(rule).zh}; {period(rule).en}",
        f"- 字段 Fields: {', '.join(rule.fields)}",
        *public,
        *_scope(rule.applies_to),
        f"- 查找 Looks for: {_looked_for(rule)}",
        f"- 误报 False alarms: {rule.false_alarms.zh} {rule.false_alarms.en}",
        f"- 应命中 Must match: {_examples(rule.must_match)}",
        f"- 不应命中 Must not match: {_examples(rule.must_not_match)}",
        f"- {rule.status}, {rule.author}, {rule.date}",
    ]


def _scope(applies_to: AppliesTo | None) -> list[str]:
    if applies_to is None:
        return []
    said = applies_to.model_dump(exclude_defaults=True).items()
    lines = (f"{name}: {'、'.join(value) if isinstance(value, tuple) else value}" for name, value in said)
    return [f"- 范围 Applies to: {'; '.join(lines)}"]


def _looked_for(rule: Rule) -> str:
    match rule.looks_for:
        case Lexicon(terms_from=listed) as lexicon:
            return (f"the words of `{listed}`; " if listed else "") + (
                _words(
                    any_of=() if listed else lexicon.terms,
                    beside=lexicon.context,
                    not_inside=lexicon.except_,
                    unless=lexicon.unless,
                )
                + ("; also with one sign misread for a look-alike" if lexicon.variants else "")
            )
        case Category(code=code, verified=verified) as category:
            return f"category {code}{'' if verified else ', its wording not yet checked'}; " + _words(
                any_of=category.terms, beside=category.context, not_inside=category.except_, unless=category.unless
            )
        case Name(except_=phrases, unless=unless):
            return _words(not_inside=phrases, unless=unless).join(("a personal name that the name model finds; ", ""))
        case AgencyIs(names=names, ending=endings):
            return "an agency; " + _words(any_of=names, ending_with=endings)
        case InScope():
            return "every record to which the rule applies"
        case Expression(when=when):
            return f"every record of which this is true, or cannot be told: `{when}`"
        case Person(beside=beside, except_=phrases, unless=unless, within=within):
            return f"a personal name within {within} signs of " + _words(
                any_of=beside, not_inside=phrases, unless=unless
            )
        case Pattern(pattern=pattern, check=check, triggers=triggers):
            return f"digits of the shape `{pattern}`, check: {check}" + (
                f", also where no digits are, beside any of: {'、'.join(triggers)}" if triggers else ""
            )
        case Secrecy():
            return "a secrecy mark whose term runs or cannot be read"
        case Mark(words=words, dated=dated):
            stated = {"only": " that states a day", "never": " that states no day", "either": ""}[dated]
            return f"a mark{stated}" + (f" holding {_words(any_of=words)}" if words else "")
        case UnreadMark(known=known):
            return "a mark that no other rule reads and that is none of " + _words(any_of=known)
        case Condition(kind=kind):
            return kind.replace("_", " ")


def _words(**groups: tuple[str, ...]) -> str:
    said = [(name.replace("_", " "), words) for name, words in groups.items() if words]
    return "; ".join(f"{name}: {'、'.join(words)}" for name, words in said)


def _examples(examples: tuple[Example, ...]) -> str:
    return " · ".join(f"`{example.shown or '∅'}`" for example in examples)
