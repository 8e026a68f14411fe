"""Forms of the policy pages: they clean what was sent, and turn a rule's common values into its text and back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policies import rule_files
from policies.dates import parse_date_span
from policies.grounds import EARLY_GROUNDS_OF, GROUNDS_OF, KNOWN_GROUNDS
from policies.outcomes import Suggestion
from policies.records import Record
from policies.rule_kinds import LEVELS, STATUSES
from policies.rules import EXAMPLE_CREATED
from policies.sentences import Refusal
from review.models import MidBatch

LONGEST_TITLE = 20_000
MAX_TEXT = 2_000_000
SUGGESTIONS = [one.value for one in Suggestion if one not in (Suggestion.OPEN, Suggestion.NOT_DUE)]


class TitleForm(forms.Form):
    """A title to try the rules on, and when the record was formed."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    created = forms.CharField(label=_("Date"), max_length=40, required=False)

    def clean_created(self) -> str:
        said = self.cleaned_data["created"].strip()
        try:
            parse_date_span(said)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal.sentence)) from refusal
        return said

    def record(self) -> Record:
        """The record that was typed; without a date, formed when examples are."""
        created = self.cleaned_data["created"] or EXAMPLE_CREATED
        return Record(reference_code="", title=self.cleaned_data["title"], span=parse_date_span(created))


class TextForm(forms.Form):
    """A file of a draft as it was typed, and when the text it was typed over had been changed last."""

    text = forms.CharField(label=_("The whole file"), max_length=MAX_TEXT, required=False, strip=False)
    seen = forms.CharField(max_length=40, required=False)


