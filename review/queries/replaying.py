"""Replaying a run: its batch screened again by the ruleset of that run, on that day, and compared with what was kept.

What is replayed is the rules' part. A look that a second opinion asked for is taken as it was kept, and must have been
added to what the rules would open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q

from review.models import Entry, Finding, ScreeningRun, Suggested
from review.queries.advice import FINDING_INTO, SUGGESTED_INTO, finding_rows, suggested_row
from review.queries.rules import screener_of
from review.queries.screened import Digests, Screened, screened
from review.queries.second_opinions import looks_in, of_rules, with_look

_NEWER = frozenset({"page", "context", "level"})  # columns that a run without digests does not have


@dataclass(slots=True)
class Replayed:
    """What a replay found.

    `same_records`, `same_findings`: whether the records that were screened, and what was found, are so byte for byte;
    None for a run of which no digest was kept. `changed`: the reference codes of entries that an import or an attached
    object changed since; `differing`: of those with other advice or findings than were kept.
    """

    entries: int = 0
    same_ruleset: bool = True
    same_records: bool | None = None
    same_findings: bool | None = None
    changed: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether the old rules on today's records give what was kept."""
        return self.same_ruleset and self.same_findings is not False and not self.differing


def replay(run: ScreeningRun) -> Replayed:
    """Screen what a run screened again, by its ruleset and as of its day. Nothing is written.

    Raises Refusal where that ruleset is no longer what it was.
    """
    screener = screener_of(run.ruleset)
    found = Replayed(same_ruleset=screener.ruleset.digest == run.ruleset_digest, changed=_changed_since(run))
    digests = Digests(run.ruleset)
    rows = run.suggestions.order_by("batch_entry__position").values_list("batch_entry", flat=True)
    for piece in screened(list(rows), screener, run.day):
        found.entries += len(piece)
        for one in piece:
            digests.add(one.record, one.screening)
        found.differing += _differing(run, piece)
    if run.findings_digest:
        found.same_records = digests.records == run.records_digest
        found.same_findings = digests.findings == run.findings_digest
    return found


def _changed_since(run: ScreeningRun) -> list[str]:
    entries = Entry.objects.filter(batch_entries__suggestions__run=run)
    told = Q(changes__intake__saved_at__gt=run.at) | Q(objects_attached__attached_at__gt=run.at)
    return sorted(entries.filter(told).order_by().values_list("reference_code", flat=True).distinct())


def _differing(run: ScreeningRun, piece: list[Screened]) -> list[str]:
    """The reference codes of entries whose rows are not those that were kept."""
    kept_advice, kept_findings = _kept(run, piece)
    columns = [place for place, name in enumerate(FINDING_INTO) if run.findings_digest or name not in _NEWER]
    codes = []
    for one in piece:
        pk = one.row.pk
        found = sorted(_plain(row, columns) for row in finding_rows(run.pk, pk, one.record, one.screening))
        rows = kept_findings.get(pk, [])
        kept = sorted(_plain(row, columns) for row in of_rules(rows))
        advice = suggested_row(run.pk, pk, one.screening)
        for look in looks_in(rows):
            advice = with_look(advice, look)
        if found != kept or _plain(advice) != _plain(kept_advice[pk]):
            codes.append(one.record.reference_code)
    return codes


def _kept(
    run: ScreeningRun, piece: list[Screened]
) -> tuple[dict[int, tuple[object, ...]], dict[int, list[tuple[object, ...]]]]:
    names = [one.row.pk for one in piece]
    advice = Suggested.objects.filter(run=run, batch_entry__in=names).order_by().values_list(*SUGGESTED_INTO)
    findings: dict[int, list[tuple[object, ...]]] = {}
    for row in Finding.objects.filter(run=run, batch_entry__in=names).order_by().values_list(*FINDING_INTO):
        findings.setdefault(row[1], []).append(row)
    return {row[1]: row for row in advice}, findings


def _plain(row: tuple[object, ...], columns: list[int] | None = None) -> tuple[str, ...]:
    """A row as texts: days as ISO, nothing as nothing."""
    cells = row if columns is None else [row[column] for column in columns]
    return tuple("" if cell is None else str(cell) for cell in cells)
