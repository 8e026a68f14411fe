"""Visitors' requests carried to the archives and their answers carried back: once each, whole, and kept no longer than needed."""

import hashlib
import json
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from viewflow.workflow.models import Task

from review import ledger
from review.catalogue.asking import form_given_out
from review.catalogue.models_asking import VisitorRequest
from review.models import AccessRequest, AccessStatus, Clock, Entry, LedgerLine
from review.operations import requesting
from tests.world import NOW
from workflows import carrying, rehearsal
from workflows.flows import RequestFlow
from workflows.ticking import tick

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

TOLD = {
    "kind": "request",
    "fonds": "Z001",
    "reference_code": "Z001-001-0004",
    "text": "想查阅这份文件，用于编写县志。",
    "asker": "某读者",
    "contact": "某街1号",
}


def send(client, **changes):
    given = form_given_out(timezone.now() - timedelta(minutes=1))
    return client.post(reverse("catalogue:ask"), {**TOLD, "given": given, **changes})


def sent(client, **changes) -> VisitorRequest:
    assert send(client, **changes).status_code == 302
    return VisitorRequest.objects.latest("pk")


def carried(tmp_path: Path, name: str = "requests.jsonl") -> Path:
    path = tmp_path / name
    call_command("carry_requests_out", path, verbosity=0)
    return path


def answered(tmp_path: Path, name: str = "answers.jsonl") -> Path:
    path = tmp_path / name
    call_command("carry_answers_out", path, stdout=StringIO())
    return path


def at_its_desk(asked: AccessRequest) -> Task:
    return Task.objects.get(
        process__flow_class=RequestFlow, process__artifact_object_id=asked.pk, flow_task=RequestFlow.handle
    )


def rewritten(path: Path, change) -> None:
    """The document with its rows changed and its head put right again."""
    head, *rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows = change(rows)
    rest = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    head |= {"rows": len(rows), "sha256": hashlib.sha256(rest.encode()).hexdigest()}
    path.write_text(json.dumps(head) + "\n" + rest, encoding="utf-8")


def test_what_visitors_ask_reaches_the_desk_once_and_its_answer_reaches_them(client, world, tmp_path):
    response = send(client)
    made = VisitorRequest.objects.get()
    path = carried(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert carrying.take_requests_in(path) == carrying.Taken(1, 0)
    registered = AccessRequest.objects.get()
    assert (registered.receipt, registered.kind, registered.entry.reference_code, registered.contact) == (
        made.receipt, "request", "Z001-001-0004", "某街1号",
    )  # fmt: skip
    assert at_its_desk(registered)
    assert Clock.objects.filter(kind="request").exists()
    assert LedgerLine.objects.filter(act="register_visitor_request", actor="visitors").count() == 1

    call_command("take_answers_in", answered(tmp_path), verbosity=0)
    made.refresh_from_db()
    assert made.number == registered.number
    assert (made.asker, made.contact, made.text) == ("", "", ""), "kept no longer than it must be"
    assert registered.number in client.get(response["Location"]).content.decode()

    requesting.answer_request(request=registered, answer="review", text="已安排审核", by=world["requests"], at=NOW)
    call_command("take_answers_in", answered(tmp_path), verbosity=0)
    page = client.get(response["Location"], {"lang": "en"}).content.decode()
    assert "已安排审核" in page
    assert "It will be reviewed now" in page


def test_a_document_taken_in_twice_or_written_out_again_registers_nothing_twice(client, world, tmp_path):
    sent(client)
    path = carried(tmp_path)
    carrying.take_requests_in(path)
    lines = LedgerLine.objects.count()
    assert carrying.take_requests_in(path) == carrying.Taken(0, 1)
    sent(client)
    assert carrying.take_requests_in(carried(tmp_path)) == carrying.Taken(1, 1)
    assert AccessRequest.objects.count() == 2
    assert LedgerLine.objects.filter(act="register_visitor_request").count() == 2
    assert lines < LedgerLine.objects.count()


def test_a_document_that_is_lost_on_its_way_is_written_again_whole(client, world, tmp_path):
    sent(client)
    carried(tmp_path).unlink()
    assert carrying.take_requests_in(carried(tmp_path)).new == 1


@pytest.mark.parametrize("at", [0.05, 0.3, 0.6, 0.95])
def test_a_document_with_one_byte_changed_is_refused_and_registers_nothing(client, world, tmp_path, at):
    for _time in range(3):
        sent(client)
    path = carried(tmp_path)
    raw = bytearray(path.read_bytes())
    place = int(len(raw) * at)
    raw[place] = raw[place] ^ 1
    path.write_bytes(raw)
    with pytest.raises(CommandError):
        call_command("take_requests_in", path)
    assert not AccessRequest.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row | {"kind": "withdraw"},
        lambda row: row | {"receipt": "../../etc"},
        lambda row: row | {"more": "x"},
        lambda row: {key: value for key, value in row.items() if key != "fonds"},
        lambda row: row | {"text": "长" * 4001},
        lambda row: row | {"asker": ""},
        lambda row: row | {"contact": 7},
        lambda row: row | {"text": "a\x07b"},
    ],
)
def test_a_document_with_a_row_out_of_order_is_refused_whole(client, world, tmp_path, change):
    sent(client)
    sent(client)
    path = carried(tmp_path)
    rewritten(path, lambda rows: [rows[0], change(rows[1])])
    with pytest.raises(CommandError, match="什么都没有登记"):
        call_command("take_requests_in", path)
    assert not AccessRequest.objects.exists()


