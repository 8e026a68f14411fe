"""The porch's own reader of release bundles: what is not exactly as the format has it is refused. No database."""

import json
import shutil
import tracemalloc

import pytest

from review.catalogue.bundles import BundleClosed, BundleEntry, BundleError, check_bundle, take_in
from tests.review.catalogue.made_bundles import (
    CLOSED,
    COPY,
    COPY_DIGEST,
    blank_pdf,
    json_line,
    row,
    signed,
    tree_hash,
    write_seal,
    written,
)
from tests.review.documents.sealing import authority, seal_by, self_made


@pytest.fixture
def take(tmp_path):
    """take(folder): the bundle as the public site takes it in."""

    def taken(folder):
        copy = tmp_path / f"copy{len(list(tmp_path.iterdir()))}"
        copy.mkdir()
        return take_in(folder, copy)

    return taken


@pytest.fixture
def rows():
    return [
        row("J047-002-0113-008"),
        row("J047-002-0113-009", "水利建设计划", early_opening="1"),
        row("J047-002-0113-010", "关于安置复员军人的批复", redacted_copy=COPY_DIGEST),
        row(
            "甲-1", "関於臺灣檔案𫝀\n第二行", fonds_code="甲/乙", fonds_title="", series_title="", responsible_body=""
        ),
    ]


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_bytes())


def put(folder, seal, name, body):
    """Another content of a file, with all that vouches for it made to fit: what is left is what the file says."""
    (folder / name).write_bytes(body)
    manifest = manifest_of(folder)
    import hashlib

    manifest["files"][name] = {
        "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "sm3": hashlib.new("sm3", body).hexdigest(),
    }
    if name == "entries.jsonl":
        manifest["entries"]["merkle_root"] = tree_hash(body.split(b"\n")[:-1]).hex()
    (folder / "manifest.json").write_bytes(written(manifest))
    write_seal(folder, seal)


def test_a_bundle_is_copied_whole_and_read_from_the_copy(make_bundle, rows, take):
    folder = make_bundle(rows, corrects="2025-9")
    bundle = take(folder)
    shutil.rmtree(folder)
    assert bundle.number == "2026-1"
    assert bundle.manifest["corrects"] == "2025-9"
    early = BundleEntry(
        "J047",
        "示例省民政局",
        "救灾救济",
        "J047-002-0113-009",
        "水利建设计划",
        "省民政局",
        "1962-03",
        "3 页",
        True,
        "",
    )
    entries = list(bundle.entries())
    assert entries[1] == early
    assert [entry.redacted_copy for entry in entries] == ["", "", COPY_DIGEST, ""]
    assert [entry.public_title for entry in entries] == [each["public_title"] for each in rows]
    assert list(bundle.closed()) == [BundleClosed(**each) for each in CLOSED]
    assert (bundle.directory / f"copies/{COPY_DIGEST}.pdf").read_bytes() == COPY


def test_the_seal_names_its_certificate(make_bundle, rows, take, seal):
    assert take(make_bundle(rows)).seal.certificate == seal.certificate


def test_a_release_of_nothing_is_a_release(make_bundle, take):
    bundle = take(make_bundle([], closed=()))
    assert (list(bundle.entries()), list(bundle.closed())) == ([], [])


@pytest.mark.parametrize(
    "spoil", ["missing", "strange", "folder", "empty folder", "deep", "link", "linked folder", "renamed"]
)
def test_a_folder_that_is_not_exactly_a_bundle_is_refused(make_bundle, rows, take, spoil, tmp_path):
    folder = make_bundle(rows)
    if spoil == "missing":
        (folder / "entries.xlsx").unlink()
    elif spoil == "strange":
        (folder / "ead3/J999.xml").write_text("")
    elif spoil == "folder":
        (folder / "empty").mkdir()
    elif spoil == "empty folder":
        shutil.rmtree(folder / "copies")
        (folder / "copies").mkdir()
    elif spoil == "deep":
        (folder / "ead3/more").mkdir()
        (folder / "ead3/more/a.xml").write_text("")
    elif spoil == "link":
        shutil.move(folder / "entries.csv", tmp_path / "elsewhere")
        (folder / "entries.csv").symlink_to(tmp_path / "elsewhere")
    elif spoil == "linked folder":
        shutil.move(folder / "ead3", tmp_path / "ead3")
        (folder / "ead3").symlink_to(tmp_path / "ead3")
    else:
        folder = folder.rename(folder.with_name("2026-2"))
    with pytest.raises(BundleError):
        take(folder)


def test_a_folder_with_any_name_that_is_no_number_is_what_its_manifest_says(make_bundle, rows, take):
    folder = make_bundle(rows)
    assert take(folder.rename(folder.with_name("downloaded"))).number == "2026-1"


def test_an_older_edition_under_a_newer_number_is_refused(make_bundle, rows, take, seal):
    folder = make_bundle(rows)
    newer = folder.rename(folder.with_name("2026-2"))
    manifest = manifest_of(newer)
    (newer / "manifest.json").write_bytes(written(manifest | {"number": "2026-2"}))
    with pytest.raises(BundleError, match="another manifest"):
        take(newer)


