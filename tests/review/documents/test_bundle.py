import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from policies.sentences import Refusal
from review.catalogue.bundles import check_bundle
from review.documents.bundle import says, seal_bundle, verify_bundle
from review.documents.seal import load_seal
from tests.review.catalogue.made_bundles import COPY_DIGEST, tree_hash, write_seal
from tests.review.documents.sealing import authority, seal_by, self_made

ROOT = Path(__file__).resolve().parents[3]

FILES = [
    "catalogue.sqlite3",
    "closed.jsonl",
    f"copies/{COPY_DIGEST}.pdf",
    "ead3/J047.xml",
    "ead3/甲~2F~乙.xml",
    "entries.csv",
    "entries.jsonl",
    "entries.xlsx",
    "manifest.json",
    "notice.pdf",
    "open-catalogue.pdf",
    "seal.json",
]


@pytest.fixture(scope="module")
def releases(tmp_path_factory, everything, seal):
    """A folder of releases with 2026-1 in it."""
    folder = tmp_path_factory.mktemp("releases")
    seal_bundle(everything, folder / "2026-1", seal=seal)
    return folder


@pytest.fixture
def bundle(releases, tmp_path):
    """A copy of the bundle that a test may spoil."""
    return Path(shutil.copytree(releases / "2026-1", tmp_path / "2026-1"))


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def contents(folder):
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names(folder)}


def test_a_bundle_holds_the_files_of_the_format_and_nothing_is_left_beside_it(releases):
    assert [path.name for path in releases.iterdir()] == ["2026-1"]
    assert names(releases / "2026-1") == FILES


