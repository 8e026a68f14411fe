"""What changed when: every open entry and every one that was taken back, in the order in which they last changed here.

Read piece by piece from where the last piece ended, by an index, so that the last piece costs what the first does. First
what is open, then what is gone, each by the time of its change and its number: an entry that is withdrawn, restored or
released meanwhile comes after what was read already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Min, QuerySet
from django.utils import timezone

from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds, Tombstone
from review.catalogue.rows import files_dir

PAGE = 1_000
OPEN, GONE = "open", "gone"
_BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC)
_ENTRY = (
    "pk", "changed_at", "fonds__code", "reference_code", "edition__number", "fonds__title", "series__title",
    "public_title", "responsible_body", "date", "extent", "redacted_copy",
)  # fmt: skip
_GONE = ("pk", "changed_at", "fonds", "reference_code", "release", "kind")


@dataclass(frozen=True, slots=True)
class Change:
    """One record as it stands: an open entry with its public fields, or one that is gone, with its codes only.

    `gone`: "" where it is open, else why it is gone: withdrawn, reclosed or superseded.
    """

    at: datetime
    fonds_code: str
    reference_code: str
    edition: str
    fonds_title: str = ""
    series_title: str = ""
    public_title: str = ""
    responsible_body: str = ""
    date: str = ""
    extent: str = ""
    redacted_copy: str = ""
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Which records: changed at `first` or later, before `end`; of one fonds; of one release. None: no limit."""

    first: datetime | None = None
    end: datetime | None = None
    fonds: str | None = None
    edition: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """After which record to go on: whether it is open or gone, when it changed, and its number."""

    kind: str = OPEN
    at: datetime = _BEFORE_ALL
    number: int = 0

    @classmethod
    def read(cls, written: list[Any]) -> Place:
        return cls(str(written[0]), datetime.fromisoformat(written[1]), int(written[2]))

    def written(self) -> list[Any]:
        return [self.kind, self.at.isoformat(), self.number]


def changes(limits: Limits, after: Place, most: int = PAGE) -> tuple[list[Change], Place | None]:
    """At most `most` records after a place, and the place to go on from; None where nothing follows."""
    found: list[tuple[int, Change]] = []
    kind = after.kind
    if kind == OPEN:
        found = [_open(row) for row in _rows(_entries(limits), _ENTRY, limits, after, most + 1)]
        if len(found) <= most:
            kind, after = GONE, Place(GONE)
    opened = len(found)
    if kind == GONE:
        found += [_gone(row) for row in _rows(_tombstones(limits), _GONE, limits, after, most + 1 - opened)]
    if len(found) <= most:
        return [change for _, change in found], None
    number, last = found[most - 1]
    return [change for _, change in found[:most]], Place(GONE if last.gone else OPEN, last.at, number)


def every_change(limits: Limits) -> Iterator[Change]:
    """All of them, read a piece at a time."""
    place: Place | None = Place()
    while place is not None:
        found, place = changes(limits, place)
        yield from found


def one_change(fonds: str, reference_code: str) -> Change | None:
    """The record of one entry; None where there never was one."""
    row = ReleasedEntry.objects.filter(fonds__code=fonds, reference_code=reference_code).values_list(*_ENTRY).first()
    if row is not None:
        return _open(row)[1]
    row = Tombstone.objects.filter(fonds=fonds, reference_code=reference_code).values_list(*_GONE).first()
    return None if row is None else _gone(row)[1]


def earliest() -> datetime:
    """When the first of what stands here changed; now, where there is nothing."""
    first = [model.objects.aggregate(at=Min("changed_at"))["at"] for model in (ReleasedEntry, Tombstone)]
    return min((at for at in first if at is not None), default=timezone.now())


def seen_until() -> datetime:
    """Up to when a reader sees all that changed: now, or the beginning of a load that is still going on.

    A release says of its entries that they changed when its load began, and they are seen minutes later. Who harvests
    meanwhile must ask again from before it. What a load that was killed left behind counts for a day.
    """
    now = timezone.now()
    kept = files_dir()
    if not kept.is_dir():
        return now
    begun = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in kept.glob(".arriving-*")]
    return min([at for at in begun if now - at < timedelta(days=1)] + [now])


def sets_after(kind: str, after: str, most: int = PAGE) -> tuple[list[tuple[str, str, str]], tuple[str, str] | None]:
    """Fonds (by code), then releases (by number), after the one named: (fonds or release, code, name), and where to go on.

    An edition that was replaced holds nothing that is open and is still named: its deleted records are in its set.
    """
    found: list[tuple[str, str, str]] = []
    if kind != "release":
        rows = ReleasedFonds.objects.filter(code__gt=after).order_by("code").values_list("code", "title")
        found = [("fonds", code, f"{code} {title}".strip()) for code, title in rows[: most + 1]]
        after = ""
    if len(found) <= most:
        numbers = Edition.objects.filter(number__gt=after).order_by("number").values_list("number", flat=True)
        found += [("release", number, f"发布 Release {number}") for number in numbers[: most + 1 - len(found)]]
    if len(found) <= most:
        return found, None
    return found[:most], found[most - 1][:2]


def _entries(limits: Limits) -> QuerySet[ReleasedEntry]:
    rows = ReleasedEntry.objects.all()
    if limits.fonds is not None:
        rows = rows.filter(
            fonds__in=list(ReleasedFonds.objects.filter(code=limits.fonds).values_list("pk", flat=True))
        )
    if limits.edition is not None:
        rows = rows.filter(
            edition__in=list(Edition.objects.filter(number=limits.edition).values_list("pk", flat=True))
        )
    return rows


def _tombstones(limits: Limits) -> QuerySet[Tombstone]:
    rows = Tombstone.objects.all()
    if limits.fonds is not None:
        rows = rows.filter(fonds=limits.fonds)
    return rows if limits.edition is None else rows.filter(release=limits.edition)


def _rows(
    rows: QuerySet[Any], columns: tuple[str, ...], limits: Limits, after: Place, most: int
) -> list[tuple[Any, ...]]:
    """The rows after a place, in order. In two steps, each of which an index answers: the same instant, then later ones."""
    rows = rows.order_by("changed_at", "pk")
    if limits.end is not None:
        rows = rows.filter(changed_at__lt=limits.end)
    if limits.first is not None and limits.first > after.at:
        return list(rows.filter(changed_at__gte=limits.first).values_list(*columns)[:most])
    same = list(rows.filter(changed_at=after.at, pk__gt=after.number).values_list(*columns)[:most])
    later = rows.filter(changed_at__gt=after.at).values_list(*columns)[: most - len(same)]
    return same + (list(later) if len(same) < most else [])


def _open(row: tuple[Any, ...]) -> tuple[int, Change]:
    number, *facts = row
    return number, Change(*facts)


def _gone(row: tuple[Any, ...]) -> tuple[int, Change]:
    number, at, fonds, code, release, kind = row
    return number, Change(at, fonds, code, release, gone=kind)
