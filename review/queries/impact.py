"""What other rules would change in all that is held: counted before anybody adopts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from policies.outcomes import Suggestion
from policies.reach import reach
from policies.screening import Finding, Screener, Screening
from policies.sentences import Sentence
from review.models import AccessStatus, Entry
from review.queries.records import for_records, records_of
from review.queries.scanning import entries_touched

AT_ONCE = 2000  # entries that are in memory
_ANY = Sentence("", "")
_OPENS = (Suggestion.OPEN, Suggestion.OPEN_EARLY)


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One entry that other rules advise on otherwise: the advice before and after."""

    entry: int
    before: Screening
    after: Screening
    was_open: bool

    @property
    def added(self) -> list[str]:
        """The rules that newly find something."""
        return sorted(_rules(self.after) - _rules(self.before))

    @property
    def removed(self) -> list[str]:
        """The rules that no longer find anything."""
        return sorted(_rules(self.before) - _rules(self.after))

    @property
    def newly_hit_open(self) -> bool:
        """Whether it is open and now advised to be closed or looked at, which it was not, or not for this."""
        closes = self.after.suggestion not in _OPENS
        return self.was_open and closes and (self.before.suggestion in _OPENS or bool(self.added))


@dataclass(frozen=True, slots=True)
class Impacted:
    """How many entries are held, how many of them the change could touch, and those that it changes, as they are found."""

    held: int
    looked_at: int
    changes: Iterator[EntryChange]


def impact_of(
    old: Screener, new: Screener, today: date, report: Callable[[int, int], None] | None = None
) -> Impacted:
    """What changing the rules of `old` for those of `new` changes in all entries held.

    `report` is told how many of the entries that the change could touch were screened by both.
    """
    touched = entries_touched(Entry.objects.all(), reach(old.ruleset, new.ruleset))

    def changes() -> Iterator[EntryChange]:
        for first in range(0, len(touched), AT_ONCE):
            part = touched[first : first + AT_ONCE]
            for piece in records_of(list(for_records(Entry.objects.filter(pk__in=part)).order_by("pk"))):
                records = [record for _, record in piece]
                both = zip(old.screen_all(records, today), new.screen_all(records, today), strict=True)
                for (entry, _), (before, after) in zip(piece, both, strict=True):
                    if differ(before, after):
                        yield EntryChange(entry.pk, before, after, entry.access_status == AccessStatus.OPEN)
            if report:
                report(first + len(part), len(touched))

    return Impacted(Entry.objects.count(), len(touched), changes())


def differ(before: Screening, after: Screening) -> bool:
    """Whether two screenings of a record advise, or find, anything else."""
    return judged_otherwise(before, after) or _found(before) != _found(after)


def judged_otherwise(before: Screening, after: Screening) -> bool:
    """Whether two screenings of a record advise something else, or on another ground, or until another day."""
    return (before.suggestion, set(before.grounds), before.opens_on) != (
        after.suggestion,
        set(after.grounds),
        after.opens_on,
    )


def _found(screening: Screening) -> list[Finding]:
    """What was found; the article that a rule cites is nothing of the record."""
    return [finding._replace(article=_ANY) for finding in screening.findings]


def _rules(screening: Screening) -> set[str]:
    return {finding.rule_id for finding in screening.findings}
