"""Dumps: every file with its digest, what an edition changed, and what changed since a day. No title in the lists."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from review.catalogue.loading import load_bundle
from tests.review.catalogue.withdrawing import tell

pytestmark = pytest.mark.django_db(databases=["catalogue"])

CANARY = "关于金丝雀安置问题的请示"


def lines(response) -> list[dict]:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/jsonl; charset=utf-8"
    text = b"".join(response.streaming_content).decode()
    assert CANARY not in text
    return [json.loads(line) for line in text.splitlines()]


def test_every_file_of_every_release_is_named_with_the_digest_of_what_is_served(client, make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1")]))
    (release,) = client.get(reverse("catalogue:dumps")).json()["releases"]
    names = {file["name"] for file in release["files"]}
    assert {"entries.jsonl", "entries.csv", "catalogue.sqlite3", "ead3/J047.xml", "open-catalogue.pdf"} <= names
    for file in [*release["files"], release["manifest"]]:
        response = client.get(file["url"])
        assert response.status_code == 200, file
        assert hashlib.sha256(b"".join(response.streaming_content)).hexdigest() == file["sha256"]
    assert release["seal"]["url"].endswith("/2026-1/seal.json")


def test_a_corrected_edition_says_what_it_added_removed_and_changed(client, make_bundle, entry_row):
    before = [entry_row("A-1", CANARY), entry_row("A-2"), entry_row("A-3")]
    load_bundle(make_bundle(before))
    after = [entry_row("A-2"), entry_row("A-3", "题名更正"), entry_row("A-4"), entry_row("A-1", fonds_code="J048")]
    load_bundle(make_bundle(after, number="2026-2", corrects="2026-1"))
    address = reverse("catalogue:dump-difference", args=["2026-2"])
    told = lines(client.get(address))
    assert [(each["fonds_code"], each["reference_code"], each["change"]) for each in told] == [
        ("J047", "A-1", "removed"), ("J047", "A-3", "changed"), ("J047", "A-4", "added"), ("J048", "A-1", "added"),
    ]  # fmt: skip
    assert told[0]["after"] == told[2]["before"] == ""
    line = json.dumps(
        {**before[0], "early_opening": False}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert told[0]["before"] == hashlib.sha256(b"\0" + line.encode()).hexdigest(), "the leaf of the Merkle tree"
    assert lines(client.get(address)) == told, "made once and kept"
    assert client.get(reverse("catalogue:dumps")).json()["releases"][1]["changes"]["url"].endswith(address)


def test_an_edition_that_corrects_nothing_has_no_difference(client, make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1")]))
    for number in ("2026-1", "2026-9", ".."):
        assert client.get(f"{reverse('catalogue:dumps')}difference-{number}.jsonl").status_code == 404


def test_what_changed_since_a_day_is_told_by_codes(client, make_bundle, entry_row):
    with time_machine.travel(datetime(2026, 11, 20, 8, tzinfo=UTC), tick=False):
        first = load_bundle(make_bundle([entry_row("A-1", CANARY), entry_row("A-2")]))
    with time_machine.travel(datetime(2026, 11, 21, 8, tzinfo=UTC), tick=False):
        load_bundle(make_bundle([entry_row("B-1")], number="2026-2"))
        tell(first, "A-1")
    address = reverse("catalogue:dump-changes")
    states = [(each["reference_code"], each["state"]) for each in lines(client.get(address))]
    assert states == [("A-2", "open"), ("B-1", "open"), ("A-1", "withdrawn")]
    later = lines(client.get(address, {"since": "2026-11-21"}))
    assert [each["reference_code"] for each in later] == ["B-1", "A-1"]
    assert later[0]["changed_at"] == "2026-11-21T08:00:00Z"
    assert lines(client.get(address, {"since": "2026-11-22"})) == []
    for bad in ("yesterday", "2026-1-1", "2026-02-30", "20261121"):
        assert client.get(address, {"since": bad}).status_code == 400
