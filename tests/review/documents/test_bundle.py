import hashlib
import json

import pytest

from policies.sentences import Refusal
from review.documents.bundle import seal_bundle, verify_bundle


@pytest.fixture(scope="module")
def releases(tmp_path_factory, make_edition):
    """A folder of releases with 2026-1 in it."""
    folder = tmp_path_factory.mktemp("releases")
    seal_bundle(make_edition(["甲", "乙"]), folder / "2026-1")
    return folder


@pytest.fixture
def bundle(releases, tmp_path):
    """A copy of the bundle that a test may spoil."""
    copy = tmp_path / "2026-1"
    copy.mkdir()
    for path in (releases / "2026-1").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def test_a_bundle_holds_three_files_and_nothing_is_left_beside_it(releases):
    assert [path.name for path in releases.iterdir()] == ["2026-1"]
    assert sorted(path.name for path in (releases / "2026-1").iterdir()) == [
        "entries.csv",
        "manifest.json",
        "open-catalogue.pdf",
    ]


def test_the_manifest_says_what_was_signed_off_and_vouches_for_the_files(releases):
    raw = (releases / "2026-1/manifest.json").read_bytes()
    content = json.loads(raw)
    assert raw == (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    files = content.pop("files")
    assert content == {
        "format": "qifeng-release/1",
        "number": "2026-1",
        "archives": {"zh": "示例省档案馆", "en": "Provincial Archives of Sample Province"},
        "issued_on": "2026-11-21",
        "signed_off_by": "顾怀民",
        "signed_off_on": "2026-11-20",
        "ruleset": {"number": "cn-1", "digest": "a3" * 32},
        "ledger": {"line": 4096, "digest": "5f" * 32},
        "fonds": [{"code": "J047", "title": "省民政局", "entries": 2}],
        "counts": {
            "opened": 2,
            "opened_early": 1,
            "deferred": {"CN-8-3-PI": 312, "CN-8-1": 17},
            "referred": 9,
            "not_due": 188,
        },
    }
    for name in ("open-catalogue.pdf", "entries.csv"):
        body = (releases / "2026-1" / name).read_bytes()
        assert files.pop(name) == {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
    assert not files


def test_the_same_edition_again_is_fine_and_changes_nothing(releases, make_edition):
    before = {path.name: path.stat().st_mtime_ns for path in (releases / "2026-1").iterdir()}
    manifest = seal_bundle(make_edition(["甲", "乙"]), releases / "2026-1")
    assert manifest.pdf.pages > 0
    assert {path.name: path.stat().st_mtime_ns for path in (releases / "2026-1").iterdir()} == before
    assert [path.name for path in releases.iterdir()] == ["2026-1"]


def test_another_edition_of_that_number_is_refused_and_the_first_one_stays(releases, make_edition):
    before = verify_bundle(releases / "2026-1").digest
    with pytest.raises(Refusal, match="2026-1"):
        seal_bundle(make_edition(["甲", "丙"]), releases / "2026-1")
    assert verify_bundle(releases / "2026-1").digest == before
    assert [path.name for path in releases.iterdir()] == ["2026-1"]


def test_a_folder_that_is_not_called_by_the_number_is_a_mistake_of_the_caller(tmp_path, make_edition):
    with pytest.raises(ValueError, match="2026-1"):
        seal_bundle(make_edition(), tmp_path / "latest")


def test_a_catalogue_that_fails_leaves_no_trace(tmp_path, make_edition, monkeypatch):
    def torn(*_):
        raise OSError("disk full")

    monkeypatch.setattr("review.documents.bundle.write_catalogue", torn)
    with pytest.raises(OSError, match="disk full"):
        seal_bundle(make_edition(), tmp_path / "2026-1")
    assert list(tmp_path.iterdir()) == []


def test_a_whole_bundle_verifies(bundle):
    assert verify_bundle(bundle).content["counts"]["opened"] == 2


@pytest.mark.parametrize("name", ["open-catalogue.pdf", "entries.csv"])
def test_one_changed_byte_is_found_and_its_file_named(bundle, name):
    body = bytearray((bundle / name).read_bytes())
    body[len(body) // 2] ^= 1
    (bundle / name).write_bytes(body)
    with pytest.raises(Refusal, match=name):
        verify_bundle(bundle)


@pytest.mark.parametrize("name", ["open-catalogue.pdf", "entries.csv", "manifest.json"])
def test_a_missing_file_is_named(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(Refusal, match=name):
        verify_bundle(bundle)


def test_a_file_that_does_not_belong_is_named(bundle):
    (bundle / "closed.csv").write_text("J047")
    with pytest.raises(Refusal, match=r"closed\.csv"):
        verify_bundle(bundle)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": "other/1"}', b"\xff", b'{"files": 3}'])
def test_a_manifest_that_is_none_is_refused(bundle, content):
    (bundle / "manifest.json").write_bytes(content)
    with pytest.raises(Refusal, match=r"manifest\.json"):
        verify_bundle(bundle)


def test_a_bundle_under_another_number_is_refused(bundle):
    with pytest.raises(Refusal, match=r"manifest\.json"):
        verify_bundle(bundle.rename(bundle.with_name("2026-2")))
