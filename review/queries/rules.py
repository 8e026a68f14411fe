"""Which ruleset is in force, and the rulesets by number, compiled once: adopted ones from the database, else the shipped.

What was adopted is kept whole in the database and built again from there; its digest must be the one it was adopted with.
The number in force is asked of the database at each call, so that every process follows an adoption at once: work on
many entries takes its screener once. What is built is remembered by its content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache

from django.conf import settings
from django.db.models import QuerySet

from policies.drafting import CountedImpact, Files, digest_of_files
from policies.matching import NameModel
from policies.profiles import profile_of
from policies.rules import Name, Person, Ruleset
from policies.rulesets import FOLDER, build_ruleset, check_examples, load_ruleset, shipped
from policies.rulesets import files_of as files_in
from policies.screening import Screener
from policies.sentences import Refusal, Sentence
from review.models import AdoptedRuleset, Batch, Impact, RulesetDraft

_REMEMBERED = 16  # rulesets; an archives has few, and a draft gives way to its next state


def in_force() -> str:
    """The number of the ruleset that new work is screened with: the one adopted last, else settings.RULESET."""
    newest = AdoptedRuleset.objects.order_by("-id").values_list("number", flat=True).first()
    return newest or settings.RULESET


def ruleset_of(number: str) -> Ruleset:
    """The ruleset of that number. Raises Refusal when there is none, or its files are not those that were adopted."""
    digest = AdoptedRuleset.objects.filter(number=number).values_list("digest", flat=True).first()
    return load_ruleset(number) if digest is None else _adopted(number, digest)


@lru_cache(maxsize=_REMEMBERED)
def ruleset_with(number: str, digest: str) -> Ruleset:
    """The ruleset of that number when it has this digest. Remembered, so that a page may ask for every finding.

    Raises Refusal when it has another: what was screened with a ruleset is not explained by another of its number.
    """
    ruleset = ruleset_of(number)
    if ruleset.digest != digest:
        raise Refusal(
            Sentence(
                f"规则集 {number} 的摘要不是筛查时的 {digest[:12]}。请查明规则文件为何不同。",
                f"Ruleset {number} has not the digest that it was used with, {digest[:12]}. Find out why it differs.",
            )
        )
    return ruleset


@lru_cache(maxsize=_REMEMBERED)
def _adopted(number: str, digest: str) -> Ruleset:
    files = _bytes_of(AdoptedRuleset.objects.get(number=number).files)
    if digest_of_files(files) != digest:
        raise Refusal(
            Sentence(
                f"规则集 {number} 在库中的内容与采用时的摘要不符，不得使用。请核对台账，并从备份恢复。",
                f"Ruleset {number} in the database is not what was adopted (its digest differs) and is not used. "
                "Compare the ledger, and restore it from a backup.",
            )
        )
    return build_ruleset(number, files)


def screener_of(number: str, *, without_names: bool = False) -> Screener:
    """The compiled rules of the ruleset of that number. Raises Refusal as `ruleset_of` and `names_for` do."""
    return compiled(ruleset_of(number), without_names=without_names)


def current_screener(*, without_names: bool = False) -> Screener:
    """The compiled rules that new work is screened with. One query: take it once for many entries."""
    return screener_of(in_force(), without_names=without_names)


@cache
def name_model() -> NameModel | None:
    """The model of personal names that is installed here, read once; None where none is. Raises Refusal when it is damaged."""
    try:
        from policies.name_model import NameModel as Installed  # noqa: PLC0415, 50 MB, and numpy: only where it is asked for
        from policies.name_model import installed_folder  # noqa: PLC0415
    except ImportError:
        return None
    folder = installed_folder()
    return None if folder is None else Installed(folder)


def names_for(ruleset: Ruleset) -> NameModel | None:
    """The model that the ruleset finds names with; None for one that looks for none by model.

    Raises Refusal where that very model is not installed: names that nobody looks for would go out into the open.
    """
    if not ruleset.name_model and not any(isinstance(rule.looks_for, Name) for rule in ruleset.rules):
        return None
    model = name_model()
    if model is not None and model.digest == ruleset.name_model:
        return model
    if not ruleset.name_model:
        raise Refusal(_NAMES_NO_MODEL.filled(number=ruleset.number, digest=model.digest if model else "…"))
    held = Sentence(f"装的是 {model.digest[:12]}", f"{model.digest[:12]} is") if model else _NO_MODEL
    raise Refusal(
        Sentence(
            f"规则集 {ruleset.number} 用姓名模型 {ruleset.name_model[:12]} 查找人名，此处{held.zh}。"
            "请按 requirements-model.lock 安装该模型。",
            f"Ruleset {ruleset.number} finds names by the model {ruleset.name_model[:12]}, and {held.en} installed here. "
            "Install that model: requirements-model.lock.",
        )
    )


_NO_MODEL = Sentence("未安装模型", "none is")
_NAMES_NO_MODEL = Sentence(
    "规则集 {number} 按模型查找人名，而 ruleset.yaml 未写明是哪个模型。请加一行 name_model: {digest}。",
    "Ruleset {number} finds names by a model, and its ruleset.yaml does not say by which. Add a line name_model: {digest}.",
)


def check_name_examples(ruleset: Ruleset) -> None:
    """A ruleset that finds names by a model meets its examples with that model. Raises Refusal as `names_for` does."""
    model = names_for(ruleset)
    if model is not None:
        check_examples(ruleset, model)


def files_of(number: str) -> Files:
    """The files of the ruleset of that number, SHA256SUMS among them. Raises Refusal as `ruleset_of` does."""
    ruleset_of(number)
    adopted = AdoptedRuleset.objects.filter(number=number).first()
    return _bytes_of(adopted.files) if adopted else files_in(FOLDER / number)


def numbers_known() -> set[str]:
    """Every number ever given: shipped, adopted, drafted."""
    adopted = AdoptedRuleset.objects.values_list("number", flat=True)
    return {*shipped(), *adopted, *RulesetDraft.objects.values_list("number", flat=True)}


def rulesets_of_profile(number: str) -> list[Ruleset]:
    """All adopted and shipped rulesets of the profile of `number` (cn-101: all cn): where its ids were used."""
    profile = number.partition("-")[0]
    adopted = AdoptedRuleset.objects.filter(number__startswith=f"{profile}-").values_list("number", flat=True)
    other = [one for one in shipped() if one.partition("-")[0] == profile and one not in adopted]
    # The ids alone are wanted here, so that no examples of shipped rulesets that nobody uses are run.
    return [ruleset_of(one) for one in adopted] + [
        build_ruleset(one, files_in(FOLDER / one), examples=False) for one in other
    ]


def adopted_rulesets() -> QuerySet[AdoptedRuleset]:
    """What was adopted here, the newest (in force) first."""
    return AdoptedRuleset.objects.select_related("submitted_by", "adopted_by").order_by("-id")


def living_drafts() -> QuerySet[RulesetDraft]:
    """The drafts that are neither adopted nor withdrawn, the newest first."""
    return RulesetDraft.objects.filter(state__in=["open", "submitted"]).select_related("made_by", "submitted_by")


def running_batches() -> list[Batch]:
    """The batches whose entries are still under review, by number."""
    return list(Batch.objects.filter(batch_entries__live=True).distinct().order_by("number"))


def counted_impact(draft: RulesetDraft) -> CountedImpact | None:
    """What the newest impact of a draft was counted of; None when none was."""
    row = Impact.objects.filter(draft=draft).order_by("-id").first()
    return CountedImpact(row.base_digest, row.draft_digest, row.day) if row else None


def files_of_draft(draft: RulesetDraft) -> Files:
    """The files of a draft as they stand now."""
    return {name: text.encode() for name, text in draft.files.values_list("name", "text")}


def draft_ruleset(draft: RulesetDraft) -> Ruleset:
    """The ruleset that a draft is, its examples run. Raises Refusal with the file or rule and the reason."""
    return _built(draft.number, tuple(sorted(files_of_draft(draft).items())))


@lru_cache(maxsize=4)
def _built(number: str, files: tuple[tuple[str, bytes], ...]) -> Ruleset:
    return build_ruleset(number, dict(files))


def draft_screener(draft: RulesetDraft, *, without_names: bool = False) -> Screener:
    """The compiled rules of a draft. Raises Refusal as `draft_ruleset` and `names_for` do."""
    return compiled(draft_ruleset(draft), without_names=without_names)


def _bytes_of(files: dict[str, str]) -> Files:
    return {name: text.encode() for name, text in files.items()}


_SCREENERS: dict[tuple[object, ...], Screener] = {}  # by digest, and what else makes them differ


def compiled(ruleset: Ruleset, *, without_names: bool = False) -> Screener:
    """The ruleset compiled for this archives, once for each digest."""
    names = None if without_names else names_for(ruleset)
    due_mode = profile_of(ruleset.jurisdiction).due_mode(settings.DUE_MODE)
    return _once((ruleset.digest, due_mode, without_names), lambda: Screener(ruleset, names, due_mode))


def guarding(screener: Screener) -> Screener:
    """Of a compiled ruleset the rules whose words may not be public, compiled once; it finds these words as the whole does.

    A tenth of the work: most of it is names, which are looked for to be looked at, not to be barred. The rules of persons
    stay, since their words tell where a name ends.
    """
    whole = screener.ruleset
    key = (whole.digest, "guarding", screener.without_names)
    return _once(key, lambda: _guarding(whole, without_names=screener.without_names))


def _guarding(whole: Ruleset, *, without_names: bool) -> Screener:
    rules = tuple(rule for rule in whole.rules if rule.never_public or isinstance(rule.looks_for, Person))
    by_model = any(isinstance(rule.looks_for, Name) for rule in rules) and not without_names
    return Screener(replace(whole, rules=rules), names_for(whole) if by_model else None)


def _once(key: tuple[object, ...], build: Callable[[], Screener]) -> Screener:
    """What was built under this key before; the oldest gives way, so that drafts do not fill the memory."""
    if key not in _SCREENERS:
        while len(_SCREENERS) >= _REMEMBERED:
            _SCREENERS.pop(next(iter(_SCREENERS)), None)
        _SCREENERS[key] = build()
    return _SCREENERS[key]
