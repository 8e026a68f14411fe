"""The quality sample (抽检): drawing it, judging what was drawn, and the certificate that lets a batch go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from policies.outcomes import Outcome
from policies.reviewing import check_rules_applied
from policies.sampling import (
    Looked,
    allowed_of,
    check_sample_passes,
    check_verdict,
    drawn,
    seed_of,
    size_of,
    stratum_of,
)
from policies.sentences import Refusal, Sentence
from policies.separation import EARLIER_STAGES, check_sampler
from review import access, ledger
from review.models import Batch, Certificate, LedgerHead, Person, Sample, Sampled, SampleVerdict
from review.queries.decisions import deciders, proposals, round_of
from review.queries.due import profile
from review.queries.mid_batch import held_by_rules
from review.queries.procedures import procedure_of
from review.queries.quality import looked_at, samples_of

PERMISSION = "review.sample_fonds"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found on one sampled entry: right, or wrong with what is wrong and the ground that was missed, if one was."""

    right: bool
    missed_ground: str = ""
    note: str = ""


@transaction.atomic
def draw_samples(*, batch: Batch, by: Person, at: datetime) -> list[Sample]:
    """Draw a sample of each stratum of the archives' proposal, by a seed that nobody could know before.

    Once a round. Raises Refusal, PermissionDenied.
    """
    ledger.hold()
    _check_hand(batch, by)
    round_ = round_of(batch)
    if samples_of(batch, round_).exists():
        raise Refusal(
            Sentence("本轮已经抽样，不能重抽。", "The sample of this round is drawn; it is not drawn twice.")
        )
    strata: dict[str, dict[int, int]] = {}
    proposed = proposals(batch).order_by().values_list("outcome", "ground", "batch_entry__position", "batch_entry")
    for outcome, ground, position, pk in proposed:
        strata.setdefault(stratum_of(Outcome(outcome), ground), {})[position] = pk
    plan, head = procedure_of(batch).sample, LedgerHead.objects.get(pk=1).digest
    samples = []
    for stratum, places in sorted(strata.items()):
        size = size_of(plan, len(places))
        seed = seed_of(batch.number, round_, stratum, head)
        sample = Sample.objects.create(
            batch=batch, round=round_, stratum=stratum, population=len(places), allowed=allowed_of(plan, size),
            seed=seed, drawn_at=at,
        )  # fmt: skip
        Sampled.objects.bulk_create(
            [
                Sampled(sample=sample, batch_entry_id=places[place], position=place)
                for place in drawn(sorted(places), size, seed)
            ]
        )
        samples.append(sample)
    ledger.append(
        act="draw_samples",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"round": round_, "strata": [s.stratum for s in samples], **_for(batch, by)},
        rows_digest=ledger.digest_of_rows(
            (sample.stratum, sample.seed, place)
            for sample in samples
            for place in sample.sampled.order_by("position").values_list("position", flat=True)
        ),
    )
    return samples


@transaction.atomic
def record_verdicts(*, batch: Batch, verdicts: Mapping[int, Verdict], by: Person, at: datetime) -> None:
    """Record what was found on sampled entries, by the id of their rows; a newer verdict counts. All or none.

    Raises Refusal, PermissionDenied.
    """
    _check_hand(batch, by)
    rows = {
        row.pk: row
        for row in Sampled.objects.filter(sample__in=samples_of(batch), pk__in=list(verdicts)).select_related(
            "batch_entry__entry"
        )
    }
    if not verdicts or len(rows) != len(verdicts):
        raise Refusal(
            Sentence(
                "所选条目不在本轮样本中，请刷新页面。", "The chosen entries are not in this sample. Reload the page."
            )
        )
    for pk, verdict in verdicts.items():
        check_verdict(
            rows[pk].batch_entry.entry.reference_code,
            right=verdict.right, note=verdict.note, missed_ground=verdict.missed_ground, grounds=profile().grounds,
        )  # fmt: skip
    SampleVerdict.objects.bulk_create(
        [
            SampleVerdict(
                sampled=rows[pk], right=verdict.right, missed_ground=verdict.missed_ground, note=verdict.note.strip(),
                person=by, at=at,
            )
            for pk, verdict in verdicts.items()
        ]
    )  # fmt: skip
    ledger.append(
        act="record_verdicts",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": round_of(batch),
            "entries": len(verdicts),
            "wrong": sum(not verdict.right for verdict in verdicts.values()),
            **_for(batch, by),
        },
        rows_digest=ledger.digest_of_rows(
            (rows[pk].batch_entry.entry.reference_code, v.right, v.missed_ground, v.note.strip())
            for pk, v in verdicts.items()
        ),
    )


@transaction.atomic
def certify(*, batch: Batch, by: Person, at: datetime) -> Certificate:
    """Issue the certificate of a sample that passed: what was looked at, found, and bounds. Raises Refusal otherwise.

    A batch that does not pass goes back to first review and is sampled anew in its next round.
    """
    ledger.hold()
    _check_hand(batch, by)
    check_rules_applied(**held_by_rules(batch))
    if not samples_of(batch).exists():
        raise Refusal(Sentence("尚未抽样。", "No sample is drawn yet."))
    found = looked_at(batch)
    check_sample_passes(found, procedure_of(batch).sample.zero_tolerance)
    round_ = round_of(batch)
    facts = [_fact(stratum) for stratum in found]
    digest = ledger.digest_of_rows(tuple(fact.values()) for fact in facts)
    certificate = Certificate.objects.create(
        number=f"{batch.number}-Q{round_}", batch=batch, round=round_, passed=True, facts=facts, digest=digest,
        person=by, at=at,
    )  # fmt: skip
    ledger.append(
        act="certify",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "certificate": certificate.number,
            "looked": sum(stratum.looked for stratum in found),
            "wrong": sum(stratum.errors for stratum in found),
            **_for(batch, by),
        },
        rows_digest=digest,
    )
    return certificate


def _fact(stratum: Looked) -> dict[str, str | int]:
    return {
        "stratum": stratum.stratum, "population": stratum.population, "looked": stratum.looked,
        "errors": stratum.errors, "allowed": stratum.allowed, "at_most": stratum.at_most,
    }  # fmt: skip


def _for(batch: Batch, by: Person) -> dict[str, str]:
    giver = access.on_behalf(by, PERMISSION, batch.fonds)
    return {"for": giver.username} if giver else {}


def _check_hand(batch: Batch, by: Person) -> None:
    """The right on the fonds, four eyes, and that the batch still waits for its sample."""
    access.demand(by, PERMISSION, batch.fonds)
    for person in access.hands_of(by, PERMISSION, batch.fonds):
        check_sampler(person, deciders(batch, EARLIER_STAGES["sample"]))
    round_ = round_of(batch)
    gone = Certificate.objects.filter(batch=batch, round=round_).exists()
    if gone or batch.countersignatures.filter(round=round_).exists() or not proposals(batch).exists():
        raise Refusal(
            Sentence(
                "本批不在抽检环节，抽检结论不能再改。",
                "The batch is not at its sample; verdicts can no longer change.",
            )
        )
