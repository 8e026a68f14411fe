"""Loading a release bundle: all of it, once, or nothing."""

import shutil
import zipfile

import pytest
from django.core.management import CommandError, call_command

from review.catalogue.bundles import BundleError
from review.catalogue.loading import load_bundle
from review.catalogue.models import Edition, ListedClosed, ReleasedEntry, ReleasedFonds, Tombstone
from tests.review.catalogue.made_bundles import COPY_DIGEST

pytestmark = pytest.mark.django_db(databases=["catalogue"])


def nothing_is_loaded(kept) -> bool:
    rows = Edition.objects.count() + ReleasedFonds.objects.count() + ReleasedEntry.objects.count()
    return rows == 0 and not (kept.exists() and list(kept.iterdir()))


def test_a_bundle_becomes_an_edition_with_its_entries_and_files(make_bundle, entry_row, kept):
    early = entry_row("J047-002-0113-009", "水利建设计划", date="[1958?]", early_opening="1")
    folder = make_bundle([entry_row("J047-002-0113-008"), early])
    edition = load_bundle(folder)
    assert (edition.number, edition.counts["opened"], edition.deferred_total) == ("2026-1", 2, 7)
    rows = edition.entries.order_by("leaf").values_list("reference_code", "public_title", "year", "early")
    assert list(rows) == [
        ("J047-002-0113-008", "关于防汛工作的通知", 1962, False),
        ("J047-002-0113-009", "水利建设计划", 1958, True),
    ]
    for name in ("open-catalogue.pdf", "entries.csv", "manifest.json", "seal.json"):
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


