"""Drafts of rulesets: what they change from their base, what is left to do, and their way to being submitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies import drafting as checks
from policies import rule_files
from policies.rules import Ruleset
from policies.rulesets import HEAD, NAMES, SUMS
from policies.sentences import Refusal, Sentence
from policies.text_diff import Change, changes
from review import access
from review.models import DraftFile, DraftState, RulesetDraft
from review.operations import drafting
from review.queries.rules import (
    counted_impact,
    draft_ruleset,
    files_of,
    files_of_draft,
    in_force,
    names_for,
    ruleset_of,
    rulesets_of_profile,
)
from review.views.policies import demand_reader

Act = Callable[[RulesetDraft, HttpRequest], str | HttpResponse]


@login_required
@require_POST
def begin_draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft from a ruleset that is known."""
    try:
        draft = drafting.begin_draft(base=request.POST.get("base", ""), by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("policies")
    return redirect("draft", draft.pk)


# -- the draft as a whole


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file of a draft: what it is called, whether it is new, changed, gone or as in its base, and by whom."""

    name: str
    code: str
    title: str
    state: str
    file: DraftFile | None
    changes: list[Change]


@login_required
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft: what it changes from its base, what is left to do before it is submitted, and all its files."""
    keeps = demand_reader(request)
    found = get_object_or_404(RulesetDraft.objects.select_related("made_by", "submitted_by"), pk=pk)
    if request.method == "POST":
        access.demand_keeper(request.user)
        return act(request, found, _ACTS, redirect("draft", pk))
    lines = lines_of(found)
    is_open = found.state == DraftState.OPEN
    steps = steps_of(found) if found.state in (DraftState.OPEN, DraftState.SUBMITTED) else []
    return render(
        request,
        "review/policy_draft.html",
        {
            "draft": found,
            "changed": [line for line in lines if line.state],
            "rules": [line for line in lines if line.code],
            "others": [line for line in lines if not line.code and line.file],
            "steps": steps,
            "ready": all(step.refusal is None for step in steps),
            "adopter_refusal": refusal_of(
                lambda: checks.check_adopter(found.number, request.user.pk, found.submitted_by_id)
            ),
            "may_change": keeps and is_open,
            "keeps": keeps,
            "in_force": in_force(),
        },
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a draft needs before it is submitted: its name, and why it is not there yet."""

    name: str
    refusal: Sentence | None


def steps_of(found: RulesetDraft) -> list[Step]:
    """What the draft needs before it can be submitted, asked by the checks that the operation itself asks."""
    loaded: list[Ruleset] = []

    def loads() -> None:
        loaded.append(draft_ruleset(found))
        names_for(loaded[0])

    def keeps_ids() -> None:
        if loaded:
            checks.check_ids(loaded[0], ruleset_of(found.base), rulesets_of_profile(found.base))

    def counted() -> None:
        digest = checks.digest_of_files(files_of_draft(found))
        current = ruleset_of(in_force()).digest
        checks.check_impact(found.number, counted_impact(found), digest=digest, in_force=current, today=None)

    needed: list[tuple[str, Callable[[], object]]] = [
        (_("Description: what it changes and why"), lambda: checks.check_described(found.number, found.why)),
        (_("Files and examples"), loads),
        (_("Numbers of rules"), keeps_ids),
        (_("Impact on all that is held"), counted),
    ]
    return [Step(name, refusal_of(check)) for name, check in needed]


def refusal_of(check: Callable[[], object]) -> Sentence | None:
    """The sentence with which a check refuses, None where it passes: what the buttons are derived from."""
    try:
        check()
    except Refusal as refusal:
        return refusal.sentence
    return None


def lines_of(found: RulesetDraft) -> list[FileLine]:
    """Every file of a draft or of its base, by name, with what was changed. One query."""
    base = base_texts(found)
    files = {file.name: file for file in found.files.select_related("changed_by")}
    result = []
    for name in sorted({*base, *files}):
        file, before = files.get(name), base.get(name)
        text = file.text if file else before or ""
        state = "gone" if file is None else "new" if before is None else "changed" if before != text else ""
        code, title = named(text, get_language() or "") if is_rule(name) else ("", "")
        result.append(
            FileLine(name, code, title, state, file, changes(before or "", text) if state == "changed" else [])
        )
    return result


def base_texts(found: RulesetDraft) -> dict[str, str]:
    """The files of the draft's base as the draft began with them."""
    held = files_of(found.base)
    texts = {name: text.decode() for name, text in held.items() if name != SUMS}
    return {**texts, HEAD: checks.draft_head(held[HEAD], number=found.number, base=found.base)}


def is_rule(name: str) -> bool:
    return name.endswith(".yaml") and name not in (HEAD, NAMES)


@lru_cache(maxsize=2048)
def named(text: str, language: str) -> tuple[str, str]:
    """The id and the title of a rule's text, as far as they can be read."""
    title = (rule_files.values_of(text) or {}).get("title")
    said = title.get("en" if language.startswith("en") else "zh", "") if isinstance(title, dict) else ""
    return rule_files.id_in(text) or "?", said if isinstance(said, str) else ""


def act(request: HttpRequest, found: RulesetDraft, acts: dict[str, Act], then: HttpResponse) -> HttpResponse:
    """Do what the pressed button names; say what was done or why not."""
    verb = acts.get(request.POST.get("verb", ""))
    if verb is None:
        raise Http404
    try:
        answer = verb(found, request)
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return then
    if isinstance(answer, HttpResponse):
        return answer
    messages.success(request, answer)
    return then


def _describe(found: RulesetDraft, request: HttpRequest) -> str:
    drafting.describe_draft(draft=found, why=request.POST.get("why", ""), by=request.user, at=timezone.now())
    return _("The description is saved.")


def _submit(found: RulesetDraft, request: HttpRequest) -> str:
    drafting.submit_draft(draft=found, by=request.user, at=timezone.now())
    return _("Submitted. Another policy keeper adopts it.")


def _take_back(found: RulesetDraft, request: HttpRequest) -> str:
    drafting.take_back_draft(draft=found, by=request.user, at=timezone.now())
    return _("Taken back: it can be changed again.")


def _withdraw(found: RulesetDraft, request: HttpRequest) -> str:
    drafting.withdraw_draft(draft=found, by=request.user, at=timezone.now())
    return _("The draft is withdrawn; it stays on record.")


def _new_rule(found: RulesetDraft, request: HttpRequest) -> HttpResponse:
    """A copy of the nearest rule under the next free id, to be made into another."""
    near = request.POST.get("near", "")
    texts = {name: text.decode() for name, text in files_of_draft(found).items() if is_rule(name)}
    text = next((text for text in texts.values() if rule_files.id_in(text) == near), None)
    code = rule_files.next_free_id(near, {rule_files.id_in(one) for one in texts.values()}) if text else ""
    if text is None or not code or rule_files.values_of(text) is None:
        raise Refusal(_NO_NEAREST)
    today = timezone.localdate().isoformat()
    values = {"id": code, "status": "draft", "author": str(request.user), "date": today}
    drafting.change_draft_file(
        draft=found,
        name=f"{code}.yaml",
        text=rule_files.with_values(text, values),
        by=request.user,
        at=timezone.now(),
    )
    said = _("%(code)s is a copy of %(near)s so far. Give it its own title, words and examples.")
    messages.success(request, said % {"code": code, "near": near})
    return redirect("draft-file", found.pk, f"{code}.yaml")


def _new_list(found: RulesetDraft, request: HttpRequest) -> HttpResponse:
    name = request.POST.get("name", "").strip()
    name = name if name.endswith(".txt") else f"{name}.txt"
    if found.files.filter(name=name).exists():
        raise Refusal(_LIST_THERE.filled(name=name))
    drafting.change_draft_file(draft=found, name=name, text="", by=request.user, at=timezone.now())
    return redirect("draft-file", found.pk, name)


_ACTS: dict[str, Act] = {
    "describe": _describe,
    "submit": _submit,
    "take_back": _take_back,
    "withdraw": _withdraw,
    "new_rule": _new_rule,
    "new_list": _new_list,
}
_NO_NEAREST = Sentence(
    "请从列表中选一条读得通的规则作底本；编号用完时请在全文中自拟编号。",
    "Choose a rule from the list that can be read; where no number is free, give one in the text.",
)
_LIST_THERE = Sentence("已有词表 {name}。请直接打开它。", "There is a list {name} already. Open that one.")
