"""Intakes: where their files wait, what is held of their fonds, and the digest by which an undone one is proved."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from django.conf import settings

from review.models import Entry, Fonds, Intake, JointMaker, Proposal, Series
from review.queries.own_rows import context_below, own_rows
from review.staging import Above, Known, Staged


def folder_of(intake: Intake) -> Path:
    """Where the file of an intake and its staged rows wait."""
    return Path(settings.INTAKES_DIR) / f"{intake.pk}-{intake.digest[:16]}"


def staged_of(intake: Intake) -> Staged:
    """The staged rows of an intake; to be closed."""
    return Staged(folder_of(intake) / "staged.sqlite3")


def known_of(fonds: Fonds) -> Known:
    """What is held of a fonds, as far as completing a staged file asks."""
    series = dict(Series.objects.filter(fonds=fonds).order_by().values_list("code_key", "pk"))
    files = Entry.objects.filter(fonds=fonds).exclude(level="item").order_by()
    entries = dict(files.values_list("code_key", "pk"))
    if not series and not entries and not Entry.objects.filter(fonds=fonds).exists():
        return Known()
    contexts: dict[str, Above] = {}

    def above(key: str) -> Above:
        if key not in contexts:
            unit = Series.objects.get(pk=series[key]) if key in series else Entry.objects.get(pk=entries[key])
            contexts[key] = Above(key in series, context_below(unit))
        return contexts[key]

    return Known(
        keys=frozenset(series) | frozenset(entries),
        above=above,
        own_rows=lambda keys: dict(own_rows(fonds, [key for key in keys if key])),
    )


def holdings_digest(fonds: Fonds) -> str:
    """SHA-256 (hex) over everything held of a fonds: series, entries with their keys, further makers, open proposals.

    Two equal digests: not a column differs. What an undone import has to leave behind it.
    """
    digest = hashlib.sha256()
    for rows in (
        Series.objects.filter(fonds=fonds),
        Entry.objects.filter(fonds=fonds),
        JointMaker.objects.filter(entry__fonds=fonds),
        Proposal.objects.filter(entry__fonds=fonds, settled_at__isnull=True),
    ):
        for row in rows.order_by("pk").values_list().iterator(chunk_size=2000):
            digest.update(json.dumps(row, ensure_ascii=False, default=str, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()
