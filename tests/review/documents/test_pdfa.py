"""PDF/A as the genuine veraPDF engine judges it, and the judge judged on files whose verdict is known."""

from pathlib import Path

import pypdf
import pytest

from review.documents.catalogue_pdf import write_catalogue
from tests.verapdf import failed_clauses

pytestmark = pytest.mark.verapdf

TITLES = ("关于调整救济标准的通知", "關於臺灣檔案", "王\U0002b740 Ḥusayn Привет مدينة 1932", "<b>&</b>", "长" * 500)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_catalogue_is_pdf_a_3a(tmp_path, make_edition, language):
    write_catalogue(make_edition(TITLES * 30, language=language), tmp_path / "c.pdf")
    assert failed_clauses("3a", [tmp_path / "c.pdf"]) == [[]]


def test_a_catalogue_that_lost_a_promise_is_judged_failing(tmp_path, make_edition):
    """The same file without its metadata, without its tags and language, and something that is no PDF."""
    write_catalogue(make_edition(TITLES), tmp_path / "c.pdf")
    for spoiled, keys in {"metadata": ["/Metadata"], "tags": ["/StructTreeRoot", "/MarkInfo"]}.items():
        writer = pypdf.PdfWriter(clone_from=tmp_path / "c.pdf")
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
