import hashlib
import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pypdf
import pytest

from policies.sentences import Refusal
from review.documents import catalogue_plan
from review.documents.catalogue_pdf import write_catalogue
from review.documents.edition import EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.documents.entries_csv import entries_csv
from review.documents.printable import printable

KNOWN = "档案开放审核意见书"
ODD = (
    "<b>粗体</b> & <script>alert(1)</script> {{ 甲 }} {% 乙 %} &amp; &lt;",
    '=HYPERLINK("http://example.invalid","甲")',
    "关于" + "调整救济标准的" * 70 + "通知",
    "關於臺灣檔案館藏銀圓與䶮縣呈文",
    "王\U0002b740与\u2002李\u3000某\t等\r\n三人\u200b的批复",
    "Ḥusayn ibn ʿAlī aẓ-Ẓāhir’s “Letters”",
    "Привет, мир — Ελλάδα",
    "A" * 150,
    "香港――北京——广州，2012―2020，1956—1962，甲–乙‐丙",
    "한국 😀 ⭐ ⌚ ①②③",
    KNOWN,
)


def text_of(pdf: Path) -> str:
    """All text of a PDF by poppler's pdftotext, or by pypdf where that is not installed."""
    if shutil.which("pdftotext"):
        return subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True).stdout.decode()
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)


