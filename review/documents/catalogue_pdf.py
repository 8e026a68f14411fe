"""The open catalogue (开放档案目录) as one PDF/A-3a file, entries.csv inside it. WeasyPrint lives only here.

The same edition gives the same bytes on every run: no clock, no font of the machine, no network, an identifier taken from
the content.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import math
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as clock_time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.template import Context, Engine

from policies.outcomes import GROUNDS
from policies.sentences import Refusal, Sentence
from review.documents.edition import Edition, EditionEntry, FondsPart, SeriesPart, check_edition, years_of
from review.documents.entries_csv import entries_csv
from review.documents.printable import FACES, FONTS, printable, width
from review.documents.wording import grouped, in_fours, long_date, words

if TYPE_CHECKING:
    from weasyprint.text.fonts import FontConfiguration

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"
Progress = Callable[[int], None]
"""Told the number of pages laid out so far, as they come."""

_NO_TYPESETTER = Sentence(
    "排版所需的系统库没有装好（{reason}）。Debian、Ubuntu 请执行：apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0；macOS 请执行：brew install pango。装好后重试，已作的审核不受影响。",
    "The system libraries for typesetting are missing ({reason}). On Debian or Ubuntu run: apt-get install libpango-1.0-0 "
    "libpangoft2-1.0-0 libharfbuzz-subset0; on macOS: brew install pango. Then try again; no decision is lost.",
)
_ILL_SET = Sentence(
    "目录未能完整排出，没有写出文件：{complaint}。请把这句话告诉系统维护人员。",
    "The catalogue could not be set whole and no file was written: {complaint}. Please pass this sentence on to whoever "
    "maintains the system.",
)


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What came out: pages, and seconds of wall clock from edition to file."""

    pages: int
    seconds: float


def write_catalogue(edition: Edition, path: Path, progress: Progress | None = None) -> PdfFacts:
    """Write the whole catalogue of `edition` to `path` (replaced if it is there) as PDF/A-3a, tagged, fonts embedded.

    Raises Refusal where the edition contradicts itself (check_edition), where the typesetting libraries are missing, and
    where anything could not be set as it should be; then nothing is written.
    """
    started = time.monotonic()
    check_edition(edition)
    weasyprint = _typesetter()
    html = catalogue_html(edition)
    issued = datetime.combine(edition.issued_on, clock_time(), tzinfo=UTC)
    entries = weasyprint.Attachment(
        string=entries_csv(edition),
        name="entries.csv",
        description=words(edition.language)["catalogue"],
        created=issued,
        modified=issued,
        relationship="Data",
    )
    with _watched(progress), _at_rest():
        fonts = _own_fonts_only()
        style = weasyprint.CSS(string=_style(), font_config=fonts, url_fetcher=_fetch_own_font)
        document = weasyprint.HTML(string=html, url_fetcher=_fetch_own_font).render(
            stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True
        )
        pdf = document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
            attachments=[entries],
        )
    path.write_bytes(pdf)
    return PdfFacts(pages=len(document.pages), seconds=time.monotonic() - started)


def catalogue_html(edition: Edition) -> str:
    """The catalogue as one HTML page for the typesetter, every text escaped and printable."""
    template = Engine(dirs=[str(TEMPLATES)]).from_string(
        (TEMPLATES / "open_catalogue.html").read_text(encoding="utf-8")
    )
    return template.render(Context(_content(edition)))


def _content(edition: Edition) -> dict[str, Any]:
    language = edition.language
    w = words(language)
    english = language.lower().startswith("en")
    archives = printable(edition.archives.of(language))
    issued_on = long_date(edition.issued_on, language)
    release = w["release"].format(number=edition.number)
    code_px = _code_column(edition)
    return {
        "w": w,
        "lang": "en" if english else "zh-Hans",
        "other_lang": "zh-Hans" if english else "en",
        "title": f"{archives} {w['catalogue']} {edition.number}",
        "archives": archives,
        "release": release,
        "issued_on": issued_on,
        "issued_iso": edition.issued_on.isoformat(),
        "software": w["software"].format(version=edition.code_version),
        "notice_basis": w["notice_basis"].format(issued_on=issued_on),
        "scope": _scope(edition, w),
        "conditions": printable(edition.conditions.of(language)),
        "enquiry": printable(edition.enquiry.of(language)),
        "reading": [w[key].replace("{mark}", w["early_mark"]) for key in w if key.startswith("read_")],
        "figures": list(_figures(edition, w)),
        "code_px": str(code_px),
        "all_fonds": [_fonds(number, fonds, code_px, w) for number, fonds in enumerate(edition.fonds, 1)],
        "colophon": list(_colophon(edition, w)),
        "digests": list(_digests(edition, w)),
    }


def _scope(edition: Edition, w: dict[str, str]) -> str:
    years = years_of(entry.date for entry in edition.entries())
    said = ""
    if years:
        said = w["scope_years" if years[0] < years[1] else "scope_year"].format(first=years[0], last=years[1])
    early = edition.counts.opened_early
    return w["scope_text"].format(
        fonds=grouped(len(edition.fonds)),
        series=grouped(sum(len(fonds.series) for fonds in edition.fonds)),
        opened=grouped(edition.counts.opened),
        years=said,
        early=w["scope_early"].format(early=grouped(early)) if early else "",
    )