def _with(value, *keys):
    def change(manifest):
        for key in keys[:-1]:
            manifest = manifest[key]
        manifest[keys[-1]] = value

    return change


def _without(*keys):
    def change(manifest):
        for key in keys[:-1]:
            manifest = manifest[key]
        del manifest[keys[-1]]

    return change


@pytest.mark.parametrize(
    "change",
    [
        _with("qifeng-release/1", "format"),
        _without("format"),
        _with("..", "number"),
        _with("2026-0", "number"),
        _with("2026-1", "corrects"),
        _with("2025", "corrects"),
        _with("2026-02-30", "issued_on"),
        _with("20261121", "issued_on"),
        _with("", "signed_off_by"),
        _with("名\x00", "signed_off_by"),
        _with("A" * 64, "ruleset", "digest"),
        _with(-1, "ledger", "line"),
        _with(True, "ledger", "line"),
        _with(1.0, "pages"),
        _without("pages"),
        _with("x", "more"),
        _with(5, "counts", "opened"),
        _with(5, "counts", "opened_early"),
        _with({"../x": 9}, "counts", "deferred"),
        _with({"CN-8-1": 1}, "counts", "deferred"),
        _with(3, "entries", "count"),
        _with("a" * 64, "entries", "merkle_root"),
        _with(1, "closed"),
        _with([], "fonds"),
        _with([{"code": "J047", "title": "示例省民政局", "entries": 4}], "fonds"),
        _with({}, "files"),
        _with({"bytes": 1, "sha256": "a" * 64, "sm3": "a" * 64}, "files", "../entries.csv"),
        _with({"bytes": 1, "sha256": "a" * 64, "sm3": "a" * 64}, "files", "open-catalogue-1.pdf"),
        _with({"bytes": 1, "sha256": "a" * 64, "sm3": "a" * 64}, "files", f"copies/{'b' * 64}.pdf"),
        _with("a" * 64, "files", "entries.csv", "sm3"),
        _with("a" * 64, "files", "entries.csv", "sha256"),
        _with(1, "files", "entries.csv", "bytes"),
        _with(10**6, "files", "open-catalogue.pdf", "bytes"),
    ],
)
def test_a_manifest_that_is_not_as_the_format_has_it_is_refused_though_it_was_sealed(make_bundle, rows, take, change):
    with pytest.raises(BundleError):
        take(make_bundle(rows, change=change))


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1, "a": 1}'])
def test_a_manifest_or_a_seal_that_is_none_is_refused(make_bundle, rows, take, raw):
    for name in ("manifest.json", "seal.json"):
        folder = make_bundle(rows)
        (folder / name).write_bytes(raw)
        with pytest.raises(BundleError):
            take(folder)


LINE = row("J047-1")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        json.dumps({**LINE, "early_opening": False}, ensure_ascii=False, sort_keys=True).encode(),
        json_line({**LINE, "early_opening": 0}),
        json_line({**LINE, "early_opening": "1"}),
        json_line({**LINE, "early_opening": False, "extent": 3}),
        json_line({**LINE, "early_opening": False, "extent": None}),
        json_line({**LINE, "early_opening": False, "note": "x"}),
        json_line({key: value for key, value in LINE.items() if key != "extent"} | {"early_opening": False}),
        json_line({**LINE, "early_opening": False, "public_title": " "}),
        json_line({**LINE, "early_opening": False, "public_title": "题\x00名"}),
        json_line({**LINE, "early_opening": False, "public_title": "题\x1b名"}),
        json_line({**LINE, "early_opening": False, "series_title": "\x7f"}),
        json_line({**LINE, "early_opening": False, "reference_code": ""}),
        json_line({**LINE, "early_opening": False, "reference_code": "长" * 201}),
        json_line({**LINE, "early_opening": False, "redacted_copy": "../../x"}),
        json_line({**LINE, "early_opening": False, "redacted_copy": "a" * 64}),
        json_line({**LINE, "early_opening": False, "fonds_title": "别的全宗"}),
        json_line({**LINE, "early_opening": False})[:-1] + b',"date":"1962-03"}',
        json_line({**LINE, "early_opening": False}).replace("示".encode(), b"\\u793a"),
        json_line({**LINE, "early_opening": False}).replace("示".encode(), b"\\ud800"),
        json_line({**LINE, "early_opening": True}),
    ],
)
def test_a_line_that_is_not_as_the_format_has_it_is_refused_though_it_was_sealed(make_bundle, take, seal, line):
    folder = make_bundle([LINE])
    put(folder, seal, "entries.jsonl", line + b"\n")
    with pytest.raises(BundleError):
        take(folder)


