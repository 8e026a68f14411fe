"""The auditor's desk: all can be read and nothing written; the ledger is verified, looked through, followed and taken away."""

import csv
import hashlib
import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from review import ledger
from review.models import Job, LedgerLine, Opinion
from review.operations import appointing
from review.queries.trail import events_of_entry
from tests.review.scenes_hwork import lend
from tests.review.test_ledger import run, without_triggers
from tests.shelf import make_entry, make_intake
from tests.world import NOW
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def text_of(client, address: str, language: str = "en") -> str:
    client.cookies.load({"django_language": language})
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(html.fromstring(answer.content.decode()).text_content().split())


@pytest.fixture
def auditor(client, world):
    client.force_login(world["auditor"])
    return client


def verified(client) -> Job:
    assert client.post(reverse("audit")).status_code == 302
    return Job.objects.filter(kind="verify_ledger").latest("pk")


# -- verified


def test_a_whole_ledger_is_told_to_hold_and_the_result_is_kept(auditor, world):
    world.walked("sign_off")
    job = verified(auditor)
    assert (job.by, job.failure_zh) == (world["auditor"], "")
    assert f"All {LedgerLine.objects.count()} lines hold" in text_of(auditor, reverse("audit"))
    assert str(world["auditor"]) in text_of(auditor, reverse("audit"))


def test_a_changed_line_is_named_and_stays_told(auditor, world):
    without_triggers("review_ledgerline")
    run("UPDATE review_ledgerline SET actor = 'somebody' WHERE line = 4")
    job = verified(auditor)
    assert "Line 4 is bad" in job.failure_en
    assert ledger.CHANGED.en in job.failure_en
    assert "Line 4 is bad" in text_of(auditor, reverse("audit"))
    assert "第 4 行有误" in text_of(auditor, reverse("audit"), "zh-hans")


def test_a_missing_guard_is_told_although_every_line_holds(auditor, world):
    without_triggers("review_opinion")
    assert "opinion_no_delete" in verified(auditor).failure_en


def test_while_one_verification_runs_a_second_click_begins_none(auditor, world):
    Job.objects.create(kind="verify_ledger", subject="x", by=world["keeper"], begun_at=timezone.now())
    auditor.post(reverse("audit"))
    assert Job.objects.filter(kind="verify_ledger").count() == 1
    assert str(world["keeper"]) in text_of(auditor, reverse("audit"))


def test_lines_written_while_it_reads_are_no_fault(world, monkeypatch):
    real, written = ledger.digest_of, []

    def slow(line):
        if line.line == 3 and not written:
            written.append(line)
            ledger.append(act="enrol", subject="person late", by="test", at=NOW, facts={})
        return real(line)

    monkeypatch.setattr(ledger, "digest_of", slow)
    verdict = ledger.verify()
    assert verdict.bad_line is None
    assert verdict.good_lines == LedgerLine.objects.count()


# -- read by auditors alone, and nothing written


PAGES = ("audit", "audit-follow", "ledger")


@pytest.mark.parametrize("who", ["planner", "first", "confirmer", "manager", "publisher", "keeper", "unit-mzt"])
def test_the_desk_is_for_auditors_alone(client, world, who):
    client.force_login(world[who])
    batch = world.batch()
    entry = batch.batch_entries.first().entry
    for name in PAGES:
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("audit")).status_code == 403
    assert client.get(reverse("ledger-download", args=["csv"])).status_code == 403
    assert client.get(reverse("audit-entry", args=[entry.pk])).status_code == 404
    assert client.get(reverse("audit-batch", args=[batch.number])).status_code == 404


def test_the_desk_writes_no_line_of_the_ledger(auditor, world):
    batch = world.walked("sign_off")
    before = LedgerLine.objects.count()
    for address in (
        *map(reverse, PAGES),
        reverse("audit-batch", args=[batch.number]),
        reverse("audit-entry", args=[batch.batch_entries.first().entry_id]),
        reverse("ledger-download", args=["csv"]),
    ):
        assert auditor.get(address).status_code == 200
        assert auditor.put(address).status_code == 405
    verified(auditor)
    assert LedgerLine.objects.count() == before


# -- looked through


def found(client, **asked: str) -> list[LedgerLine]:
    return list(client.get(reverse("ledger"), asked).context["page"])


