"""Typesetting: HTML and a style sheet of ours become one PDF/A-3a, tagged, with our own fonts. WeasyPrint lives only here.

The same text gives the same bytes on every run: no clock, no font of the machine, no network, an identifier taken from
the content.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from policies.sentences import Refusal, Sentence
from review.documents.printable import FACES, FONTS

if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcherResponse

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"

Progress = Callable[[int], None]
"""Told the number of pages laid out so far, as they come."""

NO_TYPESETTER = Sentence(
    "排版所需的系统库没有装好（{reason}）。Debian、Ubuntu 请执行：apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0；macOS 请执行：brew install pango。装好后重试，已作的审核不受影响。",
    "The system libraries for typesetting are missing ({reason}). On Debian or Ubuntu run: apt-get install libpango-1.0-0 "
    "libpangoft2-1.0-0 libharfbuzz-subset0; on macOS: brew install pango. Then try again; no decision is lost.",
)
ILL_SET = Sentence(
    "文件未能完整排出，没有写出：{complaint}。请把这句话告诉系统维护人员。",
    "The document could not be set whole and no file was written: {complaint}. Please pass this sentence on to whoever "
    "maintains the system.",
)


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes inside the PDF, with what it is and the day it is of."""

    name: str
    content: bytes
    description: str
    on: date


@dataclass(frozen=True, slots=True)
class Typeset:
    """What came out."""

    pdf: bytes
    pages: int


def typeset(html: str, style: str, *, enclosed: Enclosed | None = None, progress: Progress | None = None) -> Typeset:
    """`html` set with the style sheet of the name `style` (templates/documents) as PDF/A-3a.

    Raises Refusal where the typesetting libraries are missing, and where anything could not be set as it should be.
    """
    weasyprint = _typesetter()
    attachments = [_attachment(weasyprint, enclosed)] if enclosed else None
    with _watched(progress), _at_rest():
        fonts = _own_fonts_only()
        sheet = weasyprint.CSS(string=_style(style), font_config=fonts, url_fetcher=_fetch_own_font)
        document = weasyprint.HTML(string=html, url_fetcher=_fetch_own_font).render(
            stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True
        )
        pdf = document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
            attachments=attachments,
        )
    return Typeset(pdf, len(document.pages))


def cached_typeset(html: str, style: str, cache: Path) -> bytes:
    """The PDF that `typeset` makes, from the folder `cache` where it was made before."""
    weasyprint = _typesetter()
    made_from = "\0".join((weasyprint.__version__, _style(style), html))
    path = cache / f"{hashlib.sha256(made_from.encode()).hexdigest()}.set"
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        kept = b""
    if kept[:32] != hashlib.sha256(kept[32:]).digest():
        pdf = typeset(html, style).pdf
        kept = hashlib.sha256(pdf).digest() + pdf
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.write_bytes(kept)
        beside.replace(path)
    return kept[32:]


def _attachment(weasyprint: ModuleType, enclosed: Enclosed) -> object:
    day = datetime.combine(enclosed.on, clock_time(), tzinfo=UTC)
    return weasyprint.Attachment(
        string=enclosed.content,
        name=enclosed.name,
        description=enclosed.description,
        created=day,
        modified=day,
        relationship="Data",
    )


def _style(name: str) -> str:
    """The style sheet and the fonts it may use."""
    faces = "".join(
        f'@font-face {{ font-family: "{face.family}"; src: url("{(FONTS / face.file).as_uri()}"){_ranges(face.ranges)} }}\n'
        for face in FACES
    )
    return faces + (TEMPLATES / name).read_text(encoding="utf-8")


def _ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    return "; unicode-range: " + ", ".join(f"U+{first:X}-{last:X}" for first, last in ranges) if ranges else ""


def _fetch_own_font(url: str) -> URLFetcherResponse:
    """The typesetter's only way to any file: our own fonts, nothing else."""
    from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415

    for face in FACES:
        path = FONTS / face.file
        if url == path.as_uri():
            return URLFetcherResponse(url, path.read_bytes())
    raise ValueError(f"no document of ours asks for {url}")


def _typesetter() -> ModuleType:
    """WeasyPrint, loaded when the first document is set: it takes most of a second and libraries of the system."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*FontConfig")  # a machine without fonts: we carry our own
        try:
            import weasyprint  # noqa: PLC0415
        except OSError as reason:
            raise Refusal(NO_TYPESETTER.filled(reason=reason)) from reason
    return weasyprint


@contextmanager
def _at_rest() -> Iterator[None]:
    """No garbage collection meanwhile: all that is made is needed to the end, and looking for waste costs a fifth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint 70 forgets to close its colour profile
            yield
    finally:
        if was_enabled:
            gc.enable()


_environment = threading.Lock()


def _own_fonts_only() -> FontConfiguration:
    """A font configuration that knows no font of the machine (fontconfig reads its file's name from the environment)."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    with _environment:
        before = os.environ.get("FONTCONFIG_FILE")
        os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")
        try:
            return FontConfiguration()
        finally:
            if before is None:
                del os.environ["FONTCONFIG_FILE"]
            else:
                os.environ["FONTCONFIG_FILE"] = before


class _Watch(logging.Handler):
    """Hears what the typesetter says in this thread: pages for the progress, and complaints, which stop the document."""

    def __init__(self, progress: Progress | None) -> None:
        super().__init__()
        self.thread = threading.get_ident()
        self.progress = progress
        self.pages = 0
        self.complaints: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self.thread:
            return
        message = record.getMessage()
        if record.levelno >= logging.WARNING:
            # Without HarfBuzz's subsetter fontTools does the same work, only slower.
            if "Using fontTools instead of HarfBuzz-Subset" not in message:
                self.complaints.append(message)
        elif self.progress and record.msg == "Step 5 - Creating layout - Page %d":
            page = int(str(record.args[0])) if isinstance(record.args, tuple) else 0
            if page > self.pages:  # pages that are laid out twice are not told twice
                self.pages = page
                self.progress(page)


@contextmanager
def _watched(progress: Progress | None) -> Iterator[None]:
    watch = _Watch(progress)
    complaints, steps = logging.getLogger("weasyprint"), logging.getLogger("weasyprint.progress")
    level, propagates = steps.level, steps.propagate
    complaints.addHandler(watch)
    steps.addHandler(watch)
    steps.propagate = False  # a line a page is for the progress bar, not for the log
    if progress:
        steps.setLevel(logging.INFO)
    try:
        yield
    finally:
        complaints.removeHandler(watch)
        steps.removeHandler(watch)
        steps.propagate = propagates
        steps.setLevel(level)
    if watch.complaints:
        raise Refusal(ILL_SET.filled(complaint=watch.complaints[0]))
