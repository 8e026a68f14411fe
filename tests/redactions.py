"""Redactions for tests: an entry with a real PDF attached, marked, copied and read, by the real operations."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from policies.redacting import Box, Mark
from review.models import DigitalObject, Person, RedactedCopy, Redaction
from review.operations import attaching, redacting, verifying_copies
from review.queries.redaction_offers import places_in
from review.readers.object_folders import walk
from tests.review.documents.masters import lined, written
from tests.world import NOW, TODAY, World

CODE = "Z001-001-0004"
UNTIL = date(2052, 1, 1)
PAGES = (["To the committee", "Mr. Smithson asked for relief"], ["Relief was granted to Smithson"])


def attached(world: World, code: str = CODE, content: bytes | None = None, name: str = "letter.pdf") -> DigitalObject:
    """A master of an entry, attached from a folder of scans."""
    entry = world.fonds.entries.get(reference_code=code)
    place = world.folder / "scans" / code
    place.mkdir(parents=True, exist_ok=True)
    Path(place / name).write_bytes(content or written(lined(PAGES)))
    (found,) = [one for one in walk(place.parent) if one.name == code]
    attaching.attach_objects(entry=entry, folder=found, by=world["planner"], at=NOW, today=TODAY)
    return entry.objects_attached.get(file_name=name)


def begun(world: World, **more: object) -> Redaction:
    return redacting.begin_redaction(master=attached(world, **more), by=world["first"], at=NOW, today=TODAY)


def box(page: int = 1, x: int = 500, ground: str = "CN-8-2") -> Mark:
    return Mark(page, Box(x, 6000, 3000, 800), ground, UNTIL)


def marked(world: World, by: Person | None = None, **more: object) -> Redaction:
    """Begun, and marked wherever Smithson stands."""
    redaction = begun(world, **more)
    marks = [
        Mark(page, place, "CN-8-3-PI", UNTIL, "Smithson") for page, place in places_in(redaction, "Smithson", None)
    ]
    redacting.add_marks(redaction=redaction, marks=marks, by=by or world["first"], at=NOW, today=TODAY)
    return redaction


def copied(redaction: Redaction, by: Person, minutes: int = 1) -> RedactedCopy:
    """The copy, made some minutes after what is there."""
    return redacting.make_copy(redaction=redaction, by=by, at=NOW + timedelta(minutes=minutes), today=TODAY)


def made(world: World) -> RedactedCopy:
    return copied(marked(world), world["first"])


def looked(copy: RedactedCopy, by: Person) -> RedactedCopy:
    """Read again by the machine, and every page looked at."""
    verifying_copies.reread_copy(copy=copy, by=by, at=NOW, today=TODAY)
    for page in range(1, copy.pages + 2):
        verifying_copies.look_at_page(copy=copy, page=page, by=by, at=NOW, today=TODAY)
    return copy


def verified(world: World) -> RedactedCopy:
    copy = looked(made(world), world["second"])
    verifying_copies.verify_copy(copy=copy, by=world["second"], at=NOW, today=TODAY)
    return copy