def test_the_ledger_is_looked_through_by_act_person_subject_and_day(auditor, world):
    batch = world.walked("sign_off")
    assert {line.act for line in found(auditor, act="cut_batch")} == {"cut_batch"}
    assert {line.actor for line in found(auditor, actor="second")} == {"second"}
    assert {line.actor for line in found(auditor, actor="沈望山")} == {"second"}
    for line in found(auditor, subject=batch.number):
        assert batch.number in line.subject or f'"{batch.number}"' in line.facts
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert found(auditor, **{"from": tomorrow}) == []
    assert found(auditor, to=tomorrow) != []
    assert found(auditor, act="cut_batch", actor="second") == []
    assert auditor.get(reverse("ledger"), {"from": "yesterday"}).status_code == 404


def test_lines_are_taken_away_with_the_digests_that_bind_them(auditor, world):
    world.walked("second_review")
    answer = auditor.get(reverse("ledger-download", args=["csv"]))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == LedgerLine.objects.count()
    previous = ledger.GENESIS
    for row in rows:
        assert row["previous"] == previous
        columns = [int(row["line"]), *(row[name] for name in list(row)[1:-1])]
        previous = hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()
        assert row["digest"] == previous, "whoever has the file can take the digests again"
    book = openpyxl.load_workbook(
        io.BytesIO(auditor.get(reverse("ledger-download", args=["xlsx"]), {"act": "cut_batch"}).content)
    )
    assert [row[3] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["cut_batch"]
    assert auditor.get(reverse("ledger-download", args=["doc"])).status_code == 404


# -- followed


def test_an_entry_is_followed_from_its_import_to_its_release(auditor, world):
    batch = world.walked("")
    entry = batch.batch_entries.get(entry__reference_code="Z001-001-0004").entry
    answer = auditor.get(reverse("audit-follow"), {"what": "Z001-001-0004"})
    assert answer.url == reverse("audit-entry", args=[entry.pk])
    text = text_of(auditor, answer.url)
    for said in ("王建业", "CN-211", str(world["first"]), str(world["second"]), "Signed", "Published"):
        assert said in text
    events = events_of_entry(entry)
    assert [event.at for event in events] == sorted(event.at for event in events)
    opinions = Opinion.objects.filter(batch_entry__entry=entry)
    assert {event.opinion.pk for event in events if event.opinion} == set(opinions.values_list("pk", flat=True))


def test_on_whose_behalf_somebody_decided_is_told(auditor, world):
    batch = world.walked("second_review")
    lend(world, "second", "planner", "review.second_review_fonds")
    rehearsal.second_review(batch, world["planner"])
    text = text_of(auditor, reverse("audit-entry", args=[batch.batch_entries.first().entry_id]))
    assert f"on behalf of {world['second']}" in text


def test_what_was_replaced_later_is_still_told(auditor, world):
    batch = world.walked("second_review")
    entry = batch.batch_entries.first().entry
    Opinion.objects.filter(batch_entry__entry=entry).update(standing=False)
    assert "replaced later" in text_of(auditor, reverse("audit-entry", args=[entry.pk]))


def test_a_batch_is_followed_and_its_lines_are_those_about_it(auditor, world):
    batch = world.walked("")
    answer = auditor.get(reverse("audit-follow"), {"what": batch.number})
    assert answer.url == reverse("audit-batch", args=[batch.number])
    subjects = {line.subject for line in auditor.get(answer.url).context["lines"]}
    release = batch.release.number
    assert {f"batch {batch.number}", f"release {release}"} <= subjects
    assert not any(subject.startswith(("fonds", "person", "agency")) for subject in subjects)
    rows = list(csv.reader(io.StringIO(b"".join(auditor.get(answer.url + "?as=csv").streaming_content).decode())))
    assert len(rows) - 1 == len(auditor.get(answer.url).context["lines"])


def test_what_lies_in_a_fonds_that_one_does_not_audit_is_not_found(auditor, world):
    other = appointing.register_fonds(code="Z002", title="另一全宗", creating_agency=None, by="test", at=NOW)
    entry = make_entry(make_intake(other, world["planner"]), "Z002-1", "关于会议的通知", None)
    assert auditor.get(reverse("audit-entry", args=[entry.pk])).status_code == 404
    assert "Nothing of this code" in text_of(auditor, reverse("audit-follow") + "?what=Z002-1")


def test_a_trail_asks_as_many_questions_of_a_large_batch_as_of_a_small(auditor, world):
    batch = world.walked("")
    counts = []
    for row in (batch.batch_entries.first(), batch.batch_entries.last()):
        auditor.get(reverse("audit-entry", args=[row.entry_id]))
        with CaptureQueriesContext(connection) as asked:
            auditor.get(reverse("audit-entry", args=[row.entry_id]))
        counts.append(len(asked))
    assert max(counts) <= 50
