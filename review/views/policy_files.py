"""One file of a draft: a form for the common values of a rule, the whole text, and its examples run at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies import rule_files, trying
from policies.rule_kinds import LEVELS, STATUSES
from policies.rules import Rule, Ruleset
from policies.rulesets import build_ruleset
from policies.sentences import Refusal, Sentence
from policies.text_diff import changes
from review import access
from review.models import DraftFile, DraftState, RulesetDraft
from review.operations import drafting
from review.queries.rules import files_of_draft
from review.queries.trying import compiled, lacks_names
from review.views import policy_forms as forms
from review.views.policies import demand_reader
from review.views.policy_drafts import Act, act, base_texts, is_rule, named


@dataclass(slots=True)
class Shown:
    """What the page of a file shows: its text as stored or as typed, and what came of trying it."""

    text: str
    seen: str
    refusal: Sentence | None = None
    elsewhere: Sentence | None = None
    rule: Rule | None = None
    ruleset: Ruleset | None = None
    tried: list[trying.Tried] | None = None
    theirs: DraftFile | None = None
    form: forms.RuleForm | None = None


@login_required
def draft_file(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One file of a draft: a form for the common values of a rule, the whole text, and its examples run.

    What was typed is kept even where it does not load; what was typed over another's change is not saved, and both are
    shown.
    """
    keeps = demand_reader(request)
    found = get_object_or_404(RulesetDraft.objects.select_related("made_by"), pk=pk)
    file = found.files.select_related("changed_by").filter(name=name).first()
    if file is None:
        if request.POST.get("verb") != "save":
            raise Http404
        file = DraftFile(
            draft=found, name=name
        )  # another took it out meanwhile: what was typed is saved all the same
    shown = Shown(file.text, stamp_of(file))
    if request.method == "POST":
        access.demand_keeper(request.user)
        answer = _work(request, found, file, shown)
        if answer is not None:
            return answer
    _try(found, name, shown)
    before = base_texts(found).get(name)
    values = forms.shown_values(shown.text) if is_rule(name) else None
    if values and shown.form:  # as it was typed
        values |= {field: shown.form.data[field] for field in shown.form.fields if field in shown.form.data}
    return render(
        request,
        "review/policy_file.html",
        {
            "draft": found,
            "file": file,
            "is_rule": is_rule(name),
            "is_list": name.endswith(".txt"),
            "shown": shown,
            "code": rule_files.id_in(shown.text) if is_rule(name) else "",
            "title": named(shown.text, get_language() or "")[1] if is_rule(name) else "",
            "values": values,
            "grounds": forms.grounds_of(found.number),
            "suggestions": forms.SUGGESTIONS,
            "levels": LEVELS,
            "statuses": STATUSES,
            "changes": changes(before, shown.text) if before is not None else None,
            "against": changes(shown.theirs.text, shown.text) if shown.theirs else [],
            "without_names": shown.ruleset is not None and lacks_names(shown.ruleset),
            "may_change": keeps and found.state == DraftState.OPEN,
        },
    )


def stamp_of(file: DraftFile) -> str:
    """When a file was changed last, for comparing; "" for one that is as in its base."""
    return file.changed_at.isoformat() if file.changed_at else ""


def _work(request: HttpRequest, found: RulesetDraft, file: DraftFile, shown: Shown) -> HttpResponse | None:
    """Save, try, restore or drop; None where the page is shown with what was typed."""
    verb = request.POST.get("verb", "")
    here = redirect("draft-file", found.pk, file.name)
    if verb in ("restore", "drop"):
        return act(request, found, {"restore": _restore(file), "drop": _drop(file)}, here)
    if verb not in ("save", "try"):
        raise Http404
    sent = forms.TextForm(request.POST)
    if not sent.is_valid():
        shown.refusal = _TOO_LONG
        return None
    shown.text = sent.cleaned_data["text"].replace("\r\n", "\n")
    shown.seen = sent.cleaned_data["seen"]
    if "fields" in request.POST and rule_files.values_of(shown.text) is not None:
        form = forms.RuleForm(request.POST)
        if not form.is_valid():
            shown.form = form
            return None
        shown.text = form.edited(shown.text)
    if verb == "try":
        return None
    return _save(request, found, file, shown)


def _save(request: HttpRequest, found: RulesetDraft, file: DraftFile, shown: Shown) -> HttpResponse | None:
    """Save the text unless another changed the file since this page was opened: then both are shown, neither is lost."""
    with transaction.atomic():
        RulesetDraft.objects.select_for_update().get(pk=found.pk)
        now = DraftFile.objects.select_related("changed_by").filter(pk=file.pk).first()
        if now is not None and stamp_of(now) != shown.seen and now.text != shown.text:
            shown.theirs, shown.seen = now, stamp_of(now)
            return None
        try:
            _change(request, found, file.name, shown.text, timezone.now())
        except Refusal as refusal:
            shown.refusal = refusal.sentence
            return None
    messages.success(request, _("Saved."))
    return redirect("draft-file", found.pk, file.name)


def _change(request: HttpRequest, found: RulesetDraft, name: str, text: str, at: datetime) -> None:
    drafting.change_draft_file(draft=found, name=name, text=text, by=request.user, at=at)


def _restore(file: DraftFile) -> Act:
    def restore(found: RulesetDraft, request: HttpRequest) -> str:
        before = base_texts(found).get(file.name)
        if before is None:
            raise Refusal(_NOTHING_BEFORE.filled(base=found.base, name=file.name))
        _change(request, found, file.name, before, timezone.now())
        return _("The file is again as in %(base)s.") % {"base": found.base}

    return restore


def _drop(file: DraftFile) -> Act:
    def drop(found: RulesetDraft, request: HttpRequest) -> HttpResponse:
        drafting.drop_draft_file(draft=found, name=file.name, by=request.user, at=timezone.now())
        messages.success(request, _("%(name)s is taken out of the draft.") % {"name": file.name})
        return redirect("draft", found.pk)

    return drop


def _try(found: RulesetDraft, name: str, shown: Shown) -> None:
    """Build the draft with the text as it is shown and run the rule's examples; what refuses it is kept beside it."""
    files = {**files_of_draft(found), name: shown.text.encode(errors="replace")}
    try:
        shown.ruleset = build_ruleset(found.number, files, examples=False)
        if is_rule(name):
            code = rule_files.id_in(shown.text)
            shown.rule = shown.ruleset.by_id.get(code)
            if shown.rule is not None:
                shown.tried = trying.tried(shown.rule, shown.ruleset, compiled, shown.ruleset.example_day)
    except Refusal as refusal:
        if shown.refusal is None:
            shown.refusal = refusal.sentence
        return
    if shown.tried is None or all(one.right for one in shown.tried):
        try:
            build_ruleset(found.number, files)
        except Refusal as refusal:
            shown.elsewhere = refusal.sentence


_TOO_LONG = Sentence(
    "文件过长，没有保存。请分成几个词表。", "The file is too long and was not saved. Divide it into several lists."
)
_NOTHING_BEFORE = Sentence(
    "{base} 中没有文件 {name}，无从恢复。不要它时请移出草案。",
    "{base} has no file {name}, so there is nothing to restore. To be rid of it, take it out of the draft.",
)
