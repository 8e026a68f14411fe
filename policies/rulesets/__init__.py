"""The numbered rulesets: rules as data, one rule a file, and their loading.

A ruleset is a folder: ruleset.yaml, person-names.yaml (the words that tell a personal name), one YAML file a rule, and
SHA256SUMS, which `sha256sum -c` checks as well. An adopted ruleset never changes: a file that differs from its sum is refused, and a change is a new number.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from policies.grounds import jurisdiction_of
from policies.matching import NameModel
from policies.person_names import NameWords
from policies.rules import Lexicon, Name, Rule, Ruleset, Sentence
from policies.rulesets.documents import Document, refused
from policies.rulesets.term_files import read_terms
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
    jurisdiction: Literal["CN", "UK", "US"]
    status: Literal["draft", "adopted"]
    adopted: datetime.date
    adopted_by: Sentence
    name_model: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    base: Annotated[str, StringConstraints(pattern=r"^([a-z]{2}-[0-9]{1,4})?$")] = ""
    examples_on: datetime.date | None = None


@cache
def load_ruleset(number: str) -> Ruleset:
    """The shipped ruleset of that number, checked whole. Raises Refusal, naming the file and the reason."""
    return read_ruleset(FOLDER / number)


def shipped() -> tuple[str, ...]:
    """The numbers of the rulesets that are shipped, by profile and then by number."""
    numbers = (folder.name for folder in FOLDER.iterdir() if (folder / HEAD).is_file())
    return tuple(sorted(numbers, key=lambda number: (number.partition("-")[0], int(number.partition("-")[2]))))


def read_ruleset(folder: Path) -> Ruleset:
    """The ruleset in a folder. Raises Refusal as `build_ruleset` does."""
    return build_ruleset(folder.name, files_of(folder))


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a ruleset's folder by name: its YAML, its lists of terms, its sums."""
    found = (*folder.glob("*.yaml"), *folder.glob("*.txt"), folder / SUMS)
    return {path.name: path.read_bytes() for path in sorted(found) if path.is_file()}


def build_ruleset(number: str, files: Mapping[str, bytes], *, examples: bool = True) -> Ruleset:
    """A ruleset from the bytes of its files: schema, sums, ids and every rule's own examples are checked. Raises Refusal.

    The sums of an adopted ruleset must agree with its SHA256SUMS; a draft has none. Without `examples` those are not run:
    only for showing which of them fail.
    """
    if HEAD not in files:
        raise _refusal(
            number, "没有这一规则集（缺 ruleset.yaml）", "there is no such ruleset (ruleset.yaml is missing)"
        )
    head = _validated(_Head, _document(HEAD, files))
    sums = checksums(files)
    if head.number != number:
        raise _refusal(
            HEAD,
            f"编号 {head.number} 与文件夹名 {number} 不一致",
            f"its number {head.number} is not its folder's name {number}",
        )
    if head.status == "adopted":
        _check_sums(number, sums, files.get(SUMS, b""))
    names = sorted(name for name in files if name.endswith(".yaml") and name not in (HEAD, NAMES))
    documents = [_document(name, files) for name in names]
    rules = tuple(_with_listed_terms(document, _validated(Rule, document), files) for document in documents)
    _check_ids(documents, rules, head.jurisdiction)
    ruleset = Ruleset(
        number=head.number,
        title=head.title.value,
        jurisdiction=head.jurisdiction,
        adopted=head.adopted,
        adopted_by=head.adopted_by.value,
        digest=hashlib.sha256(sums.encode()).hexdigest(),
        rules=rules,
        name_words=_validated(NameWords, _document(NAMES, files)),
        name_model=head.name_model,
        base=head.base,
        examples_on=head.examples_on,
    )
    if examples:
        check_examples(ruleset, documents=dict(zip(ruleset.by_id, documents, strict=True)))
    return ruleset


def checksums(files: Mapping[str, bytes]) -> str:
    """What SHA256SUMS must hold for these files, in the format of sha256sum."""
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files) if name != SUMS)


_Model = TypeVar("_Model", bound=BaseModel)


def _document(name: str, files: Mapping[str, bytes]) -> Document:
    if name not in files:
        raise _refusal(name, "缺少这一文件", "this file is missing")
    return Document(name, files[name])


