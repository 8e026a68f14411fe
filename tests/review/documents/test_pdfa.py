"""PDF/A and PDF/UA as the genuine veraPDF engine judges them, and the judge judged on files whose verdict is known."""

from datetime import date
from pathlib import Path

import pypdf
import pytest

from review.documents.catalogue_pdf import write_catalogue
from review.documents.edition import ClosedEntry
from review.documents.notice_pdf import write_notice
from tests.verapdf import failed_clauses

pytestmark = pytest.mark.verapdf

TITLES = ("关于调整救济标准的通知", "關於臺灣檔案", "王\U0002b740 Ḥusayn Привет مدينة 1932", "<b>&</b>", "长" * 500)


@pytest.fixture(scope="module")
def published(tmp_path_factory, make_edition):
    """A Chinese catalogue of three volumes in several parts, with a closed list; an English one; a notice."""
    folder = tmp_path_factory.mktemp("published")
    said = {"public_url": "https://open.example.org/", "corrects": "2025-9"}
    closed = [
        ClosedEntry("J047", f"J047-9-{n}", "CN-8-1", date(2050, 1, n % 28 + 1) if n % 2 else None) for n in range(99)
    ]
    chinese = make_edition(TITLES * 500, closed=closed, **said)
    files = write_catalogue(chinese, folder, entries_in_a_volume=1200)
    write_notice(chinese, folder / "notice.pdf")
    (folder / "en").mkdir()
    write_catalogue(make_edition(TITLES, language="en", **said), folder / "en")
    assert len(files.names) == 3
    return [*(folder / name for name in files.names), folder / "notice.pdf", folder / "en" / "open-catalogue.pdf"]


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_the_catalogue_and_the_notice_are_pdf_a_3a_and_pdf_ua_1(published, flavour):
    assert failed_clauses(flavour, published) == [[]] * len(published)


def test_a_catalogue_that_lost_a_promise_is_judged_failing(tmp_path, make_edition):
    """The same file without its metadata, without its tags and language, and something that is no PDF."""
    write_catalogue(make_edition(TITLES), tmp_path)
    for spoiled, keys in {"metadata": ["/Metadata"], "tags": ["/StructTreeRoot", "/MarkInfo"]}.items():
        writer = pypdf.PdfWriter(clone_from=tmp_path / "open-catalogue.pdf")
        for key in keys:
            del writer.root_object[key]
        writer.write(tmp_path / f"{spoiled}.pdf")
    (tmp_path / "none.pdf").write_text("no PDF")
    metadata, tags, none = failed_clauses("3a", [tmp_path / f"{name}.pdf" for name in ("metadata", "tags", "none")])
    assert "6.6.2.1:1" in metadata
    assert any(clause.startswith("6.7.") for clause in tags)
    assert none == ["unreadable"]


@pytest.mark.shared_data
@pytest.mark.parametrize(("flavour", "folder"), [("1a", "PDF_A-1a"), ("2a", "PDF_A-2a"), ("3b", "PDF_A-3b")])
def test_the_judge_is_right_about_files_whose_verdict_is_known(shared_data: Path, flavour, folder):
    files = sorted((shared_data / "pdf-a-ua-corpus" / folder).glob("*.pdf"))
    verdicts = {file.name: bool(failed) for file, failed in zip(files, failed_clauses(flavour, files), strict=True)}
    assert verdicts == {file.name: "fail" in file.stem.rsplit("-", 2)[1] for file in files}
    assert len(files) > 2
