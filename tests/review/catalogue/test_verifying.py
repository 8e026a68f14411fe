"""Verification by anyone: of a file, an entry, a digest; the proof of one entry; what may be read of an entry in part."""

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from review.catalogue.loading import load_bundle
from review.catalogue.proofs import holds, inclusion
from review.catalogue.views_verify import MOST_BYTES
from review.catalogue.withdrawals import load_document
from tests.review.catalogue.made_bundles import COPY, COPY_DIGEST, tree_hash
from tests.review.catalogue.test_withdrawals import document

pytestmark = pytest.mark.django_db(databases=["catalogue"])

CODE = "J047-002-0113-008"


@pytest.fixture
def bundle(make_bundle, entry_row):
    return make_bundle([entry_row(CODE), entry_row("A-2", "部分开放的条目", redacted_copy=COPY_DIGEST)])


@pytest.fixture
def edition(bundle):
    return load_bundle(bundle)


def asked(client, **query: str) -> str:
    return client.get(reverse("catalogue:verify"), query | {"lang": "en"}).content.decode()


def test_every_file_of_a_release_is_known_by_its_digest_and_no_other_is(client, edition, bundle):
    for path in bundle.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            page = asked(client, q=hashlib.sha256(raw).hexdigest())
            assert "unchanged" in page, path.name
            assert "2026-1" in page
            changed = asked(client, q=hashlib.sha256(raw + b" ").hexdigest())
            assert "No release holds this" in changed, path.name


def test_a_pdf_is_known_with_its_signature_and_before_it(client, edition):
    file = edition.files.get(name="open-catalogue.pdf")
    assert file.sha256 != file.signed_sha256
    for digest in (file.sha256, file.signed_sha256):
        page = asked(client, q=digest)
        assert "Yes: this is open-catalogue.pdf of release 2026-1" in page
        assert ("before its signature" in page) == (digest == file.sha256)


def test_a_digest_may_be_typed_in_groups(client, edition):
    digest = edition.manifest_digest.upper()
    grouped = " ".join(digest[at : at + 4] for at in range(0, 64, 4))
    assert "this is the manifest of release 2026-1, unchanged" in asked(client, q=grouped)


@pytest.mark.parametrize("code", [CODE, "J47-2-113-8", "Ｊ０４７／００２／０１１３／００８"])
def test_an_entry_is_known_by_its_code_in_any_spelling(client, edition, code):
    page = asked(client, q=code)
    assert f"Yes: {CODE} is part of release 2026-1" in page
    assert "演示印章" in page


@pytest.mark.parametrize("code", ["J047-002-0113-100", "J047-002-0113-00", "J047", "防汛", "2030-1", "\x00", "%"])
def test_what_is_no_code_of_an_open_entry_is_answered_like_nothing(client, edition, code):
    assert "No release holds this" in asked(client, q=code)


def test_a_browser_without_scripts_sends_the_file_and_nothing_of_it_is_kept(
    client, edition, bundle, tmp_path, settings
):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    raw = (bundle / "entries.csv").read_bytes()
    answer = client.post(reverse("catalogue:verify") + "?lang=en", {"file": SimpleUploadedFile("my.csv", raw)})
    assert "Yes: this is entries.csv of release 2026-1, unchanged" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    large = SimpleUploadedFile("large.bin", bytes(5 * 2**20))
    assert (
        "No release holds this"
        in client.post(reverse("catalogue:verify") + "?lang=en", {"file": large}).content.decode()
    )
    assert client.post(reverse("catalogue:verify")).status_code == 200


def test_a_file_beyond_all_measure_is_refused(client, edition, monkeypatch):
    monkeypatch.setattr("review.catalogue.views_verify.MOST_BYTES", 1000)
    answer = client.post(reverse("catalogue:verify"), {"file": SimpleUploadedFile("x", bytes(2000))})
    assert answer.status_code == 413
    assert MOST_BYTES >= 32 * 2**20


