"""The public title (公开题名) proposed for an entry: its title without the words that may not be shown."""

from __future__ import annotations

from collections.abc import Iterable

from policies.screening import Finding

WITHHELD = "[隐去]"


def masked(title: str, findings: Iterable[Finding]) -> str:
    """The title with the words of its never-public findings replaced by [隐去]; words that touch or overlap by one."""
    parts: list[str] = []
    shown_to = 0
    for start, end in sorted((f.start, f.end) for f in findings if f.never_public and f.field == "title"):
        if start > shown_to or not parts:
            parts += [title[shown_to:start], WITHHELD]
        shown_to = max(shown_to, end)
    return "".join(parts) + title[shown_to:]
