"""Wording the public title (公开题名) of an entry whose own title says too much. The title itself stays as it is."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from policies.sentences import Refusal, Sentence
from review import access, ledger
from review.models import BatchEntry, Person, Titling
from review.queries.decisions import left_reviews
from review.queries.records import public_hits


@transaction.atomic
def set_public_title(*, batch_entry: BatchEntry, text: str, by: Person, at: datetime, today: date) -> None:
    """Set the public title of one entry under review; an empty text takes it back. It is screened itself.

    Raises Refusal when it still shows words that may not be public, or when the batch has left its reviews.
    """
    batch = batch_entry.batch
    fonds = batch.fonds
    if not access.holds(by, "review.first_review_fonds", fonds):
        access.demand(by, "review.second_review_fonds", fonds)
    if left_reviews(batch):
        raise Refusal(
            Sentence(
                "本批已抽检或已征求形成单位意见，公开题名不能再改。需要时请退回初审。",
                "The batch was sampled or the forming units have been asked; the public title can no longer change. "
                "Return the batch if it must.",
            )
        )
    text = " ".join(text.split())
    entry = batch_entry.entry
    if entry.stub:
        raise Refusal(
            Sentence(
                "涉密存根没有题名，也不得拟定公开题名。解密后先补录题名。",
                "The stub of a state secret has no title and gets no public one. When it is declassified, import its title first.",
            )
        )
    if text and (hits := public_hits(entry, today, title=text)):
        shown = "、".join(hits)
        raise Refusal(
            Sentence(
                f"公开题名中仍有不得公开的内容：“{shown}”。可用“[隐去]”代替。",
                f"The public title still shows “{shown}”, which may not be public. You can write “[隐去]” in its place.",
            )
        )
    entry.public_title = "" if text == entry.title else text
    entry.save(update_fields=["public_title"])
    Titling.objects.create(batch_entry=batch_entry, text=entry.public_title, person=by, at=at)
    ledger.append(
        act="set_public_title",
        subject=f"entry {entry.reference_code}",
        by=by,
        at=at,
        facts={"batch": batch.number, "set": bool(entry.public_title)},
        rows_digest=ledger.digest_of_rows([(entry.reference_code, entry.public_title)]),
    )
