"""Digital objects: what lies in a folder, whose it is, what is refused, and what is kept."""

import hashlib
import io
import json
import shutil
import stat
from datetime import date

import pypdf
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.catalogue_rows import same_code
from policies.sentences import Refusal
from review import ledger
from review.models import DigitalObject, LedgerLine, PageText
from review.operations.attaching import attach_objects
from review.queries.objects import entries_by_name, kept_at, objects_dir, verify_kept
from review.readers.media_types import CUT_OFF, EMPTY, PDF, UNKNOWN, look_at
from review.readers.object_contents import read_folder
from review.readers.object_folders import code_on_disk, natural_order, walk
from tests.shelf import make_entry, make_intake
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

CODE = "Z001-001-0001"


def jpeg(mark: object) -> bytes:
    """The frame of a JPEG file around a mark: what a light look goes by."""
    return b"\xff\xd8\xff\xe0" + str(mark).encode() + b"\xff\xd9"


def tiff(pages: int) -> bytes:
    """A TIFF of empty directories, one a page."""
    content = b"II*\0" + (8).to_bytes(4, "little")
    for page in range(pages):
        after = 0 if page == pages - 1 else len(content) + 6
        content += (0).to_bytes(2, "little") + after.to_bytes(4, "little")
    return content


def pdf(pages: int, **how: object) -> bytes:
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "scans"
    made.mkdir()
    return made


@pytest.fixture
def entry(world):
    return world.fonds.entries.get(reference_code=CODE)


def fill(folder, name: str, **files: bytes | str):
    """A folder of files; in a name "__" stands for the dot and "___" for the slash."""
    place = folder / name
    for file, content in files.items():
        path = place / file.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def attach(world, entry, folder, **more):
    (found,) = [found for found in walk(folder) if found.name == entry.reference_code]
    return attach_objects(entry=entry, folder=found, by=world["planner"], at=NOW, today=TODAY, **more)


def said(report) -> str:
    return "\n".join(f"{c.column}/{c.value}: {c.sentence}" for c in report.complaints)


