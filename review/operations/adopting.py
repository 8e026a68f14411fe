"""Adopting a ruleset: from a submitted draft, or one that is shipped. From then on it is in force, and never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from policies import drafting
from policies.rules import Ruleset
from policies.rulesets import SUMS, build_ruleset, shipped
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import AdoptedRuleset, DraftState, MidBatch, Person, RulesChange, RulesetDraft
from review.queries.decisions import round_of
from review.queries.due import profile
from review.queries.rules import (
    check_name_examples,
    counted_impact,
    files_of,
    files_of_draft,
    in_force,
    ruleset_of,
    running_batches,
)


@transaction.atomic
def adopt_ruleset(
    *,
    reason: str,
    by: Person,
    at: datetime,
    today: date,
    choices: Mapping[str, MidBatch] | MidBatch,
    draft: RulesetDraft | None = None,
    number: str | None = None,
) -> AdoptedRuleset:
    """Put a submitted draft, or the shipped ruleset of that number, in force; its files are kept whole.

    `choices` says what becomes of each running batch, by its number, or of all of them; it is noted here and done by
    `rescreening.rescreen_batch`. Raises Refusal: without a reason, by the submitter, on a draft that changed or whose
    impact is not counted, on a number already adopted, of another jurisdiction than this house's, or where a running
    batch has no choice.
    """
    access.demand_keeper(by)
    drafting.check_reason(reason)
    if (draft is None) == (number is None):
        raise ValueError("a draft or a number")
    if draft is not None:
        draft = RulesetDraft.objects.select_for_update().get(pk=draft.pk)
    ledger.hold()  # one adoption at a time, and no batch is cut meanwhile
    ruleset, files = _of_draft(draft, by, today) if draft else _of_number(str(number))
    drafting.check_jurisdiction(ruleset.number, ruleset.jurisdiction, here=profile().jurisdiction)
    check_name_examples(ruleset)
    adopted = AdoptedRuleset.objects.create(
        number=ruleset.number,
        jurisdiction=ruleset.jurisdiction,
        title_zh=ruleset.title.zh,
        title_en=ruleset.title.en,
        files={name: text.decode() for name, text in files.items()},
        digest=ruleset.digest,
        reason=reason.strip(),
        submitted_by=draft.submitted_by if draft else None,
        adopted_by=by,
        adopted_at=at,
    )
    changes = _changes(adopted, choices, by, at)
    ledger.append(
        act="adopt_ruleset",
        subject=f"ruleset {adopted.number}",
        by=by,
        at=at,
        facts={
            "rules": len(ruleset.rules),
            **(
                {"submitted_by": str(draft.submitted_by.username), "draft": draft.submitted_digest}
                if draft and draft.submitted_by
                else {}
            ),
            "batches": dict(Counter(str(change.choice) for change in changes)),
        },
        ruleset_digest=adopted.digest,
        rows_digest=ledger.digest_of_rows((change.batch.number, str(change.choice)) for change in changes),
    )
    if draft is not None:
        draft.state = DraftState.ADOPTED
        draft.save(update_fields=["state"])
    return adopted


def _of_draft(draft: RulesetDraft, by: Person, today: date) -> tuple[Ruleset, drafting.Files]:
    """The ruleset that the draft becomes and its files, when everything is as it was submitted."""
    drafting.check_submitted(draft.number, draft.state)
    drafting.check_adopter(draft.number, by.pk, draft.submitted_by_id)
    files = files_of_draft(draft)
    drafting.check_unchanged(draft.number, submitted=draft.submitted_digest, now=drafting.digest_of_files(files))
    drafting.check_impact(
        draft.number,
        counted_impact(draft),
        digest=draft.submitted_digest,
        in_force=ruleset_of(in_force()).digest,
        today=today,
    )
    files = drafting.adopted_files(files, day=today, by=by.full_name)
    return build_ruleset(draft.number, files), files


def _of_number(number: str) -> tuple[Ruleset, drafting.Files]:
    """A shipped ruleset and its files, unless it was adopted before."""
    if AdoptedRuleset.objects.filter(number=number).exists():
        raise Refusal(
            Sentence(
                f"规则集 {number} 已采用过。要恢复旧规则，请以它为底本起草新编号。",
                f"Ruleset {number} was adopted before. To return to it, begin a draft from it under a new number.",
            )
        )
    if number not in shipped():
        raise Refusal(
            Sentence(
                f"没有随软件发布的规则集 {number}。可采用的有：{'、'.join(shipped())}。",
                f"No ruleset {number} is shipped. There are: {', '.join(shipped())}.",
            )
        )
    files = files_of(number)
    if SUMS not in files:
        raise Refusal(
            Sentence(
                f"规则集 {number} 还是草稿（没有 {SUMS}），不能采用。",
                f"Ruleset {number} is still a draft (it has no {SUMS}) and cannot be adopted.",
            )
        )
    return ruleset_of(number), files


def _changes(
    adopted: AdoptedRuleset, choices: Mapping[str, MidBatch] | MidBatch, by: Person, at: datetime
) -> list[RulesChange]:
    """What was chosen for each running batch, noted to be done."""
    running = {batch.number: batch for batch in running_batches()}
    chosen = choices if isinstance(choices, Mapping) else dict.fromkeys(running, choices)
    if chosen.keys() != running.keys():
        odd = "、".join(sorted(chosen.keys() ^ running.keys()))
        raise Refusal(
            Sentence(
                f"请为每个在办批次选择新规则如何适用，且只为在办批次选择：{odd}。",
                f"Choose for every running batch, and for no other, what the new rules mean for it: {odd}.",
            )
        )
    rows = [
        RulesChange(
            ruleset=adopted, batch=batch, choice=MidBatch(chosen[number]), round=round_of(batch), by=by, at=at
        )
        for number, batch in running.items()
    ]
    return RulesChange.objects.bulk_create(rows)
