"""What differs between two rulesets: rules that came and went, and of the others every key, word by word.

As values for the screen, and as text in either language. Keys are named as they stand in the files. The order of words
in a list says nothing to a rule, so that lists are compared as sets and shown in their order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.rules import Rule, Ruleset
from policies.sentences import Sentence

_SPLIT = frozenset({"not_given", "seldom_given"})  # a list of single signs, written in one word


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One key that differs: its value before and after ("": it has none), or the words of its list that came and went."""

    key: str
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that stands in both rulesets and differs, as it is now, and in what."""

    rule: Rule
    keys: tuple[KeyChange, ...]


@dataclass(frozen=True, slots=True)
class RulesetDiff:
    """From `before` to `after` (their numbers). A rule that was withdrawn or revived stands there, not under `changed`.

    `removed` are rules whose file is gone, which no ruleset that was drafted here ever has.
    """

    before: str
    after: str
    head: tuple[KeyChange, ...]
    added: tuple[Rule, ...]
    withdrawn: tuple[RuleChange, ...]
    revived: tuple[RuleChange, ...]
    removed: tuple[Rule, ...]
    changed: tuple[RuleChange, ...]
    names: tuple[KeyChange, ...]

    def __bool__(self) -> bool:
        """Whether anything but the head differs."""
        return any((self.added, self.withdrawn, self.revived, self.removed, self.changed, self.names))


def diff(before: Ruleset, after: Ruleset) -> RulesetDiff:
    """What differs from `before` to `after`, rules in the order of their ids."""
    old, new = before.by_id, after.by_id
    both = [(old[code], new[code]) for code in sorted(old.keys() & new.keys())]
    changes = [
        (was, RuleChange(now, keys)) for was, now in both if (keys := tuple(_changes(_plain(was), _plain(now))))
    ]
    gone = [change for was, change in changes if change.rule.status == "withdrawn" != was.status]
    back = [change for was, change in changes if was.status == "withdrawn" != change.rule.status]
    return RulesetDiff(
        before=before.number,
        after=after.number,
        head=tuple(_changes(_head(before), _head(after))),
        added=tuple(new[code] for code in sorted(new.keys() - old.keys())),
        withdrawn=tuple(gone),
        revived=tuple(back),
        removed=tuple(old[code] for code in sorted(old.keys() - new.keys())),
        changed=tuple(change for _, change in changes if change not in gone and change not in back),
        names=tuple(_changes(_words(before), _words(after))),
    )


def _head(ruleset: Ruleset) -> dict[str, Any]:
    return {
        "title.zh": ruleset.title.zh,
        "title.en": ruleset.title.en,
        "jurisdiction": ruleset.jurisdiction,
        "base": ruleset.base,
        "name_model": ruleset.name_model,
        "adopted": str(ruleset.adopted),
        "adopted_by.zh": ruleset.adopted_by.zh,
        "adopted_by.en": ruleset.adopted_by.en,
    }


def _words(ruleset: Ruleset) -> dict[str, Any]:
    values = ruleset.name_words.model_dump()
    return {name: list(value) if name in _SPLIT else value for name, value in values.items()}


def _plain(rule: Rule) -> dict[str, Any]:
    """A rule key by key ("looks_for.terms"), as it stands in its file; an example as its title or its fields."""
    values = dict(_flat("", rule.model_dump(mode="json", by_alias=True, exclude_none=True)))
    for name in ("must_match", "must_not_match"):
        values[name] = [example.shown for example in getattr(rule, name)]
    return values


def _flat(above: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{above}{name}.", value)
        else:
            yield f"{above}{name}", value


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[KeyChange]:
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        if _is_list(was) or _is_list(now):
            old, new = dict.fromkeys(map(str, was or ())), dict.fromkeys(map(str, now or ()))
            added, removed = tuple(new.keys() - old.keys()), tuple(old.keys() - new.keys())
            if added or removed:
                yield KeyChange(key, added=_ordered(added, new), removed=_ordered(removed, old))
        else:
            yield KeyChange(key, before=_shown(was), after=_shown(now))


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _ordered(words: Iterable[str], order: Iterable[str]) -> tuple[str, ...]:
    chosen = set(words)
    return tuple(word for word in order if word in chosen)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


# -- as text

_TITLE = Sentence("规则集 {before} → {after}", "Ruleset {before} → {after}")
_SAME = Sentence("规则相同", "The rules are the same")
_ADDED = Sentence("新增规则", "New rules")
_WITHDRAWN = Sentence("撤回的规则", "Rules withdrawn")
_REVIVED = Sentence("恢复的规则", "Rules taken up again")
_REMOVED = Sentence("没有了的规则", "Rules gone")
_CHANGED = Sentence("改动的规则", "Rules changed")
_NAMES = Sentence("识别人名的字词", "Words that tell a name")
_HEAD = Sentence("规则集本身", "The ruleset itself")


def render(found: RulesetDiff, language: str) -> str:
    """The difference in lines of text, in `language` as `Sentence.of` takes it. Ends with a line's end."""
    lines = [_TITLE.filled(before=found.before, after=found.after).of(language)]
    if not found:
        lines += ["", _SAME.of(language)]
    for heading, rules in ((_ADDED, found.added), (_REMOVED, found.removed)):
        lines += _section(heading, [_named(rule, language) for rule in rules], language)
    for heading, changes in ((_WITHDRAWN, found.withdrawn), (_REVIVED, found.revived), (_CHANGED, found.changed)):
        told = [line for change in changes for line in (_named(change.rule, language), *_told(change.keys, "  "))]
        lines += _section(heading, told, language)
    lines += _section(_NAMES, list(_told(found.names)), language)
    lines += _section(_HEAD, list(_told(found.head)), language)
    return "\n".join(lines) + "\n"


def _section(heading: Sentence, lines: list[str], language: str) -> list[str]:
    return ["", heading.of(language), *(f"  {line}" for line in lines)] if lines else []


def _named(rule: Rule, language: str) -> str:
    return f"{rule.id} {rule.title.value.of(language)}"


def _told(keys: Iterable[KeyChange], indent: str = "") -> Iterator[str]:
    for change in keys:
        if change.added or change.removed:
            words = [f"- {word}" for word in change.removed] + [f"+ {word}" for word in change.added]
            yield f"{indent}{change.key}:"
            yield from (f"{indent}  {word}" for word in words)
        else:
            yield f"{indent}{change.key}: {change.before or '–'} → {change.after or '–'}"
