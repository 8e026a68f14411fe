"""Right glyphs, not only right text: text extraction reads what the file says of its glyphs, the eye reads the glyphs."""

from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from review.documents.catalogue_pdf import write_catalogue
from review.documents.printable import FONTS

KNOWN = "档案开放审核意见书"

SIZE = 96


@pytest.fixture(scope="module")
def known(tmp_path_factory, make_edition):
    """A catalogue of several parts; the known title is the last one of the last part."""
    folder = tmp_path_factory.mktemp("known")
    write_catalogue(
        make_edition([*(f"关于救济的通知{chr(0x4E00 + n)}" for n in range(2300)), KNOWN]), folder, workers=1
    )
    return folder / "open-catalogue.pdf"


def ink(picture: Image.Image) -> Image.Image:
    """Only the drawn part of a black-on-white picture, at one size."""
    dark = ImageChops.invert(picture.convert("L"))
    return dark.crop(dark.point(lambda v: 255 * (v > 60)).getbbox()).resize((SIZE, SIZE))


def expected(char: str, font: str) -> Image.Image:
    """`char` drawn by Pillow straight from the font file."""
    picture = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(picture).text((40, 20), char, font=ImageFont.truetype(FONTS / font, 200), fill=0)
    return ink(picture)


def difference(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0] / 255


def drawn(pdf: Path, text: str) -> list[Image.Image]:
    """Pictures of the characters of the last place where `text` stands in the PDF, as a reader sees them."""
    scale = 16
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in reversed(range(len(document))):
            page = document[number]
            words = page.get_textpage()
            if not (found := words.search(text).get_next()):
                continue
            boxes = [words.get_charbox(found[0] + i, loose=True) for i in range(len(text))]
            sheet = page.render(scale=scale).to_pil()
            top = page.get_height()
            return [
                ink(sheet.crop(tuple(int(scale * edge) for edge in (left, top - upper, right, top - bottom))))
                for left, bottom, right, upper in boxes
            ]
        raise AssertionError(f"{text} is nowhere in the file")
    finally:
        document.close()


def test_the_glyphs_on_the_page_are_those_of_the_font_file(known):
    pictures = drawn(known, KNOWN)
    for place, (char, picture) in enumerate(zip(KNOWN, pictures, strict=True)):
        right = difference(picture, expected(char, "NotoSerifSC-Regular.ttf"))
        wrong = [difference(picture, expected(c, "NotoSerifSC-Regular.ttf")) for c in KNOWN if c != char]
        assert right < 0.08, f"{char}, character {place + 1}, is drawn otherwise"
        assert right < min(wrong) / 2


def test_the_glyphs_of_the_heads_are_those_of_the_font_file(known):
    for char, picture in zip("版本记录", drawn(known, "版本记录"), strict=True):
        assert difference(picture, expected(char, "NotoSansSC-Medium.ttf")) < 0.08


def test_a_wrong_glyph_would_be_seen(known):
    """The mistake that sliced web fonts made: 洋 where the text says 案."""
    assert difference(drawn(known, KNOWN)[1], expected("洋", "NotoSerifSC-Regular.ttf")) > 0.16
