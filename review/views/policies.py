"""The rules for everybody: which rulesets there are, what each rule of one says and why, and how good it has been here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language

from policies import rule_files, rule_kinds, trying
from policies.grounds import KNOWN_GROUNDS, jurisdiction_of
from policies.records import Record
from policies.rules import Rule, Ruleset
from policies.rulesets import FOLDER, HEAD, shipped
from policies.rulesets import files_of as files_in
from policies.screening import Finding, Screening
from policies.sentences import Refusal, Sentence
from policies.text_diff import Change, changes
from review import access
from review.models import AdoptedRuleset, DraftState, Job, RulesChange, RulesetDraft
from review.queries.precision import Measure, closed_without
from review.queries.rules import files_of, in_force, ruleset_of
from review.queries.trying import compiled, lacks_names
from review.views.jobs import progress_context
from review.views.policy_forms import TitleForm

RESCREEN = "rescreen_batch"  # the kind of background work that carries an adoption out


@login_required
def policies(request: HttpRequest) -> HttpResponse:
    """The ruleset in force, the earlier ones, what is being drafted, and what is shipped and could be adopted."""
    adopted = list(AdoptedRuleset.objects.select_related("adopted_by", "submitted_by").order_by("-pk"))
    current = in_force()
    known = {row.number for row in adopted} | {current}
    drafts = RulesetDraft.objects.none()
    if access.reads_policies(request.user):
        drafts = RulesetDraft.objects.select_related("made_by", "submitted_by")
    return render(
        request,
        "review/policies.html",
        {
            "current": looked_up(current),
            "adoption": adopted[0] if adopted else None,
            "earlier": adopted[1:],
            "drafts": drafts.filter(state__in=[DraftState.OPEN, DraftState.SUBMITTED]),
            "ended": drafts.exclude(state__in=[DraftState.OPEN, DraftState.SUBMITTED]),
            "shipped": [shipped_one(number) for number in shipped() if number not in known],
            "keeps": access.keeps_policies(request.user),
            "here": jurisdiction_of(settings.RULESET),
        },
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A ruleset by its number, or why it cannot be read."""

    number: str
    ruleset: Ruleset | None
    refusal: Sentence | None = None


def looked_up(number: str) -> Found:
    """The ruleset of that number; one that cannot be read is shown with its reason, and the others beside it."""
    try:
        return Found(number, ruleset_of(number))
    except Refusal as refusal:
        return Found(number, None, refusal.sentence)


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the page of all rulesets says of one that is shipped: read from its head, without compiling its rules."""

    number: str
    title: Sentence
    jurisdiction: str
    rules: int


def shipped_one(number: str) -> Shipped:
    files = files_in(FOLDER / number)
    title = (rule_files.values_of(files[HEAD].decode()) or {}).get("title")
    said = title if isinstance(title, dict) else {}
    rules = sum(bool(rule_files.id_in(text.decode("utf-8", "replace"))) for text in files.values())
    return Shipped(number, Sentence(said.get("zh", number), said.get("en", number)), jurisdiction_of(number), rules)


@dataclass(frozen=True, slots=True)
class Group:
    """The rules of one group, in order."""

    code: str
    rules: list[Rule]


def told_why(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view; where a ruleset cannot be read, the page of all rulesets says why instead."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except Refusal as refusal:
            messages.error(request, refusal.sentence.of(get_language() or ""))
            return redirect("policies")

    return shown


@login_required
@told_why
def ruleset(request: HttpRequest, number: str) -> HttpResponse:
    """One ruleset: its rules in groups, those that hold the words asked for and agree with the choice."""
    found = known_ruleset(number)
    rules = chosen(found.rules, request)
    return render(
        request,
        "review/policy_ruleset.html",
        {
            "ruleset": found,
            "adoption": AdoptedRuleset.objects.filter(number=number).select_related("adopted_by").first(),
            "in_force": number == in_force(),
            "groups": grouped(rules),
            "count": len(rules),
            "without_names": lacks_names(found),
            "here": jurisdiction_of(settings.RULESET),
            "keeps": access.keeps_policies(request.user),
            **_carried_out(request, number),
            **choices(found.rules, request),
        },
    )


def _carried_out(request: HttpRequest, number: str) -> dict[str, object]:
    """What was chosen for the batches that ran when the ruleset was adopted, and the job that does it."""
    if not access.reads_policies(request.user):
        return {}
    rows = RulesChange.objects.filter(ruleset__number=number).select_related("batch").order_by("batch__number")
    job = Job.objects.filter(kind=RESCREEN, shards__arguments__ruleset=number).order_by("-pk").first()
    shown: dict[str, object] = {"rules_changes": rows, "own_job": bool(job and job.by_id == request.user.pk)}
    return shown | (progress_context(job) if job else {})


def chosen(rules: Iterable[Rule], request: HttpRequest) -> list[Rule]:
    """The rules that a page's search asks for: by any text of the rule, its ground, status and level."""
    words = request.GET.get("q", "").split()
    asked = {name: request.GET.get(name, "") for name in ("ground", "status", "level")}
    return [
        rule
        for rule in rules
        if all(not value or getattr(rule, name) == value for name, value in asked.items())
        and all(word.casefold() in _text_of(rule) for word in words)
    ]


