"""A paper of the file (开放审核文书): one plain shape for every form, set as PDF/A-3a with number, date, QR code and digest.

A paper is made from the record alone: the same record gives the same bytes. Its digest is of what it says; whoever
holds a print can have the paper made again and compare.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import segno
from django.template import Context, Engine
from django.utils.safestring import SafeString, mark_safe

from policies.outcomes import GROUNDS, OUTCOME_NAMES
from policies.reviewing import Decision
from policies.sentences import Sentence
from review.documents.printable import printable
from review.documents.typesetting import TEMPLATES, typeset
from review.documents.wording import in_fours, long_date

_QR_FORM = re.compile(r'd="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Head:
    """What every paper says of itself; `archives` issued it, `language` it is in."""

    number: str
    on: date
    archives: Sentence
    language: str

    def say(self, sentence: Sentence) -> str:
        return sentence.of(self.language)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it is called, its columns with their share of the width, and its rows."""

    caption: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place to sign and seal: whose, and what is already on record of it."""

    who: str
    signed: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `covers` is the digest of what it goes with (a package), where that is what a reader compares."""

    kind: str
    head: Head
    title: str
    addressee: str = ""
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    closing: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    receipt: tuple[str, ...] = ()
    version: int = 1
    covers: str = ""
    landscape: bool = False

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over everything that the paper says."""
        said = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=date.isoformat)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def mark(self) -> str:
        """What the QR code holds: kind, number, version, digest."""
        return f"QIFENG {self.kind} {self.head.number} v{self.version} {self.covers or self.digest}"


def paper_pdf(paper: Paper) -> bytes:
    """The paper as PDF/A-3a. Raises Refusal where it cannot be set whole."""
    template = Engine(dirs=[str(TEMPLATES)]).from_string((TEMPLATES / "paper.html").read_text(encoding="utf-8"))
    return typeset(template.render(Context(_content(paper))), "paper.css").pdf


def _content(paper: Paper) -> dict[str, Any]:
    head, language = paper.head, paper.head.language
    labels = {name: head.say(sentence) for name, sentence in _LABELS.items()}
    return {
        "lang": "en" if language.lower().startswith("en") else "zh-Hans",
        "w": labels,
        "landscape": paper.landscape,
        "archives": printable(head.say(head.archives)),
        "title": printable(paper.title),
        "number": printable(head.number),
        "version": str(paper.version) if paper.covers else "",
        "on": long_date(head.on, language),
        "on_iso": head.on.isoformat(),
        "software": "启封 Qifeng",  # without its version: the same record gives the same paper
        "addressee": printable(paper.addressee),
        "paragraphs": [printable(text) for text in paper.paragraphs],
        "facts": [(printable(name), printable(value)) for name, value in paper.facts],
        "tables": [_table(table, place) for place, table in enumerate(paper.tables, 1)],
        "closing": [printable(text) for text in paper.closing],
        "places": [(printable(place.who), printable(place.signed)) for place in paper.places],
        "receipt": [printable(text) for text in paper.receipt],
        "digest": in_fours(paper.covers or paper.digest),
        "qr": qr_svg(paper.mark),
    }


def _table(table: Table, place: int) -> dict[str, Any]:
    whole = sum(share for _, share in table.columns)
    return {
        "caption": printable(table.caption),
        "name": f"t{place}",
        "columns": [
            (printable(name), f"{100 * share / whole:.2f}", str(column))
            for column, (name, share) in enumerate(table.columns, 1)
        ],
        "rows": [["\n".join(map(printable, cell.split("\n"))) for cell in row] for row in table.rows],
    }


def qr_svg(text: str) -> SafeString:
    """A QR code (ISO/IEC 18004, level M) as SVG, with its quiet zone."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    side, _ = code.symbol_size(border=4)
    form = _QR_FORM.search(code.svg_inline(border=4, svgclass=None, lineclass=None))
    assert form
    return mark_safe(  # noqa: S308 numbers of segno's own
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="26mm" height="26mm">'
        f'<path d="{form[1]}" stroke="#000" stroke-width="1.02" fill="none"/></svg>'
    )


def decided(decision: Decision | None, language: str) -> str:
    """A decision in words: outcome, and the day until which it is closed."""
    if decision is None:
        return "—"
    until = f" → {decision.opens_on.isoformat()}" if decision.opens_on else ""
    return OUTCOME_NAMES[decision.outcome].of(language) + until


def ground_said(code: str, language: str) -> str:
    """A ground by its name and code."""
    ground = GROUNDS.get(code)
    return f"{ground.name.of(language)} {code}" if ground else code or "—"


def article_said(code: str, language: str) -> str:
    """The article that gives a ground."""
    ground = GROUNDS.get(code)
    return ground.article.of(language) if ground else "—"


_LABELS = {
    "number": Sentence("编号", "No."),
    "version": Sentence("版次", "version"),
    "sign": Sentence("签名", "Signature"),
    "seal": Sentence("盖章", "Seal"),
    "day": Sentence("年　　月　　日", "Day / month / year"),
    "digest": Sentence("摘要（SHA-256）", "Digest (SHA-256)"),
    "made_with": Sentence("编制软件", "Made with"),
    "receipt": Sentence("回执", "Receipt"),
    "none": Sentence("无", "None"),
    "remade": Sentence(
        "本件依据审核记录生成，可随时按原样重新生成核对；二维码载有编号、版次与摘要。",
        "Made from the record of the review; it can be made again and compared. The QR code holds number, version and digest.",
    ),
}
