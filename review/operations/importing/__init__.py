"""Taking a catalogue file in: received, read, then saved whole or given up; and undone as long as nothing was decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from policies.protection import check_proposal_acceptance
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import (
    DECIDED,
    BatchEntry,
    ColumnMapping,
    Entry,
    Fonds,
    Intake,
    JointMaker,
    Person,
    Proposal,
    Series,
)
from review.operations.importing.saving import give, note_change, save_staged, wanted_of
from review.operations.importing.undoing import check_nothing_rests_on
from review.queries.comparing import Comparison, compare
from review.queries.intakes import staged_of
from review.staging import Staged


@transaction.atomic
def receive_catalogue(
    *,
    fonds: Fonds,
    file_name: str,
    size: int,
    digest: str,
    by: Person,
    at: datetime,
) -> Intake:
    """Note that a file of `size` bytes came for a fonds. Whoever calls puts it where review.queries.intakes says."""
    access.demand(by, "review.plan_fonds", fonds)
    intake = Intake.objects.create(fonds=fonds, file_name=file_name[-255:], size=size, digest=digest, by=by, at=at)
    ledger.append(
        act="receive_catalogue",
        subject=f"fonds {fonds.code}",
        by=by,
        at=at,
        facts={"intake": intake.pk, "file": digest, "bytes": size},
    )
    return intake


@transaction.atomic
def note_reading(
    *, intake: Intake, profile: str, stubs_only: bool, comparison: Comparison, by: Person, at: datetime
) -> None:
    """Note what became of the rows of a file when it was read and compared; nothing is saved by it."""
    access.demand(by, "review.plan_fonds", intake.fonds)
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    _check_waiting(intake)
    intake.read_at, intake.profile, intake.stubs_only = at, profile[:60], stubs_only
    _count(intake, comparison)
    intake.save()
    ledger.append(
        act="note_reading", subject=f"fonds {intake.fonds.code}", by=by, at=at,
        facts={"intake": intake.pk, "file": intake.digest, **_counts(comparison)},
    )  # fmt: skip


@transaction.atomic
def save_import(*, intake: Intake, by: Person, at: datetime, keep_good: bool = False) -> Comparison:
    """Save the staged rows of a file: new units added, held ones changed, protected ones only proposed to be changed.

    All in one transaction, or nothing. Saved already: does nothing. Raises Refusal where rows were refused and the
    good ones are not to be kept alone (`keep_good`), where there is nothing to save, and where the file was given up.
    """
    access.demand(by, "review.plan_fonds", intake.fonds)
    # One import of a fonds at a time; whoever cuts a batch of it or decides need not wait for the rows to be copied.
    intake = Intake.objects.select_for_update(no_key=True).select_related("fonds").get(pk=intake.pk)
    if intake.saved_at:  # its staging is gone
        return _compared(intake)
    _check_waiting(intake)
    with staged_of(intake) as staged:
        if not staged.complete:
            raise Refusal(_NOT_READ)
        comparison = compare(staged, intake.fonds)
        if comparison.refused and not keep_good:
            raise Refusal(_ROWS_REFUSED.filled(rows=comparison.refused))
        if not (comparison.added or comparison.changed or comparison.proposed or _series_waiting(staged)):
            raise Refusal(_NOTHING)
        save_staged(staged, intake)
        _count(intake, comparison)
        intake.profile = intake.profile or staged.noted("profile", "")[:60]
        intake.read_at = intake.read_at or at
        intake.saved_at, intake.saved_by, intake.keep_good = at, by, keep_good
        intake.save()
        ledger.append(
            act="import_catalogue", subject=f"fonds {intake.fonds.code}", by=by, at=at,
            facts={"intake": intake.pk, "file": intake.digest, **_counts(comparison)},
            rows_digest=ledger.digest_of_rows(
                staged.rows("verdict IN ('', 'change', 'propose')", columns=("reference_code", "title"))
            ),
        )  # fmt: skip
    return comparison


@transaction.atomic
def give_up_import(*, intake: Intake, by: Person, at: datetime) -> None:
    """Give up a file that was received and not saved; its rows are thrown away by whoever calls."""
    access.demand(by, "review.plan_fonds", intake.fonds)
    intake = Intake.objects.select_for_update().get(pk=intake.pk)
    _check_waiting(intake)
    intake.given_up_at, intake.given_up_by = at, by
    intake.save()
    ledger.append(
        act="give_up_import", subject=f"fonds {intake.fonds.code}", by=by, at=at,
        facts={"intake": intake.pk, "file": intake.digest},
    )  # fmt: skip


@transaction.atomic
def undo_import(*, intake: Intake, by: Person, at: datetime) -> None:
    """Take back everything a saved file did; the holdings are as they were before it.

    Raises Refusal once anything rests on it: an entry of it in a batch, an object attached, a later import over it.
    """
    access.demand(by, "review.plan_fonds", intake.fonds)
    ledger.hold()
    intake = Intake.objects.select_for_update().select_related("fonds").get(pk=intake.pk)
    if intake.saved_at is None or intake.undone_at is not None:
        raise Refusal(_NOT_SAVED)
    check_nothing_rests_on(intake)
    for change in intake.changes.select_related("entry").order_by("-id"):
        give(change.entry, change.before)
    for series, before in intake.series_changes.order_by("-id").values_list("series", "before"):
        Series.objects.filter(pk=series).update(**before)
    proposals = Proposal.objects.filter(intake=intake).delete()[0]
    added = Entry.objects.filter(intake=intake)
    rows_digest = ledger.digest_of_rows(added.order_by("pk").values_list("reference_code", "title").iterator())
    JointMaker.objects.filter(entry__intake=intake)._raw_delete(using=added.db)
    entries = added._raw_delete(using=added.db)
    Series.objects.filter(intake=intake)._raw_delete(using=added.db)
    intake.undone_at, intake.undone_by = at, by
    intake.save()
    ledger.append(
        act="undo_import", subject=f"fonds {intake.fonds.code}", by=by, at=at, rows_digest=rows_digest,
        facts={"intake": intake.pk, "file": intake.digest, "removed": entries, "restored": intake.changes.count(),
               "proposals": proposals},
    )  # fmt: skip


@transaction.atomic
def settle_proposal(*, proposal: Proposal, accept: bool, reason: str, by: Person, at: datetime) -> None:
    """Accept or decline a change that a file proposed to a protected entry. Accepting changes the entry, so it must be
    under no review and not open then; declining says why."""
    proposal = Proposal.objects.select_for_update().select_related("entry__fonds", "intake").get(pk=proposal.pk)
    entry = proposal.entry
    access.demand(by, "review.plan_fonds", entry.fonds)
    under_review = BatchEntry.objects.filter(entry=entry, live=True).exists()
    decided = entry.access_status in DECIDED
    check_proposal_acceptance(
        settled=proposal.settled_at is not None, accept=accept, reason=reason, under_review=under_review,
        decided=decided,
    )  # fmt: skip
    if accept:
        note_change(proposal.intake, entry, give(entry, wanted_of(proposal.changes, {})))
    proposal.settled_at, proposal.settled_by, proposal.accepted, proposal.reason = at, by, accept, reason
    proposal.save()
    ledger.append(
        act="settle_proposal", subject=f"entry {entry.reference_code}", by=by, at=at,
        facts={"intake": proposal.intake_id, "accepted": accept, "fields": sorted(proposal.changes)},
        rows_digest=ledger.digest_of_rows([[json.dumps(proposal.changes, ensure_ascii=False, sort_keys=True)]]),
    )  # fmt: skip


@transaction.atomic
def save_mapping(*, name: str, columns: Mapping[str, str], by: Person, at: datetime) -> ColumnMapping:
    """Keep under a name which heading means which field; the same name again replaces it."""
    if not access.fonds_of(by, "review.plan_fonds").exists():
        raise Refusal(_NO_PLANNER)
    mapping, _ = ColumnMapping.objects.update_or_create(
        name=name, defaults={"columns": dict(columns), "made_by": by, "made_at": at}
    )
    ledger.append(
        act="save_mapping", subject=f"mapping {name}", by=by, at=at, facts={"columns": len(columns)},
        rows_digest=ledger.digest_of_rows(sorted(columns.items())),
    )  # fmt: skip
    return mapping


def _check_waiting(intake: Intake) -> None:
    if intake.given_up_at or intake.saved_at:
        raise Refusal(_OVER)


def _count(intake: Intake, comparison: Comparison) -> None:
    for name, value in _counts(comparison).items():
        setattr(intake, name, value)


def _counts(comparison: Comparison) -> dict[str, int]:
    return {name: getattr(comparison, name) for name in Comparison.__slots__}


def _compared(intake: Intake) -> Comparison:
    return Comparison(**{name: getattr(intake, name) for name in Comparison.__slots__})


def _series_waiting(staged: Staged) -> bool:
    return bool(staged.count("kind = 'series' AND verdict IN ('', 'change')"))


_NOT_READ = Sentence(
    "该文件尚未读完，不能保存。请等待读取完成，或重新读取。",
    "The file has not been read to its end and cannot be saved. Wait for it, or read it again.",
)
_ROWS_REFUSED = Sentence(
    "有 {rows} 行不合要求，未保存任何内容。请改正后重新导入，或选择只保存合格的行。",
    "{rows} rows were refused; nothing was saved. Mend them and import again, or choose to save the good rows alone.",
)
_NOTHING = Sentence(
    "文件内容与库中一致，没有需要保存的变化。",
    "The file says what is held already; there is nothing to save.",
)
_OVER = Sentence(
    "此次导入已保存或已放弃，不能再改。请重新上传文件。",
    "This import was saved or given up already. Upload the file again.",
)
_NOT_SAVED = Sentence(
    "此次导入没有保存，或已经撤销，没有可撤销的内容。",
    "This import was not saved, or is undone already; there is nothing to undo.",
)
_NO_PLANNER = Sentence(
    "只有计划员可以保存列映射。",
    "Only a planner may save a column mapping.",
)
