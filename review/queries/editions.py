"""A signed batch as an edition of the open catalogue: public fields of opened entries, and counts of the rest."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from policies.outcomes import Outcome
from policies.sentences import Refusal, Sentence
from review.documents.bundle import Manifest, says, verify_bundle
from review.documents.edition import ClosedEntry, Edition, EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.models import AccessStatus, Batch, Entry, Fonds, RedactedCopy, Release, SignOff
from review.queries.decisions import Settled, counts_of, settled, signatures_of
from review.queries.objects import kept_at
from review.queries.procedures import procedure_of
from review.queries.records import barred_words, public_hits
from review.queries.redactions import copies_to_open
from review.queries.rules import current_screener

# What stands in the place of a heading that may not be shown; the wording is house policy.
HIDDEN = "[题名不公布]"


def catalogues_in(manifest: Manifest) -> list[str]:
    """The names of a bundle's open catalogue, volume by volume."""
    names = [name for name in manifest.content["files"] if name.startswith("open-catalogue")]
    return sorted(names, key=lambda name: (len(name), name))


def prepared() -> Path:
    """Where bundles wait until their release is on record."""
    return Path(settings.RELEASES_DIR) / "prepared"


def prepared_for(batch: Batch, number: str) -> list[Path]:
    """The folders in which bundles of that number were prepared for a batch, the newest first."""
    found = prepared().glob(f"{batch.number}-*/{number}")
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def newest_that_says(edition: Edition, folders: Iterable[Path]) -> Manifest | None:
    """The first of these bundles that is whole and says this very edition; None where none does."""
    for folder in folders:
        try:
            manifest = verify_bundle(folder)
        except Refusal:
            continue  # half made, or no longer whole
        if says(manifest, edition):
            return manifest
    return None


def next_number(issued_on: date) -> str:
    """The next release number of a year: 2026-1, 2026-2 ..."""
    taken = Release.objects.filter(number__startswith=f"{issued_on.year}-").values_list("number", flat=True)
    return f"{issued_on.year}-{max((int(number.partition('-')[2]) for number in taken), default=0) + 1}"


def standing_sign_off(batch: Batch) -> SignOff | None:
    """The last signature that stands under the current round, if there is one: with it the batch was signed."""
    return signatures_of(batch).last()


def not_due(batch: Batch) -> int:
    """How many entries of the fonds are held but in no batch and not yet reviewed: not due, or of unknown date."""
    return Entry.objects.filter(
        fonds=batch.fonds, access_status__in=[AccessStatus.NOT_REVIEWED, AccessStatus.LEGACY_CONTROL]
    ).filter(batch_entries__isnull=True).count()  # fmt: skip


def edition_of(batch: Batch, sign_off: SignOff, *, number: str, issued_on: date) -> Edition:
    """The edition that a signed batch would be published as. Only opened entries and only public fields are in it.

    Everybody who signed these very decisions is named, in the order in which they did.
    """
    rows = settled(batch)
    counts, copies = counts_of(rows), copies_to_open(rows)
    run = batch.screening_runs.latest()
    return Edition(
        number=number,
        archives=Sentence(settings.ARCHIVES_NAME_ZH, settings.ARCHIVES_NAME_EN),
        issued_on=issued_on,
        signed_off_by="、".join(
            signature.person.full_name for signature in signatures_of(batch, sign_off.decisions_digest)
        ),
        signed_off_on=timezone.localdate(sign_off.at),
        ruleset_number=run.ruleset,
        ruleset_digest=run.ruleset_digest,
        ledger_line=sign_off.ledger_line,
        ledger_digest=sign_off.ledger_digest,
        fonds=(FondsPart(batch.fonds.code, batch.fonds.title, _series(batch, rows, copies, issued_on)),),
        counts=EditionCounts(
            opened=counts["opened"],
            opened_early=counts["opened_early"],
            deferred=counts["deferred"],
            referred=counts["referred"],
            not_due=not_due(batch),
            opened_in_part=counts["opened_in_part"],
        ),
        closed=_listed(batch, rows, issued_on),
        copies={copy.digest: kept_at(copy.digest) for copy in copies.values()},
        public_url=settings.PUBLIC_URL,
        code_version=settings.VERSION,
    )


