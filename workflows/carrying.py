"""Visitors' requests from the public site, and the answers that go back: as documents, whoever carries them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from policies.sentences import Refusal, Sentence
from review.documents.visitor_answers import VisitorAnswer, answers_document
from review.queries.requests import by_receipts, placed, sent_by_visitors
from review.readers.visitor_requests import VisitorAsked, read_visitor_requests
from workflows.audit import acting_as
from workflows.flows import request as flow

BY = "visitors"


@dataclass(frozen=True, slots=True)
class Taken:
    """How many requests of a document are registered now, and how many were before."""

    new: int
    known: int


def take_requests_in(path: Path) -> Taken:
    """Register every request of a document that is not registered yet, and put it on its road: all or none.

    The same document again changes nothing. Raises Refusal: a document that is not whole, a receipt that stands for another
    content, no fonds to put a request to.
    """
    asked = read_visitor_requests(path)
    with transaction.atomic(), acting_as(BY):
        known = by_receipts(each.receipt for each in asked)
        for each in asked:
            if each.receipt not in known:
                _begin(each)
            elif (each.kind, each.asker.strip(), each.contact.strip()) != (
                known[each.receipt].kind,
                known[each.receipt].asker,
                known[each.receipt].contact,
            ):
                raise Refusal(
                    Sentence(
                        f"回执 {each.receipt} 已按另一内容登记。什么都没有登记，请查明原因。",
                        f"Receipt {each.receipt} is registered with another content. Nothing was registered; find out why.",
                    )
                )
    return Taken(len(asked) - len(known), len(known))


def _begin(asked: VisitorAsked) -> None:
    place = placed(asked.fonds, asked.reference_code)
    if place is None:
        raise Refusal(Sentence("尚未登记任何全宗。", "No fonds is registered yet."))
    fonds, entry = place
    flow.begin_from_visitor(asked=asked, fonds=fonds, entry=entry, by=BY)


def write_answers(path: Path) -> int:
    """Write how every visitor's request stands to `path`, readable by its owner only; how many there are."""
    answers = list(_answers())
    half = path.with_name(f".{path.name}.half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(answers_document(answers))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
    return len(answers)


def _answers() -> Iterator[VisitorAnswer]:
    for row in sent_by_visitors():
        answered = "" if row.answered_at is None else timezone.localdate(row.answered_at).isoformat()
        registered = timezone.localdate(row.received_at).isoformat()
        yield VisitorAnswer(row.receipt, row.number, registered, row.answer, row.answer_text, answered)


def exchange() -> Taken:
    """Where the public site runs on this machine: carry both ways at once. By its own commands and documents, as across a gap."""
    if not apps.is_installed("review.catalogue"):
        return Taken(0, 0)
    with tempfile.TemporaryDirectory(prefix="qifeng-carried-") as folder:
        requests, answers = Path(folder) / "requests.jsonl", Path(folder) / "answers.jsonl"
        call_command("carry_requests_out", requests, verbosity=0)
        taken = take_requests_in(requests)
        write_answers(answers)
        call_command("take_answers_in", answers, verbosity=0)
    return taken
