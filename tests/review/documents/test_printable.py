import hashlib
import re
import unicodedata

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from review.documents.printable import FACES, FONTS, printable


@pytest.fixture(scope="module")
def drawn() -> set[int]:
    """Every code point that some font of ours draws."""
    points: set[int] = set()
    for face in FACES:
        with TTFont(FONTS / face.file) as font:
            points |= font.getBestCmap().keys()
    return points


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("關於臺灣檔案館藏銀圓與䶮縣呈文", "關於臺灣檔案館藏銀圓與䶮縣呈文"),
        ("王\U0002b740与\u2002李\u3000某\t等\r\n三人", "王〔U+2B740〕与 李 某 等 三人"),
        (" 零\u200b宽\ufeff ", "零宽"),
        ("\u202e倒写", "倒写"),
        ("한", "〔U+D55C〕"),
        ("私用\ue000字", "私用〔U+E000〕字"),
        ("Ḥusayn ibn ʿAlī aẓ-Ẓāhir", "Ḥusayn ibn ʿAlī aẓ-Ẓāhir"),
        ("<b>甲</b> & {{ 乙 }}", "<b>甲</b> & {{ 乙 }}"),
        ("\x00\x1f", ""),
    ],
)
def test_text_becomes_what_our_fonts_can_print(text, printed):
    assert printable(text) == printed


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_printed_is_drawn_by_our_fonts_and_stays_the_same_when_asked_again(drawn, text):
    printed = printable(text)
    assert {ord(char) for char in printed} <= drawn
    assert printable(printed) == printed


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Mn", "Z"])))
def test_no_character_that_shows_is_lost(text):
    spelled = re.sub(r"〔U\+([0-9A-F]{4,6})〕", lambda found: chr(int(found[1], 16)), printable(text))
    assert spelled == text


def test_the_fonts_are_the_files_that_their_page_records():
    page = (FONTS / "README.md").read_text(encoding="utf-8")
    for face in FACES:
        assert hashlib.sha256((FONTS / face.file).read_bytes()).hexdigest() in page


def test_every_face_is_a_whole_static_font_that_may_be_embedded():
    for face in FACES:
        with TTFont(FONTS / face.file, lazy=True) as font:
            assert "fvar" not in font
            assert font["OS/2"].fsType == 0
            assert unicodedata.is_normalized("NFC", face.family)
