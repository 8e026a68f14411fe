"""Loading a release bundle: all of it, once, or nothing."""

import json
import shutil

import pytest
from django.core.management import CommandError, call_command

from review.catalogue.bundles import BundleError
from review.catalogue.loading import load_bundle
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds

pytestmark = pytest.mark.django_db(databases=["catalogue"])


def nothing_is_loaded(kept) -> bool:
    rows = Edition.objects.count() + ReleasedFonds.objects.count() + ReleasedEntry.objects.count()
    return rows == 0 and not (kept.exists() and list(kept.iterdir()))


def test_a_bundle_becomes_an_edition_with_its_entries_and_files(make_bundle, entry_row, kept):
    early = entry_row("J047-002-0113-009", "水利建设计划", date="[1958?]", early_opening="1")
    folder = make_bundle([entry_row("J047-002-0113-008"), early])
    edition = load_bundle(folder)
    assert (edition.number, edition.counts["opened"], edition.deferred_total) == ("2026-1", 2, 7)
    rows = edition.entries.order_by("position").values_list("reference_code", "public_title", "year", "early")
    assert list(rows) == [
        ("J047-002-0113-008", "关于防汛工作的通知", 1962, False),
        ("J047-002-0113-009", "水利建设计划", 1958, True),
    ]
    for name in ("open-catalogue.pdf", "entries.csv", "manifest.json"):
        assert (kept / "2026-1" / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize(
    ("text", "year"),
    [("1962", 1962), ("19620315", 1962), ("1950年代", 1950), ("[1962?]-1965", 1962), ("s.d.", None), ("", None), ("第1234567号", None)],
)  # fmt: skip
def test_the_year_of_the_search_is_the_first_in_the_date(make_bundle, entry_row, text, year):
    assert load_bundle(make_bundle([entry_row("A-1", date=text)])).entries.get().year == year


def test_the_same_bundle_again_changes_nothing(make_bundle, entry_row):
    folder = make_bundle([entry_row("A-1"), entry_row("A-2")])
    first = load_bundle(folder)
    before = list(ReleasedEntry.objects.values_list("pk", "reference_code"))
    assert load_bundle(folder) == first
    assert list(ReleasedEntry.objects.values_list("pk", "reference_code")) == before


def test_files_that_were_lost_come_back_with_the_same_bundle(make_bundle, entry_row, kept):
    folder = make_bundle([entry_row("A-1")])
    load_bundle(folder)
    shutil.rmtree(kept / "2026-1")
    load_bundle(folder)
    assert (kept / "2026-1" / "entries.csv").exists()


def test_the_same_number_with_another_content_is_refused(make_bundle, entry_row, kept):
    load_bundle(make_bundle([entry_row("A-1")]))
    standing = (kept / "2026-1" / "entries.csv").read_bytes()
    with pytest.raises(BundleError, match="already loaded"):
        load_bundle(make_bundle([entry_row("A-1"), entry_row("A-2")]))
    assert ReleasedEntry.objects.count() == 1
    assert (kept / "2026-1" / "entries.csv").read_bytes() == standing


def test_an_entry_that_an_earlier_release_opened_is_refused_with_its_whole_bundle(make_bundle, entry_row, kept):
    load_bundle(make_bundle([entry_row("A-1")]))
    with pytest.raises(BundleError, match="A-1"):
        load_bundle(make_bundle([entry_row("A-2"), entry_row("A-1")], number="2026-2"))
    assert [edition.number for edition in Edition.objects.all()] == ["2026-1"]
    assert ReleasedEntry.objects.count() == 1
    assert [folder.name for folder in kept.iterdir()] == ["2026-1"]


def test_the_same_code_in_another_fonds_is_another_entry(make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1"), entry_row("A-1", fonds_code="J048", fonds_title="示例省水利厅")]))
    assert ReleasedEntry.objects.count() == 2


@pytest.mark.parametrize("name", ["open-catalogue.pdf", "entries.csv"])
def test_a_file_changed_by_one_byte_is_refused(make_bundle, entry_row, kept, name):
    folder = make_bundle([entry_row("A-1")])
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:])
    with pytest.raises(BundleError, match=name):
        load_bundle(folder)
    assert nothing_is_loaded(kept)


def _without(*keys):
    def change(manifest):
        for key in keys[:-1]:
            manifest = manifest[key]
        del manifest[keys[-1]]

    return change