def test_the_manifest_says_what_was_signed_off_and_vouches_for_the_files(releases):
    raw = (releases / "2026-1/manifest.json").read_bytes()
    content = json.loads(raw)
    assert raw == (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    files = content.pop("files")
    lines = (releases / "2026-1/entries.jsonl").read_bytes().split(b"\n")[:-1]
    assert content.pop("pages") > 2
    assert content == {
        "format": "qifeng-release/2",
        "number": "2026-1",
        "corrects": "2025-9",
        "archives": {"zh": "示例省档案馆", "en": "Provincial Archives of Sample Province"},
        "issued_on": "2026-11-21",
        "signed_off_by": "顾怀民",
        "signed_off_on": "2026-11-20",
        "ruleset": {"number": "cn-1", "digest": "a3" * 32},
        "ledger": {"line": 4096, "digest": "5f" * 32},
        "code_version": "0.1.0",
        "fonds": [
            {"code": "J047", "title": "省民政局", "entries": 3},
            {"code": "甲/乙", "title": "", "entries": 1},
        ],
        "counts": {
            "opened": 3,
            "opened_early": 1,
            "opened_in_part": 1,
            "deferred": {"CN-8-3-PI": 2, "CN-8-1": 1},
            "referred": 0,
            "not_due": 7,
        },
        "entries": {"count": 4, "merkle_root": tree_hash(lines).hex()},
        "closed": 2,
    }
    assert sorted(files) == [name for name in FILES if name not in ("manifest.json", "seal.json")]
    sealed = json.loads((releases / "2026-1/seal.json").read_bytes())["files"]
    for name, facts in files.items():
        body = (releases / "2026-1" / name).read_bytes()
        if name in sealed:  # a signature was appended to what the manifest vouches for
            assert sealed[name] == {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            assert facts["bytes"] < len(body)
            body = body[: facts["bytes"]]
        assert facts == {
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "sm3": hashlib.new("sm3", body).hexdigest(),
        }
    assert sorted(sealed) == ["notice.pdf", "open-catalogue.pdf"]


def test_the_same_edition_again_is_fine_and_changes_nothing(releases, everything, seal):
    before = {path: path.stat().st_mtime_ns for path in (releases / "2026-1").rglob("*")}
    manifest = seal_bundle(everything, releases / "2026-1", seal=seal)
    assert manifest.pages == manifest.content["pages"] > 0
    assert {path: path.stat().st_mtime_ns for path in (releases / "2026-1").rglob("*")} == before
    assert [path.name for path in releases.iterdir()] == ["2026-1"]


def test_another_edition_of_that_number_is_refused_and_the_first_one_stays(releases, make_edition, seal):
    before = contents(releases / "2026-1")
    with pytest.raises(Refusal, match="2026-1"):
        seal_bundle(make_edition(["甲", "丙"]), releases / "2026-1", seal=seal)
    assert contents(releases / "2026-1") == before
    assert [path.name for path in releases.iterdir()] == ["2026-1"]


def test_a_bundle_says_its_own_edition_and_no_other(releases, everything, make_edition):
    manifest = verify_bundle(releases / "2026-1")
    assert says(manifest, everything)
    (first, other) = everything.fonds
    entries = first.series[0].entries
    renamed = replace(first.series[0], entries=(replace(entries[0], public_title="别的题名"), entries[1]))
    for changed in (
        replace(everything, fonds=(replace(first, series=(renamed, first.series[1])), other)),
        replace(everything, fonds=(other, first)),
        replace(everything, closed=everything.closed[:1]),
        replace(everything, closed=everything.closed[::-1]),
        replace(everything, signed_off_by="周明德"),
        replace(everything, issued_on=date(2026, 11, 22)),
        replace(everything, corrects=""),
        replace(everything, copies={}),
        make_edition(["甲"]),
    ):
        assert not says(manifest, changed)


def test_what_is_sealed_here_is_what_the_public_site_and_the_script_verify(releases, everything, trust):
    bundle = check_bundle(releases / "2026-1", "2026-1", trust)
    read = [
        (entry.reference_code, entry.public_title, entry.early, entry.redacted_copy) for entry in bundle.entries()
    ]
    assert read == [(e.reference_code, e.public_title, e.early, e.copy) for e in everything.entries()]
    listed = [(closed.reference_code, closed.ground, closed.opens_on) for closed in bundle.closed()]
    assert listed == [(c.reference_code, c.ground, str(c.opens_on or "")) for c in everything.closed]
    command = [sys.executable, "-I", "-S", ROOT / "script/verify_release.py", releases / "2026-1", "--trust", trust]
    told = subprocess.run(command, capture_output=True, check=False)
    assert told.returncode == 0, told.stderr.decode()


def test_a_folder_that_is_not_called_by_the_number_is_a_mistake_of_the_caller(tmp_path, make_edition, seal):
    with pytest.raises(ValueError, match="2026-1"):
        seal_bundle(make_edition(), tmp_path / "latest", seal=seal)


def test_a_catalogue_that_fails_leaves_no_trace(tmp_path, make_edition, seal, monkeypatch):
    def torn(*_, **__):
        raise OSError("torn")

    monkeypatch.setattr("review.documents.bundle.write_catalogue", torn)
    with pytest.raises(OSError, match="torn"):
        seal_bundle(make_edition(), tmp_path / "2026-1", seal=seal)
    assert list(tmp_path.iterdir()) == []


def test_a_seal_that_is_not_valid_on_the_issue_day_is_refused_before_anything_is_written(
    tmp_path, make_edition, root
):
    for years in ((2027, 2030), (2020, 2026)):
        with pytest.raises(Refusal, match="2026-11-21"):
            seal_bundle(make_edition(), tmp_path / "2026-1", seal=seal_by(root, years=years))
    assert list(tmp_path.iterdir()) == []


def test_a_whole_bundle_verifies(bundle, trust):
    assert verify_bundle(bundle, trust).content["counts"]["opened"] == 3


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("manifest.json", "seal.json")])
def test_one_changed_byte_is_found_and_its_file_named(bundle, name):
    body = bytearray((bundle / name).read_bytes())
    body[len(body) // 2] ^= 1
    (bundle / name).write_bytes(body)
    with pytest.raises(Refusal, match=name.replace(".", r"\.")):
        verify_bundle(bundle)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(Refusal, match=name.replace(".", r"\.")):
        verify_bundle(bundle)


@pytest.mark.parametrize("name", ["closed.csv", "ead3/J048.xml", "copies/a.pdf", "more/entries.csv", ".hidden"])
def test_a_file_that_does_not_belong_is_named(bundle, name):
    (bundle / name).parent.mkdir(exist_ok=True)
    (bundle / name).write_text("J047")
    with pytest.raises(Refusal, match=name.replace(".", r"\.")):
        verify_bundle(bundle)


def test_a_link_in_the_place_of_a_file_is_refused(bundle, tmp_path):
    shutil.move(bundle / "entries.csv", tmp_path / "elsewhere.csv")
    (bundle / "entries.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(Refusal, match=r"entries\.csv"):
        verify_bundle(bundle)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": "other/1"}', b"\xff", b'{"files": 3}'])
def test_a_manifest_that_is_none_is_refused(bundle, content):
    (bundle / "manifest.json").write_bytes(content)
    with pytest.raises(Refusal, match=r"manifest\.json"):
        verify_bundle(bundle)


def test_a_bundle_under_another_number_is_refused(bundle):
    with pytest.raises(Refusal, match=r"manifest\.json"):
        verify_bundle(bundle.rename(bundle.with_name("2026-2")))


def test_a_bundle_sealed_by_somebody_else_is_refused_where_trust_is_asked(bundle, trust):
    for stranger in (self_made(), seal_by(authority("别人"))):
        write_seal(bundle, stranger)
        verify_bundle(bundle)  # whole, by whoever it was
        with pytest.raises(Refusal, match=r"seal\.json"):
            verify_bundle(bundle, trust)


def test_a_bundle_sealed_over_an_intermediate_authority_verifies(tmp_path, make_edition, root, trust):
    seal_bundle(make_edition(), tmp_path / "2026-1", seal=seal_by(root, steps=3))
    verify_bundle(tmp_path / "2026-1", trust)


BUILD = textwrap.dedent(
    """
    import sys, pickle
    from pathlib import Path
    sys.path.insert(0, {root!r})
    from review.documents.bundle import seal_bundle
    from review.documents.seal import load_seal
    edition, packed = pickle.loads(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2])
    seal_bundle(edition, Path(sys.argv[3]), seal=load_seal(packed), cache=Path(sys.argv[4]))
    """
).format(root=str(ROOT))


@pytest.fixture(scope="module")
def build(tmp_path_factory, everything):
    """build(directory, **Popen's): another process that makes the bundle of the same edition, with the same seal."""
    import pickle

    from review.documents.demonstration_seal import demonstration_seal

    aside = tmp_path_factory.mktemp("build")
    (aside / "edition").write_bytes(pickle.dumps(everything))
    packed = demonstration_seal(aside / "seal")

    def start(directory, **options):
        cache = directory.parent.parent / "cache"
        command = [sys.executable, "-c", BUILD, aside / "edition", packed, directory, cache]
        return subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE, **options)

    start.seal = packed
    return start


def test_two_processes_make_the_same_bytes_whatever_their_surroundings(tmp_path, build):
    surroundings = [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "America/Adak"},
    ]
    made = []
    for number, environment in enumerate(surroundings):
        directory, here = tmp_path / f"{number}/releases/2026-1", tmp_path / f"cwd{number}"
        here.mkdir()
        process = build(directory, env={**os.environ, **environment}, cwd=here)
        assert process.wait() == 0, process.communicate()[1]
        process.stderr.close()
        made.append(contents(directory))
    assert made[0] == made[1]


