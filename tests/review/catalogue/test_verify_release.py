"""Verification by anyone: the command and the stand-alone script say the same of the same bundle."""

import ast
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import redirect_stderr
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.catalogue.bundles import BundleError, check_bundle
from review.documents.demonstration_seal import AUTHORITY
from tests.review.catalogue.made_bundles import COPY_DIGEST, blank_pdf, row, signed, write_bundle, write_seal, written
from tests.review.documents.sealing import authority, seal_by, self_made

SCRIPT = Path(__file__).resolve().parents[3] / "script/verify_release.py"
WHOLE, REFUSED, UNCHECKED, UNTRUSTED = 0, 1, 2, 3


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("verify_release_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small(tmp_path_factory, seal):
    """A small bundle with a file of every kind."""
    rows = [row(f"J047-{n}", f"题名{n}", early_opening="1" if n == 2 else "") for n in range(1, 6)]
    rows[3]["redacted_copy"] = COPY_DIGEST
    rows.append(row("A-1", fonds_code="甲/乙", fonds_title="", series_title=""))
    return write_bundle(tmp_path_factory.mktemp("small") / "2026-1", rows, seal=seal)


@pytest.fixture
def bundle(small, tmp_path):
    """A copy that a test may spoil."""
    return Path(shutil.copytree(small, tmp_path / "2026-1"))


@pytest.fixture
def run(seal_folder, tmp_path):
    """run(*arguments, trust=True): the script as anybody runs it: isolated, elsewhere, with no package of ours in sight."""

    def ran(*arguments, trust=True):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(exist_ok=True)
        shutil.copy(SCRIPT, elsewhere)
        more = ["--trust", seal_folder / AUTHORITY] if trust is True else ["--trust", trust] if trust else []
        command = [sys.executable, "-I", "-S", elsewhere / SCRIPT.name, *arguments, *more]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        return subprocess.run(
            [str(part) for part in command], cwd=elsewhere, env=environment, capture_output=True, text=True, check=False,
            encoding="utf-8",
        )  # fmt: skip

    return ran


def test_the_script_is_written_for_old_pythons_and_imports_only_the_standard_library():
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.partition(".")[0])
    assert imported <= set(sys.stdlib_module_names)


def test_both_say_of_a_whole_bundle_what_it_is_and_who_sealed_it(bundle, run, capsys):
    said = run(bundle).stdout
    call_command("verify_release", str(bundle))
    command = capsys.readouterr().out
    for text in (said, command):
        assert "发布 2026-1 完整，未被改动。" in text
        assert "Release 2026-1 is whole and unchanged." in text
        assert "演示印章 Demonstration Seal" in text
        assert "stands for no archives" in text
        assert "2026-11-21" in text
        assert "1950-01-01" in text


def test_the_script_speaks_the_language_asked_for(bundle, run):
    assert "完整" not in run(bundle, "--language", "en").stdout
    assert "whole" not in run(bundle, "--language", "zh").stdout


def test_a_zip_of_the_bundle_is_verified_too(bundle, run, tmp_path, capsys):
    packed = tmp_path / "2026-1.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in bundle.rglob("*"):
            archive.write(path, f"2026-1/{path.relative_to(bundle)}")
    assert run(packed).returncode == WHOLE
    call_command("verify_release", str(packed))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("../outside", "x")
    assert run(packed).returncode == REFUSED
    assert not (tmp_path / "outside").exists()
    with pytest.raises(CommandError):
        call_command("verify_release", str(packed))


def test_an_entry_is_proved_and_its_proof_stands_alone(bundle, run, tmp_path, capsys):
    proof = tmp_path / "proof.json"
    told = run(bundle, "--entry", "J047-4", "--save", proof)
    assert told.returncode == WHOLE
    assert "Entry J047-4 is number 4 of release 2026-1" in told.stdout
    assert "opened in part" in told.stdout
    alone = tmp_path / "alone"
    alone.mkdir()
    for name in ("manifest.json", "seal.json"):
        shutil.copy(bundle / name, alone)
    assert run(alone, "--proof", proof).returncode == WHOLE
    call_command("verify_release", str(bundle), "J047-4")
    command = capsys.readouterr().out
    for step in json.loads(proof.read_bytes())["path"]:
        assert step["hash"] in command


