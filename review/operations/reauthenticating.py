"""The password typed again at an act of the seal: right or wrong, and how often it was wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from policies.reauthenticating import WITHIN, check_tries
from review import ledger
from review.models import LedgerLine, Person

ACT = "wrong_password"


@transaction.atomic
def prove(*, by: Person, right: Callable[[], bool], at: datetime) -> bool:
    """Whether `right` says that the password was right. A wrong one is a line of the ledger, and counted by it.

    Raises Refusal after too many wrong ones, without asking. A right one leaves no line here: the act it belongs to
    says that it was typed.
    """
    # One try at a time: a burst of guesses would all see the same count.
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    wrong = LedgerLine.objects.filter(act=ACT, actor=by.username, at__gt=at - WITHIN).count()
    check_tries(wrong)
    if right():
        return True
    ledger.append(act=ACT, subject=f"person {by.username}", by=by, at=at, facts={"tries": wrong + 1})
    return False
