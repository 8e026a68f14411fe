"""The numbered rulesets: rules as data, one rule a file, and their loading.

A ruleset is a folder: ruleset.yaml, person-names.yaml (the words that tell a personal name), one YAML file a rule, and
SHA256SUMS, which `sha256sum -c` checks as well. An adopted ruleset never changes: a file that differs from its sum is refused, and a change is a new number.
"""

from __future__ import annotations

import datetime
import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from policies.person_names import NameWords
from policies.rules import Rule, Ruleset, Sentence
from policies.screening import Screener
from policies.sentences import Refusal
from policies.sentences import Sentence as Words

FOLDER = Path(__file__).parent
SUMS = "SHA256SUMS"
HEAD = "ruleset.yaml"
NAMES = "person-names.yaml"


class _Head(BaseModel):
    """ruleset.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}-[0-9]{1,4}$")]
    title: Sentence
    jurisdiction: str
    status: Literal["draft", "adopted"]
    adopted: datetime.date
    adopted_by: Sentence


class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """YAML in which every scalar is text (no: and 2026-11-21 stay words) and a key stands once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep=deep))


@cache
def load_ruleset(number: str) -> Ruleset:
    """The ruleset of that number, checked whole. Raises Refusal, naming the file and the reason."""
    return read_ruleset(FOLDER / number)


def read_ruleset(folder: Path) -> Ruleset:
    """The ruleset in a folder: schema, sums, ids and every rule's own examples are checked. Raises Refusal."""
    if not (folder / HEAD).is_file():
        raise _refusal(
            folder.name, "没有这一规则集（缺 ruleset.yaml）", "there is no such ruleset (ruleset.yaml is missing)"
        )
    head = _validated(_Head, folder / HEAD)
    sums = checksums(folder)
    if head.number != folder.name:
        raise _refusal(
            HEAD,
            f"编号 {head.number} 与文件夹名 {folder.name} 不一致",
            f"its number {head.number} is not its folder's name {folder.name}",
        )
    if head.status == "adopted":
        _check_sums(folder, sums)
    rules = tuple(_validated(Rule, path) for path in sorted(folder.glob("*.yaml")) if path.name not in (HEAD, NAMES))
    _check_ids(rules)
    ruleset = Ruleset(
        number=head.number,
        title=head.title.value,
        jurisdiction=head.jurisdiction,
        adopted=head.adopted,
        adopted_by=head.adopted_by.value,
        digest=hashlib.sha256(sums.encode()).hexdigest(),
        rules=rules,
        name_words=_validated(NameWords, folder / NAMES),
    )
    _check_examples(ruleset)
    return ruleset


def checksums(folder: Path) -> str:
    """What SHA256SUMS must hold for the folder as it is now, in the format of sha256sum."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.glob("*.yaml"))
    )


_Model = TypeVar("_Model", bound=BaseModel)


def _validated(model: type[_Model], path: Path) -> _Model:
    if not path.is_file():
        raise _refusal(path.name, "缺少这一文件", "this file is missing")
    try:
        return model.model_validate(yaml.load(path.read_bytes(), Loader=_Loader))  # noqa: S506, a loader of plain text
    except yaml.YAMLError as error:
        raise _refusal(path.name, f"不是有效的 YAML：{error}", f"it is no valid YAML: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "-"
        raise _refusal(path.name, f"{where}：{_reason(first).zh}", f"{where}: {_reason(first).en}") from error
    except Refusal as refusal:  # the date of an example
        raise _refusal(path.name, refusal.sentence.zh, refusal.sentence.en) from refusal


def _reason(error: ErrorDetails) -> Words:
    match error["type"]:
        case "extra_forbidden":
            return Words("没有这一键，请核对拼写", "there is no such key; check its spelling")
        case "missing":
            return Words("缺少这一键", "this key is missing")
        case _:
            return Words(f"值不合要求（{error['msg']}）", error["msg"])


def _check_sums(folder: Path, sums: str) -> None:
    path = folder / SUMS
    stored = path.read_text("ascii") if path.is_file() else ""
    if stored == sums:
        return
    changed = sorted({line.split()[-1] for line in set(stored.splitlines()) ^ set(sums.splitlines()) if line.strip()})
    raise _refusal(
        f"{folder.name}/{', '.join(changed) or SUMS}",
        "与 SHA256SUMS 不符。规则集一经采用不得改动；要改请另立新编号",
        "it does not agree with SHA256SUMS. An adopted ruleset never changes: make a new number for the change",
    )


def _check_ids(rules: tuple[Rule, ...]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise _refusal(rule.id, "两条规则用了同一编号", "two rules have this id")
        seen.add(rule.id)


def _check_examples(ruleset: Ruleset) -> None:
    """Every rule meets what it must and nothing that it must not, on the day the ruleset was adopted."""
    screener = Screener(ruleset)
    for rule in ruleset.rules:
        if rule.status == "withdrawn":
            continue
        for example in rule.must_match:
            if rule.id not in screener.met(example.record, ruleset.adopted):
                raise _refusal(
                    rule.id, f"应命中而未命中：{example.shown}", f"it must match and does not: {example.shown}"
                )
        for example in rule.must_not_match:
            if rule.id in screener.met(example.record, ruleset.adopted):
                raise _refusal(
                    rule.id, f"不应命中而命中：{example.shown}", f"it must not match and does: {example.shown}"
                )


def _refusal(where: str, zh: str, en: str) -> Refusal:
    return Refusal(Words(f"规则集文件 {where}：{zh}。", f"Ruleset file {where}: {en}."))