class AdoptionForm(forms.Form):
    """Why a ruleset is adopted, and what becomes of each running batch: `batch-NUMBER`, or `all` for those not named."""

    reason = forms.CharField(label=_("Reason"), max_length=4000, required=False)
    all = forms.ChoiceField(label=_("For all batches"), choices=MidBatch.choices, required=False)

    def __init__(self, *args: Any, batches: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batches = batches
        for number in batches:
            self.fields[f"batch-{number}"] = forms.ChoiceField(label=number, choices=MidBatch.choices, required=False)

    def choices(self) -> dict[str, MidBatch]:
        """The choice for each running batch by its number; else that for all; where none was sent: go on."""
        for_all = self.cleaned_data["all"] or MidBatch.CONTINUE
        return {number: MidBatch(self.cleaned_data[f"batch-{number}"] or for_all) for number in self.batches}

    def chosen(self, number: str) -> str:
        """What was sent for a batch, for showing the form again; "": as for all."""
        return (self.data or {}).get(f"batch-{number}", "")

    def chosen_for_all(self) -> str:
        """What was sent for all batches, for showing the form again."""
        return (self.data or {}).get("all", "") or MidBatch.CONTINUE.value


# The fields of the form of a rule, each with the place of its value in the file.
TEXTS = {
    "title_zh": ("title", "zh"),
    "title_en": ("title", "en"),
    "why_zh": ("why", "zh"),
    "why_en": ("why", "en"),
    "article_zh": ("article", "zh"),
    "article_en": ("article", "en"),
    "false_alarms_zh": ("false_alarms", "zh"),
    "false_alarms_en": ("false_alarms", "en"),
}
LISTS = ("terms", "beside", "context", "except", "unless")
LISTS_OF = {
    "lexicon": ("terms", "context", "except", "unless"),
    "category": ("terms", "context", "except", "unless"),
    "person": ("beside", "except", "unless"),
    "name": ("except", "unless"),
}
EXAMPLES = ("must_match", "must_not_match")
CHOICES = ("ground", "suggests", "level", "status")
PERIODS = ("years", "review_by")
BASES = ("law", "policy")


class RuleForm(forms.Form):
    """The common values of a rule. A value that the form cannot show stays as it stands in the file."""

    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=200, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    why_zh = forms.CharField(label=_("Why, in Chinese"), max_length=4000, required=False)
    why_en = forms.CharField(label=_("Why, in English"), max_length=4000, required=False)
    article_zh = forms.CharField(label=_("Legal basis in Chinese"), max_length=1000, required=False)
    article_en = forms.CharField(label=_("Legal basis in English"), max_length=1000, required=False)
    false_alarms_zh = forms.CharField(label=_("Known false alarms, in Chinese"), max_length=4000, required=False)
    false_alarms_en = forms.CharField(label=_("Known false alarms, in English"), max_length=4000, required=False)
    terms = forms.CharField(label=_("Words it looks for"), max_length=MAX_TEXT, required=False)
    beside = forms.CharField(label=_("Words beside a name"), max_length=MAX_TEXT, required=False)
    context = forms.CharField(label=_("Only beside one of these"), max_length=MAX_TEXT, required=False)
    # "except" is a word of Python: the field is made below.
    unless = forms.CharField(label=_("Not where one of these stands"), max_length=MAX_TEXT, required=False)
    must_match = forms.CharField(label=_("Titles it must find"), max_length=MAX_TEXT, required=False)
    must_not_match = forms.CharField(label=_("Titles it must not find"), max_length=MAX_TEXT, required=False)
    ground = forms.ChoiceField(
        label=_("Ground"), required=False, choices=[("", "—"), *((code, code) for code in KNOWN_GROUNDS)]
    )
    suggests = forms.ChoiceField(
        label=_("Advises"), required=False, choices=[("", "—"), *((code, code) for code in SUGGESTIONS)]
    )
    level = forms.ChoiceField(
        label=_("How much the words alone prove"), required=False, choices=[(code, code) for code in LEVELS]
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[(code, code) for code in STATUSES])
    period = forms.ChoiceField(required=False, choices=[("", "—"), *((code, code) for code in PERIODS)])
    years = forms.IntegerField(label=_("Years"), min_value=1, max_value=150, required=False)
    basis = forms.ChoiceField(required=False, choices=[(code, code) for code in BASES])

    def edited(self, text: str) -> str:
        """The file's text with the values of the form; only what was changed in the form is written anew."""
        held, shown = rule_files.values_of(text) or {}, shown_values(text) or {}
        changed = {
            name
            for name in self.cleaned_data
            if name in self.data and _normal(self.cleaned_data[name]) != _normal(shown.get(name, ""))
        }
        return rule_files.with_values(text, self._values(held, changed))

    def _values(self, held: dict[str, Any], changed: set[str]) -> dict[str, Any]:
        """The changed values by their keys in the file."""
        sent = self.cleaned_data
        said: dict[str, Any] = {}
        for name in changed & set(TEXTS):
            outer, inner = TEXTS[name]
            before = held[outer] if isinstance(held.get(outer), dict) else {}
            said[outer] = {**before, **said.get(outer, {}), inner: sent[name]}
        said |= {name: sent[name] for name in changed & set(CHOICES)}
        said |= {f"looks_for.{name}": rule_files.lines_of(sent[name]) or None for name in changed & set(LISTS)}
        for name in changed & set(EXAMPLES):
            said[name] = [*rule_files.lines_of(sent[name]), *_more(held.get(name))]
        if changed & {"period", "years", "basis"} and sent["period"]:
            said["closure"] = {sent["period"]: str(sent["years"] or ""), "basis": sent["basis"] or "policy"}
        return said


RuleForm.base_fields["except"] = forms.CharField(
    label=_("Not inside one of these"), max_length=MAX_TEXT, required=False
)


def _normal(value: Any) -> str:
    """A value as it is compared: what a browser does to line ends and outer space is no change."""
    return "\n".join(line.strip() for line in str("" if value is None else value).strip().splitlines())


def _more(examples: Any) -> list[Any]:
    """The examples that are more than a title: the form does not show them, and they stay."""
    return [example for example in _items(examples) if not isinstance(example, str)]


def grounds_of(number: str) -> list[str]:
    """The grounds that a rule of a ruleset of that number may name: those of its profile."""
    jurisdiction = number.partition("-")[0].upper()
    return [*GROUNDS_OF.get(jurisdiction, KNOWN_GROUNDS), *EARLY_GROUNDS_OF.get(jurisdiction, {})]


def shown_values(text: str) -> dict[str, Any] | None:
    """The values of a rule's text for the fields of RuleForm; None where the text is no mapping that the form could show.

    `lists`: which lists of words this kind of rule has. `more`: how many examples stand in the file alone.
    """
    held = rule_files.values_of(text)
    if held is None:
        return None
    looks_for = held.get("looks_for") if isinstance(held.get("looks_for"), dict) else {}
    closure = held.get("closure") if isinstance(held.get("closure"), dict) else {}
    period = next((name for name in PERIODS if name in closure), "")
    shown: dict[str, Any] = {name: _text(held.get(outer), inner) for name, (outer, inner) in TEXTS.items()}
    shown |= {name: _plain(held.get(name)) for name in CHOICES}
    shown["level"] = shown["level"] or "medium"
    shown |= {name: rule_files.one_a_line(_words(looks_for.get(name))) for name in LISTS}
    shown |= {name: rule_files.one_a_line(_words(held.get(name))) for name in EXAMPLES}
    shown |= {
        "period": period,
        "years": _plain(closure.get(period)),
        "basis": _plain(closure.get("basis")) or "policy",
    }
    shown["lists"] = [
        name for name in LISTS_OF.get(_plain(looks_for.get("kind")), ()) if _is_list(looks_for.get(name))
    ]
    shown["kind"] = _plain(looks_for.get("kind"))
    shown["period_elsewhere"] = bool(held.get("closure")) and held.get("closure") != "none" and not period
    shown["more"] = sum(len(_more(held.get(name))) for name in EXAMPLES)
    return shown


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _text(value: Any, language: str) -> str:
    return _plain(value.get(language)) if isinstance(value, dict) else ""


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: Any) -> list[str]:
    return [word for word in _items(value) if isinstance(word, str)]


def _is_list(value: Any) -> bool:
    """Whether a form can show it: a list of words, or nothing yet."""
    return value is None or (isinstance(value, list) and all(isinstance(word, str) for word in value))
