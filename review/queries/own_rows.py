"""Held units of description as rows of a catalogue: what each itself states, and what holds below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from policies.catalogue_rows import CatalogueRow
from policies.inheritance import TOP, Context, below
from review.models import AccessStatus, Entry, Fonds, JointMaker, Series

# Columns of the tables that are fields of a row under the same name.
SHARED = (
    "reference_code", "title", "responsible_body", "date_text", "earliest", "latest", "date_precision",
    "date_certainty", "extent", "carrier", "location", "retention", "classification", "access_condition", "scope",
    "keywords", "persons", "notes",
)  # fmt: skip
OF_ENTRIES = (
    "level", "series_title", "pages", "document_number", "public_attribute", "transfer_opinion", "transfer_opinion_on",
    "original_classifier", "declassify_on", "access_status",
)  # fmt: skip
_SERIES_COLUMNS = (*SHARED, "agency__name", "own", "pk", "parent", "parent__reference_code")
_ENTRY_COLUMNS = (
    *SHARED, *OF_ENTRIES, "agency__name", "own", "pk", "series", "series__reference_code", "parent",
    "parent__reference_code",
)  # fmt: skip


def own_rows(fonds: Fonds, keys: Sequence[str] | None = None) -> Iterator[tuple[str, CatalogueRow]]:
    """What held units themselves state, with the code each is compared by; `parent_code` names the unit above.

    All of a fonds in no order, or those with one of the codes `keys`. `row` is the key of the table row.
    """
    joint = _joint_names(entry__fonds=fonds)
    for series, columns, units in (
        (True, _SERIES_COLUMNS, Series.objects.filter(fonds=fonds)),
        (False, _ENTRY_COLUMNS, Entry.objects.filter(fonds=fonds)),
    ):
        wanted = units if keys is None else units.filter(code_key__in=keys)
        found = wanted.order_by().values_list("code_key", *columns)
        for key, *values in found.iterator(chunk_size=2000):
            unit = dict(zip(columns, values, strict=True))
            yield key, own_row(unit, series=series, joint=() if series else joint.get(unit["pk"], ()))


def own_row(values: dict[str, object], *, series: bool, joint: Sequence[str] = ()) -> CatalogueRow:
    """One held unit, its own values in place of inherited ones; `joint` are the names of further makers."""
    own = values["own"]
    assert isinstance(own, dict)
    stated = {name: _plain(values[name]) for name in (SHARED if series else SHARED + OF_ENTRIES)}
    if series:
        stated["level"] = "series"
    elif stated["access_status"] == AccessStatus.PARTIAL:
        stated["access_status"] = AccessStatus.DEFERRED.value  # so does it for the record whose copy alone is open
    elif stated["access_status"] == AccessStatus.SUSPENDED:
        stated["access_status"] = (
            AccessStatus.NOT_REVIEWED.value
        )  # 开放标识 knows no other word for what is not settled
    above = values.get("parent__reference_code") or values.get("series__reference_code") or ""
    agency = "；".join([str(values["agency__name"] or ""), *joint])
    stated |= {"agency": agency, "parent_code": above, **own}
    return CatalogueRow(row=values["pk"], **stated)  # type: ignore[arg-type]


def rows_in_order(fonds: Fonds) -> Iterator[CatalogueRow]:
    """All units of a fonds as they themselves state it, each above its parts, in archival order; rows numbered from 1.

    Of a fonds with levels the tree is held as numbers, the texts are not; one without is read as a stream.
    """
    entries = Entry.objects.filter(fonds=fonds)
    if not fonds.series.exists() and not entries.filter(parent__isnull=False).exists():
        joint = _joint_names(entry__fonds=fonds)
        flat = entries.order_by("position", "pk").values(*_ENTRY_COLUMNS)
        for row, values in enumerate(flat.iterator(chunk_size=2000), start=1):
            yield own_row(values, series=False, joint=joint.get(values["pk"], ()))._replace(row=row)
        return
    order = _in_order(fonds)
    for start in range(0, len(order), 2000):
        piece = order[start : start + 2000]
        found = _by_key(piece)
        for place, (kind, pk, above_row) in enumerate(piece, start=start + 1):
            yield found[kind, pk]._replace(row=place, parent_row=above_row)


Place = tuple[str, int, int | None]  # "series" or "entry", its key, the row number of the unit above


def _in_order(fonds: Fonds) -> list[Place]:
    parts: dict[tuple[str, int] | None, list[tuple[int, str, int]]] = {}
    for pk, position, parent in Series.objects.filter(fonds=fonds).order_by().values_list("pk", "position", "parent"):
        parts.setdefault(("series", parent) if parent else None, []).append((position, "series", pk))
    links = Entry.objects.filter(fonds=fonds).order_by().values_list("pk", "position", "parent", "series")
    for pk, position, parent, series in links.iterator(chunk_size=5000):
        above = ("entry", parent) if parent else ("series", series) if series else None
        parts.setdefault(above, []).append((position, "entry", pk))
    order: list[Place] = []
    waiting: list[tuple[tuple[int, str, int], int | None]] = [
        (u, None) for u in sorted(parts.pop(None, ()), reverse=True)
    ]
    while waiting:
        (_, kind, pk), above_row = waiting.pop()
        order.append((kind, pk, above_row))
        waiting += [(unit, len(order)) for unit in sorted(parts.pop((kind, pk), ()), reverse=True)]
    return order


def _by_key(piece: Sequence[Place]) -> dict[tuple[str, int], CatalogueRow]:
    found = {}
    joint = _joint_names(entry__in=[pk for kind, pk, _ in piece if kind == "entry"])
    for kind, columns, model in (("series", _SERIES_COLUMNS, Series), ("entry", _ENTRY_COLUMNS, Entry)):
        keys = [pk for each, pk, _ in piece if each == kind]
        for values in model.objects.filter(pk__in=keys).order_by().values(*columns):
            makers = joint.get(values["pk"], ()) if kind == "entry" else ()
            found[kind, values["pk"]] = own_row(values, series=kind == "series", joint=makers)
    return found


def _joint_names(**which: object) -> dict[int, list[str]]:
    """The names of the further makers of joint documents, by entry."""
    names: dict[int, list[str]] = {}
    makers = JointMaker.objects.filter(**which).order_by("id").values_list("entry", "agency__name")
    for entry, name in makers:
        names.setdefault(entry, []).append(name)
    return names


def context_below(unit: Series | Entry) -> Context:
    """What holds below a held unit."""
    above = unit.parent
    if above is None and isinstance(unit, Entry):
        above = unit.series
    context = context_below(above) if above is not None else TOP
    series = isinstance(unit, Series)
    values = type(unit).objects.values(*(_SERIES_COLUMNS if series else _ENTRY_COLUMNS)).get(pk=unit.pk)
    return below(own_row(values, series=series), context)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
