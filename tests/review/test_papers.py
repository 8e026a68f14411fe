"""The papers of a batch: made from the record alone, the same each time, and only for who may see the batch."""

from __future__ import annotations

import io
import unicodedata

import pypdf
import pytest
from django.urls import reverse

from policies.outcomes import Stage
from policies.sentences import Refusal
from review.models import Entry, Opinion
from review.queries.decisions import settled, unconsented
from review.queries.deferrals import digest_of_list
from review.queries.papers import letter_of, paper_of, papers_of
from tests.filled_packages import asked_of, made
from tests.procedures import adopted
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def text_of(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return "".join(unicodedata.normalize("NFKC", "".join(page.extract_text() for page in pages)).split())


def fetched(client, batch, kind, key, **query):
    return client.get(reverse("paper", args=[batch.number, kind, key]), query)


def test_every_paper_of_a_batch_is_there_and_the_same_when_it_is_made_again(world, client):
    batch = world.walked("release", objections=1)
    client.force_login(world["auditor"])
    kinds = set()
    for made_ in papers_of(batch):
        first, again = (fetched(client, batch, made_.kind, made_.key) for _ in range(2))
        assert first.status_code == 200
        assert first["Content-Type"] == "application/pdf"
        assert first.content == again.content
        assert "".join(unicodedata.normalize("NFKC", made_.number).split()) in text_of(first.content)
        kinds.add(made_.kind)
    assert kinds == {"opinions", "approval", "minutes", "deferrals", "certificate"}


def test_the_opinion_form_says_what_each_hand_decided(world):
    batch = world.walked("reconcile", objections=1)
    rows = settled(batch)
    table = paper_of(batch, "opinions", "1", "zh-hans").tables[0]
    assert [row[1] for row in table.rows] == [row.entry.reference_code for row in rows]
    disputed = next(n for n, row in enumerate(rows) if row.objections)
    assert "不同意" in table.rows[disputed][8]
    assert "内容涉及尚未了结的事项" in table.rows[disputed][8]
    part = paper_of(batch, "opinions", "1", "zh-hans", entries={rows[disputed].batch_entry.pk})
    assert [row[1] for row in part.tables[0].rows] == [rows[disputed].entry.reference_code]
    assert part.head.number != paper_of(batch, "opinions", "1", "zh-hans").head.number


def test_a_paper_changes_with_the_record_and_so_does_its_digest(world):
    batch = world.walked("countersign")
    before = paper_of(batch, "opinions", "1", "zh-hans")
    world.countersign(batch, 1)
    assert paper_of(batch, "opinions", "1", "zh-hans").digest != before.digest


def test_the_deferral_list_stays_what_was_put_whatever_is_answered(world):
    batch = world.walked("consent")
    made_ = batch.deferral_lists.get()
    before = paper_of(batch, "deferrals", str(made_.pk), "zh-hans")
    assert made_.digest == digest_of_list(unconsented(batch, settled(batch)))
    assert len(before.tables[0].rows) == made_.entries
    rehearsal.consent(batch, world["authority"], refusals=1)
    rehearsal.reconcile(batch, world["reconciler"])
    assert paper_of(batch, "deferrals", str(made_.pk), "zh-hans").digest == before.digest


def test_a_deferral_list_that_the_record_no_longer_bears_out_is_refused(world):
    batch = world.walked("consent")
    made_ = batch.deferral_lists.get()
    deferred = Opinion.objects.filter(batch_entry__batch=batch, outcome="defer", stage=Stage.RECONCILE).first()
    Entry.objects.filter(pk=deferred.batch_entry.entry_id).update(reference_code="Z001-XX", code_key="Z001-XX")
    with pytest.raises(Refusal, match="不能按原样"):
        paper_of(batch, "deferrals", str(made_.pk), "zh-hans")


def test_papers_are_for_who_may_see_the_batch_and_for_nobody_else(world, client):
    batch = world.walked("countersign")
    made(world, batch)
    asked = asked_of(batch)
    addresses = [
        reverse("paper", args=[batch.number, "opinions", "1"]),
        reverse("package", args=[batch.number, asked.pk]),
        reverse("package-file", args=[batch.number, asked.pk, "letter"]),
        reverse("package-file", args=[batch.number, asked.pk, "sheet"]),
    ]
    for address in addresses:
        assert client.get(address).status_code == 302  # to the page for signing in
        for person, status in (("unit-mzt", 404), ("keeper", 404), ("auditor", 200), ("reconciler", 200)):
            client.force_login(world[person])
            assert client.get(address).status_code == status, (address, person)
        client.logout()


def test_a_paper_that_there_is_not_is_not_found(world, client):
    batch = world.walked("first_review")
    client.force_login(world["auditor"])
    for kind, key in (
        ("opinions", "2"),
        ("opinions", "0"),
        ("minutes", "1"),
        ("deferrals", "1"),
        ("x", "1"),
        ("approval", "一"),
    ):
        assert fetched(client, batch, kind, key).status_code == 404, (kind, key)
    assert fetched(client, batch, "opinions", "1").status_code == 200


def test_letter_and_sheet_are_the_same_to_the_byte_each_time(world, client):
    batch = world.walked("countersign")
    package = made(world, batch)
    client.force_login(world["reconciler"])
    for what in ("letter", "sheet"):
        address = reverse("package-file", args=[batch.number, asked_of(batch).pk, what])
        first, again = client.get(address), client.get(address)
        assert first.getvalue() == again.getvalue()
        assert "关于" not in first["Content-Disposition"]
    paper = letter_of(package, "zh-hans")
    assert package.digest in paper.mark
    assert "工作日内" in paper.paragraphs[1]


def test_the_package_is_made_on_its_page(world, client):
    batch = world.walked("countersign")
    asked = asked_of(batch)
    client.force_login(world["auditor"])
    make = reverse("make-package", args=[batch.number, asked.pk])
    assert client.post(make).status_code == 403
    client.force_login(world["reconciler"])
    assert client.get(make).status_code == 405
    for _ in range(2):  # a double click makes one version
        assert client.post(make).status_code == 302
    assert asked.packages.count() == 1
    page = client.get(reverse("package", args=[batch.number, asked.pk])).content.decode()
    assert reverse("paper-answer", args=[asked.pk]) in page
    batch_page = client.get(reverse("batch", args=[batch.number])).content.decode()
    assert reverse("package", args=[batch.number, asked.pk]) in batch_page


def test_a_first_opinion_that_is_kept_from_the_second_reviewer_is_on_no_paper(world):
    """Blind second review: until the second opinion on an entry is given no paper shows the first."""
    adopted(world, blind=True)
    batch = world.walked("second_review")
    assert {row[5] for row in paper_of(batch, "opinions", "1", "zh-hans").tables[0].rows} == {"—"}
    rehearsal.second_review(batch, world["second"])
    assert "—" not in {row[5] for row in paper_of(batch, "opinions", "1", "zh-hans").tables[0].rows}
