"""An entry as the value that rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db.models import Count, QuerySet

from policies.dates import DateSpan
from policies.learning.opinion import is_number
from policies.outcomes import Suggestion
from policies.public_titles import shows
from policies.records import Record
from policies.reviewing import Decision, Standing
from policies.screening import Screener
from review.models import AccessStatus, Batch, Entry, PageText
from review.queries.advice import findings_of, suggestions_of
from review.queries.decisions import entries_of
from review.queries.due import due_on
from review.queries.referral_answers import declassified_among
from review.queries.rules import current_screener, guarding

_PAGES_AT_ONCE = 2000  # pages of full text that are held in memory, and one entry's at least


def span_of(entry: Entry) -> DateSpan | None:
    """The dates of an entry, None when they are unknown."""
    if entry.earliest is None or entry.latest is None:
        return None
    return DateSpan(entry.earliest, entry.latest, entry.date_text)


def for_records(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """The entries with what `record_of` asks of other rows."""
    return entries.select_related("parent", "fonds", "agency")


def record_of(entry: Entry, pages: tuple[str, ...] = ()) -> Record:
    """An entry as the rules see it: its notes, with all else that its catalogue line says of what is in it.

    Scope, persons, keywords and the title of the file it lies in have no field of their own in the rules. Many entries:
    `records_of`, which finds their full text as well.
    """
    part_of = f"part of: {entry.parent.title}" if entry.parent_id and entry.parent and entry.parent.title else ""
    notes = (entry.notes, entry.scope, entry.persons, entry.keywords, part_of)
    return replace(
        _line_of(entry),
        notes="\n".join(filter(None, notes)),
        pages=pages,
    )


def records_of(entries: Sequence[Entry]) -> Iterator[list[tuple[Entry, Record]]]:
    """The entries (from `for_records`) as records with their full text, in order, in pieces that fit in memory.

    One query for all, and one for each piece that has page texts.
    """
    counts = dict(
        PageText.objects.filter(digital_object__entry__in=[entry.pk for entry in entries])
        .order_by()
        .values_list("digital_object__entry")
        .annotate(pages=Count("pk"))
    )
    piece: list[Entry] = []
    pages = 0
    for entry in entries:
        if piece and pages + counts.get(entry.pk, 0) > _PAGES_AT_ONCE:
            yield _with_pages(piece, counts)
            piece, pages = [], 0
        piece.append(entry)
        pages += counts.get(entry.pk, 0)
    if piece:
        yield _with_pages(piece, counts)


def _with_pages(entries: Sequence[Entry], counts: dict[int, int]) -> list[tuple[Entry, Record]]:
    texts: dict[int, list[str]] = {}
    if having := [entry.pk for entry in entries if entry.pk in counts]:
        rows = PageText.objects.filter(digital_object__entry__in=having)
        rows = rows.order_by("digital_object__entry", "digital_object__place", "page")
        for pk, text in rows.values_list("digital_object__entry", "text"):
            texts.setdefault(pk, []).append(text)
    return [(entry, record_of(entry, tuple(texts.get(entry.pk, ())))) for entry in entries]


def _line_of(entry: Entry) -> Record:
    """An entry by its own line alone: enough for what its public fields show."""
    return Record(
        reference_code=entry.reference_code,
        title=entry.title,
        responsible_body=entry.responsible_body,
        series_title=entry.series_title,
        notes=entry.notes,
        span=span_of(entry),
        retention=entry.retention,
        classification=entry.classification,
        # 不予公开 of the public attribute is a condition like any other to the rules.
        access_condition=" | ".join(filter(None, (entry.access_condition, entry.public_attribute))),
        # A rule may hold for one fonds or one unit alone; without these its words would not be barred.
        fonds=entry.fonds.code,
        agency=entry.agency.name if entry.agency else "",
    )


PUBLIC_FIELDS = ("title", "responsible_body")


def barred_words(entry: Entry, today: date, screener: Screener | None = None) -> tuple[str, ...]:
    """The words of an entry's own title and responsible body that may not be public on `today`.

    A rule whose own closure period is over no longer bars its words. Many entries: with one `screener`, which is that
    in force where it is left out.
    """
    return _barred(_line_of(entry), today, screener or current_screener())


def public_hits(
    entry: Entry, today: date, *, title: str | None = None, screener: Screener | None = None
) -> tuple[str, ...]:
    """The words that the public fields of an entry would show and that may not be public on `today`.

    `title` stands in for the title that would be shown. A word that its own title may not show is barred from the public
    title and every other public field however it is put there, in whatever script or width: a name does not become
    public by losing its context.
    The series is not asked here: nobody words its title, so the edition hides it where it must (review/queries/editions).
    """
    screener = screener or current_screener()
    shown = entry.shown_title if title is None else title
    own = barred_words(entry, today, screener)
    fields = (entry.date_text, entry.extent, entry.reference_code)
    hits = [word for text in (shown, entry.responsible_body, *fields) for word in shows(text, own)]
    if shown != entry.title:
        hits += _barred(replace(_line_of(entry), title=shown), today, screener)
    hits += [hit.matched for text in fields for hit in screener.public_hits(text)]
    return tuple(dict.fromkeys(hits))


def _barred(record: Record, today: date, screener: Screener) -> tuple[str, ...]:
    found = guarding(screener).screen(record, today).findings
    barred = (f for f in found if f.never_public and f.field in PUBLIC_FIELDS and f.suggests != Suggestion.OPEN)
    return tuple(dict.fromkeys(finding.matched for finding in barred))


def standings_of(batch: Batch, decisions: Mapping[int, Decision], today: date) -> dict[int, Standing]:
    """What is known of each entry (by batch entry id) when it is decided, from what the rules advise as it stands.

    What the public fields show is asked of those alone that are to open, in whole or in part.
    """
    advice = suggestions_of(batch).filter(batch_entry_id__among=decisions).order_by()
    suggestions = dict(advice.values_list("batch_entry", "suggestion"))
    grounds: dict[int, set[str]] = {}
    found = findings_of(batch).filter(batch_entry_id__among=decisions).order_by()
    for pk, rule, ground in found.values_list("batch_entry", "rule", "ground").distinct():
        if not is_number(rule):  # a second opinion asks for a look; its guess at a ground bars nothing
            grounds.setdefault(pk, set()).add(ground)
    chosen = batch.batch_entries.filter(pk__among=decisions)
    opening = chosen.filter(pk__among=[pk for pk, decision in decisions.items() if decision.outcome.shows])
    screener = current_screener()
    hits = {row.pk: public_hits(row.entry, today, screener=screener) for row in entries_of(batch, opening)}
    lines = chosen.order_by().values_list(
        "pk",
        "entry",
        "entry__reference_code",
        "entry__earliest",
        "entry__latest",
        "entry__stub",
        "entry__access_status",
    )
    known = {pk: line for pk, *line in lines}
    lifted = declassified_among(line[0] for line in known.values())
    return {
        pk: Standing(
            reference_code=code,
            due=due_on(latest) if earliest and latest else None,
            suggestion=Suggestion(suggestions[pk]),
            # What the classifier has declassified is no secret any more, though the catalogue still bears the mark.
            grounds=tuple(sorted(g for g in grounds.get(pk, ()) if entry not in lifted or not g.endswith("-8-1"))),
            public_hits=hits.get(pk, ()),
            stub=stub,
            partly_open=status == AccessStatus.PARTIAL,
        )
        for pk, (entry, code, earliest, latest, stub, status) in known.items()
    }
