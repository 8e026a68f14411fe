"""Sign-off (确认): the confirmer puts one signature under every settled outcome of a batch."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies.outcomes import Stage
from policies.reviewing import check_all_decided, check_rules_applied
from policies.separation import EARLIER_STAGES, check_confirmer
from review import access, ledger
from review.models import Batch, Person, SignOff
from review.queries.decisions import counts_of, deciders, decisions_digest, round_of, settled
from review.queries.mid_batch import held_by_rules


@transaction.atomic
def sign_off(*, batch: Batch, by: Person, at: datetime) -> SignOff:
    """Confirm the current round of `batch`. Raises Refusal while an entry is undecided or the signer reviewed here.

    Source: 国家档案馆档案开放办法 art. 13 (确认).
    """
    access.demand(by, "review.sign_off_fonds", batch.fonds)
    check_confirmer(by.pk, deciders(batch, EARLIER_STAGES["sign_off"]))
    check_rules_applied(**held_by_rules(batch))
    rows = settled(batch)
    check_all_decided(sum(row.decision is None for row in rows))
    digest = decisions_digest(rows)
    counts = counts_of(rows)
    round_ = round_of(batch)
    line = ledger.append(
        act="sign_off",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": round_,
            "opened": counts["opened"],
            "deferred": counts["deferred"],
            "referred": counts["referred"],
            "reviewers": len(deciders(batch, list(Stage))),
        },
        rows_digest=digest,
    )
    return SignOff.objects.create(
        batch=batch,
        round=round_,
        person=by,
        at=at,
        decisions_digest=digest,
        counts=counts,
        ledger_line=line.line,
        ledger_digest=line.digest,
    )
