"""Drafting and adopting rulesets: what may be kept in a draft, who may submit and who adopt it, and what must be known then.

Four eyes, as for records: nobody adopts what they submitted. Nothing is adopted unseen: what a draft would change in all
that is held is counted first, against the ruleset in force. A rule's id is permanent: it may be withdrawn, never taken
away, and never given to another rule.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from policies.grounds import jurisdiction_of
from policies.rules import Rule, Ruleset
from policies.rulesets import HEAD, NAMES, SUMS, checksums
from policies.sentences import Refusal, Sentence

Files = Mapping[str, bytes]

LONGEST_FILE = 2_000_000  # bytes
OWN_NUMBERS_FROM = 101  # below are those shipped with the software: neither side ever takes a number of the other's
IMPACT_STANDS = 31  # days

_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,93}\.(yaml|txt)")
_STATES: dict[str, Sentence] = {
    "open": Sentence("正在起草", "is being drafted"),
    "submitted": Sentence("已提交", "is submitted"),
    "adopted": Sentence("已采用", "is adopted"),
    "withdrawn": Sentence("已撤回", "is withdrawn"),
}


@dataclass(frozen=True, slots=True)
class CountedImpact:
    """What an impact was counted of: the ruleset in force and the draft by their digests, and the day of the terms."""

    base_digest: str
    draft_digest: str
    day: date


def digest_of_files(files: Files) -> str:
    """The digest of a ruleset with these files: SHA-256 of the list of their SHA-256 sums, in hex."""
    return hashlib.sha256(checksums(files).encode()).hexdigest()


def next_number(base: str, known: Iterable[str]) -> str:
    """The number after all `known` ones of the profile of `base`, from OWN_NUMBERS_FROM on."""
    profile = base.partition("-")[0]
    taken = [int(number.partition("-")[2]) for number in known if number.partition("-")[0] == profile]
    return f"{profile}-{max([OWN_NUMBERS_FROM - 1, *taken]) + 1}"


# -- what is kept in a draft


def check_file(name: str, text: str) -> None:
    """A file can be kept: its name is plain, its text is UTF-8 of bounded size. Whether it is a rule is asked later."""
    if not _FILE_NAME.fullmatch(name):
        raise Refusal(
            Sentence(
                f"文件名“{name}”不可用：只能用英文字母、数字、点、横线和下划线，并以 .yaml 或 .txt 结尾。",
                f"The file name “{name}” cannot be used: letters a to z, digits, dots, hyphens and underscores, "
                "ending in .yaml or .txt.",
            )
        )
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise _unkept(name, text, error.start) from error
    if "\0" in text:
        raise _unkept(name, text, text.index("\0"))
    if size > LONGEST_FILE:
        raise Refusal(
            Sentence(
                f"文件 {name} 有 {size:,} 字节，超过上限 {LONGEST_FILE:,}。请把词表分成几条规则。",
                f"File {name} has {size:,} bytes, more than {LONGEST_FILE:,}. Divide its list among several rules.",
            )
        )


def _unkept(name: str, text: str, place: int) -> Refusal:
    line = text.count("\n", 0, place) + 1
    return Refusal(
        Sentence(
            f"文件 {name} 第 {line} 行：有不是文字的字符（U+{ord(text[place]):04X}）。请删去后再保存。",
            f"File {name}, line {line}: it has a character that is no text (U+{ord(text[place]):04X}). Remove it.",
        )
    )


def draft_head(head: bytes, *, number: str, base: str) -> str:
    """ruleset.yaml of a new draft made from `head` of its base: its own number, and not adopted."""
    return _dumped({**_loaded(head), "number": number, "base": base, "status": "draft"})


def adopted_files(files: Files, *, day: date, by: str) -> dict[str, bytes]:
    """The files of a draft as they are adopted: head and rules say so, and SHA256SUMS holds them.

    The examples are tried as of the day that they were written for, not of the adoption.
    """
    adopted = {name: _status_adopted(text) if _is_rule(name) else text for name, text in files.items()}
    draft = _loaded(files[HEAD])
    head = {
        **draft,
        "status": "adopted",
        "adopted": day.isoformat(),
        "adopted_by": {"zh": by, "en": by},
        "examples_on": draft.get("examples_on") or draft["adopted"],
    }
    adopted[HEAD] = _dumped(head).encode()
    adopted[SUMS] = checksums(adopted).encode()
    return adopted


def _is_rule(name: str) -> bool:
    return name.endswith(".yaml") and name not in {HEAD, NAMES}


def _status_adopted(text: bytes) -> bytes:
    return re.sub(rb"(?m)^status: *[\"']?draft[\"']?[ \t]*$", b"status: adopted", text)


def _loaded(head: bytes) -> dict[str, Any]:
    return dict(yaml.load(head, Loader=yaml.BaseLoader))  # noqa: S506, a loader of plain text


def _dumped(head: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(head), allow_unicode=True, sort_keys=False, width=118)


# -- who may do what, and when


def check_open(number: str, state: str) -> None:
    """A draft is changed only while it is being drafted."""
    _check_state(number, state, "open", Sentence("不能改动", "cannot be changed"))


def check_submitted(number: str, state: str) -> None:
    """Only what was submitted is adopted or taken back."""
    _check_state(number, state, "submitted", Sentence("须先提交", "must be submitted first"))


def check_alive(number: str, state: str) -> None:
    """Only a draft that is neither adopted nor withdrawn is withdrawn."""
    if state in {"adopted", "withdrawn"}:
        _check_state(number, state, "open", Sentence("不能撤回", "cannot be withdrawn"))


def _check_state(number: str, state: str, wanted: str, then: Sentence) -> None:
    if state != wanted:
        said = _STATES[state]
        raise Refusal(Sentence(f"草案 {number} {said.zh}，{then.zh}。", f"Draft {number} {said.en}; it {then.en}."))


def check_impact(
    number: str, impact: CountedImpact | None, *, digest: str, in_force: str, today: date | None
) -> None:
    """What the draft changes was counted: of this very text (`digest`), against the ruleset in force (its digest).

    `today`, where it is given: not longer ago than IMPACT_STANDS days, since holdings grow.
    """
    if impact is None or impact.draft_digest != digest:
        why = Sentence("尚未按现在的内容算过影响", "what it changes was not counted for its present text")
    elif impact.base_digest != in_force:
        why = Sentence(
            "算过影响以后，现行规则集已更换", "another ruleset came into force since its impact was counted"
        )
    elif today is not None and (today - impact.day).days > IMPACT_STANDS:
        why = Sentence(f"影响是 {impact.day} 算的，已过期", f"its impact was counted on {impact.day}, too long ago")
    else:
        return
    raise Refusal(
        Sentence(f"草案 {number}：{why.zh}。请先计算影响。", f"Draft {number}: {why.en}. Count its impact first.")
    )


def check_adopter(number: str, adopter: int, submitter: int | None) -> None:
    """Another person than the submitter adopts. People by their id."""
    if adopter == submitter:
        raise Refusal(
            Sentence(
                f"草案 {number} 是您提交的，须由另一位规则管理员采用。",
                f"You submitted draft {number}: another policy keeper adopts it.",
            )
        )


def check_jurisdiction(number: str, jurisdiction: str, *, here: str) -> None:
    """A house keeps one jurisdiction: closure years, grounds and how due is counted hang on it, for all that is held."""
    if {jurisdiction, jurisdiction_of(number)} != {here}:
        raise Refusal(
            Sentence(
                f"规则集 {number} 属于法域 {jurisdiction}，本馆的法域是 {here}，不能采用。一个馆只有一个法域，"
                "在安装时由 QIFENG_RULESET 定下。",
                f"Ruleset {number} is of the jurisdiction {jurisdiction} and this archives of {here}: it is not adopted. A "
                "house keeps one jurisdiction, set at installation by QIFENG_RULESET.",
            )
        )


def check_unchanged(number: str, *, submitted: str, now: str) -> None:
    """What is adopted is what was submitted, by their digests."""
    if submitted != now:
        raise Refusal(
            Sentence(
                f"草案 {number} 的内容与提交时不符，不得采用。请取回后重新提交，并查明是谁改动的。",
                f"Draft {number} is not what was submitted and is not adopted. Take it back, submit it again, and find "
                "out who changed it.",
            )
        )


def check_described(number: str, why: str) -> None:
    """A draft says what it changes and why."""
    if not why.strip():
        raise Refusal(
            Sentence(f"请先写明草案 {number} 改了什么、为什么。", f"Say first what draft {number} changes, and why.")
        )


def check_reason(text: str) -> None:
    """A reason is given in words."""
    if not text.strip():
        raise Refusal(Sentence("请写明理由。", "Give the reason."))


# -- permanent ids


def check_ids(draft: Ruleset, base: Ruleset, known: Collection[Ruleset] = ()) -> None:
    """No id of the base is gone, and no id that any `known` ruleset of the profile ever used means another rule."""
    gone = sorted(set(base.by_id) - set(draft.by_id))
    if gone:
        raise Refusal(
            Sentence(
                f"规则 {'、'.join(gone)} 在 {base.number} 中有，草案中没有了。规则编号是永久的：不用的规则请把 status "
                "改为 withdrawn，不要删除。",
                f"Rules {', '.join(gone)} stand in {base.number} and not in the draft. Ids are permanent: set a rule's "
                "status to withdrawn, do not take it away.",
            )
        )
    for rule in draft.rules:
        for ruleset in (base, *known):
            before = ruleset.by_id.get(rule.id)
            if before is not None and not is_same_rule(before, rule):
                raise Refusal(
                    Sentence(
                        f"规则 {rule.id} 在 {ruleset.number} 中是“{before.title.zh}”，草案中成了另一条规则"
                        f"“{rule.title.zh}”。规则编号是永久的：请撤回原规则，另立新编号。",
                        f"Rule {rule.id} is “{before.title.en}” in {ruleset.number}, and another rule in the draft, "
                        f"“{rule.title.en}”. Ids are permanent: withdraw the old rule and give the new one an id.",
                    )
                )


def is_same_rule(before: Rule, after: Rule) -> bool:
    """Whether two texts of one id are the same rule, however changed: its title in a language, or words it looks for."""
    return (
        before.title.zh == after.title.zh
        or before.title.en == after.title.en
        or (before.looks_for.kind == after.looks_for.kind and bool(_words(before) & _words(after)))
    )


_NOT_WORDS = frozenset({"kind", "check", "dated", "except_", "unless", "context", "variants"})


def _words(rule: Rule) -> set[str]:
    """What a rule looks for, word by word; its kind alone where it looks for no words."""
    values = [value for name, value in rule.looks_for if name not in _NOT_WORDS]
    words = {word for value in values if isinstance(value, tuple) for word in value if isinstance(word, str)}
    return words | {value for value in values if isinstance(value, str) and value} or {rule.looks_for.kind}
