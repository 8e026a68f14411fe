"""What a page showed, signed: agreement to a list covers only what was on it, as it was proposed then."""

from __future__ import annotations

from collections.abc import Iterable

from django.core import signing
from django.http import HttpRequest
from viewflow.workflow.models import Task

from policies.sentences import Refusal, Sentence

VALID = 12 * 60 * 60  # seconds; no longer than one stays signed in


def signed(request: HttpRequest, task: Task, shown: Iterable[tuple[int, int]]) -> str:
    """For a hidden field: (entry, proposal) pairs shown to this person at this task."""
    return signing.dumps([list(pair) for pair in shown], salt=_salt(request, task), compress=True)


def shown_by(request: HttpRequest, task: Task) -> dict[int, int]:
    """Entry -> proposal as the page showed them. Raises Refusal without such a list, or with one that was not made here."""
    try:
        pairs = signing.loads(request.POST.get("shown", ""), salt=_salt(request, task), max_age=VALID)
    except signing.BadSignature as error:
        raise Refusal(_LOOK_AGAIN) from error
    return {entry: proposal for entry, proposal in pairs}  # noqa: C416 - pairs are lists after the journey


def _salt(request: HttpRequest, task: Task) -> str:
    return f"shown:{task.pk}:{request.user.pk}"


_LOOK_AGAIN = Sentence(
    "只能对看过的列表表示同意；这一页的列表已过期或不完整，未记录。请重新打开列表，看过之后再同意。",
    "You can agree only to a list that you have looked at; the one of this page has expired or is not whole, and nothing was "
    "recorded. Open the list again, look through it, then agree.",
)
