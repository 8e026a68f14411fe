"""The redacted copy: nothing of what is marked is in it, and the check finds what a bad redaction leaves behind."""

import io
import re
import zlib
from datetime import date
from pathlib import Path

import pypdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from policies.redacting import Box, Mark, label_of
from review.documents.page_images import one_at_a_time
from review.documents.page_words import PageText, folded, places_of, read_page, text_of, words_of
from review.documents.redacted_copy import Master, pixels_of, write_copy
from review.documents.redaction_check import FAULTS, Fault
from review.documents.redaction_check import check_copy as check_against
from tests.review.documents.masters import HEIGHT, WIDTH, colophon, draw, lined, master_of, scan, written

UNTIL = date(2052, 1, 1)
LETTER = ["To the committee", "Mr. Smithson asked for relief", "and Smithson was heard", "Relief was granted"]


def mark(page: int, box: Box, words: str = "") -> Mark:
    return Mark(page, box, "CN-8-3-PI", UNTIL, words)


def marks_on(master: Master, words: str) -> list[Mark]:
    """Marks on every place of these words."""
    return [
        mark(page, box, words)
        for page in range(1, master.pages + 1)
        for boxes in places_of(text_of(master.path, master.media_type, page), words)
        for box in boxes
    ]


def copied(master: Master, marks: list[Mark], to: Path) -> Path:
    with to.open("wb") as file:
        write_copy(master, marks, colophon(marks, master.pages), file, lambda page: None)
    return to


def check_copy(copy: Path, master: Master, marks: list[Mark]) -> list[Fault]:
    return check_against(copy, master, colophon(marks, master.pages))


def said_of(path: Path) -> str:
    """Everything that two readers find in a file."""
    with one_at_a_time, pypdfium2.PdfDocument(path) as document:
        found = [page.get_textpage().get_text_range() for page in document] + list(
            document.get_metadata_dict().values()
        )
    reader = pypdf.PdfReader(path)
    return folded("".join(found + [page.extract_text() for page in reader.pages] + [str(reader.metadata)]))


@pytest.fixture
def letter(tmp_path) -> Master:
    return master_of(tmp_path / "letter.pdf", written(lined([LETTER, ["A second page", "also of Smithson"]])), 2)


