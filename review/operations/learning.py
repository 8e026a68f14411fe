"""Adopting a second opinion that was trained on this archives' own decisions. From then on it is never changed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from policies.learning.cards import rendered
from policies.learning.opinion import from_json, is_number
from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import Person, SecondOpinionModel

_TAKEN = Sentence(
    "已有编号为 {number} 的第二意见。一经采用不得改动，请另立新编号。",
    "There is a second opinion {number} already. An adopted one never changes: give this one a new number.",
)
_NO_NUMBER = Sentence(
    "“{number}”不能作第二意见的编号。请用 SO-1 至 SO-99 中未用过的一个。",
    "“{number}” is no number for a second opinion. Take one from SO-1 to SO-99 that was not used yet.",
)


@transaction.atomic
def adopt_second_opinion(*, number: str, text: str, digest: str, by: Person, at: datetime) -> SecondOpinionModel:
    """Keep a trained second opinion whole, under a number. `digest` is that of the card that `by` has read.

    Raises PermissionDenied unless `by` is a policy keeper; Refusal without a number of that form, where the number is taken, where the
    text is no second opinion or not the one of the card.
    """
    access.demand_keeper(by)
    number = number.strip()
    if not is_number(number):
        raise Refusal(_NO_NUMBER.filled(number=number))
    ledger.hold()
    if SecondOpinionModel.objects.filter(number=number).exists():
        raise Refusal(_TAKEN.filled(number=number))
    opinion = from_json(text, digest)
    adopted = SecondOpinionModel.objects.create(
        number=number,
        model=opinion.to_json(),
        digest=opinion.digest,
        card_zh=rendered(opinion.card, opinion.digest, "zh"),
        card_en=rendered(opinion.card, opinion.digest, "en"),
        adopted_by=by,
        adopted_at=at,
    )
    ledger.append(
        act="adopt_second_opinion",
        subject=f"second_opinion {number}",
        by=by,
        at=at,
        facts={"entries": opinion.card.entries, "groups": opinion.card.groups, "grounds": sorted(opinion.grounds)},
        rows_digest=ledger.digest_of_rows([(number, opinion.digest)]),
    )
    return adopted