def _figures(edition: Edition, w: dict[str, str]) -> Iterator[dict[str, str]]:
    """The rows of the table of outcomes; grounds without an entry are left out."""
    counts = edition.counts

    def row(kind: str, name: str, basis: str, number: int) -> dict[str, str]:
        return {"kind": kind, "name": name, "basis": basis, "entries": grouped(number)}

    yield row("head", w["opened"], w["opened_basis"], counts.opened)
    if counts.opened_early:
        yield row("part", w["opened_early"], w["early_basis"], counts.opened_early)
    yield row("head", w["deferred"], "", sum(counts.deferred.values()))
    for code, ground in GROUNDS.items():
        if number := counts.deferred.get(code, 0):
            language = edition.language
            yield row("part", ground.name.of(language), ground.article.of(language), number)
    yield row("head", w["referred"], w["referred_basis"], counts.referred)
    yield row("head", w["not_due"], w["not_due_basis"], counts.not_due)
    yield row("total", w["reviewed"], "", counts.reviewed)


def _count(number: int, w: dict[str, str]) -> str:
    return w["entry" if number == 1 else "entries"].format(n=grouped(number))


def _span(entries: list[EditionEntry], w: dict[str, str]) -> str:
    """34 条　1956—1962"""
    years = years_of(entry.date for entry in entries)
    said = "" if not years else f"　{years[0]}" if years[0] == years[1] else f"　{years[0]}—{years[1]}"
    return _count(len(entries), w) + said


def _fonds(number: int, fonds: FondsPart, code_px: int, w: dict[str, str]) -> dict[str, Any]:
    return {
        "anchor": f"f{number}",
        "label": w["fonds_label"].format(code=printable(fonds.code)),
        "title": printable(fonds.title),
        "span": _span(list(fonds.entries()), w),
        "series": [_series(f"f{number}s{place}", series, code_px, w) for place, series in enumerate(fonds.series, 1)],
    }


def _series(anchor: str, series: SeriesPart, code_px: int, w: dict[str, str]) -> dict[str, Any]:
    return {
        "anchor": anchor,
        "title": printable(series.title) or w["no_series"],
        "count": _count(len(series.entries), w),
        "span": _span(list(series.entries), w),
        "rows": list(_rows(series, code_px, w)),
    }


def _rows(series: SeriesPart, code_px: int, w: dict[str, str]) -> Iterator[dict[str, Any]]:
    """One row an entry; `year` only where it differs from the year of the row before."""
    before = ""
    for entry in series.entries:
        years = years_of([entry.date])
        year = str(years[0]) if years else ""
        rest = (printable(entry.responsible_body), printable(entry.date), printable(entry.extent))
        code = printable(entry.reference_code)
        spare = code_px - _width_px(code)
        yield {
            "code": code,
            # A tab is the cheapest way to the next column, but WeasyPrint 70 draws it 1024/1000 too wide: a short code
            # gets a box of its own; a code wider than the column gets a line.
            "boxed": spare > 30,
            "gap": "\n" if spare < 0 else "\t",
            "title": printable(entry.public_title),
            "rest": "　".join([part for part in rest if part] + ([w["early_mark"]] if entry.early else [])),
            "year": year if year != before else "",
        }
        before = year


def _code_column(edition: Edition) -> int:
    """Pixels (96 an inch) for the column of reference codes: as wide as the codes need, 50 mm at most. A code that
    is wider has a line of its own. Whole pixels, for the typesetter cuts tab stops to them."""
    widths = (_width_px(printable(entry.reference_code)) for entry in edition.entries())
    return max((width for width in widths if width <= 190), default=70)


def _width_px(code: str) -> int:
    """A code in 9 pt (12 pixels), with the space after it."""
    return math.ceil(12 * width(code)) + 12


def _colophon(edition: Edition, w: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield w["archives"], printable(edition.archives.of(edition.language))
    yield w["number"], edition.number
    yield w["issued_on"], long_date(edition.issued_on, edition.language)
    yield w["signed_off"], f"{printable(edition.signed_off_by)}　{long_date(edition.signed_off_on, edition.language)}"
    yield w["made_with"], w["software"].format(version=printable(edition.code_version))


def _digests(edition: Edition, w: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield w["entries_digest"], in_fours(hashlib.sha256(entries_csv(edition)).hexdigest())
    yield w["ruleset"].format(number=edition.ruleset_number), in_fours(edition.ruleset_digest)
    yield w["ledger"].format(line=grouped(edition.ledger_line)), in_fours(edition.ledger_digest)


def _style() -> str:
    """The style sheet and the fonts it may use."""
    faces = "".join(
        f'@font-face {{ font-family: "{face.family}"; src: url("{(FONTS / face.file).as_uri()}"){_ranges(face.ranges)} }}\n'
        for face in FACES
    )
    return faces + (TEMPLATES / "open_catalogue.css").read_text(encoding="utf-8")


def _ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    return "; unicode-range: " + ", ".join(f"U+{first:X}-{last:X}" for first, last in ranges) if ranges else ""


def _fetch_own_font(url: str) -> dict[str, Any]:
    """The typesetter's only way to any file: our own fonts, nothing else."""
    from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415

    for face in FACES:
        path = FONTS / face.file
        if url == path.as_uri():
            return URLFetcherResponse(url, path.read_bytes())
    raise ValueError(f"no document of ours asks for {url}")


def _typesetter() -> ModuleType:
    """WeasyPrint, loaded when the first catalogue is set: it takes most of a second and libraries of the system."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*FontConfig")  # a machine without fonts: we carry our own
        try:
            import weasyprint  # noqa: PLC0415
        except OSError as reason:
            raise Refusal(_NO_TYPESETTER.filled(reason=reason)) from reason
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
    """Hears what the typesetter says in this thread: pages for the progress, and complaints, which stop the release."""

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
        elif self.progress and record.msg == "Step 5 - Creating layout - Page %d" and record.args[0] > self.pages:
            self.pages = record.args[0]
            self.progress(self.pages)


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
        raise Refusal(_ILL_SET.filled(complaint=watch.complaints[0]))
