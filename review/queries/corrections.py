"""A corrected edition: what an issued catalogue says still, without the entries that were closed again since."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from policies.sentences import Sentence
from review.documents.bundle import CSV, MANIFEST
from review.documents.edition import Edition, EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.models import AccessStatus, BatchEntry, Entry, Release, Suspension
from review.queries.editions import HIDDEN, shown_headings
from review.queries.records import public_hits
from review.queries.rules import current_screener


@dataclass(frozen=True, slots=True)
class ClosedAgain:
    """One entry that an edition says and must say no more: its code, and on which ground it was closed."""

    reference_code: str
    ground: str


def closed_again(release: Release) -> list[ClosedAgain]:
    """The entries of an edition that a panel closed again since it was issued."""
    rows = Suspension.objects.filter(errata__release=release, errata__kind="reclosed").order_by("pk")
    return [ClosedAgain(*row) for row in rows.values_list("entry__reference_code", "ground").distinct()]


def unsettled(release: Release) -> list[str]:
    """The numbers of the suspensions of its entries that nobody has decided."""
    return list(Suspension.objects.filter(release=release, ended_at=None).values_list("number", flat=True))


def corrected_edition(release: Release, *, number: str, issued_on: date) -> Edition:
    """The edition `number` that says what `release` says but for what was closed again. Read from its own sealed bundle.

    FileNotFoundError where that bundle is not kept here.
    """
    folder = Path(settings.RELEASES_DIR) / release.number
    said = json.loads((folder / MANIFEST).read_bytes())
    gone = {one.reference_code: one.ground for one in closed_again(release)} | dict.fromkeys(_moved_on(release), "")
    rows = list(_rows(folder / CSV))
    left = [row for row in rows if row["reference_code"] not in gone]
    dropped = [row for row in rows if row["reference_code"] in gone]
    shown = _headings(release, left, dropped, issued_on)
    titles = {fonds["code"]: fonds["title"] for fonds in said["fonds"]}
    return Edition(
        number=number,
        corrects=release.number,
        archives=Sentence(said["archives"]["zh"], said["archives"]["en"]),
        issued_on=issued_on,
        signed_off_by=said["signed_off_by"],
        signed_off_on=date.fromisoformat(said["signed_off_on"]),
        ruleset_number=said["ruleset"]["number"],
        ruleset_digest=said["ruleset"]["digest"],
        ledger_line=said["ledger"]["line"],
        ledger_digest=said["ledger"]["digest"],
        fonds=tuple(
            FondsPart(code, title, _series([row for row in left if row["fonds_code"] == code], shown))
            for code, title in titles.items()
        ),
        counts=_counts(said["counts"], dropped, gone),
        code_version=settings.VERSION,
        copies={
            digest: folder / "copies" / f"{digest}.pdf" for row in left if (digest := row.get("redacted_copy", ""))
        },
        public_url=settings.PUBLIC_URL,
    )


def _moved_on(release: Release) -> list[str]:
    """What was open in part in this edition and stands in a later release by now, whole or by another copy."""
    later = BatchEntry.objects.filter(
        entry__batch_entries__batch=release.batch, batch__gt=release.batch, batch__releases__isnull=False, live=False
    )
    shown = later.filter(entry__access_status__in=[AccessStatus.OPEN, AccessStatus.PARTIAL])
    return list(shown.values_list("entry__reference_code", flat=True))


def hits_now(edition: Edition, release: Release, today: date) -> list[tuple[str, str]]:
    """(reference code, words) of what the edition would say again and today's rules find."""
    said = {entry.reference_code: entry.public_title for entry in edition.entries()}
    screener = current_screener()
    entries = Entry.objects.filter(fonds=release.batch.fonds, reference_code__in=said).select_related(
        "fonds", "agency"
    )
    return [
        (entry.reference_code, "、".join(words))
        for entry in entries
        if (words := public_hits(entry, today, title=said[entry.reference_code], screener=screener))
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _headings(
    release: Release, left: list[dict[str, str]], dropped: list[dict[str, str]], today: date
) -> dict[str, str]:
    """What may be printed of each heading now: a file (案卷) that was closed again was perhaps the heading of others."""
    first = {row["series_title"]: row["reference_code"] for row in reversed(left)}
    entries = Entry.objects.filter(fonds=release.batch.fonds, reference_code__in=first.values())
    standing = {entry.reference_code: entry for entry in entries.select_related("fonds", "agency")}
    known = {title: standing[code] for title, code in first.items() if code in standing}
    found = shown_headings(release.batch.fonds, known, gone=[row["public_title"] for row in dropped], today=today)
    return {title: found.get(title, HIDDEN if title else "") for title in first}


def _series(rows: list[dict[str, str]], shown: dict[str, str]) -> tuple[SeriesPart, ...]:
    found: dict[str, list[EditionEntry]] = {}
    for row in rows:
        found.setdefault(shown[row["series_title"]], []).append(
            EditionEntry(
                reference_code=row["reference_code"],
                public_title=row["public_title"],
                responsible_body=row["responsible_body"],
                date=row["date"],
                extent=row["extent"],
                early=row["early_opening"] == "1",
                copy=row.get("redacted_copy", ""),
            )
        )
    return tuple(SeriesPart(title, tuple(entries)) for title, entries in found.items())


def _counts(said: dict, dropped: list[dict[str, str]], gone: dict[str, str]) -> EditionCounts:
    """What was opened whole and is closed again is one more deferral on its ground; what was open in part was one already."""
    whole = [row for row in dropped if not row.get("redacted_copy")]
    closed = Counter(said["deferred"]) + Counter(gone[row["reference_code"]] for row in whole)
    return EditionCounts(
        opened=said["opened"] - len(whole),
        opened_early=said["opened_early"] - sum(row["early_opening"] == "1" for row in whole),
        deferred=dict(sorted(closed.items())),
        referred=said["referred"],
        not_due=said["not_due"],
        opened_in_part=said.get("opened_in_part", 0) - (len(dropped) - len(whole)),
    )