def choices(rules: Iterable[Rule], request: HttpRequest) -> dict[str, object]:
    """What the search form of rules offers and what was asked of it."""
    held = {rule.ground for rule in rules}
    return {
        "words": request.GET.get("q", ""),
        "asked": {name: request.GET.get(name, "") for name in ("ground", "status", "level")},
        "grounds": [code for code in KNOWN_GROUNDS if code in held],
        "statuses": rule_kinds.STATUSES,
        "levels": rule_kinds.LEVELS,
    }


def grouped(rules: Iterable[Rule]) -> list[Group]:
    """Rules in the groups of a ruleset's page; a group without rules is left out."""
    groups: dict[str, list[Rule]] = {code: [] for code in rule_kinds.GROUPS}
    for rule in rules:
        groups[rule_kinds.group_of(rule)].append(rule)
    return [Group(code, held) for code, held in groups.items() if held]


def _text_of(rule: Rule) -> str:
    """All that a rule says and looks for, as it is searched."""
    said = (rule.title, rule.why, rule.article, rule.false_alarms)
    words = (word for part in rule_kinds.words_of(rule) for word in part.words)
    examples = (example.shown for example in (*rule.must_match, *rule.must_not_match))
    return "\n".join([rule.id, *(text for one in said for text in (one.zh, one.en)), *words, *examples]).casefold()


@dataclass(frozen=True, slots=True)
class Typed:
    """A title typed by hand: what this rule finds in it, what all rules find, and what they advise together."""

    title: str
    met: bool
    lines: tuple[trying.Line, ...]
    screening: Screening
    rules: list[tuple[Rule, Finding]]


@login_required
@told_why
def rule(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """One rule: what it does and why, its words, its examples run now, how good it has been, how it came to read so.

    POST `title`: the rule and the whole ruleset are tried on it. It is kept nowhere, not even in the address.
    """
    found = known_ruleset(number)
    if code not in found.by_id:
        raise Http404
    this, today = found.by_id[code], timezone.localdate()
    form = TitleForm(request.POST or None)
    typed = try_title(found, this, form, today) if form.is_valid() else None
    closed, without = closed_without(this)
    return render(
        request,
        "review/policy_rule.html",
        {
            "ruleset": found,
            "rule": this,
            "in_force": number == in_force(),
            "tried": trying.tried(this, found, compiled, found.example_day),
            "form": form,
            "typed": typed,
            "measured": Measure().of(this),
            "closed": closed,
            "without": without,
            "history": history_of(code, number),
            "without_names": lacks_names(found),
            "keeps": access.keeps_policies(request.user),
        },
    )


def try_title(found: Ruleset, this: Rule, form: TitleForm, today: date) -> Typed:
    """A record with the typed title, run by this rule and by its whole ruleset."""
    record: Record = form.record()
    met, own = trying.found_by(this, found, compiled, record, today)
    screening = compiled(found).screen(record, today)
    rules = [(found.by_id[finding.rule_id], finding) for finding in screening.findings]
    return Typed(record.title, met, trying.lines_of(record, own), screening, rules)


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of a rule: the ruleset it came with, and what it changed from the one before; the first: nothing."""

    number: str
    changes: list[Change]
    first: bool


def history_of(code: str, number: str) -> list[Version]:
    """The rulesets in which the rule changed, from that number back to where it began, newest first."""
    versions: list[Version] = []
    seen: set[str] = set()
    now, text = number, rule_text(number, code)
    while text is not None and now not in seen:
        seen.add(now)
        earlier = made_from(now)
        before = rule_text(earlier, code) if earlier else None
        if text != before:
            versions.append(Version(now, changes(before, text) if before is not None else [], before is None))
        now, text = earlier, before
    return versions


def made_from(number: str) -> str:
    """The number that a ruleset was made from: as its head says; of a shipped one, the shipped one before it. Or ""."""
    try:
        head = rule_files.values_of(files_of(number)[HEAD].decode()) or {}
    except Refusal:
        return ""
    if base := head.get("base"):
        return str(base)
    same = [one for one in shipped() if one.partition("-")[0] == number.partition("-")[0]]
    return same[same.index(number) - 1] if number in same[1:] else ""


def rule_text(number: str, code: str) -> str | None:
    """The text of a rule's file in a ruleset, None where it has no such rule, or there is no such ruleset."""
    try:
        files = files_of(number)
    except Refusal:
        return None
    texts = (text.decode() for name, text in files.items() if name.endswith(".yaml"))
    return next((text for text in texts if rule_files.id_in(text) == code), None)


def known_ruleset(number: str) -> Ruleset:
    """The ruleset of that number. 404 where there is none. Raises Refusal where it cannot be read."""
    if number not in {*shipped(), settings.RULESET} and not AdoptedRuleset.objects.filter(number=number).exists():
        raise Http404
    return ruleset_of(number)


def demand_reader(request: HttpRequest) -> bool:
    """Drafts are for policy keepers and auditors; whether this one may also change them. Raises PermissionDenied."""
    keeps = access.keeps_policies(request.user)
    if not keeps and not access.reads_policies(request.user):
        raise PermissionDenied
    return keeps