def test_marked_words_are_nowhere_in_the_copy_and_all_others_are(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    assert [m.page for m in marks] == [1, 1, 2]
    copy = copied(letter, marks, tmp_path / "copy.pdf")
    text = said_of(copy)
    assert "smithson" not in text
    assert all(folded(word) in text for word in ("committee", "asked for relief", "was heard", "A second page"))
    assert check_copy(copy, letter, marks) == []


def test_the_same_marks_make_the_same_bytes(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    first, second = (copied(letter, marks, tmp_path / name).read_bytes() for name in ("one.pdf", "two.pdf"))
    assert first == second


def test_a_word_that_a_box_touches_goes_whole(letter, tmp_path):
    (word,) = [w for w in words_of(text_of(letter.path, letter.media_type, 1)) if w.text == "committee"]
    half = Box(word.box.x, word.box.y, word.box.width // 3, word.box.height)
    copy = copied(letter, [mark(1, half)], tmp_path / "copy.pdf")
    assert "committee" not in said_of(copy)
    assert check_copy(copy, letter, [mark(1, half)]) == []


def test_every_pixel_beneath_a_mark_is_paint(letter, tmp_path):
    marks = [*marks_on(letter, "Smithson"), mark(1, Box(500, 6000, 3000, 800))]
    reader = pypdf.PdfReader(copied(letter, marks, tmp_path / "copy.pdf"))
    for one in marks:
        (image,) = reader.pages[one.page - 1].images
        left, top, right, bottom = pixels_of(one.box, image.image.size)
        inside = image.image.crop((left + 8, top + 8, right - 8, bottom - 8)).convert("L")
        assert inside.getextrema()[1] <= 8


def test_the_number_of_the_ground_stands_on_a_mark_where_it_fits(letter, tmp_path):
    wide, tiny = mark(1, Box(500, 6000, 3000, 800)), mark(1, Box(500, 8000, 30, 30))
    text = said_of(copied(letter, [wide, tiny], tmp_path / "copy.pdf"))
    assert label_of("CN-8-3-PI") == "8-3"
    assert text.count("8-3") == 6, "on one mark and twice on the last page, by two readers"


def test_the_last_page_names_grounds_terms_and_the_master_and_quotes_nothing(letter, tmp_path):
    copy = copied(letter, marks_on(letter, "Smithson"), tmp_path / "copy.pdf")
    last = folded(pypdf.PdfReader(copy).pages[-1].extract_text())
    for said in ("Z001-001-0004", "涉及个人信息", "CN-8-3-PI", "2052-01-01", "3 处", "原件仍延期开放"):
        assert folded(said) in last


def test_nothing_of_the_masters_file_comes_along(tmp_path):
    writer = lined([LETTER])
    writer.add_metadata({"/Title": "Relief for Smithson", "/Author": "Smithson"})
    writer.add_attachment("smithson.txt", b"all about Smithson")
    writer.add_outline_item(title="Smithson", page_number=0)
    master = master_of(tmp_path / "master.pdf", written(writer))
    marks = marks_on(master, "Smithson")
    copy = copied(master, marks, tmp_path / "copy.pdf")
    reader = pypdf.PdfReader(copy)
    assert dict(reader.metadata) == {"/Title": "Z001-001-0004 遮蔽件", "/Producer": "Qifeng"}
    assert set(reader.trailer["/Root"].keys()) == {"/Type", "/Pages"}
    assert not reader.attachments
    assert check_copy(copy, master, marks) == []
    assert b"mithson" not in b"".join(_unpacked(copy.read_bytes()))


def _unpacked(content: bytes):
    yield content
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_marked_where_it_shows(tmp_path, turned):
    master = master_of(tmp_path / "turned.pdf", written(lined([LETTER], rotate=turned)))
    marks = marks_on(master, "Smithson")
    assert len(marks) == 2
    copy = copied(master, marks, tmp_path / "copy.pdf")
    assert "smithson" not in said_of(copy)
    assert check_copy(copy, master, marks) == []


def test_a_scan_has_no_text_and_what_is_painted_is_gone(tmp_path):
    master = master_of(tmp_path / "scan.jpg", scan(), media_type="image/jpeg")
    marks = [mark(1, Box(1000, 800, 8000, 2000))]
    copy = copied(master, marks, tmp_path / "copy.pdf")
    assert check_copy(copy, master, marks) == []
    reader = pypdf.PdfReader(copy)
    assert reader.pages[0].extract_text().strip() == "8-3"
    assert b"Wang" not in copy.read_bytes()


WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789", min_size=2, max_size=9)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    lines=st.lists(st.lists(WORD, min_size=1, max_size=6), min_size=1, max_size=12),
    data=st.data(),
    rotate=st.sampled_from([0, 0, 90, 270]),
)
def test_whatever_words_are_marked_none_survives(tmp_path, lines, data, rotate):
    master = master_of(tmp_path / "any.pdf", written(lined([[" ".join(line) for line in lines]], rotate)))
    text_of.cache_clear()
    word = data.draw(st.sampled_from([w for line in lines for w in line]))
    marks = marks_on(master, word)
    copy = copied(master, marks, tmp_path / "copy.pdf")
    assert marks
    left = text_on_page(copy)
    assert folded(word) not in [folded(found.text) for found in words_of(left)]
    assert check_copy(copy, master, marks) == []


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    x=st.integers(0, 9000), y=st.integers(0, 9000), width=st.integers(50, 6000), height=st.integers(50, 3000),
    rotate=st.sampled_from([0, 90]),
)  # fmt: skip
def test_whatever_box_is_marked_no_word_in_it_survives(tmp_path, x, y, width, height, rotate):
    numbered = [" ".join(f"w{line:02}x{place}" for place in range(7)) for line in range(28)]
    master = master_of(tmp_path / "any.pdf", written(lined([numbered], rotate)))
    text_of.cache_clear()
    box = Box(x, y, min(width, 10_000 - x), min(height, 10_000 - y))
    copy = copied(master, [mark(1, box)], tmp_path / "copy.pdf")
    assert check_copy(copy, master, [mark(1, box)]) == []
    left = folded(text_on_page(copy).text)
    for word in words_of(text_of(master.path, master.media_type, 1)):
        if box.holds(word.box):
            assert folded(word.text) not in left


def text_on_page(path: Path) -> PageText:
    with one_at_a_time, pypdfium2.PdfDocument(path) as document:
        return read_page(document[0])


# -- what the check catches


def bad(tmp_path: Path, writer: pypdf.PdfWriter) -> Path:
    path = tmp_path / "bad.pdf"
    path.write_bytes(written(writer))
    return path


def faults(copy: Path, master: Master, marks: list[Mark]) -> set[str]:
    return {fault.what for fault in check_copy(copy, master, marks)}


def good_copy(letter: Master, tmp_path: Path, marks: list[Mark]) -> pypdf.PdfWriter:
    """A good copy, opened to be spoiled."""
    return pypdf.PdfWriter(clone_from=copied(letter, marks, tmp_path / "good.pdf"))


def test_a_black_box_over_live_text_is_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    writer = lined([LETTER, ["A second page", "also of Smithson"], []])
    for one in marks:
        box = one.box
        place = (box.x * WIDTH / 1e4, HEIGHT - (box.y + box.height) * HEIGHT / 1e4)
        size = (box.width * WIDTH / 1e4, box.height * HEIGHT / 1e4)
        draw(writer, writer.pages[one.page - 1], f"0 g {place[0]} {place[1]} {size[0]} {size[1]} re f")
    assert {"words", "beneath", "built"} <= faults(bad(tmp_path, writer), letter, marks)


def test_a_box_without_words_over_live_text_is_caught(letter, tmp_path):
    """Nothing is looked for by name here: what lies beneath the box gives it away."""
    marks = [one._replace(words="") for one in marks_on(letter, "Smithson")]
    assert {"beneath", "more_text"} <= faults(letter.path, letter, marks)


def test_words_that_the_last_page_says_itself_are_no_fault(letter, tmp_path):
    """A record may speak of personal information; so does what explains the marks."""
    master = master_of(tmp_path / "own.pdf", written(lined([["see CN-8-3-PI and Helvetica and Qifeng"]])))
    for words in ("CN-8-3-PI", "Helvetica", "Qifeng"):
        marks = marks_on(master, words)
        assert check_copy(copied(master, marks, tmp_path / "copy.pdf"), master, marks) == []


def test_hidden_text_is_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    writer = good_copy(letter, tmp_path, marks)
    page = writer.pages[0]
    stream = DecodedCopy(page)
    stream.add(b"BT 3 Tr /L 8 Tf 1 0 0 1 20 20 Tm (Smithson) Tj ET")
    assert {"words", "more_text"} <= faults(bad(tmp_path, writer), letter, marks)


class DecodedCopy:
    """The content of a page of a copy, to be added to."""

    def __init__(self, page: pypdf.PageObject) -> None:
        self.stream = page["/Contents"].get_object()

    def add(self, more: bytes) -> None:
        self.stream.set_data(self.stream.get_data() + b"\n" + more)


def test_more_text_than_is_left_is_caught_even_where_no_word_is_named(letter, tmp_path):
    marks = [mark(1, Box(500, 6000, 3000, 800))]
    writer = good_copy(letter, tmp_path, marks)
    DecodedCopy(writer.pages[0]).add(b"BT 3 Tr /L 8 Tf 1 0 0 1 20 20 Tm (QQQ) Tj ET")
    assert "more_text" in faults(bad(tmp_path, writer), letter, marks)


def test_words_in_the_properties_are_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    writer = good_copy(letter, tmp_path, marks)
    writer.add_metadata({"/Title": "Relief for Smithson", "/Author": "clerk"})
    assert {"words", "metadata"} <= faults(bad(tmp_path, writer), letter, marks)


def test_an_attachment_is_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    writer = good_copy(letter, tmp_path, marks)
    writer.add_attachment("list.txt", b"of no interest")
    assert "built" in faults(bad(tmp_path, writer), letter, marks)


def test_a_note_on_a_page_is_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    writer = good_copy(letter, tmp_path, marks)
    writer.add_uri(page_number=1, uri="https://example.org/", rect=(10, 10, 50, 50))
    assert "built" in faults(bad(tmp_path, writer), letter, marks)


def test_a_later_version_that_only_covers_an_earlier_one_is_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    copy = copied(letter, marks, tmp_path / "copy.pdf")
    (tmp_path / "twice.pdf").write_bytes(copy.read_bytes() + copy.read_bytes())
    assert "history" in faults(tmp_path / "twice.pdf", letter, marks)


def test_a_picture_that_was_not_painted_is_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    copy = copied(letter, [], tmp_path / "copy.pdf")
    assert {"pixels", "words", "beneath"} <= faults(copy, letter, marks)


def test_a_page_too_few_and_a_file_that_is_none_are_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    writer = good_copy(letter, tmp_path, marks)
    del writer.pages[1]
    assert "pages" in faults(bad(tmp_path, writer), letter, marks)
    (tmp_path / "none.pdf").write_bytes(b"no PDF at all")
    assert "unreadable" in faults(tmp_path / "none.pdf", letter, marks)


def test_a_comment_inside_a_picture_is_caught(letter, tmp_path):
    marks = marks_on(letter, "Smithson")
    writer = good_copy(letter, tmp_path, marks)
    image = writer.pages[0]["/Resources"]["/XObject"]["/P"].get_object()
    out = io.BytesIO()
    Image.open(io.BytesIO(image._data)).save(out, "JPEG", quality=86, subsampling=0, comment=b"of the master")
    image._data = out.getvalue()
    assert "metadata" in faults(bad(tmp_path, writer), letter, marks)


def test_every_fault_has_its_sentence():
    assert all(sentence.zh and sentence.en for sentence in FAULTS.values())


# -- real files


def test_real_files_lose_what_is_marked(shared_data, tmp_path):
    files = sorted((shared_data / "pdf-a-ua-corpus").rglob("*.pdf"))
    if not files:
        pytest.skip("no real PDFs among the shared data")
    tried = 0
    for path in files:
        try:
            pages = len(pypdf.PdfReader(path).pages)
            words = [w.text for w in words_of(text_of(path, "application/pdf", 1)) if len(w.text) >= 6]
        except Exception:
            continue
        if not words or pages > 3:
            continue
        master = Master(path, "application/pdf", pages)
        marks = marks_on(master, words[0])
        copy = copied(master, marks, tmp_path / "copy.pdf")
        assert check_copy(copy, master, marks) == [], path.name
        tried += 1
        if tried == 8:
            break
    assert tried
