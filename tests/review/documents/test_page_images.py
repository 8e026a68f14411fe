"""Pages as pictures: whole, upright, bounded, and nothing of the file but its pixels."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageFile

from policies.sentences import Refusal
from review.documents import page_images
from review.documents.page_images import pages, render_page


def _shown(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "PNG"
    return picture


def _pdf(path: Path, count: int, size: tuple[float, float] = (595, 842)) -> Path:
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(*size)
    document.save(path)
    return path


def test_every_page_of_a_tiff_is_shown_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    colours = ["red", "green", "blue"]
    first, *rest = [Image.new("RGB", (400, 600), colour) for colour in colours]
    first.save(path, save_all=True, append_images=rest)
    assert pages(path, "image/tiff") == 3
    for number, colour in enumerate(colours, 1):
        picture = _shown(render_page(path, "image/tiff", number, 200))
        assert picture.size == (200, 300)
        assert picture.getpixel((5, 5)) == Image.new("RGB", (1, 1), colour).getpixel((0, 0))


def test_every_page_of_a_pdf_is_shown_at_the_width_asked(tmp_path: Path) -> None:
    path = _pdf(tmp_path / "a.pdf", 2, (500, 1000))
    assert pages(path, "application/pdf") == 2
    assert _shown(render_page(path, "application/pdf", 2, 700)).size == (700, 1400)


@pytest.mark.parametrize("page", [0, 3, -1])
def test_a_page_that_is_not_there_is_refused(tmp_path: Path, page: int) -> None:
    with pytest.raises(Refusal):
        render_page(_pdf(tmp_path / "a.pdf", 2), "application/pdf", page, 500)
    image = tmp_path / "a.png"
    Image.new("L", (10, 10)).save(image)
    with pytest.raises(Refusal):
        render_page(image, "image/png", page, 500)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "I;16", "YCbCr", "F"])
def test_every_kind_of_pixel_becomes_a_picture(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    Image.new(mode, (64, 32)).save(path)
    assert _shown(render_page(path, "image/tiff", 1, 32)).mode in ("L", "RGB")


def test_sixteen_bits_a_pixel_keep_their_tone(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("I;16", (8, 8), 32_896).save(path)
    assert _shown(render_page(path, "image/tiff", 1, 8)).getpixel((0, 0)) == 128


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(path)
    assert _shown(render_page(path, "image/png", 1, 8)).getpixel((0, 0)) == (255, 255, 255)


def test_a_photograph_on_its_side_is_shown_upright_and_without_its_notes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    notes = Image.Exif()
    notes[0x0112], notes[0x010E] = 6, "taken by a named person"
    Image.new("RGB", (400, 200), "red").save(path, exif=notes, comment=b"named person")
    data = render_page(path, "image/jpeg", 1, 100)
    assert _shown(data).size == (100, 200)
    assert b"named person" not in data


def test_no_scan_is_enlarged_and_no_picture_is_larger_than_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (50, 70)).save(path)
    assert _shown(render_page(path, "image/png", 1, 1_000_000)).size == (50, 70)
    long = _pdf(tmp_path / "long.pdf", 1, (10, 14_000))
    across, down = _shown(render_page(long, "application/pdf", 1, 3000)).size
    assert across * down <= page_images.MAX_PIXELS_SHOWN * 1.01


def test_an_image_of_too_many_pixels_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 8_000)).save(path)
    assert path.stat().st_size < 100_000
    with pytest.raises(Refusal) as refused:
        render_page(path, "image/png", 1, 500)
    assert refused.value.sentence == page_images.TOO_LARGE


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/tiff", "image/webp", "application/pdf"])
@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"%PDF-1.7 %%EOF", b"II*\0\x08\0\0\0\xff\xff", b"<svg/>"])
def test_a_broken_file_is_refused_in_a_sentence(tmp_path: Path, media_type: str, data: bytes) -> None:
    path = tmp_path / "broken"
    path.write_bytes(data)
    with pytest.raises(Refusal):
        render_page(path, media_type, 1, 500)


@pytest.mark.parametrize("filled_up", [False, True])
def test_a_cut_off_image_is_refused_whatever_others_told_pillow(tmp_path: Path, monkeypatch, filled_up) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", filled_up)
    path = tmp_path / "a.png"
    Image.effect_noise((200, 200), 50).save(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(Refusal):
        render_page(path, "image/png", 1, 100)


def test_a_missing_file_is_told_from_a_broken_one(tmp_path: Path) -> None:
    for media_type in ("application/pdf", "image/png"):
        with pytest.raises(FileNotFoundError):
            render_page(tmp_path / "gone", media_type, 1, 100)