def folded(text: str) -> str:
    """Without white space and in one form, as a reader searches."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.fixture(scope="module")
def odd(tmp_path_factory, make_edition):
    """The catalogue of the odd titles."""
    folder = tmp_path_factory.mktemp("odd")
    write_catalogue(make_edition(ODD), folder)
    return folder / "open-catalogue.pdf"


@pytest.mark.parametrize("title", ODD)
def test_every_title_is_found_in_the_text_as_it_stands(odd, title):
    assert folded(printable(title)) in folded(text_of(odd))


def test_each_entry_is_found_with_all_that_is_public_of_it(odd):
    text = text_of(odd)
    for entry in range(len(ODD)):
        assert f"J047-001-0001-{entry:04}" in text
    assert text.count("省民政局　1950-03　12 页") + text.count("省民政局 1950-03 12 页") == 7
    assert text.count("提前开放") > text_of(odd).count("其中提前开放")


def test_the_statistics_name_each_ground_with_its_article_and_add_up(odd):
    text = folded(text_of(odd))
    assert "国家秘密未解密国家档案馆档案开放办法第八条第一项17" in text
    assert "涉及个人信息国家档案馆档案开放办法第八条第三项312" in text
    assert f"合计{len(ODD) + 329 + 9 + 188}" in text
    assert "涉及知识产权" not in text.split("审核情况")[1].split("目次")[0]


def test_the_colophon_holds_the_digests_in_groups_of_four(odd, make_edition):
    digest = hashlib.sha256(entries_csv(make_edition(ODD))).hexdigest()
    fours = [digest[i : i + 4] for i in range(0, 64, 4)]
    text = text_of(odd)
    assert " ".join(fours[:8]) in text
    assert " ".join(fours[8:]) in text
    assert "顾怀民" in text
    assert "2026年11月20日" in text


def test_the_english_edition_speaks_english_and_keeps_the_titles(tmp_path, make_edition):
    write_catalogue(make_edition(["甲", "乙"], language="en"), tmp_path)
    text = text_of(tmp_path / "open-catalogue.pdf")
    assert "Notice of Opening" in text
    assert "21 November 2026" in text
    assert "甲" in text
    assert "开放公告" not in text
    assert pypdf.PdfReader(tmp_path / "open-catalogue.pdf").trailer["/Root"]["/Lang"] == "en"


def test_an_edition_without_entries_is_a_catalogue_that_says_so(tmp_path, make_edition):
    counts = EditionCounts(opened=0, opened_early=0, deferred={"CN-8-1": 3}, referred=0, not_due=0)
    write_catalogue(make_edition(fonds=(), counts=counts), tmp_path)
    assert "本次没有开放的条目" in text_of(tmp_path / "open-catalogue.pdf")


def test_the_entries_are_attached_as_data_and_equal_entries_csv(odd, make_edition):
    reader = pypdf.PdfReader(odd)
    assert {name: body[0] for name, body in reader.attachments.items()} == {
        "entries.csv": entries_csv(make_edition(ODD))
    }
    associated = [file.get_object() for file in reader.trailer["/Root"]["/AF"]]
    assert {(file["/UF"], file["/AFRelationship"]) for file in associated} == {("entries.csv", "/Data")}


def test_the_document_has_a_title_a_language_tags_and_bookmarks(odd):
    reader = pypdf.PdfReader(odd)
    root = reader.trailer["/Root"]
    assert reader.metadata.title == "示例省档案馆 开放档案目录 2026-1"
    assert root["/Lang"] == "zh-Hans"
    assert root["/MarkInfo"]["/Marked"]
    marks = [mark.title for mark in reader.outline if not isinstance(mark, list)]
    assert marks == ["开放公告", "凡例", "审核情况", "目次", "全宗 J047　省民政局", "索引", "版本记录"]


def test_the_contents_name_the_page_on_which_each_series_begins(tmp_path, make_edition):
    series = tuple(
        SeriesPart(f"类目{name}", tuple(EditionEntry(f"J047-{name}-{n:04}", "关于救济的通知") for n in range(60)))
        for name in "甲乙丙"
    )
    counts = EditionCounts(opened=180, opened_early=0, deferred={}, referred=0, not_due=0)
    write_catalogue(make_edition(fonds=(FondsPart("J047", "省民政局", series),), counts=counts), tmp_path)
    reader = pypdf.PdfReader(tmp_path / "open-catalogue.pdf")
    pages = [folded(page.extract_text()) for page in reader.pages]
    contents = next(page for page in pages if page.startswith("目次"))
    for name in "甲乙丙":
        first = next(n for n, page in enumerate(pages, 1) if f"J047-{name}-0000" in page)
        assert contents.split(f"类目{name}60条")[1].lstrip(".").startswith(str(first))


def test_no_entry_is_split_across_pages(tmp_path, make_edition):
    titles = [f"起{n}" + "关于调整救济标准的通知" * 9 + f"止{n}。" for n in range(80)]
    write_catalogue(make_edition(titles), tmp_path)
    pages = [folded(page.extract_text()) for page in pypdf.PdfReader(tmp_path / "open-catalogue.pdf").pages]
    for title in titles:
        assert sum(title in page for page in pages) == 1


def test_the_same_edition_gives_the_same_bytes_on_every_run(odd, tmp_path):
    """In new processes with another hash seed, locale, time zone and home."""
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:];"
        "from conftest import _edition; from test_catalogue_pdf import ODD;"
        "from review.documents.catalogue_pdf import write_catalogue; write_catalogue(_edition(ODD), Path(sys.argv[1]))"
    )
    here = Path(__file__).resolve()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai")):
        folder = tmp_path / seed
        folder.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "HOME": str(tmp_path)}
        subprocess.run(
            [sys.executable, "-c", program, folder, here.parent, here.parents[3]], env=environment, check=True
        )
        assert (folder / "open-catalogue.pdf").read_bytes() == odd.read_bytes()


def test_one_other_character_gives_another_file(odd, tmp_path, make_edition):
    write_catalogue(make_edition([*ODD[:-1], ODD[-1] + "。"]), tmp_path)
    ids = [pypdf.PdfReader(path).trailer["/ID"] for path in (odd, tmp_path / "open-catalogue.pdf")]
    assert ids[0] != ids[1]


def test_progress_counts_the_pages_up(tmp_path, make_edition):
    seen: list[int] = []
    files = write_catalogue(make_edition(["甲"] * 200), tmp_path, seen.append)
    assert seen == sorted(seen)
    assert max(seen) == files.pages == len(pypdf.PdfReader(tmp_path / "open-catalogue.pdf").pages)
    assert files.seconds > 0


def test_no_font_but_ours_is_in_the_file(odd):
    names = {
        font.get_object()["/BaseFont"].split("+")[1]
        for page in pypdf.PdfReader(odd).pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert names <= {"Qifeng-Song", "Qifeng-Hei-Medium", "Qifeng-Letters", "Qifeng-Wide"}


def test_a_character_that_no_font_has_stops_the_release_if_it_were_ever_let_through(
    tmp_path, make_edition, monkeypatch
):
    monkeypatch.setattr(catalogue_plan, "printable", lambda text: text)
    with pytest.raises(Refusal, match=r"U\+2B740"):
        write_catalogue(make_edition(["王\U0002b740"]), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_machine_without_the_typesetting_libraries_is_told_what_to_install(tmp_path):
    """A weasyprint that fails as the real one does without Pango stands first on the path of a new process."""
    (tmp_path / "weasyprint.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[1:];"
        "from conftest import _edition; from review.documents.catalogue_pdf import write_catalogue;"
        "write_catalogue(_edition(), Path('.'))"
    )
    here = Path(__file__).resolve()
    run = subprocess.run(
        [sys.executable, "-c", program, tmp_path, here.parent, here.parents[3]],
        cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONUTF8": "1"},
    )  # fmt: skip
    assert "Refusal" in run.stderr
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in run.stderr
    assert "brew install pango" in run.stderr
