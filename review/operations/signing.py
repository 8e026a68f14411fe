"""Sign-off (确认): confirmers put their signatures under every settled outcome of a batch, as many as the procedure asks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies.outcomes import Stage
from policies.releasing import check_copies, check_may_sign
from policies.reviewing import check_all_decided, check_rules_applied
from policies.roles import ROLES
from policies.separation import EARLIER_STAGES, check_confirmer
from review import access, ledger
from review.models import Batch, Person, SignOff
from review.queries.decisions import counts_of, deciders, round_of, settled, signatures_of
from review.queries.mid_batch import held_by_rules
from review.queries.procedures import steps_of
from review.queries.redactions import copies_to_open, signed_digest, uncopied

PERMISSION = "review.sign_off_fonds"


@transaction.atomic
def sign_off(*, batch: Batch, by: Person, at: datetime, reauthenticated: bool = False) -> SignOff:
    """Put one signature under the current round of `batch`: one of as many as the procedure asks for.

    Signatures under other decisions than those of now are void and fall. The ledger notes the roles for which this one
    counts, and whether the password was typed again for it. Raises Refusal while an entry is undecided, or is to open in
    part without a verified copy, or the signer reviewed here or signed already; PermissionDenied.
    Source: 国家档案馆档案开放办法 art. 13 (确认); how many sign is house policy.
    """
    access.demand(by, PERMISSION, batch.fonds)
    ledger.hold()
    hands = access.hands_of(by, PERMISSION, batch.fonds)
    check_confirmer(hands, deciders(batch, EARLIER_STAGES["sign_off"]))
    check_rules_applied(**held_by_rules(batch))
    rows = settled(batch)
    check_all_decided(sum(row.decision is None for row in rows))
    copies = copies_to_open(rows)
    check_copies(uncopied(rows, copies))
    digest, counts, round_ = signed_digest(rows, copies), counts_of(rows), round_of(batch)
    signatures_of(batch).exclude(decisions_digest=digest).order_by().update(standing=False)
    needed = steps_of(batch).signatures
    roles = [line.role for line in needed if access.holds(by, f"review.{ROLES[line.role].permission}", batch.fonds)]
    signed = signatures_of(batch, digest).values_list("person", "on_behalf")
    check_may_sign(signed=bool(hands & {pk for pair in signed for pk in pair}), fills=bool(roles))
    giver = access.on_behalf(by, PERMISSION, batch.fonds)
    line = ledger.append(
        act="sign_off",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "round": round_,
            "opened": counts["opened"],
            "opened_in_part": counts["opened_in_part"],
            "deferred": counts["deferred"],
            "referred": counts["referred"],
            "reviewers": len(deciders(batch, list(Stage))),
            "roles": roles,
            "reauthenticated": reauthenticated,
            **({"for": giver.username} if giver else {}),
        },
        rows_digest=digest,
    )
    return SignOff.objects.create(
        batch=batch,
        round=round_,
        person=by,
        on_behalf=giver,
        at=at,
        decisions_digest=digest,
        counts=counts,
        ledger_line=line.line,
        ledger_digest=line.digest,
    )