def run(folder, *more: str):
    out, err = io.StringIO(), io.StringIO()
    call_command("attach_objects", str(folder), "--fonds", "Z001", *more, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


# -- what is attached


def test_the_files_of_a_folder_are_attached_in_natural_order_with_their_texts(world, entry, folder):
    fill(
        folder,
        CODE,
        **{"10__jpg": jpeg(10), "2__jpg": jpeg(2), "1__jpg": jpeg(1), "2__txt": "第二页", "10__txt": "\f"},
    )
    report = attach(world, entry, folder)
    assert (report.added, report.texts, report.refused) == (3, 1, False), said(report)
    rows = list(entry.objects_attached.all())
    assert [(row.place, row.file_name) for row in rows] == [(1, "1.jpg"), (2, "2.jpg"), (3, "10.jpg")]
    assert list(rows[1].page_texts.values_list("page", "text")) == [(1, "第二页")]


def test_a_kept_file_lies_under_its_digest_and_only_its_owner_may_read_it(world, entry, folder):
    fill(folder, CODE, **{"1__jpg": jpeg(1)})
    attach(world, entry, folder)
    digest = hashlib.sha256(jpeg(1)).hexdigest()
    path = objects_dir() / digest[:2] / digest
    assert path.read_bytes() == jpeg(1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == [digest], "no draft is left behind"


def test_the_same_folder_again_changes_nothing_and_writes_no_line(world, entry, folder):
    fill(folder, CODE, **{"1__jpg": jpeg(1), "1__txt": "一"})
    attach(world, entry, folder)
    before = LedgerLine.objects.count(), list(DigitalObject.objects.values_list())
    report = attach(world, entry, folder)
    assert (report.added, report.texts, report.unchanged) == (0, 0, 1)
    assert (LedgerLine.objects.count(), list(DigitalObject.objects.values_list())) == before


def test_further_files_come_behind_those_that_are_there(world, entry, folder):
    place = fill(folder, CODE, **{"1__jpg": jpeg(1)})
    attach(world, entry, folder)
    (place / "2.jpg").write_bytes(jpeg(2))
    report = attach(world, entry, folder)
    assert (report.added, report.unchanged) == (1, 1)
    assert list(entry.objects_attached.values_list("place", "file_name")) == [(1, "1.jpg"), (2, "2.jpg")]


def test_texts_that_come_later_are_added(world, entry, folder):
    place = fill(folder, CODE, **{"1__jpg": jpeg(1)})
    attach(world, entry, folder)
    (place / "1.txt").write_text("识别文本", encoding="utf-8")
    assert attach(world, entry, folder).texts == 1
    (place / "1.txt").write_text("另一文本", encoding="utf-8")
    report = attach(world, entry, folder)
    assert report.refused
    assert PageText.objects.get().text == "识别文本"


def test_one_line_of_the_ledger_counts_and_says_no_title(world, entry, folder):
    fill(folder, CODE, 关于调整救济标准的通知__jpg=jpeg(1), 关于调整救济标准的通知__txt="救济")
    attach(world, entry, folder)
    line = LedgerLine.objects.latest("line")
    assert (line.act, line.subject) == ("attach_objects", f"entry {CODE}")
    assert json.loads(line.facts) == {"fonds": "Z001", "objects": 1, "pages": 1, "texts": 1, "unchanged": 0}
    assert "救济" not in line.facts
    assert ledger.verify().bad_line is None


def test_the_texts_of_the_text_folder_are_counted_through_the_objects(world, entry, folder):
    fill(
        folder, CODE,
        a__jpg=jpeg(1), b__pdf=pdf(2), text___0001__txt="一", text___0003__txt="三",
    )  # fmt: skip
    report = attach(world, entry, folder)
    assert not report.refused, said(report)
    texts = PageText.objects.values_list("digital_object__file_name", "page", "text")
    assert set(texts) == {("a.jpg", 1, "一"), ("b.pdf", 2, "三")}


def test_the_pages_of_a_pdf_are_parted_by_form_feeds(world, entry, folder):
    (folder / f"{CODE}.pdf").write_bytes(pdf(2))
    (folder / f"{CODE}.txt").write_text("一\f二\f", encoding="utf-8")
    report = attach(world, entry, folder)
    assert not report.refused, said(report)
    assert list(PageText.objects.values_list("page", "text")) == [(1, "一"), (2, "二")]


# -- what is complained of


BAD = {
    "empty": ({"1__jpg": b""}, "文件为空"),
    "no picture": ({"1__jpg": b"MZ this is a program"}, "不是可挂接的格式"),
    "cut off": ({"1__jpg": jpeg(1)[:-2]}, "缺少结尾"),
    "cut off pdf": ({"1__pdf": b"%PDF-1.7\nhalf"}, "缺少结尾"),
    "text of nobody": ({"1__jpg": jpeg(1), "7__txt": "七"}, "看不出是哪一页"),
    "text of two": ({"1__jpg": jpeg(1), "1__png": jpeg(2), "1__txt": "七"}, "看不出是哪一页"),
    "not UTF-8": ({"1__jpg": jpeg(1), "1__txt": "救济".encode("gb18030")}, "UTF-8"),
    "NUL in a text": ({"1__jpg": jpeg(1), "1__txt": "a\0b"}, "控制字符"),
    "another kind": ({"1__jpg": jpeg(1), "x__docx": b"PK"}, "不是可挂接的文件"),
    "a folder in the folder": ({"1__jpg": jpeg(1), "more___2__jpg": jpeg(2)}, "名为 text"),
    "twice": ({"1__jpg": jpeg(1), "2__jpg": jpeg(1)}, "完全相同"),
    "nothing": ({"1__txt": "一"}, "没有可挂接"),
    "missing": ({"1__jpg": jpeg(1), "SHA256SUMS": f"{'0' * 64}  2.jpg\n{hashlib.sha256(jpeg(1)).hexdigest()}  1.jpg"},
                "文件夹里没有"),
    "extra": ({"1__jpg": jpeg(1), "2__jpg": jpeg(2), "SHA256SUMS": f"{hashlib.sha256(jpeg(1)).hexdigest()} *1.jpg"},
              "清单中没有"),
    "changed": ({"1__jpg": jpeg(1), "SHA256SUMS": f"{'0' * 64}  ./1.jpg"}, "摘要不符"),
    "pages": ({"1__pdf": pdf(2), "manifest__csv": "file,sha256,pages\n1.pdf,,3\n"}, "清单记 3 页"),
    "bad manifest": ({"1__jpg": jpeg(1), "manifest__csv": "file,sha256\n1.jpg,zzz\n"}, "第 2 行"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_with_anything_wrong_nothing_of_the_folder_is_attached(world, entry, folder, name):
    files, word = BAD[name]
    fill(folder, CODE, **files)
    before = LedgerLine.objects.count()
    report = attach(world, entry, folder)
    assert report.refused
    assert word in said(report)
    assert (DigitalObject.objects.count(), PageText.objects.count()) == (0, 0)
    assert LedgerLine.objects.count() == before
    assert not objects_dir().exists(), "and nothing is kept"


def test_a_link_is_never_followed(world, entry, folder, tmp_path):
    secret = tmp_path / "elsewhere.jpg"
    secret.write_bytes(jpeg("elsewhere"))
    place = fill(folder, CODE, **{"1__jpg": jpeg(1)})
    (place / "2.jpg").symlink_to(secret)
    report = attach(world, entry, folder)
    assert report.refused
    assert "链接" in said(report)


def test_a_manifest_over_all_folders_is_checked_folder_by_folder(world, entry, folder):
    fill(folder, CODE, **{"1__jpg": jpeg(1)})
    (folder / "manifest.csv").write_text(
        f"文件,sha256,页数\n{CODE}/1.jpg,{hashlib.sha256(jpeg(1)).hexdigest()},1\nZ001-001-0002/1.jpg,,\n",
        "utf-8-sig",
    )
    with pytest.raises(CommandError, match="1 folders were not attached"):
        run(folder)
    assert DigitalObject.objects.get().entry == entry


def test_a_name_that_is_attached_with_other_content_is_refused(world, entry, folder):
    place = fill(folder, CODE, **{"1__jpg": jpeg(1)})
    attach(world, entry, folder)
    (place / "1.jpg").write_bytes(jpeg("retouched"))
    report = attach(world, entry, folder)
    assert "不被替换" in said(report)
    assert DigitalObject.objects.get().digest == hashlib.sha256(jpeg(1)).hexdigest()


def test_a_count_other_than_the_catalogues_is_a_warning_only(world, entry, folder):
    entry.pages = 5
    entry.save()
    fill(folder, CODE, **{"1__jpg": jpeg(1)})
    report = attach(world, entry, folder)
    assert (report.added, report.refused) == (1, False)
    assert "著录 5 页" in said(report)


def test_what_a_file_is_its_content_says(world, entry, folder):
    fill(folder, CODE, **{"1__jpg": b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82"})
    report = attach(world, entry, folder)
    assert not report.refused
    assert "image/png" in said(report)
    assert DigitalObject.objects.get().media_type == "image/png"


# -- whose folder it is, and who may


def test_folders_find_their_entries_however_a_file_system_wrote_the_code(world):
    intake = make_intake(world.fonds, world["planner"])
    codes = ("J047/2·13-1", "Ａ—１", "B-1", "B_1", "甲/乙")
    pks = {code: make_entry(intake, code, "关于会议的通知", date(1960, 1, 1)).pk for code in codes}
    meant = entries_by_name(
        world.fonds, ["J047_2_13-1", "J047-2-13-1", "A-1", "A–1", "B-1", "B_1", "B:1", "甲_乙", "X"]
    )
    for name in ("J047_2_13-1", "J047-2-13-1"):
        assert meant[name] == [pks["J047/2·13-1"]]
    assert meant["A-1"] == meant["A–1"] == [pks["Ａ—１"]]
    assert (meant["B-1"], meant["B_1"]) == ([pks["B-1"]], [pks["B_1"]]), "the code itself goes first"
    assert sorted(meant["B:1"]) == sorted([pks["B-1"], pks["B_1"]]), "doubtful"
    assert meant["甲_乙"] == [pks["甲/乙"]]
    assert meant["X"] == []


@given(st.text(st.sampled_from('AZ09.—－-/·:*?"<>|\\ 甲'), min_size=1))
def test_a_code_and_its_escaped_name_meet(code):
    name = same_code(code)
    for sign in '/\\:*?"<>|·':
        name = name.replace(sign, "_")
    assert code_on_disk(name) == code_on_disk(code)


def test_a_folder_of_no_entry_is_complained_of_and_its_files_are_not_named(world, folder):
    fill(folder, "Z001-001-7777", 关于某某的通知__docx=b"x")
    with pytest.raises(CommandError):
        run(folder, "--report", str(folder.parent / "report.json"))
    report = (folder.parent / "report.json").read_text(encoding="utf-8")
    assert "没有此档号" in report
    assert "某某" not in report


def test_a_stub_gets_no_object_and_its_text_is_never_read(world, folder, monkeypatch):
    intake = make_intake(world.fonds, world["planner"])
    stub = make_entry(intake, "Z001-009-0001", "", date(1960, 1, 1), stub=True, classification="机密★长期")
    place = fill(folder, "Z001-009-0001", **{"1__jpg": jpeg(1), "1__txt": "机密内容"})
    place.chmod(0o700)
    opened = []
    real = type(place).open
    monkeypatch.setattr(type(place), "open", lambda self, *a, **k: (opened.append(self), real(self, *a, **k))[1])
    with pytest.raises(Refusal, match="仍属国家秘密"):
        attach(world, stub, folder)
    assert not [path for path in opened if "Z001-009" in str(path)]
    assert DigitalObject.objects.count() == 0


def test_an_entry_whose_secrecy_term_runs_gets_none_although_it_is_no_stub(world, folder):
    intake = make_intake(world.fonds, world["planner"])
    entry = make_entry(intake, "Z001-009-0002", "通知", date(2020, 1, 1), classification="机密★20年")
    fill(folder, "Z001-009-0002", **{"1__jpg": jpeg(1)})
    with pytest.raises(Refusal, match="仍属国家秘密"):
        attach(world, entry, folder)


def test_an_entry_under_review_takes_objects_until_an_opinion_stands(world, entry, folder):
    place = fill(folder, CODE, **{"1__jpg": jpeg(1)})
    world.walked("first_review")
    assert attach(world, entry, folder).added == 1
    (place / "2.jpg").write_bytes(jpeg(2))
    from workflows import rehearsal

    rehearsal.first_review(entry.batch_entries.get().batch, world["first"])
    with pytest.raises(Refusal, match="已有审核意见"):
        attach(world, entry, folder)
    (place / "2.jpg").unlink()
    assert attach(world, entry, folder).unchanged == 1, "what is held already is no further object"


def test_an_open_entry_takes_no_further_objects(world, entry, folder):
    fill(folder, CODE, **{"1__jpg": jpeg(1)})
    world.walked("")
    entry.refresh_from_db()
    with pytest.raises(Refusal, match="已有审核意见"):
        attach(world, entry, folder)


def test_only_the_planner_attaches(world, entry, folder):
    from django.core.exceptions import PermissionDenied

    fill(folder, CODE, **{"1__jpg": jpeg(1)})
    (found,) = walk(folder)
    with pytest.raises(PermissionDenied):
        attach_objects(entry=entry, folder=found, by=world["first"], at=NOW, today=TODAY)


# -- the commands


def test_the_command_attaches_what_is_good_and_goes_on_where_it_stopped(world, folder):
    for number in (1, 2):
        fill(folder, f"Z001-001-000{number}", **{"1__jpg": jpeg(number)})
    fill(folder, "Z001-001-0003", **{"1__jpg": b""})
    with pytest.raises(CommandError):
        run(folder)
    assert DigitalObject.objects.count() == 2
    fill(folder, "Z001-001-0003", **{"1__jpg": jpeg(3)})
    out, _ = run(folder)
    assert "Entries 1, files 1, page texts 0, files held already 2" in out
    assert DigitalObject.objects.count() == 3


def test_a_dry_run_says_everything_and_keeps_nothing(world, folder):
    fill(folder, CODE, **{"1__jpg": jpeg(1)})
    before = LedgerLine.objects.count()
    out, _ = run(folder, "--dry-run")
    assert "files 1" in out
    assert not objects_dir().exists()
    assert (DigitalObject.objects.count(), LedgerLine.objects.count()) == (0, before)


def test_verify_finds_what_was_changed_or_lost(world, folder):
    fill(folder, CODE, **{"1__jpg": jpeg(1), "2__jpg": jpeg(2), "3__jpg": jpeg(3)})
    run(folder)
    call_command("verify_objects", stdout=io.StringIO())
    one, two, _three = DigitalObject.objects.order_by("place").values_list("digest", flat=True)
    kept_at(one).chmod(0o600)
    kept_at(one).write_bytes(b"other")
    kept_at(two).unlink()
    assert {fault.digest for fault in verify_kept() if fault} == {one, two}
    err = io.StringIO()
    with pytest.raises(CommandError, match="2 files are bad, 1 are good"):
        call_command("verify_objects", stderr=err)
    assert CODE in err.getvalue()


# -- a light look


@pytest.mark.parametrize("pages", [1, 2, 7, 300])
def test_the_pages_of_a_pdf_are_counted_as_a_library_counts_them(tmp_path, pages):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(pages))
    assert look_at(path) == (PDF, len(pypdf.PdfReader(path).pages), None)


def test_the_pages_of_our_own_compressed_pdf_are_counted(tmp_path):
    import weasyprint

    path = tmp_path / "a.pdf"
    weasyprint.HTML(string="<p style='page-break-after: always'>一</p><p>二</p>").write_pdf(path)
    assert look_at(path).pages == len(pypdf.PdfReader(path).pages) == 2


def test_the_pages_after_an_incremental_update_are_those_that_hold_now(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(3))
    writer = pypdf.PdfWriter(path, incremental=True)
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "b.pdf")
    assert look_at(tmp_path / "b.pdf").pages == len(pypdf.PdfReader(tmp_path / "b.pdf").pages) == 4


def test_the_pages_of_an_encrypted_pdf_are_not_guessed(tmp_path):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(10, 10)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    assert look_at(tmp_path / "a.pdf") == (PDF, None, None)


def test_the_pages_of_a_tiff_are_its_directories(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(3))
    assert look_at(path).pages == 3
    path.write_bytes(tiff(3)[:-4])
    assert look_at(path).fault == CUT_OFF


@given(
    content=st.binary(max_size=200),
    head=st.sampled_from([b"", b"%PDF-1.7", b"II*\0", b"\xff\xd8\xff", b"RIFF....WEBP"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_can_be_looked_at(tmp_path, content, head):
    path = tmp_path / "any"
    path.write_bytes(head + content)
    seen = look_at(path)
    assert seen.fault in (None, EMPTY, UNKNOWN, CUT_OFF)


@given(st.lists(st.integers(0, 10**6), unique=True))
def test_numbers_in_names_are_numbers(numbers):
    names = [f"page-{n}.jpg" for n in numbers]
    assert sorted(names, key=natural_order) == [f"page-{n}.jpg" for n in sorted(numbers)]


@given(st.lists(st.text()))
def test_names_of_all_kinds_have_an_order(names):
    sorted(names, key=natural_order)


def test_a_folder_that_is_gone_when_it_is_read_is_complained_of(world, folder):
    fill(folder, CODE, **{"1__jpg": jpeg(1)})
    (found,) = walk(folder)
    shutil.rmtree(folder)
    assert read_folder(found) == []
    assert "无法读取" in str(found.complaints)


def test_a_deep_tree_of_pages_is_counted_at_once(tmp_path):
    nodes = "".join(f"{n} 0 obj << /Type /Pages /Parent 1 0 R /Count 8 >> endobj\n" for n in range(2, 5002))
    kids = " ".join(f"{n} 0 R" for n in range(2, 5002))
    path = tmp_path / "a.pdf"
    path.write_bytes(
        f"%PDF-1.7\n1 0 obj << /Kids [{kids}] /Type /Pages /Count 40000 >> endobj\n{nodes}%%EOF".encode()
    )
    assert look_at(path).pages == 40000
