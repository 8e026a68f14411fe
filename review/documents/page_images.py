"""One page of a digital object as a picture a browser can show: of an image (JPEG, PNG, TIFF, WebP) or of a PDF.

The picture shows the page whole and upright, so a place in it is the same part of the page at every width. What is asked
of the machine is bounded: a page of too many pixels is refused before it is unpacked.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image, ImageFile, ImageOps

from policies.sentences import Refusal, Sentence

PDF = "application/pdf"
MAX_WIDTH = 3_000
MAX_PIXELS_SHOWN = 30_000_000
MAX_PIXELS_READ = 120_000_000
_FORMATS = ["JPEG", "PNG", "TIFF", "WEBP"]
_PLAIN = ("L", "RGB")
_SIXTEEN_BITS = ("I", "I;16", "I;16L", "I;16B", "I;16N")

one_at_a_time = threading.Lock()  # PDFium demands it, and two large pages at once would cost twice the memory

UNREADABLE = Sentence(
    "这一页无法显示：文件损坏、加密或格式特殊。请到库房或原系统查看原件，并请数字化部门核对该文件。",
    "This page cannot be shown: the file is damaged, encrypted or of an odd build. Look at the original, and have the "
    "file checked.",
)
TOO_LARGE = Sentence(
    "这一页图像过大，无法在此显示。请到原系统查看，或请数字化部门另做较小的图像。",
    "The image of this page is too large to be shown here. Look at it in its own system, or have a smaller one made.",
)
NO_SUCH_PAGE = Sentence(
    "没有这一页。请从页码列表中选择。", "There is no such page. Choose one from the list of pages."
)


def pages(path: Path, media_type: str) -> int:
    """How many pages a file has. Raises Refusal where it cannot be opened, FileNotFoundError where it is not there."""
    with one_at_a_time, _quietly():
        if media_type == PDF:
            return _counted(path)
        with _opened(path) as image:
            return int(getattr(image, "n_frames", 1))


def render_page(path: Path, media_type: str, page: int, width: int) -> bytes:
    """Page `page` (from 1) as a PNG about `width` pixels wide, never wider than the scan itself; nothing but pixels.

    Raises Refusal where it cannot be shown, FileNotFoundError where the file is not there.
    """
    width = max(1, min(width, MAX_WIDTH))
    with one_at_a_time, _quietly():
        picture = _pdf_page(path, page, width) if media_type == PDF else _image_page(path, page, width)
    out = io.BytesIO()
    # A fresh picture holds no comment, profile or position of the scan.
    Image.frombytes(picture.mode, picture.size, picture.tobytes()).save(out, "PNG", compress_level=6)
    return out.getvalue()


@contextmanager
def _quietly() -> Iterator[None]:
    """What is odd about a file is a refusal or nothing; Pillow's own limit is not the one here.

    A cut-off image is refused also where WeasyPrint was loaded, which tells Pillow to fill up what is missing.
    """
    filled_up = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = filled_up


def _counted(path: Path) -> int:
    try:
        with pypdfium2.PdfDocument(path) as document:
            return len(document)
    except pypdfium2.PdfiumError as fault:
        raise Refusal(UNREADABLE) from fault


def _pdf_page(path: Path, number: int, width: int) -> Image.Image:
    try:
        with pypdfium2.PdfDocument(path) as document:
            if not 0 < number <= len(document):
                raise Refusal(NO_SUCH_PAGE)
            page = document[number - 1]
            across, down = page.get_size()
            if across <= 0 or down <= 0:
                raise Refusal(UNREADABLE)
            bitmap = page.render(scale=min(width / across, (MAX_PIXELS_SHOWN / (across * down)) ** 0.5))
            shown: Image.Image = (
                bitmap.to_pil().convert("RGB").copy()
            )  # of its own: the bitmap goes with the document
            return shown
    except pypdfium2.PdfiumError as fault:
        raise Refusal(UNREADABLE) from fault


def _image_page(path: Path, number: int, width: int) -> Image.Image:
    with _opened(path) as image:
        try:
            if not 0 < number <= int(getattr(image, "n_frames", 1)):
                raise Refusal(NO_SUCH_PAGE)
            image.seek(number - 1)
            upright = (
                image.getexif().get(0x0112, 1) < 5
            )  # else it lies on its side, and its height is the width shown
            across, down = image.size if upright else image.size[::-1]
            scale = min(1.0, width / across, (MAX_PIXELS_SHOWN / (across * down)) ** 0.5)
            size = (max(1, round(across * scale)), max(1, round(down * scale)))
            image.draft(None, size if upright else size[::-1])  # a JPEG is unpacked no larger than is needed
            if image.size[0] * image.size[1] > MAX_PIXELS_READ:
                raise Refusal(TOO_LARGE)
            picture = _plain(ImageOps.exif_transpose(image))
        except (OSError, ValueError, SyntaxError, EOFError) as fault:
            raise Refusal(UNREADABLE) from fault
    return picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _opened(path: Path) -> Image.Image:
    """The image of a file, not yet unpacked."""
    try:
        return Image.open(path, formats=_FORMATS)
    except Image.DecompressionBombError as fault:
        raise Refusal(TOO_LARGE) from fault
    except FileNotFoundError:
        raise
    except (OSError, ValueError, SyntaxError) as fault:
        raise Refusal(UNREADABLE) from fault


def _plain(image: Image.Image) -> Image.Image:
    """The same in grey or in colours, on white where it is transparent; sixteen bits a pixel brought to eight."""
    if image.mode in _SIXTEEN_BITS:
        return image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        ground = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(ground, coloured).convert("RGB")
    if image.mode in _PLAIN:
        return image.copy()
    return image.convert("L" if image.mode == "1" else "RGB")