def test_what_was_open_in_part_is_replaced_when_a_later_release_opens_it_whole(make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1", redacted_copy=COPY_DIGEST), entry_row("A-2")]))
    load_bundle(make_bundle([entry_row("A-1")], number="2026-2"))
    shown = {row.reference_code: (row.edition.number, row.redacted_copy) for row in ReleasedEntry.objects.all()}
    assert shown == {"A-1": ("2026-2", ""), "A-2": ("2026-1", "")}
    with pytest.raises(BundleError, match="A-1"):
        load_bundle(make_bundle([entry_row("A-1")], number="2026-3"))


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
        _with("qifeng-release/3", "format"),
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
    call_command("publish_release", str(make_bundle([entry_row("A-1")])))
    assert "2026-1: 1" in capsys.readouterr().out
    with pytest.raises(CommandError, match="找不到发布包"):
        call_command("load_release", str(tmp_path / "nowhere"))


def test_an_edition_knows_its_seal_its_root_and_its_files_whole_and_before_they_were_signed(make_bundle, entry_row):
    folder = make_bundle([entry_row("A-1")])
    edition = load_bundle(folder)
    assert edition.signer["demonstration"]
    assert "演示" in edition.signer["subject"]
    assert len(edition.merkle_root) == 64
    files = {each.name: each for each in edition.files.all()}
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(files) == on_disk
    for name, each in files.items():
        assert each.signed_bytes == (folder / name).stat().st_size
        assert each.is_signed == name.endswith(".pdf")


def test_a_copy_and_what_is_listed_as_closed_come_with_the_bundle(make_bundle, entry_row, kept):
    edition = load_bundle(make_bundle([entry_row("A-1", redacted_copy=COPY_DIGEST)]))
    assert edition.entries.get().copy_name == f"copies/{COPY_DIGEST}.pdf"
    assert (kept / "2026-1" / "copies" / f"{COPY_DIGEST}.pdf").exists()
    rows = ListedClosed.objects.values_list("reference_code", "ground", "opens_on")
    assert [(code, ground, str(day)) for code, ground, day in rows] == [
        ("J047-002-0113-100", "CN-8-3-PI", "2062-12-31"),
        ("J047-002-0113-101", "CN-8-1", "None"),
    ]


def test_a_listed_closed_entry_that_opens_leaves_the_list_and_a_later_list_takes_the_place_of_an_older(
    make_bundle, entry_row
):
    load_bundle(make_bundle([entry_row("A-1")]))
    later = {
        "fonds_code": "J047",
        "reference_code": "J047-002-0113-101",
        "ground": "CN-8-2",
        "opens_on": "2030-01-01",
    }
    load_bundle(make_bundle([entry_row("J047-002-0113-100")], number="2026-2", closed=[later]))
    row = ListedClosed.objects.get()
    assert (row.reference_code, row.ground, row.edition.number) == ("J047-002-0113-101", "CN-8-2", "2026-2")


def test_a_corrected_edition_takes_over_what_stays_and_leaves_a_tombstone_for_what_goes(make_bundle, entry_row):
    first = load_bundle(make_bundle([entry_row("A-1"), entry_row("A-2"), entry_row("B-1", fonds_code="J048")]))
    second = load_bundle(
        make_bundle([entry_row("A-1", "更正后的题名"), entry_row("A-3")], number="2026-2", corrects="2026-1")
    )
    first.refresh_from_db()
    assert (first.superseded_by, second.corrects, first.entries.count()) == ("2026-2", "2026-1", 0)
    assert set(second.entries.values_list("reference_code", "public_title")) == {
        ("A-1", "更正后的题名"),
        ("A-3", "关于防汛工作的通知"),
    }
    stones = Tombstone.objects.values_list("fonds", "reference_code", "release", "kind")
    assert set(stones) == {("J047", "A-2", "2026-1", "superseded"), ("J048", "B-1", "2026-1", "superseded")}
    assert dict(ReleasedFonds.objects.values_list("code", "size")) == {"J047": 2, "J048": 0}


def test_an_entry_that_opens_again_has_no_tombstone(make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1"), entry_row("A-2")]))
    load_bundle(make_bundle([entry_row("A-1")], number="2026-2", corrects="2026-1"))
    assert Tombstone.objects.count() == 1
    load_bundle(make_bundle([entry_row("A-2")], number="2026-3"))
    assert not Tombstone.objects.exists()


def test_an_edition_that_was_replaced_is_not_loaded_after_the_one_that_replaced_it(make_bundle, entry_row):
    old = make_bundle([entry_row("A-1", "泄露的题名")])
    load_bundle(make_bundle([entry_row("A-1")], number="2026-2", corrects="2026-1"))
    with pytest.raises(BundleError, match="取代"):
        load_bundle(old)
    assert ReleasedEntry.objects.get().public_title == "关于防汛工作的通知"


def test_an_edition_is_corrected_once(make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1")]))
    load_bundle(make_bundle([entry_row("A-1")], number="2026-2", corrects="2026-1"))
    with pytest.raises(BundleError, match="2026-2"):
        load_bundle(make_bundle([entry_row("A-1")], number="2026-3", corrects="2026-1"))
    assert ReleasedEntry.objects.get().edition.number == "2026-2"


def test_a_correction_that_is_refused_leaves_the_old_edition_served(make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("A-1")]))
    load_bundle(make_bundle([entry_row("B-1")], number="2026-2"))
    with pytest.raises(BundleError, match="B-1"):
        load_bundle(make_bundle([entry_row("A-1"), entry_row("B-1")], number="2026-3", corrects="2026-1"))
    assert set(ReleasedEntry.objects.values_list("edition__number", "reference_code")) == {
        ("2026-1", "A-1"),
        ("2026-2", "B-1"),
    }
    assert not Tombstone.objects.exists()


def zipped(folder, path, inside: str = ""):
    with zipfile.ZipFile(path, "w") as packed:
        for each in folder.rglob("*"):
            if each.is_file():
                packed.write(each, inside + each.relative_to(folder).as_posix())
    return path


@pytest.mark.parametrize("inside", ["", "2026-1/"])
def test_a_bundle_is_carried_as_one_zip(make_bundle, entry_row, tmp_path, kept, inside):
    edition = load_bundle(zipped(make_bundle([entry_row("A-1")]), tmp_path / "2026-1.zip", inside))
    assert edition.entries.count() == 1
    assert [folder.name for folder in kept.iterdir()] == ["2026-1"]


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "ead3/../../evil.txt", "a\\..\\evil.txt", "C:evil.txt"])
def test_a_zip_with_a_name_that_leaves_its_folder_is_refused(make_bundle, entry_row, tmp_path, kept, name):
    path = zipped(make_bundle([entry_row("A-1")]), tmp_path / "2026-1.zip")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr(name, "evil")
    with pytest.raises(BundleError):
        load_bundle(path)
    assert nothing_is_loaded(kept)
    assert not list(tmp_path.rglob("evil.txt"))


@pytest.mark.parametrize("raw", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"no zip at all"])
def test_a_zip_that_is_none_is_refused(tmp_path, kept, raw):
    path = tmp_path / "2026-1.zip"
    path.write_bytes(raw)
    with pytest.raises(BundleError):
        load_bundle(path)
    assert nothing_is_loaded(kept)


def test_entries_beyond_one_piece_are_all_loaded_with_their_lines(make_bundle, entry_row, monkeypatch):
    monkeypatch.setattr("review.catalogue.writing.CHUNK", 7)
    rows = [
        entry_row(f"A-{n}", f"题名{n}", responsible_body=f"局{n % 9}", series_title=f"类{n % 5}") for n in range(50)
    ]
    edition = load_bundle(make_bundle(rows))
    assert list(edition.entries.order_by("leaf").values_list("leaf", "reference_code")) == [
        (n, f"A-{n}") for n in range(50)
    ]
    assert sorted(edition.entries.first().fonds.series.values_list("size", flat=True)) == [10] * 5
