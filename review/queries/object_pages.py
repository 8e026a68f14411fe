"""One page of an entry's digital objects to look at: its text with what the rules found in it, and where one goes from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from review import access
from review.models import DigitalObject, Finding, PageText, Person
from review.queries.desks import Parts, cut_at
from review.queries.objects import kept_at


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """A page as it is shown; `before` and `after` are (object, page) of its neighbours, through all objects of the entry."""

    found: DigitalObject
    page: int
    parts: Parts
    findings: list[Finding]
    number: int
    total: int
    before: tuple[int, int] | None
    after: tuple[int, int] | None

    @property
    def kept(self) -> bool:
        """Whether its file is where it should be."""
        return kept_at(self.found.digest).is_file()


def objects_for(person: Person) -> QuerySet[DigitalObject]:
    """The digital objects of entries that a person may read; those of a stub are nobody's."""
    readable = DigitalObject.objects.filter(entry__fonds__in=access.fonds_of(person), entry__stub=False)
    return readable.select_related("entry__fonds")


def object_page(found: DigitalObject, page: int) -> ObjectPage | None:
    """One page of an object, None where there is no such page. Four queries."""
    places = [
        (pk, number)
        for pk, pages in DigitalObject.objects.filter(entry=found.entry_id)
        .order_by("place")
        .values_list("pk", "pages")
        for number in range(1, pages + 1)
    ]
    if (found.pk, page) not in places:
        return None
    here = places.index((found.pk, page))
    texts = PageText.objects.filter(digital_object__entry=found.entry_id).order_by("digital_object__place", "page")
    rows = list(texts.values_list("pk", "digital_object", "page"))
    # The rules count the pages that have a text, through all objects of the entry.
    counted = {(found_in, number): (place, pk) for place, (pk, found_in, number) in enumerate(rows, 1)}
    place, pk = counted.get((found.pk, page), (0, 0))
    text = PageText.objects.filter(pk=pk).values_list("text", flat=True).first() or ""
    findings = list(
        Finding.objects.filter(
            batch_entry__entry=found.entry_id,
            batch_entry__live=True,
            replaced_by=None,
            field="pages",
            page=place or -1,
        ).order_by("start")
    )
    return ObjectPage(
        found,
        page,
        cut_at(text, findings),
        findings,
        here + 1,
        len(places),
        places[here - 1] if here else None,
        places[here + 1] if here + 1 < len(places) else None,
    )
