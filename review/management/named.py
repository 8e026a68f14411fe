"""What the words of a command line name: a ruleset, a draft, a procedure, batches, a person. Each is there, or it is said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import CommandError
from django.db.models import QuerySet

from policies.rules import Ruleset
from policies.rulesets import HEAD, load_ruleset, read_ruleset, shipped
from review.models import Batch, Person, Procedure, RulesetDraft, ScreeningRun
from review.queries import rules


def run_named(batch: str, key: int | None) -> ScreeningRun:
    """The run of that key, else the last one over the whole batch."""
    runs = ScreeningRun.objects.filter(batch__number=batch).select_related("batch").order_by("-id")
    run = (runs.filter(pk=key) if key else runs.filter(whole=True)).first()
    if run is None:
        raise CommandError(f"批次“{batch}”没有这次筛查。 There is no such screening run of a batch “{batch}”.")
    return run


def ruleset_named(word: str) -> Ruleset:
    """The ruleset of a folder, or of a number: shipped, adopted or being drafted."""
    if "/" in word or (Path(word) / HEAD).is_file():
        return read_ruleset(Path(word).resolve())
    if word in shipped():
        return load_ruleset(word)
    if RulesetDraft.objects.filter(number=word).exclude(state="adopted").exists():
        return drafted(word)
    return rules.ruleset_of(word)


def drafted(number: str) -> Ruleset:
    return rules.draft_ruleset(draft_named(number))


def draft_named(number: str) -> RulesetDraft:
    draft = RulesetDraft.objects.filter(number=number).order_by("-id").first()
    if draft is None:
        raise CommandError(f"没有草案“{number}”。 There is no draft “{number}”.")
    return draft


def person_named(username: str) -> Person:
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise CommandError(f"没有用户“{username}”。 There is no person “{username}”.")
    return person


def procedure_named(word: str) -> Procedure:
    number = word.upper().removeprefix("P-")
    row = Procedure.objects.filter(number=int(number)).first() if number.isascii() and number.isdigit() else None
    if row is None:
        raise CommandError(f"没有规程“{word}”。 There is no procedure “{word}”.")
    return row


def batches_named(words: Iterable[str]) -> QuerySet[Batch]:
    found = Batch.objects.filter(number__in=list(words)).order_by("number")
    missing = set(words) - set(found.values_list("number", flat=True))
    if missing:
        names = ", ".join(sorted(missing))
        raise CommandError(f"没有批次：{names}。 There are no batches: {names}.")
    return found
