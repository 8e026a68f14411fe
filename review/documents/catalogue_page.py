"""What stands on the pages of the open catalogue: an edition as one HTML page for the typesetter."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from typing import Any

from django.template import Context, Engine

from policies.grounds import DEFERRAL_GROUNDS
from review.documents.edition import Edition, EditionEntry, FondsPart, SeriesPart, years_of
from review.documents.entries_csv import entries_csv
from review.documents.printable import printable, width
from review.documents.typesetting import TEMPLATES
from review.documents.wording import grouped, in_fours, long_date, words


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
    for code, ground in DEFERRAL_GROUNDS.items():
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