def _validated(model: type[_Model], document: Document) -> _Model:
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "-"
        reason = _reason(first)
        line = document.line_of(first["loc"] or first["msg"].split())
        raise refused(document.name, line, f"{where}：{reason.zh}", f"{where}: {reason.en}") from error
    except Refusal as refusal:  # the date of an example
        raise refused(document.name, document.line_of(()), refusal.sentence.zh, refusal.sentence.en) from refusal


def _with_listed_terms(document: Document, rule: Rule, files: Mapping[str, bytes]) -> Rule:
    """The rule with the terms of the list that its lexicon names."""
    looks_for = rule.looks_for
    if not isinstance(looks_for, Lexicon) or not looks_for.terms_from:
        return rule
    if not looks_for.terms_from.endswith(".txt") or looks_for.terms_from not in files:
        raise refused(
            document.name,
            document.line_of(("looks_for", "terms_from")),
            f"terms_from：规则集文件夹中没有词表 {looks_for.terms_from}（应为 .txt 文件）",
            f"terms_from: there is no list {looks_for.terms_from} in the ruleset's folder (expected is a .txt file)",
        )
    listed = read_terms(looks_for.terms_from, files[looks_for.terms_from])
    return rule.model_copy(update={"looks_for": looks_for.model_copy(update={"terms": looks_for.terms + listed})})


def _reason(error: ErrorDetails) -> Words:
    match error["type"]:
        case "extra_forbidden":
            return Words("没有这一键，请核对拼写", "there is no such key; check its spelling")
        case "missing":
            return Words("缺少这一键", "this key is missing")
        case _:
            return Words(f"值不合要求（{error['msg']}）", error["msg"])


def _check_sums(number: str, sums: str, held: bytes) -> None:
    stored = held.decode("ascii", "replace")
    if stored == sums:
        return
    changed = sorted({line.split()[-1] for line in set(stored.splitlines()) ^ set(sums.splitlines()) if line.strip()})
    raise _refusal(
        f"{number}/{', '.join(changed) or SUMS}",
        "与 SHA256SUMS 不符。规则集一经采用不得改动；要改请另立新编号",
        "it does not agree with SHA256SUMS. An adopted ruleset never changes: make a new number for the change",
    )


def _check_ids(documents: Sequence[Document], rules: Sequence[Rule], jurisdiction: str) -> None:
    seen: dict[str, str] = {}
    for document, rule in zip(documents, rules, strict=True):
        line = document.line_of(("id",))
        if jurisdiction_of(rule.id) != jurisdiction:
            raise refused(
                document.name,
                line,
                f"规则编号 {rule.id} 须以本规则集的法域 {jurisdiction} 开头",
                f"the id {rule.id} of a rule begins with the jurisdiction of its ruleset, {jurisdiction}",
            )
        if rule.id in seen:
            raise refused(
                document.name,
                line,
                f"两条规则用了同一编号 {rule.id}（另见 {seen[rule.id]}）",
                f"two rules have this id, {rule.id} (the other is {seen[rule.id]})",
            )
        seen[rule.id] = document.name


def check_examples(
    ruleset: Ruleset, names: NameModel | None = None, documents: Mapping[str, Document] | None = None
) -> None:
    """Every rule meets what it must and nothing that it must not, as of the day of the examples. Raises Refusal.

    Without a name model nothing can be said of what rules of kind name must match. `documents`: the rules' files by id.
    """
    screener = Screener(ruleset, names)
    for rule in ruleset.rules:
        if rule.status == "withdrawn":
            continue
        for key, must, (zh, en) in _EXAMPLES:
            if must and names is None and isinstance(rule.looks_for, Name):
                continue
            for number, example in enumerate(getattr(rule, key)):
                if (rule.id in screener.met(example.record, ruleset.example_day)) is must:
                    continue
                if documents is None:
                    raise _refusal(rule.id, f"{zh}：{example.shown}", f"{en}: {example.shown}")
                raise refused(
                    documents[rule.id].name,
                    documents[rule.id].line_of((key, number)),
                    f"规则 {rule.id} {zh}：{example.shown}",
                    f"rule {rule.id}: {en}: {example.shown}",
                )


_EXAMPLES = (
    ("must_match", True, ("应命中而未命中", "it must match and does not")),
    ("must_not_match", False, ("不应命中而命中", "it must not match and does")),
)


def _refusal(where: str, zh: str, en: str) -> Refusal:
    return Refusal(Words(f"规则集文件 {where}：{zh}。", f"Ruleset file {where}: {en}."))
