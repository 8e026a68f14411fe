"""The open catalogue (开放档案目录) as PDF/A-3a and PDF/UA-1, in volumes where it is long, entries.csv inside each.

Pages of entries are drawn by ourselves (catalogue_layout, catalogue_parts), in parts, by several processes; cover, notice and
colophon are set by WeasyPrint; catalogue_join puts volumes together. The same edition gives the same bytes, whatever the cache
holds and however many processes drew it. Entries pass by and are never all in memory.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from review.documents.catalogue_join import Sheet, Volume, contents_sheets, part_sheets
from review.documents.catalogue_lists import ContentsLine, IndexList, contents_pages, in_reading_order, index_pages
from review.documents.catalogue_page import Place, described, front_html
from review.documents.catalogue_parts import DrawnPage, Part, load_part
from review.documents.catalogue_plan import Listing, VolumePlan, plan_volume
from review.documents.catalogue_volumes import ENTRIES_IN_A_VOLUME, Stretch, Survey, survey, volumes_of
from review.documents.catalogue_workers import Drawers, part_file
from review.documents.edition import Edition
from review.documents.edition_checks import check_edition
from review.documents.entries_csv import CsvFile
from review.documents.text_drawing import Used
from review.documents.typesetting import Enclosed, Progress, cached_typeset
from review.documents.wording import words

__all__ = ["CatalogueFiles", "Progress", "write_catalogue"]


@dataclass(frozen=True, slots=True)
class CatalogueFiles:
    """What came out: the names of the files, the pages of all of them, and seconds of wall clock from edition to files."""

    names: tuple[str, ...]
    pages: int
    seconds: float


def write_catalogue(
    edition: Edition,
    folder: Path,
    progress: Progress | None = None,
    *,
    cache: Path | None = None,
    workers: int = 2,
    entries_in_a_volume: int = ENTRIES_IN_A_VOLUME,
) -> CatalogueFiles:
    """Write the catalogue of `edition` into `folder` as open-catalogue.pdf, or open-catalogue-1.pdf and so on.

    `cache`: a folder where drawn parts are kept for the next time; without one they are removed when the files are there.
    Raises Refusal where the edition contradicts itself (check_edition), where the typesetting libraries are missing, and
    where anything could not be set as it should be; then no file is left half written.
    """
    started = time.monotonic()
    check_edition(edition)
    with _workshop(folder) as workshop:
        parts = cache or workshop
        parts.mkdir(parents=True, exist_ok=True)
        found = survey(edition)
        volumes = volumes_of(found, entries_in_a_volume)
        build = _Build(edition, found, progress or _unheard, folder=folder, workshop=workshop, parts=parts)
        names = tuple(
            "open-catalogue.pdf" if len(volumes) == 1 else f"open-catalogue-{number}.pdf"
            for number in range(1, len(volumes) + 1)
        )
        drawers = Drawers(parts, workers, build.drew)
        try:
            listing = Listing(edition)
            for number, (name, stretches) in enumerate(zip(names, volumes, strict=True), start=1):
                build.plan(number, name, stretches, listing, drawers)
            drawers.finish()
            for number, name in enumerate(names, start=1):
                build.join(number, name, volumes)
        finally:
            drawers.stop()
    return CatalogueFiles(names, build.pages, time.monotonic() - started)


def _unheard(pages: int) -> None:
    pass


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder beside the files for what is not finished. A build that was killed leaves it to the next one."""
    workshop = folder / ".catalogue"
    workshop.mkdir(exist_ok=True)
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop)


class _Build:
    """The volumes of one edition while they are made."""

    def __init__(
        self, edition: Edition, found: Survey, progress: Progress, *, folder: Path, workshop: Path, parts: Path
    ) -> None:
        self.edition = edition
        self.w = words(edition.language)
        self.found = found
        self.folder = folder
        self.workshop = workshop
        self.parts = parts
        self.progress = progress
        self.plans: dict[int, VolumePlan] = {}
        self.drawn = 0
        self.pages = 0

    def drew(self, pages: int) -> None:
        """Told of each part that is there."""
        self.drawn += pages
        self.progress(self.drawn)

    def plan(self, number: int, name: str, stretches: list[Stretch], listing: Listing, drawers: Drawers) -> None:
        """Goes through the entries of a volume, and has its parts drawn."""
        with self._table(name).open("wb") as file:
            table = CsvFile(file)
            self.plans[number] = plan_volume(self.edition, stretches, listing, table, drawers.want)
            table.close()

    def _table(self, name: str) -> Path:
        return self.workshop / f"{name}.csv"

    def join(self, number: int, name: str, volumes: list[list[Stretch]]) -> None:
        """Puts a volume together."""
        table = self._table(name)
        content = table.read_bytes()
        place = Place(number, len(volumes), hashlib.sha256(content).hexdigest())
        pdf = cached_typeset(front_html(self.edition, self.found, place), "open_catalogue.css", self.parts)
        beside = self.workshop / name
        volume = Volume(beside, pdf, Used(), self.w["seal_field"])
        try:
            _Joining(self, volume, place, self.plans.pop(number), volumes).run()
            said = self._volume(place)
            enclosed = Enclosed("entries.csv", content, self.w["catalogue"], self.edition.issued_on)
            pages = volume.finish(described(self.edition, "catalogue", said), enclosed)
        except BaseException:
            volume.abandon()
            raise
        table.unlink()
        beside.replace(self.folder / name)
        self.pages += pages
        self.progress(self.pages)

    def _volume(self, place: Place) -> str:
        return self.w["volume"].format(number=place.number, of=place.of) if place.of > 1 else ""