def test_a_receipt_that_stands_for_another_content_is_refused(client, world, tmp_path):
    sent(client)
    path = carried(tmp_path)
    carrying.take_requests_in(path)
    rewritten(path, lambda rows: [rows[0] | {"contact": "别处"}])
    with pytest.raises(CommandError, match="另一内容"):
        call_command("take_requests_in", path)


def test_answers_that_were_changed_or_are_older_take_nothing_back(client, world, tmp_path):
    sent(client)
    carrying.take_requests_in(carried(tmp_path))
    older = answered(tmp_path, "older.jsonl")
    requesting.answer_request(
        request=AccessRequest.objects.get(), answer="refused", text="涉及个人信息", by=world["requests"], at=NOW
    )
    newer = answered(tmp_path)
    call_command("take_answers_in", newer, verbosity=0)
    call_command("take_answers_in", older, verbosity=0)
    assert VisitorRequest.objects.get().answer == "refused"
    rewritten(newer, lambda rows: [rows[0] | {"answer_text": "另一说法"}])
    with pytest.raises(CommandError, match="另一答复"):
        call_command("take_answers_in", newer)
    newer.write_bytes(newer.read_bytes()[:-2])
    with pytest.raises(CommandError, match="qifeng-answers"):
        call_command("take_answers_in", newer)


def test_what_names_no_record_is_placed_where_somebody_reads_it(client, world, tmp_path):
    sent(client, fonds="", reference_code="Z001-001-0004")
    sent(client, fonds="某个全宗", reference_code="不知道")
    carrying.take_requests_in(carried(tmp_path))
    found, unknown = AccessRequest.objects.order_by("pk")
    assert found.entry.reference_code == "Z001-001-0004"
    assert unknown.fonds == world.fonds
    assert unknown.entry is None
    assert unknown.text.startswith("（访客所指：某个全宗，不知道）")


def test_an_objection_comes_to_people_at_once_and_opens_or_closes_nothing_by_itself(client, world, tmp_path):
    rehearsal.release(world.walked("release"), world["publisher"])
    entry = Entry.objects.filter(access_status=AccessStatus.OPEN).first()
    sent(client, kind="objection", reference_code=entry.reference_code)
    carrying.take_requests_in(carried(tmp_path))
    entry.refresh_from_db()
    assert entry.access_status == AccessStatus.OPEN
    asked = AccessRequest.objects.get()
    assert asked.number.startswith("O")
    clock = Clock.objects.filter(kind="triage").get()
    assert clock.due_on > timezone.localdate()
    client.force_login(world["requests"])
    desk = client.get(reverse("task", args=[at_its_desk(asked).pk]))
    assert reverse("flag") in desk.content.decode()


def test_on_one_machine_the_tick_carries_both_ways(client, world):
    made = sent(client)
    done = tick(at=NOW, today=timezone.localdate())
    assert (done.failed, done.taken_in) == ([], 1)
    made.refresh_from_db()
    assert made.number == AccessRequest.objects.get().number
    assert tick(at=NOW, today=timezone.localdate()).taken_in == 0
    assert ledger.verify().bad_line is None