def _with(value, *keys):
    def change(manifest):
        for key in keys[:-1]:
            manifest = manifest[key]
        manifest[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _with("qifeng-release/2", "format"),
        _without("format"),
        _with("../../2026-1", "number"),
        _with("..", "number"),
        _with("2026-1\n", "number"),
        _with("2026-02-30", "issued_on"),
        _with("", "signed_off_by"),
        _with("A" * 64, "ruleset", "digest"),
        _with(True, "ledger", "line"),
        _with(-1, "counts", "referred"),
        _with({"CN-8-1": "2"}, "counts", "deferred"),
        _with({"<b>": 2}, "counts", "deferred"),
        _with(2, "counts", "opened"),
        _with(1, "counts", "opened_early"),
        _with([], "fonds"),
        _with([{"code": "J047", "title": "另一题名", "entries": 1}], "fonds"),
        _with("secret", "notes"),
        _without("files", "entries.csv"),
    ],
)
def test_a_manifest_that_is_not_as_the_format_has_it_is_refused(make_bundle, entry_row, kept, change):
    folder = make_bundle([entry_row("A-1")], change=change)
    with pytest.raises(BundleError) as refusal:
        load_bundle(folder)
    assert refusal.value.zh.endswith("。")
    assert refusal.value.en.endswith(".")
    assert nothing_is_loaded(kept)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
def test_a_manifest_that_is_no_manifest_is_refused(make_bundle, entry_row, kept, raw):
    folder = make_bundle([entry_row("A-1")])
    (folder / "manifest.json").write_bytes(raw)
    with pytest.raises(BundleError):
        load_bundle(folder)
    assert nothing_is_loaded(kept)


def _with_csv(folder, raw: bytes):
    """The bundle with other bytes for its rows, and a manifest that agrees with them."""
    import hashlib

    (folder / "entries.csv").write_bytes(raw)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"]["entries.csv"] = {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("public_title", "title"),
        ("关于防汛工作的通知", ""),
        ("关于防汛工作的通知", "关于\x00的通知"),
        ("关于防汛工作的通知", '"关于'),
        ("A-1", ""),
        ("A-1", "A" * 201),
        ("3 页,", "3 页,yes"),
        ("3 页,", "3 页"),
        ("3 页,", "3 页,,一栏"),
    ],
)
def test_rows_that_are_not_as_the_format_has_them_are_refused(make_bundle, entry_row, kept, old, new):
    folder = make_bundle([entry_row("A-1")])
    text = (folder / "entries.csv").read_bytes().decode("utf-8-sig")
    assert old in text
    with pytest.raises(BundleError, match=r"entries\.csv"):
        load_bundle(_with_csv(folder, text.replace(old, new).encode("utf-8-sig")))
    assert nothing_is_loaded(kept)


def test_rows_in_another_encoding_are_refused(make_bundle, entry_row, kept):
    folder = make_bundle([entry_row("A-1")])
    text = (folder / "entries.csv").read_bytes().decode("utf-8-sig")
    with pytest.raises(BundleError):
        load_bundle(_with_csv(folder, text.encode("gb18030")))
    assert nothing_is_loaded(kept)


def test_a_code_that_stands_twice_is_refused(make_bundle, entry_row, kept):
    with pytest.raises(BundleError, match="twice"):
        load_bundle(make_bundle([entry_row("A-1"), entry_row("A-1")]))
    assert nothing_is_loaded(kept)


def test_a_folder_with_a_file_too_many_a_file_too_few_or_a_link_is_refused(make_bundle, entry_row, kept, tmp_path):
    many, few, link = (make_bundle([entry_row("A-1")]) for _ in range(3))
    (many / "titles-of-closed-records.txt").write_text("x")
    (few / "open-catalogue.pdf").unlink()
    (link / "open-catalogue.pdf").rename(tmp_path / "elsewhere.pdf")
    (link / "open-catalogue.pdf").symlink_to(tmp_path / "elsewhere.pdf")
    for folder in (many, few, link, tmp_path / "nowhere"):
        with pytest.raises(BundleError):
            load_bundle(folder)
    assert nothing_is_loaded(kept)


def test_a_load_that_breaks_half_way_leaves_nothing(make_bundle, entry_row, kept, monkeypatch):
    folder = make_bundle([entry_row("A-1")])

    def broken_disk(self, target):
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.rename", broken_disk)
    with pytest.raises(OSError, match="disk full"):
        load_bundle(folder)
    assert nothing_is_loaded(kept)


def test_the_command_loads_a_bundle_and_says_why_it_did_not(make_bundle, entry_row, capsys, tmp_path):
    call_command("load_release", str(make_bundle([entry_row("A-1")])))
    assert "2026-1: 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="找不到发布包"):
        call_command("load_release", str(tmp_path / "nowhere"))
