"""Every paper of the file: the same record gives the same bytes; number, date, digest and QR code are on it."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import segno

from policies.outcomes import Answer, Outcome
from policies.packages import Package, PackageRow
from policies.profiles import Silence
from policies.reviewing import Decision
from policies.sentences import Sentence
from review.documents.closing_forms import (
    DeferralLine,
    DifferenceLine,
    StratumLine,
    deferral_list,
    minutes,
    quality_certificate,
)
from review.documents.letter import LISTED, consultation_letter
from review.documents.papers import Head, Paper, paper_pdf
from review.documents.review_forms import (
    About,
    Answered,
    Approval,
    OpinionLine,
    Signed,
    UnitSummary,
    approval_form,
    opinion_form,
)
from review.documents.wording import long_date
from tests.verapdf import failed_clauses

ODD = "<b>粗</b> & {{ 甲 }} 王\U0002b740 “x” 관 " + "长" * 120
OPEN = Decision(Outcome.OPEN)
LATER = Decision(Outcome.DEFER, "CN-8-3-PI", date(2040, 1, 1), "含个人信息")
DAY = date(2026, 11, 21)
UNIT = "示例省民政厅"
KINDS = ("letter", "counts", "opinions", "approval", "deferrals", "minutes", "certificate")


def _package(entries: int) -> Package:
    rows = tuple(
        PackageRow(
            n,
            f"Z001-001-{n:04}",
            ODD if n == 1 else f"关于某事的通知（{n}）",
            "",
            "1962",
            UNIT,
            OPEN if n % 3 else LATER,
        )
        for n in range(1, entries + 1)
    )
    return Package("ZQ-Z001-2026-01-1-MZT", "Z001-2026-01", "Z001 示例省民政厅", UNIT, rows)


def make(kind: str, language: str = "zh-hans") -> Paper:
    """One paper of each kind, with an odd title in it."""
    head = Head(f"N-{kind}-1", DAY, Sentence("示例省档案馆", "Sample Archives"), language)
    about = About("Z001-2026-01", "Z001 示例省民政厅", 1, 12, "cn-2", Sentence("办理规程", "Procedure"))
    by = Sentence("2026年12月11日前", "11 December 2026")
    if kind in ("letter", "counts"):
        asked = _package(5 if kind == "letter" else LISTED + 1)
        return consultation_letter(head, asked, version=2, answer_by=by, silence=Silence.ESCALATE)
    if kind == "opinions":
        said = (Answered(UNIT, Answer.OBJECT, LATER, ODD), Answered("示例省财政厅", Answer.AGREE, OPEN, ""))
        lines = [OpinionLine(f"C-{n}", ODD, "1962", "", OPEN, None, said) for n in range(12)]
        return opinion_form(head, about, lines, [UNIT, "示例省财政厅"])
    if kind == "approval":
        unit = UnitSummary(UNIT, DAY, None, "", Sentence("待答复", "waiting"), ((Answer.AGREE, 3),))
        signed = (Signed("顾怀民", DAY, "", "ab" * 32),)
        needed = ((Sentence("审定人", "Confirmer"), 1),)
        return approval_form(head, about, Approval(((Outcome.OPEN, "", 3),), 1, (unit,), 1, 0, "Q-1", needed, signed))
    if kind == "deferrals":
        line = DeferralLine("C-1", ODD, UNIT, "1962", "CN-8-2", date(2040, 1, 1), ODD)
        return deferral_list(
            head, about, [line] * 9, approver=Sentence("主管部门", "The authority"), article=by, digest="cd" * 32
        )
    if kind == "minutes":
        stated = ((Sentence("档案馆陈述", "The archives state"), ODD), (Sentence("会议纪要", "Minutes"), "面商一致"))
        settled = DifferenceLine("C-1", ODD, OPEN, (f"{UNIT}：不同意",), stated, LATER)
        return minutes(head, about, [settled, replace(settled, settlement=None)], [UNIT])
    strata = [StratumLine("open", 100, 20, 0, 0, 14), StratumLine("defer:CN-8-2", 30, 5, 0, 0, 13)]
    return quality_certificate(head, about, strata, passed=True, by="质检员", digest="ef" * 32)


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def text_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    return folded("".join(page.extract_text() for page in pypdf.PdfReader(path).pages))


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_made_again_is_the_same_to_the_byte(kind):
    assert paper_pdf(make(kind)) == paper_pdf(make(kind))


@pytest.mark.parametrize(("kind", "language"), list(itertools.product(KINDS, ["zh-hans", "en"])))
def test_number_date_digest_and_title_stand_on_it(kind, language, tmp_path):
    paper = make(kind, language)
    text = text_of(paper_pdf(paper), tmp_path)
    for said in (paper.title, paper.head.number, long_date(DAY, language), paper.covers or paper.digest):
        assert folded(said) in text


@pytest.mark.parametrize("kind", ["opinions", "deferrals", "minutes", "letter"])
def test_odd_texts_stand_as_they_are(kind, tmp_path):
    text = text_of(paper_pdf(make(kind)), tmp_path)
    assert folded("<b>粗</b> & {{ 甲 }} 王〔U+2B740〕") in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_digest_changes_with_anything_that_is_said(kind):
    paper = make(kind)
    for other in (
        replace(paper, head=replace(paper.head, number="N-2")),
        replace(paper, head=replace(paper.head, on=date(2026, 11, 22))),
        replace(paper, title="别的"),
        replace(paper, tables=()),
    ):
        assert other.digest != paper.digest


def test_the_qr_code_of_a_letter_holds_number_version_and_digest_of_its_package():
    paper = make("letter")
    assert paper.mark == f"QIFENG consultation_letter N-letter-1 v2 {_package(5).digest}"


def test_chinese_law_is_cited_in_china_only():
    head = make("letter").head
    for jurisdiction, cited in (("CN", True), ("UK", False), ("US", False)):
        paper = consultation_letter(
            head,
            _package(2),
            version=1,
            answer_by=Sentence("x", "x"),
            silence=Silence.ESCALATE,
            jurisdiction=jurisdiction,
        )
        assert ("档案法" in "".join(paper.paragraphs)) == cited


@pytest.mark.parametrize("kind", KINDS)
def test_the_qr_code_is_printed_whole(kind, tmp_path):
    """Every module of the print, by its middle point, is as the standard's encoder has it, with four free ones around."""
    paper = make(kind)
    code = segno.make(paper.mark, error="m", micro=False, boost_error=False)
    (tmp_path / "p.pdf").write_bytes(paper_pdf(paper))
    page = pypdfium2.PdfDocument(tmp_path / "p.pdf")[0].render(scale=8).to_pil().convert("L")
    dark = page.point(lambda value: 255 if value < 128 else 0)
    # The code is the first thing that is dark from the right edge, in the upper part of the page.
    right = dark.crop((page.width * 3 // 4, 0, page.width, page.height // 4))
    side = code.symbol_size(border=0)[0]
    left, top = _corner(right, side)
    step = (26 / 25.4 * 72 * 8) / (side + 8)
    for y, line in enumerate(code.matrix):
        for x, module in enumerate(line):
            point = (round(left + (x + 0.5) * step), round(top + (y + 0.5) * step))
            assert bool(right.getpixel(point)) == bool(module), (x, y)
    for free in range(1, 4):
        assert not right.getpixel((round(left - free * step), round(top + step)))


def _corner(picture, side: int) -> tuple[int, int]:
    """Where the first dark module of the code begins: its finder pattern is a line of seven modules."""
    step = (26 / 25.4 * 72 * 8) / (side + 8)
    for y in range(picture.height):
        run = 0
        for x in range(picture.width):
            run = run + 1 if picture.getpixel((x, y)) else 0
            if run > 6.5 * step:
                return x - run + 1, y
    raise AssertionError("no QR code on the page")


@pytest.mark.verapdf
def test_every_paper_is_pdf_a_3a(tmp_path):
    files = []
    for kind, language in itertools.product(KINDS, ["zh-hans", "en"]):
        files.append(tmp_path / f"{kind}-{language}.pdf")
        files[-1].write_bytes(paper_pdf(make(kind, language)))
    assert failed_clauses("3a", files) == [[]] * len(files)
