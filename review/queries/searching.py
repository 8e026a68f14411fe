"""Finding a record by what one knows of it: a code, a batch, a fonds, words of a title. Only what the person may see."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet

from policies.catalogue_rows import same_code
from review import access
from review.models import Agency, Asked, Batch, Countersignature, Entry, Fonds, Person
from review.queries.descriptions import with_place

SHOWN = 50
LONGEST = 100  # of what is asked for
WORDS = 6
UNANSWERED = {"answered_at": None, "silent_at": None}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; `more` where there is more of it than is shown.

    `asked`: to a forming unit, the entries that it is being asked about, each with the id of its countersignature.
    """

    fonds: list[Fonds] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    asked: list[tuple[Entry, int]] = field(default_factory=list)
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.fonds or self.batches or self.entries or self.asked)


def found_by(person: Person, text: str) -> Found:
    """What `person` may see that answers to `text`. A number of queries that no number of records changes."""
    text = text[:LONGEST].strip().replace("\x00", "")
    if not text:
        return Found()
    fonds, agencies = access.fonds_of(person), access.agencies_of(person)
    entries = with_place(_matching(Entry.objects.filter(fonds__in=fonds), text).select_related("fonds"))[: SHOWN + 1]
    asked = _asked(agencies, text)[: SHOWN + 1]
    return Found(
        list(fonds.filter(Q(code__iexact=text) | Q(title__contains=text)).order_by("code")[:SHOWN]),
        list(_batches(person, agencies, text)[:SHOWN]),
        list(entries)[:SHOWN],
        [(row.batch_entry.entry, row.countersignature_id) for row in asked[:SHOWN]],
        len(entries) > SHOWN or len(asked) > SHOWN,
    )


def _batches(person: Person, agencies: QuerySet[Agency], text: str) -> QuerySet[Batch]:
    """By number. To a forming unit those in which it is being asked."""
    seen = Q(pk__in=access.batches_of(person).values("pk")) | Q(
        countersignatures__in=Countersignature.objects.filter(agency__in=agencies, **UNANSWERED)
    )
    return Batch.objects.filter(seen, number__icontains=text).select_related("fonds").distinct().order_by("-pk")


def _asked(agencies: QuerySet[Agency], text: str) -> list[Asked]:
    rows = Asked.objects.filter(
        countersignature__agency__in=agencies, **{f"countersignature__{name}": None for name in UNANSWERED}
    )
    found = _matching(rows, text, "batch_entry__entry__")
    return list(found.select_related("batch_entry__entry__fonds").order_by("pk")[: SHOWN + 1])


def _matching(rows: QuerySet, text: str, path: str = "") -> QuerySet:
    """Those with this reference code, or whose code begins so, or whose title holds every word."""
    key = same_code(text)
    if _is_code(key):
        return rows.filter(**{f"{path}code_key__startswith": key}).order_by(F("pk"))
    for word in text.split()[:WORDS]:
        # Only letters have two cases, and to look for both costs.
        how = "icontains" if any(sign.isascii() and sign.isalpha() for sign in word) else "contains"
        rows = rows.filter(**{f"{path}title__{how}": word})
    return rows.order_by(F("pk"))


def _is_code(key: str) -> bool:
    """Whether this is the beginning of a reference code rather than a word: letters, digits and dashes, with a digit."""
    return key.isascii() and any(sign.isdigit() for sign in key) and all(s.isalnum() or s in "-./·_" for s in key)