def _listed(batch: Batch, rows: list[Settled], today: date) -> tuple[ClosedEntry, ...]:
    """The deferred entries that the procedure lets the catalogue list: codes, grounds and days, never a title.

    A code that itself says what may not be public is left out, and so is the stub of a state secret.
    """
    grounds = procedure_of(batch).listed_grounds
    if not grounds:
        return ()
    screener = current_screener()
    return tuple(
        ClosedEntry(batch.fonds.code, row.entry.reference_code, decision.ground, decision.opens_on)
        for row in rows
        if (decision := row.decision) is not None
        and decision.outcome is Outcome.DEFER
        and decision.ground in grounds
        and not row.entry.stub
        and not screener.public_hits(row.entry.reference_code)
        and not any(word in row.entry.reference_code for word in barred_words(row.entry, today, screener))
    )


def _series(
    batch: Batch, rows: list[Settled], copies: Mapping[int, RedactedCopy], today: date
) -> tuple[SeriesPart, ...]:
    """Series in the order of their first entry, entries in archival order; a series that comes again is one."""
    opened = [row for row in rows if row.decision and row.decision.outcome.shows]
    first = {row.entry.series_title: row.entry for row in reversed(opened)}
    shown = shown_headings(batch.fonds, first, opening=[row.entry.pk for row in opened], today=today)
    series: dict[str, list[Settled]] = {}
    for row in opened:
        series.setdefault(shown[row.entry.series_title], []).append(row)
    return tuple(
        SeriesPart(
            title,
            tuple(
                EditionEntry(
                    reference_code=row.entry.reference_code,
                    public_title=row.entry.shown_title,
                    responsible_body=row.entry.responsible_body,
                    date=row.entry.shown_date,
                    extent=row.entry.extent,
                    early=row.decision is not None and row.decision.outcome is Outcome.OPEN_EARLY,
                    copy=copies[row.entry.pk].digest if row.entry.pk in copies else "",
                )
                for row in part
            ),
        )
        for title, part in series.items()
    )


def shown_headings(
    fonds: Fonds,
    headings: Mapping[str, Entry],
    *,
    opening: Collection[int] = (),
    gone: Collection[str] = (),
    today: date,
) -> dict[str, str]:
    """For each heading (with an entry that stands under it), what may be printed of it.

    A part of it that is the title of an entry whose own title is not public (the file, 案卷, that an item lies in: still
    closed, or open under another title) is hidden, and so is a part with words that may not be public on `today`:
    headings are public although nobody decided on them. `opening`: the ids of entries that open now; `gone`: public titles
    that were issued and are public no more.
    """
    entries = Entry.objects.filter(fonds=fonds).select_related("fonds", "agency")
    titled = Q(access_status__in=[AccessStatus.OPEN, AccessStatus.PARTIAL]) | Q(pk__in=opening)
    closed = {_folded(title) for title in entries.exclude(titled, public_title="").values_list("title", flat=True)}
    closed.update(map(_folded, gone))
    screener = current_screener()
    masked = {word for entry in entries.exclude(public_title="") for word in barred_words(entry, today, screener)}

    def part(text: str, entry: Entry) -> str:
        said = bool(public_hits(entry, today, title=text, screener=screener)) or any(word in text for word in masked)
        return HIDDEN if said or _folded(text) in closed else text

    def heading(title: str, entry: Entry) -> str:
        # A closed title may itself hold the sign that parts are joined with.
        parts = title.split(" / ")
        runs = (parts[i:j] for i in range(len(parts)) for j in range(i + 2, len(parts) + 1))
        if any(_folded(" / ".join(run)) in closed for run in runs):
            return HIDDEN
        return " / ".join(part(text, entry) for text in parts)

    return {title: heading(title, entry) if title else "" for title, entry in headings.items()}


def _folded(title: str) -> str:
    """A title as it is compared: width and white space do not make it another one."""
    return "".join(unicodedata.normalize("NFKC", title).split())
