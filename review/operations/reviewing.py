"""First and second review: recording opinions, taking them back, handing the batch on when every entry has one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import transaction

from policies.outcomes import Stage
from policies.reviewing import Decision, Standing, check_all_decided, check_decision, check_rules_applied
from policies.sentences import Refusal, Sentence
from policies.separation import check_second_reviewer
from review import access, desk_lists, ledger
from review.models import Batch, Opinion, Person, TakenBack
from review.models.bulk import insert_rows, insert_unsaved
from review.models.opinions import Hand, insert_opinions
from review.queries.decisions import deciders, left_reviews, round_of, standing, undecided
from review.queries.desks import latest_act, stood_before
from review.queries.mid_batch import held_by_rules
from review.queries.records import standings_of

PERMISSIONS = {Stage.FIRST_REVIEW: "review.first_review_fonds", Stage.SECOND_REVIEW: "review.second_review_fonds"}


@transaction.atomic
def record_opinions(
    *, batch: Batch, stage: Stage, decisions: Mapping[int, Decision], by: Person, at: datetime, today: date
) -> None:
    """Record one decision for each batch entry id; a newer opinion takes the place of the same stage's earlier one.

    All or none. Raises Refusal naming the first entries that may not be decided so; PermissionDenied without the right.
    """
    ledger.hold()  # what the rules advise does not change while it is asked (rescreening)
    _check_hand(batch, stage, by)
    standings = standings_of(batch, decisions, today)
    if len(standings) != len(decisions) or not decisions:
        raise Refusal(
            Sentence("所选条目不在本批中，请刷新页面。", "The chosen entries are not in this batch. Reload the page.")
        )
    _check_decisions(decisions, standings, today)
    round_, giver = round_of(batch), access.on_behalf(by, PERMISSIONS[stage], batch.fonds)
    Opinion.objects.filter(batch_entry_id__among=decisions, stage=stage, round=round_, standing=True).update(
        standing=False
    )
    hand = Hand(stage, round_, by, giver, at)
    insert_opinions([hand.gives(pk, decision) for pk, decision in decisions.items()])
    desk_lists.decided(batch, stage, round_, decisions)
    ledger.append(
        act="record_opinions",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={"stage": stage, "round": round_, "entries": len(decisions), **_for(giver)},
        rows_digest=ledger.digest_of_rows(
            (standings[pk].reference_code, d.outcome, d.ground, d.opens_on, d.reason) for pk, d in decisions.items()
        ),
    )


@transaction.atomic
def hand_on(*, batch: Batch, stage: Stage, by: Person, at: datetime) -> None:
    """Declare a review finished. Raises Refusal while an entry has no opinion: untouched is not approved."""
    _check_hand(batch, stage, by)
    check_rules_applied(**held_by_rules(batch))
    check_all_decided(undecided(batch, stage).count())
    opinions = standing(batch, stage).order_by("batch_entry__position")
    desk_lists.drop(batch)
    ledger.append(
        act="hand_on",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "stage": stage,
            "round": round_of(batch),
            "entries": opinions.count(),
            **_for(access.on_behalf(by, PERMISSIONS[stage], batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows(
            opinions.values_list(
                "batch_entry__entry__reference_code", "outcome", "ground", "opens_on", "person__username"
            )
        ),
    )


@transaction.atomic
def take_back(*, batch: Batch, stage: Stage, given_at: datetime, by: Person, at: datetime) -> int:
    """Take back one's own last act at this desk, the opinions given at that moment; how many entries it was about.

    Where an earlier opinion stood before, it stands again as it was given. Only the last act: whoever wants to go further
    takes back one after the other. Raises Refusal, PermissionDenied.
    """
    ledger.hold()
    _check_hand(batch, stage, by)
    last = latest_act(batch, stage, by)
    if not last or last[0].at != given_at:
        raise Refusal(
            Sentence(
                "这不是您在本批的最后一次决定，不能撤销。请刷新页面，直接更改这些条目的意见。",
                "This is not the last you decided in this batch, so it cannot be undone. Reload the page and change these "
                "entries instead.",
            )
        )
    given = {opinion.batch_entry_id: opinion for opinion in last}
    again = stood_before(last)
    Opinion.objects.filter(pk__among=[opinion.pk for opinion in last]).update(standing=False)
    insert_rows(TakenBack, ("opinion_id",), ((opinion.pk,) for opinion in last))
    insert_unsaved(Opinion, [_once_more(opinion) for opinion in again.values()])
    desk_lists.reopened(batch, stage, round_of(batch), given.keys() - again.keys())
    ledger.append(
        act="take_back",
        subject=f"batch {batch.number}",
        by=by,
        at=at,
        facts={
            "stage": stage,
            "round": round_of(batch),
            "entries": len(given),
            "restored": len(again),
            **_for(access.on_behalf(by, PERMISSIONS[stage], batch.fonds)),
        },
        rows_digest=ledger.digest_of_rows(_told(last)),
    )
    return len(given)


def _check_hand(batch: Batch, stage: Stage, by: Person) -> None:
    """The right on the fonds, four eyes, and that the batch has not left this desk."""
    access.demand(by, PERMISSIONS[stage], batch.fonds)
    gone = left_reviews(batch)
    if stage is Stage.SECOND_REVIEW:
        hands = access.hands_of(by, PERMISSIONS[stage], batch.fonds)
        check_second_reviewer(hands, deciders(batch, [Stage.FIRST_REVIEW]))
    else:
        gone = gone or standing(batch, Stage.SECOND_REVIEW).exists()
    if gone:
        raise Refusal(
            Sentence(
                "本批已交下一环节，此处意见不能再改。需要时请下一环节退回。",
                "The batch has gone on to the next desk; opinions here can no longer change. Ask that desk to return it.",
            )
        )


def _once_more(opinion: Opinion) -> Opinion:
    opinion.pk, opinion.standing, opinion._state.adding = None, True, True
    return opinion


def _told(opinions: Collection[Opinion]) -> list[tuple[object, ...]]:
    return [(o.batch_entry.entry.reference_code, o.outcome, o.ground, o.opens_on, o.reason) for o in opinions]


def _for(giver: Person | None) -> dict[str, str]:
    return {"for": giver.username} if giver else {}


def _check_decisions(decisions: Mapping[int, Decision], standings: Mapping[int, Standing], today: date) -> None:
    refused: list[Sentence] = []
    for pk, decision in decisions.items():
        try:
            check_decision(decision, standings[pk], today=today)
        except Refusal as refusal:
            refused.append(refusal.sentence)
    if refused:
        more = len(refused) - 3
        raise Refusal(
            Sentence(
                "".join(s.zh for s in refused[:3]) + (f"（另有 {more} 条同样不能记录。）" if more > 0 else ""),
                " ".join(s.en for s in refused[:3]) + (f" ({more} more could not be recorded.)" if more > 0 else ""),
            )
        )
