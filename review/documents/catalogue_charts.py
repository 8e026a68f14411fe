"""Charts of the release, drawn as SVG: bars with their figures beside them, so that nobody has to read off an axis."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

import segno

_INK, _QUIET, _BAR = "#1c1b19", "#777", "#2f4b6e"


def columns_chart(rows: Sequence[tuple[str, int]], said: str) -> str:
    """A column for each (name, number), from left to right, at most about thirty; `said` is the chart in words."""
    wide, high, foot, head = 620.0, 150.0, 22.0, 14.0
    step = wide / max(len(rows), 1)
    width = min(34.0, step * 0.62)
    most = max((number for _, number in rows), default=1) or 1
    size = 9.0 if len(rows) <= 14 else max(5.5, 9.0 - 0.2 * (len(rows) - 14))
    drawn = []
    for at, (name, number) in enumerate(rows):
        middle = step * (at + 0.5)
        tall = (high - foot - head) * number / most
        top = high - foot - tall
        drawn.append(
            f'<rect x="{middle - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" height="{tall:.1f}" fill="{_BAR}"/>'
        )
        drawn.append(_text(middle, top - 4, size, f"{number:,}", colour=_INK, anchor="middle"))
        drawn.append(_text(middle, high - 8, size, name, colour=_QUIET, anchor="middle"))
    axis = f'<path d="M0 {high - foot:.1f}H{wide:.0f}" stroke="{_INK}" stroke-width="0.6" fill="none"/>'
    return _svg(wide, high, "".join(drawn) + axis, said)


def bars_chart(rows: Sequence[tuple[str, int]], said: str) -> str:
    """A bar for each (name, number), one below another."""
    wide, step = 620.0, 21.0
    most = max((number for _, number in rows), default=1) or 1
    drawn = []
    for at, (name, number) in enumerate(rows):
        y = step * at
        long = 400 * number / most
        drawn.append(_text(132, y + 14, 10.5, name, colour=_INK, anchor="end"))
        drawn.append(f'<rect x="142" y="{y + 4:.1f}" width="{long:.1f}" height="13" fill="{_BAR}"/>')
        drawn.append(_text(148 + long, y + 14, 10, f"{number:,}", colour=_INK, anchor="start"))
    return _svg(wide, step * len(rows) + 4, "".join(drawn), said)


def qr_code(url: str, said: str) -> str:
    """A QR code as SVG of 0.9 mm a module; error correction Q, for paper that is copied."""
    code = segno.make(url, error="q", micro=False)
    side = code.symbol_size(border=4)[0]
    rows = []
    for y, row in enumerate(code.matrix_iter(border=4)):
        x = 0
        while x < side:
            length = 0
            while x + length < side and row[x + length]:
                length += 1
            if length:
                rows.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length or 1
    return _svg(side, side, f'<path d="{"".join(rows)}" fill="#000"/>', said, "qr")


def _text(x: float, y: float, size: float, text: str, *, colour: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" fill="{colour}" text-anchor="{anchor}"'
        f' font-family="Qifeng Hei">{escape(text)}</text>'
    )


def _svg(wide: float, high: float, drawn: str, said: str, kind: str = "chart") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}"'
        f' height="{high:g}"><title>{escape(said)}</title>{drawn}</svg>'
    )
