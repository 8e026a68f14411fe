"""How sure a counted share is: Wilson's interval at 95 per cent (Wilson 1927), good at 0 and at 1 as well."""

from __future__ import annotations

from math import sqrt

Z = 1.959964


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The interval of the share `hits` / `of`; (0, 1) where nothing was counted."""
    if of == 0:
        return 0.0, 1.0
    share, width = hits / of, Z * Z / of
    middle = (share + width / 2) / (1 + width)
    spread = Z * sqrt(share * (1 - share) / of + width / (4 * of)) / (1 + width)
    return max(0.0, middle - spread), min(1.0, middle + spread)


def said(hits: int, of: int) -> str:
    """The share with its interval: "0.998 (0.991-1.000)"; "-" where nothing was counted."""
    if of == 0:
        return "-"
    low, high = wilson(hits, of)
    return f"{hits / of:.4f} ({low:.4f}-{high:.4f})"