def test_an_entry_that_is_not_in_the_release_is_said_not_to_be(bundle, run):
    told = run(bundle, "--entry", "J047-9")
    assert told.returncode == REFUSED
    assert "holds no entry J047-9" in told.stderr
    with pytest.raises(CommandError, match="J047-9"):
        call_command("verify_release", str(bundle), "J047-9")


def test_a_proof_with_anything_changed_is_refused(bundle, script, run, tmp_path, seal_folder, capsys):
    path = tmp_path / "proof.json"
    run(bundle, "--entry", "J047-2", "--save", path)
    proof = json.loads(path.read_bytes())
    other = "0" * 64
    changes = [
        {"line": proof["line"].replace("题名2", "题名3")},
        {"leaf": 3},
        {"leaf": -1},
        {"leaf": "1"},
        {"release": "2026-2"},
        {"manifest": other},
        {"merkle_root": other},
        {"entries": 5},
        {"path": proof["path"][:-1]},
        {"path": [*proof["path"], {"side": "left", "hash": other}]},
        {"path": [{**proof["path"][0], "side": "right"}, *proof["path"][1:]]},
        {"path": [proof["path"][0], {**proof["path"][1], "side": "left"}, *proof["path"][2:]]},
        {"path": [{**proof["path"][0], "hash": other}, *proof["path"][1:]]},
        {"leaf_hash": other},
        {"format": "other/1"},
        {"line": "{}"},
        {"line": None},
    ]
    for change in changes:
        path.write_text(json.dumps(proof | change))
        arguments = [str(bundle), "--trust", str(seal_folder / AUTHORITY), "--proof", str(path)]
        assert script.main(arguments) == REFUSED, change
    path.write_text("no JSON")
    assert script.main(arguments) == REFUSED
    path.unlink()
    assert script.main(arguments) == UNCHECKED


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 17])
def test_every_entry_of_a_release_of_any_size_is_proved(tmp_path, seal, seal_folder, script, count, capsys):
    folder = write_bundle(tmp_path / "2026-1", [row(f"J047-{n}") for n in range(count)], seal=seal)
    trust = ["--trust", str(seal_folder / AUTHORITY)]
    for n in {0, count // 2, count - 1}:
        proof = str(tmp_path / f"{n}.json")
        assert script.main([str(folder), *trust, "--entry", f"J047-{n}", "--save", proof]) == WHOLE
        assert script.main([str(folder), *trust, "--proof", proof]) == WHOLE


def test_without_trust_the_script_says_that_nobody_vouches_for_the_signer(bundle, run):
    told = run(bundle, trust=None)
    assert told.returncode == UNTRUSTED
    assert "--trust" in told.stdout


def test_what_cannot_be_checked_is_not_called_false(bundle, run, tmp_path, script, seal_folder, monkeypatch, capsys):
    assert run(tmp_path / "missing").returncode == UNCHECKED
    assert run(bundle, trust=tmp_path / "missing.pem").returncode == UNCHECKED
    monkeypatch.setenv("PATH", str(tmp_path))
    assert script.main([str(bundle), "--trust", str(seal_folder / AUTHORITY)]) == UNCHECKED
    assert "openssl" in capsys.readouterr().err


def test_a_machine_without_sm3_says_that_sm3_was_not_checked(bundle, script, seal_folder, monkeypatch, capsys):
    import hashlib

    new = hashlib.new

    def no_sm3(name, *arguments, **options):
        if name == "sm3":
            raise ValueError("unsupported hash type sm3")
        return new(name, *arguments, **options)

    monkeypatch.setattr(hashlib, "new", no_sm3)
    assert script.main([str(bundle), "--trust", str(seal_folder / AUTHORITY)]) == WHOLE
    assert "SM3" in capsys.readouterr().out


@pytest.fixture
def both_refuse(run, seal_folder):
    """both_refuse(folder, words, trust=None): each verifier says no, in both languages, in a sentence with these words."""

    def refused(folder, words="", trust=None):
        told = run(folder, trust=trust or True)
        assert told.returncode == REFUSED, told.stdout
        assert "不可信" in told.stderr
        assert words in told.stderr
        with pytest.raises(CommandError, match=r"[\u4e00-\u9fff].*[a-z]"):
            call_command("verify_release", str(folder), trust=trust or seal_folder / AUTHORITY)

    return refused


def test_a_wrong_signer_is_refused(bundle, both_refuse):
    write_seal(bundle, seal_by(authority("别人")))
    both_refuse(bundle, "not to be trusted")


def test_a_self_made_seal_is_refused(bundle, both_refuse):
    write_seal(bundle, self_made())
    both_refuse(bundle, "not to be trusted")


def test_a_certificate_that_was_not_valid_then_is_refused_and_one_expired_since_is_fine(tmp_path, run, both_refuse):
    root = authority()
    trust = root.trusted_in(tmp_path)
    old = seal_by(root, years=(2010, 2015))
    for number, day in enumerate(("2009-12-31", "2015-01-02"), start=1):
        both_refuse(write_bundle(tmp_path / f"2026-{number}", [row("A-1")], seal=old, issued_on=day), day, trust)
    fine = write_bundle(tmp_path / "2026-3", [row("A-1")], seal=old, issued_on="2012-05-01")
    assert run(fine, trust=trust).returncode == WHOLE


def test_a_chain_over_intermediate_authorities_is_followed(tmp_path, run):
    root = authority()
    folder = write_bundle(tmp_path / "2026-1", [row("A-1")], seal=seal_by(root, steps=3))
    assert run(folder, trust=root.trusted_in(tmp_path)).returncode == WHOLE
    call_command("verify_release", str(folder), trust=root.trusted_in(tmp_path))


def test_an_older_edition_under_a_newer_number_is_refused(bundle, both_refuse):
    newer = bundle.rename(bundle.with_name("2026-2"))
    both_refuse(newer, "2026-2")
    manifest = json.loads((newer / "manifest.json").read_bytes())
    (newer / "manifest.json").write_bytes(written(manifest | {"number": "2026-2"}))
    both_refuse(newer, "another manifest")


@pytest.mark.parametrize("how", ["unsigned", "by another", "longer", "of another file"])
def test_a_pdf_whose_own_signature_does_not_hold_is_refused(bundle, both_refuse, seal, how):
    path, body = bundle / "notice.pdf", blank_pdf("notice 2026-1")
    signed_body = path.read_bytes()
    path.write_bytes(
        {
            "unsigned": body + b"\n% nothing\n",
            "by another": signed(body, self_made(), "2026-11-21"),
            "longer": signed_body + b"\n",
            "of another file": body + signed(blank_pdf("notice 2026-2"), seal, "2026-11-21")[len(body) :],
        }[how]
    )
    write_seal(bundle, seal)
    both_refuse(bundle, "notice.pdf")


NAMES = [
    "catalogue.sqlite3", "closed.jsonl", f"copies/{COPY_DIGEST}.pdf", "ead3/J047.xml", "ead3/甲~2F~乙.xml", "entries.csv",
    "entries.jsonl", "entries.xlsx", "manifest.json", "notice.pdf", "open-catalogue.pdf", "seal.json",
]  # fmt: skip


@settings(
    max_examples=int(os.environ.get("QIFENG_TAMPERINGS", "60")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    st.sampled_from(NAMES),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 255),
    st.sampled_from(["change", "change", "change", "cut", "append", "insert", "remove", "swap", "extra"]),
)
def test_tampering_with_any_byte_of_any_file_is_found_by_both(small, script, seal_folder, name, place, by, how):
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(shutil.copytree(small, Path(aside) / "2026-1"))
        path = folder / name
        body = bytearray(path.read_bytes())
        at = int(place * len(body))
        if how == "change" and body:
            body[at] = (body[at] + by) % 256
        elif how == "cut" and body:
            del body[at:]
        elif how == "insert":
            body[at:at] = bytes([by])
        elif how in ("append", "change", "cut"):
            body.append(by)
        path.write_bytes(body)
        if how == "remove":
            path.unlink()
        elif how == "swap":
            other = folder / NAMES[(NAMES.index(name) + by % (len(NAMES) - 1) + 1) % len(NAMES)]
            mine, theirs = path.read_bytes(), other.read_bytes()
            path.write_bytes(theirs)
            other.write_bytes(mine)
        elif how == "extra":
            path.with_name(f"{path.name}{by}").write_bytes(b"")
        trust = seal_folder / AUTHORITY
        with redirect_stderr(io.StringIO()):
            assert script.main([str(folder), "--trust", str(trust)]) == REFUSED
        with pytest.raises(BundleError):
            check_bundle(folder, "2026-1", trust)