class _Joining:
    """The pages of one volume, in their order."""

    def __init__(
        self, build: _Build, volume: Volume, place: Place, plan: VolumePlan, volumes: list[list[Stretch]]
    ) -> None:
        self.w = build.w
        self.parts = build.parts
        self.volume = volume
        self.place = place
        self.plan = plan
        self.volumes = volumes
        release = self.w["release"].format(number=build.edition.number)
        short = self.w["volume_short"].format(number=place.number) if place.of > 1 else ""
        self.right = "　".join(filter(None, (release, short)))

    def run(self) -> None:
        marks = list(self.volume.graft.bookmarks())
        colophon = marks[-1][1]
        front = range(1, colophon)
        behind = range(colophon, self.volume.graft.pages)
        contents_at = 3 + len(front)
        contents = len(contents_pages(self.w["contents"], self._contents(1, 1, 1), Used()))
        first = contents_at + contents
        if self.plan.pages:
            first += 1 - first % 2  # entries begin on the right
        index = self._index(first)
        index_at = first + self.plan.pages
        colophon_at = index_at + len(index)
        self.volume.expect(colophon_at + len(behind) - 1)

        self.volume.add_set([0], [1], numbered=False)
        self.volume.add(Sheet(None))
        for title, place, _ in marks[:-1]:
            self.volume.bookmark(1, title, 2 + place, 0)
        self.volume.add_set(front, range(3, contents_at), numbered=True)
        lines = self._contents(first, index_at if index else 0, colophon_at)
        self.volume.bookmark(1, self.w["contents"], contents_at, 0)
        for sheet in contents_sheets(contents_pages(self.w["contents"], lines, self.volume.used)):
            self.volume.add(sheet)
        if len(self.volume.pages) < first - 1:
            self.volume.add(Sheet(None))
        self._entries(first)
        self.volume.tags.close()
        if index:
            self.volume.bookmark(1, self.w["index"], index_at, 0)
        for drawn in index:
            self.volume.add(Sheet(drawn, self.w["index"], self.right))
        self.volume.tags.close()
        self.volume.bookmark(1, self.w["colophon"], colophon_at, 0)
        self.volume.add_set(behind, range(colophon_at, colophon_at + len(behind)), numbered=True, field=True)

    def _contents(self, first: int, index_at: int, colophon_at: int) -> list[ContentsLine]:
        lines = self._all_volumes() if self.place.of > 1 and self.place.number == 1 else []
        lines += [
            ContentsLine(head.level, head.text, head.count, first + head.page, head.top) for head in self.plan.heads
        ]
        if not self.plan.heads:
            lines.append(ContentsLine(1, self.w["none"], ""))
        if index_at and self.plan.years | self.plan.bodies:
            lines.append(ContentsLine(1, self.w["index"], "", index_at))
        lines.append(ContentsLine(1, self.w["colophon"], "", colophon_at))
        return lines

    def _all_volumes(self) -> list[ContentsLine]:
        lines = [ContentsLine(1, self.w["volumes"], "")]
        for number, stretches in enumerate(self.volumes, start=1):
            ends = [f"{end.chapter.label}　{end.series.title}" for end in (stretches[0], stretches[-1])]
            entries = sum(stretch.stop - stretch.start for stretch in stretches)
            said = self.w["volume_short"].format(number=number) + "　" + "—".join(dict.fromkeys(ends))
            lines.append(ContentsLine(2, said, self.w["entries"].format(n=f"{entries:,}")))
        return lines

    def _index(self, first: int) -> list[DrawnPage]:
        lists = [
            IndexList(title, [(name, [first + page for page in pages]) for name, pages in names])
            for title, names in (
                (self.w["index_bodies"], sorted(self.plan.bodies.items(), key=lambda one: in_reading_order(one[0]))),
                (self.w["index_years"], sorted(self.plan.years.items())),
            )
            if names
        ]
        return index_pages(self.w["index"], self.w["index_note"], lists, self.volume.used) if lists else []

    def _entries(self, first: int) -> None:
        at = 0
        for head in self.plan.heads:
            self.volume.bookmark(head.level, head.text, first + head.page, head.top)
        for key, pages in self.plan.parts:
            part = self._part(key)
            if len(part.pages) != pages:
                raise AssertionError(f"the part {key} has {len(part.pages)} pages where {pages} were planned")
            self.volume.used.add(part.chars, part.glyphs)
            for sheet in part_sheets(part, self.plan.running[at : at + pages], self.right):
                self.volume.add(sheet)
            at += pages

    def _part(self, key: str) -> Part:
        part = load_part(part_file(self.parts, key))
        if part is None:
            raise FileNotFoundError(f"the part {key} was drawn and is there no longer")
        return part
