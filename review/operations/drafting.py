"""Drafting a ruleset: copied from one that is known, changed file by file, submitted, taken back or withdrawn.

While it is drafted a rule in it may be wrong in any way but one: that it could not be kept. Whatever is submitted loads,
with every example met.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies import drafting
from policies.rulesets import HEAD, SUMS
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import DraftFile, DraftState, Person, RulesetDraft
from review.queries.rules import (
    check_name_examples,
    counted_impact,
    draft_ruleset,
    files_of,
    files_of_draft,
    in_force,
    numbers_known,
    ruleset_of,
    rulesets_of_profile,
)


@transaction.atomic
def begin_draft(*, base: str, by: Person, at: datetime) -> RulesetDraft:
    """Begin the next number of the profile of `base` as a copy of it. Raises Refusal when there is no such ruleset."""
    access.demand_keeper(by)
    ledger.hold()
    from_ruleset, files = ruleset_of(base), files_of(base)
    number = drafting.next_number(base, numbers_known())
    draft = RulesetDraft.objects.create(
        number=number, base=base, base_digest=from_ruleset.digest, made_by=by, made_at=at
    )
    texts = {name: text.decode() for name, text in files.items() if name != SUMS}
    texts[HEAD] = drafting.draft_head(files[HEAD], number=number, base=base)
    DraftFile.objects.bulk_create([DraftFile(draft=draft, name=name, text=text) for name, text in texts.items()])
    _note("begin_draft", draft, by, at, from_ruleset.digest, base=base, files=len(texts))
    return draft


@transaction.atomic
def change_draft_file(*, draft: RulesetDraft, name: str, text: str, by: Person, at: datetime) -> DraftFile:
    """Put a file in the draft, or its new text in its place; line ends are kept as "\\n".

    Raises Refusal when it cannot be kept; whether it is a rule that loads is not asked.
    """
    held = _opened(draft, by)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    drafting.check_file(name, text)
    file, made = DraftFile.objects.update_or_create(
        draft=held, name=name, defaults={"text": text, "changed_by": by, "changed_at": at}
    )
    digest = drafting.digest_of_files(files_of_draft(held))
    _note("change_draft_file", held, by, at, digest, name=name, new=made)
    return file


@transaction.atomic
def drop_draft_file(*, draft: RulesetDraft, name: str, by: Person, at: datetime) -> None:
    """Take a file out of the draft. Raises Refusal when it has none of that name."""
    held = _opened(draft, by)
    if not held.files.filter(name=name).delete()[0]:
        raise Refusal(
            Sentence(f"草案 {held.number} 中没有文件“{name}”。", f"Draft {held.number} has no file “{name}”.")
        )
    digest = drafting.digest_of_files(files_of_draft(held))
    _note("drop_draft_file", held, by, at, digest, name=name)


@transaction.atomic
def describe_draft(*, draft: RulesetDraft, why: str, by: Person, at: datetime) -> None:
    """Say what the draft changes and why."""
    held = _opened(draft, by)
    drafting.check_reason(why)
    held.why = why.strip()
    held.save(update_fields=["why"])
    _note("describe_draft", held, by, at, "")
    draft.refresh_from_db()


@transaction.atomic
def submit_draft(*, draft: RulesetDraft, by: Person, at: datetime) -> None:
    """Hand the draft to another policy keeper for adoption. From now on it is not changed.

    Raises Refusal unless it says why, loads with every example met, keeps every id, and its impact was counted as it
    stands against the ruleset in force.
    """
    held = _opened(draft, by)
    drafting.check_described(held.number, held.why)
    ruleset = draft_ruleset(held)
    check_name_examples(ruleset)
    drafting.check_ids(ruleset, ruleset_of(held.base), rulesets_of_profile(held.base))
    drafting.check_impact(
        held.number, counted_impact(held), digest=ruleset.digest, in_force=ruleset_of(in_force()).digest, today=None
    )
    held.state = DraftState.SUBMITTED
    held.submitted_by, held.submitted_at, held.submitted_digest = by, at, ruleset.digest
    held.save(update_fields=["state", "submitted_by", "submitted_at", "submitted_digest"])
    _note("submit_draft", held, by, at, ruleset.digest, rules=len(ruleset.rules))
    draft.refresh_from_db()


@transaction.atomic
def take_back_draft(*, draft: RulesetDraft, by: Person, at: datetime) -> None:
    """Open a submitted draft again, to change it."""
    held = _held(draft, by)
    drafting.check_submitted(held.number, held.state)
    digest = held.submitted_digest
    held.state = DraftState.OPEN
    held.submitted_by, held.submitted_at, held.submitted_digest = None, None, ""
    held.save(update_fields=["state", "submitted_by", "submitted_at", "submitted_digest"])
    _note("take_back_draft", held, by, at, digest)
    draft.refresh_from_db()


@transaction.atomic
def withdraw_draft(*, draft: RulesetDraft, by: Person, at: datetime) -> None:
    """Give the draft up. It stays as it was, and its number is not given again."""
    held = _held(draft, by)
    drafting.check_alive(held.number, held.state)
    digest = drafting.digest_of_files(files_of_draft(held))
    held.state = DraftState.WITHDRAWN
    held.save(update_fields=["state"])
    _note("withdraw_draft", held, by, at, digest)
    draft.refresh_from_db()


def _held(draft: RulesetDraft, by: Person) -> RulesetDraft:
    """The draft as it is on record now, held to the end of the transaction. Demands a policy keeper."""
    access.demand_keeper(by)
    return RulesetDraft.objects.select_for_update().get(pk=draft.pk)


def _opened(draft: RulesetDraft, by: Person) -> RulesetDraft:
    """The same, refused unless it is being drafted."""
    held = _held(draft, by)
    drafting.check_open(held.number, held.state)
    return held


def _note(act: str, draft: RulesetDraft, by: Person, at: datetime, digest: str, **facts: ledger.Fact) -> None:
    ledger.append(act=act, subject=f"ruleset {draft.number}", by=by, at=at, facts=facts, ruleset_digest=digest)