def test_the_proof_of_an_entry_leads_to_the_root_of_the_manifest_with_sha256_alone(client, edition, bundle):
    proof = client.get(reverse("catalogue:proof", args=["J047", CODE])).json()
    manifest = json.loads((bundle / "manifest.json").read_text("utf-8"))
    found = hashlib.sha256(b"\0" + proof["line"].encode()).digest()
    for step in proof["path"]:
        other = bytes.fromhex(step["hash"])
        pair = other + found if step["side"] == "left" else found + other
        found = hashlib.sha256(b"\1" + pair).digest()
    assert found.hex() == manifest["entries"]["merkle_root"] == proof["merkle_root"]
    assert json.loads(proof["line"])["reference_code"] == CODE


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 31])
def test_every_entry_of_a_release_of_any_size_has_a_proof_and_no_other_line_has(
    make_bundle, entry_row, kept, size, monkeypatch
):
    monkeypatch.setattr("review.catalogue.proofs.BLOCK", 4)
    edition = load_bundle(make_bundle([entry_row(f"A-{n}") for n in range(size)]))
    lines = (kept / "2026-1" / "entries.jsonl").read_bytes().splitlines()
    assert edition.merkle_root == tree_hash(lines).hex()
    for leaf in range(size):
        proof = inclusion(edition, kept / "2026-1", leaf)
        assert proof["line"].encode() == lines[leaf]
        assert holds(proof)
        assert not holds(proof | {"line": proof["line"] + " "})
    assert inclusion(edition, kept / "2026-1", size) is None


def test_a_kept_file_that_was_changed_proves_nothing_and_the_page_says_so(client, edition, kept):
    address = reverse("catalogue:entry", args=["J047", CODE])
    assert "unchanged" in client.get(address, {"lang": "en"}).content.decode()
    path = kept / "2026-1" / "entries.jsonl"
    path.write_bytes(path.read_bytes().replace(b"1962", b"1963"))
    content = client.get(address, {"lang": "en"}).content.decode()
    assert "unchanged" not in content
    assert "Its proof cannot be made at present" in content
    assert client.get(reverse("catalogue:proof", args=["J047", CODE])).status_code == 404


def test_an_entry_open_in_part_says_that_only_its_copy_is_open_and_serves_that(client, edition):
    content = client.get(reverse("catalogue:entry", args=["J047", "A-2"]), {"lang": "en"}).content.decode()
    assert "Only a copy of this record is open" in content
    copy = reverse("catalogue:release-file", args=["2026-1", f"copies/{COPY_DIGEST}.pdf"])
    assert copy in content
    assert b"".join(client.get(copy).streaming_content) == COPY


def test_a_copy_goes_with_its_entry_and_with_no_other(client, edition):
    copy = reverse("catalogue:release-file", args=["2026-1", f"copies/{COPY_DIGEST}.pdf"])
    load_document(document(edition))
    assert b"".join(client.get(copy).streaming_content) == COPY
    load_document(document(edition, "2026-1-E2", case="S2026-2", code="A-2"))
    assert client.get(copy).status_code == 410


def test_a_listed_closed_entry_says_why_and_until_when(client, edition):
    address = reverse("catalogue:entry", args=["J047", "J047-002-0113-100"])
    response = client.get(address, {"lang": "en"})
    assert response.templates[0].name == "catalogue/closed.html"
    content = response.content.decode()
    for part in ("Personal information", "art. 8(3)", 'datetime="2062-12-31"', "CN-8-3-PI"):
        assert part in content
    search = client.get(reverse("catalogue:search"), {"q": "J47-2-113-100", "lang": "en"}).content.decode()
    assert address in search
    assert "Closed until" in search


def test_a_replaced_edition_keeps_its_manifest_and_seal_and_its_files_are_proved_but_not_served(
    client, edition, bundle, make_bundle, entry_row
):
    load_bundle(make_bundle([entry_row(CODE, "更正后的题名")], number="2026-2", corrects="2026-1"))
    for name, status in (
        ("manifest.json", 200),
        ("seal.json", 200),
        ("entries.csv", 410),
        ("open-catalogue.pdf", 410),
    ):
        answer = client.get(reverse("catalogue:release-file", args=["2026-1", name]))
        assert answer.status_code == status, name
        assert b"".join(answer)
    page = asked(client, q=hashlib.sha256((bundle / "entries.csv").read_bytes()).hexdigest())
    assert "Yes: this is entries.csv of release 2026-1" in page
    assert "Release 2026-2 corrects this one" in page
    gone = client.get(reverse("catalogue:entry", args=["J047", "A-2"]), {"lang": "en"})
    assert gone.status_code == 410
    assert "部分开放的条目" not in gone.content.decode()


def test_a_withdrawal_of_a_replaced_edition_takes_the_entry_out_of_the_one_that_replaced_it(
    client, edition, make_bundle, entry_row
):
    second = load_bundle(make_bundle([entry_row(CODE)], number="2026-2", corrects="2026-1"))
    load_document(document(edition))
    assert client.get(reverse("catalogue:entry", args=["J047", CODE])).status_code == 410
    assert client.get(reverse("catalogue:release-file", args=["2026-2", "entries.csv"])).status_code == 410
    load_document(document(edition, "2026-1-E2", "restored"))
    assert second.entries.get().reference_code == CODE
