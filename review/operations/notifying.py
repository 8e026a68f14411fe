"""Notices: made, read, and sent by mail. They say what waits and where, by public numbers; never the title of a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from policies.sentences import Refusal, Sentence
from review import ledger
from review.models import Notice, Person


@transaction.atomic
def notify(*, notices: Sequence[Notice], by: Person | str, at: datetime) -> int:
    """Keep notices (made by review.queries.notices), those whose key is known left out. Returns how many are new.

    Nothing to do, and no line, where none is.
    """
    known = set(Notice.objects.filter(key__in=[n.key for n in notices]).values_list("key", flat=True))
    new = {notice.key: notice for notice in notices if notice.key not in known}
    if not new:
        return 0
    for notice in new.values():
        notice.at = at
    Notice.objects.bulk_create(new.values(), batch_size=500, ignore_conflicts=True)
    ledger.append(
        act="notify",
        subject=f"notices {len(new)}",
        by=by,
        at=at,
        facts={"told": sorted({notice.person.username for notice in new.values()})},
        rows_digest=ledger.digest_of_rows((key,) for key in sorted(new)),
    )
    return len(new)


@transaction.atomic
def mark_read(*, notices: Sequence[Notice], by: Person, at: datetime) -> int:
    """Note that a person has read notices of their own; those of others and those already read are left out."""
    unread = Notice.objects.filter(pk__in=[n.pk for n in notices], person=by, read_at=None)
    keys = list(unread.order_by("key").values_list("key", flat=True))
    if not keys:
        return 0
    unread.update(read_at=at)
    ledger.append(
        act="read_notices",
        subject=f"person {by.username}",
        by=by,
        at=at,
        facts={"notices": len(keys)},
        rows_digest=ledger.digest_of_rows((key,) for key in keys),
    )
    return len(keys)


@transaction.atomic
def note_mail(*, notice: Notice, by: str, at: datetime, failure: str = "", again: bool = False) -> None:
    """Note that a notice was sent by mail, or why not. After a failure it is tried again only where `again`."""
    if failure:
        notice.mail_failure, notice.to_mail = failure[:500], again
    else:
        notice.mailed_at, notice.mail_failure = at, ""
    notice.save(update_fields=["mailed_at", "mail_failure", "to_mail"])
    ledger.append(
        act="mail_failed" if failure else "mail_sent",
        subject=f"notice {notice.pk}",
        by=by,
        at=at,
        facts={"to_person": notice.person.username},
    )


@transaction.atomic
def set_mail_address(*, address: str, by: Person, at: datetime) -> None:
    """Set the address to which one's own notices are sent; empty for none. Raises Refusal where it is no address."""
    address = address.strip()
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise Refusal(
            Sentence(
                "这不是邮件地址，请写成 name@example.com 的样子。",
                "This is no address; write it as name@example.com.",
            )
        ) from error
    by.email = address
    by.save(update_fields=["email"])
    ledger.append(
        act="set_mail_address",
        subject=f"person {by.username}",
        by=by,
        at=at,
        facts={"given": bool(address)},
        rows_digest=ledger.digest_of_rows([(address,)]),
    )
