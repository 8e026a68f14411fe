"""An entry as the value that rules look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from policies.dates import DateSpan
from policies.outcomes import Suggestion
from policies.records import Record
from policies.reviewing import Standing
from review.models import Entry, ScreeningRun
from review.queries.due import due_on
from review.queries.rules import current_screener


def span_of(entry: Entry) -> DateSpan | None:
    """The dates of an entry, None when they are unknown."""
    if entry.earliest is None or entry.latest is None:
        return None
    return DateSpan(entry.earliest, entry.latest, entry.date_text)


def record_of(entry: Entry) -> Record:
    """An entry as the rules see it: its notes, with all else that its catalogue line says of what is in it.

    Scope, persons, keywords and the title of the file it lies in have no field of their own in the rules. Many entries:
    select_related("parent"), or each asks for its file.
    """
    part_of = f"part of: {entry.parent.title}" if entry.parent_id and entry.parent and entry.parent.title else ""
    notes = (entry.notes, entry.scope, entry.persons, entry.keywords, part_of)
    return replace(_line_of(entry), notes="\n".join(filter(None, notes)))


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
    )


PUBLIC_FIELDS = ("title", "responsible_body")


def barred_words(entry: Entry, today: date) -> tuple[str, ...]:
    """The words of an entry's own title and responsible body that may not be public on `today`.

    A rule whose own closure period is over no longer bars its words.
    """
    return _barred(_line_of(entry), today)


def public_hits(entry: Entry, today: date, *, title: str | None = None) -> tuple[str, ...]:
    """The words that the public fields of an entry would show and that may not be public on `today`.

    `title` stands in for the title that would be shown. A word that its own title may not show is barred from the public
    title and the responsible body however it is put there: a name does not become public by losing its context.
    The series is not asked here: nobody words its title, so the edition hides it where it must (review/queries/editions).
    """
    shown = entry.shown_title if title is None else title
    own = barred_words(entry, today)
    hits = [word for word in own if word in shown or word in entry.responsible_body]
    if shown != entry.title:
        hits += _barred(replace(_line_of(entry), title=shown), today)
    screener = current_screener()
    fields = (entry.date_text, entry.extent, entry.reference_code)
    hits += [hit.matched for text in fields for hit in screener.public_hits(text)]
    return tuple(dict.fromkeys(hits))


def _barred(record: Record, today: date) -> tuple[str, ...]:
    found = current_screener().screen(record, today).findings
    barred = (f for f in found if f.never_public and f.field in PUBLIC_FIELDS and f.suggests != Suggestion.OPEN)
    return tuple(dict.fromkeys(finding.matched for finding in barred))


def standings_of(run: ScreeningRun, entries: dict[int, Entry], today: date) -> dict[int, Standing]:
    """What is known of each entry (by batch entry id) when it is decided, from one screening run."""
    suggestions = {
        row.batch_entry_id: row for row in run.suggestions.filter(batch_entry__in=list(entries)).order_by()
    }
    grounds: dict[int, set[str]] = {}
    for pk, ground in run.findings.filter(batch_entry__in=list(entries)).values_list("batch_entry", "ground"):
        grounds.setdefault(pk, set()).add(ground)
    result = {}
    for pk, entry in entries.items():
        span = span_of(entry)
        result[pk] = Standing(
            reference_code=entry.reference_code,
            due=due_on(span.latest) if span else None,
            suggestion=Suggestion(suggestions[pk].suggestion),
            grounds=tuple(sorted(grounds.get(pk, ()))),
            public_hits=public_hits(entry, today),
            stub=entry.stub,
        )
    return result