def test_a_build_killed_at_any_point_leaves_no_half_bundle_and_can_be_made_again(tmp_path, build, everything):
    directory = tmp_path / "1/releases/2026-1"
    started = time.monotonic()
    whole = build(tmp_path / "0/releases/2026-1")
    assert whole.wait() == 0
    whole.stderr.close()
    takes = time.monotonic() - started
    chance = random.Random(7)
    for _ in range(int(os.environ.get("QIFENG_KILLS", "3"))):
        process = build(directory)
        time.sleep(takes * chance.uniform(0.2, 1.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stderr.close()
        if directory.exists():
            verify_bundle(directory)
    seal_bundle(everything, directory, seal=load_seal(build.seal))
    assert contents(directory) == contents(tmp_path / "0/releases/2026-1")
    assert [path.name for path in directory.parent.iterdir()] == ["2026-1"]


def test_a_disk_that_fills_up_is_told_in_a_sentence_and_leaves_nothing(tmp_path, build):
    directory = tmp_path / "releases/2026-1"
    for most in (100, 20_000, 60_000):

        def little_room(most=most):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        process = build(directory, preexec_fn=little_room)
        said = process.communicate()[1].decode()
        assert process.returncode == 1
        assert "磁盘空间不足" in said, said
        assert list(directory.parent.iterdir()) == []