def test_the_last_line_must_end(make_bundle, take, seal):
    folder = make_bundle([LINE])
    put(folder, seal, "entries.jsonl", (folder / "entries.jsonl").read_bytes()[:-1])
    with pytest.raises(BundleError, match=r"entries\.jsonl"):
        take(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"ground": "CN 8"}, {"ground": ""}, {"opens_on": "2062"}, {"opens_on": None}, {"reference_code": ""},
        {"reference_code": "\x07"}, {"fonds_code": 47}, {"title": "x"},
    ],
)  # fmt: skip
def test_a_closed_entry_that_is_not_as_the_format_has_it_is_refused(make_bundle, rows, take, change):
    with pytest.raises(BundleError, match=r"closed\.jsonl"):
        take(make_bundle(rows, closed=[CLOSED[0] | change]))


def test_a_code_that_stands_twice_is_refused(make_bundle, take):
    with pytest.raises(BundleError, match="J047-1"):
        take(make_bundle([row("J047-1"), row("J047-2"), row("J047-1", "别的题名")]))
    with pytest.raises(BundleError, match=CLOSED[0]["reference_code"]):
        take(make_bundle([row("J047-1")], closed=[CLOSED[0], CLOSED[0]]))


def test_the_same_code_in_another_fonds_is_another_entry(make_bundle, take):
    bundle = take(make_bundle([row("A-1"), row("A-1", fonds_code="J048", fonds_title="示例省水利厅")]))
    assert [entry.fonds_code for entry in bundle.entries()] == ["J047", "J048"]


def test_what_is_listed_as_closed_may_be_open_in_part_and_never_open(make_bundle, take):
    code = CLOSED[0]["reference_code"]
    take(make_bundle([row(code, redacted_copy=COPY_DIGEST)]))
    with pytest.raises(BundleError, match=code):
        take(make_bundle([row(code)]))


def test_codes_that_agree_by_chance_are_told_apart(make_bundle, rows, take, monkeypatch):
    """Codes are compared by short marks first; here all marks are the same."""
    monkeypatch.setattr("review.catalogue.bundle_counts.hash", lambda _: 1, raising=False)
    take(make_bundle(rows))
    with pytest.raises(BundleError, match="J047-1"):
        take(make_bundle([row("J047-1"), row("J047-1")]))


def test_a_seal_by_a_stranger_is_refused(make_bundle, rows, take):
    for stranger in (self_made(), seal_by(authority("别人"))):
        with pytest.raises(BundleError, match="authority"):
            take(make_bundle(rows, seal=stranger))


def test_a_certificate_that_was_not_valid_on_the_issue_day_is_refused_and_one_expired_since_is_fine(
    make_bundle, rows, take, settings, tmp_path
):
    root = authority()
    settings.TRUST = root.trusted_in(tmp_path)
    old = seal_by(root, years=(2010, 2015))
    take(make_bundle(rows, seal=old, issued_on="2012-05-01"))
    for day in ("2009-12-31", "2015-01-02"):
        with pytest.raises(BundleError, match="2010-01-01"):
            take(make_bundle(rows, seal=old, issued_on=day))


def test_a_seal_over_intermediate_authorities_is_trusted(make_bundle, rows, take, settings, tmp_path):
    root = authority()
    settings.TRUST = root.trusted_in(tmp_path)
    take(make_bundle(rows, seal=seal_by(root, steps=3)))


def test_without_a_trust_file_nothing_is_taken_in(make_bundle, rows, take, settings, tmp_path):
    settings.TRUST = tmp_path / "missing.pem"
    with pytest.raises(BundleError, match="QIFENG_TRUST"):
        take(make_bundle(rows))


def test_the_seal_of_another_bundle_does_not_fit(make_bundle, rows, take):
    folder, other = make_bundle(rows), make_bundle(rows[:1])
    shutil.copy(other / "seal.json", folder / "seal.json")
    with pytest.raises(BundleError, match="another manifest"):
        take(folder)


@pytest.mark.parametrize("how", ["unsigned", "by another", "longer", "of another file"])
def test_a_pdf_whose_own_signature_does_not_hold_is_refused_though_its_bundle_was_sealed(
    make_bundle, rows, take, seal, how
):
    folder = make_bundle(rows)
    path, body = folder / "notice.pdf", blank_pdf("notice 2026-1")
    signed_body = path.read_bytes()
    path.write_bytes(
        {
            "unsigned": body + b"\n% nothing\n",
            "by another": signed(body, self_made(), "2026-11-21"),
            "longer": signed_body + b"\n",
            "of another file": body + signed(blank_pdf("notice 2026-2"), seal, "2026-11-21")[len(body) :],
        }[how]
    )
    write_seal(folder, seal)
    with pytest.raises(BundleError, match=r"notice\.pdf"):
        take(folder)


def test_four_times_the_entries_take_no_more_memory_than_a_mark_each(make_bundle, seal_folder):
    peaks = []
    for size in (2_000, 8_000):
        folder = make_bundle([row(f"J047-{n}") for n in range(size)])
        tracemalloc.start()
        try:
            bundle = check_bundle(folder, "2026-1", seal_folder / "authority.pem")
            assert sum(1 for _ in bundle.entries()) == size
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] - peaks[0] < 6_000 * 100
