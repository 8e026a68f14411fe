"""A file that holds a table, whatever its format: opened as a stream, or looked at for the mapping page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from policies.catalogue_rows import FIELD_NAMES
from policies.sentences import Sentence
from review.readers.delimited import DelimitedFile
from review.readers.headings import PROFILES
from review.readers.profiles import Profile
from review.readers.spreadsheets import Workbook
from review.readers.streams import Peek, Stream
from review.readers.tables import Block, Heading, TableReading, no_title_column, unknown_columns

_SAMPLE = 8  # rows
_SHOWN = 300  # characters of a cell in the sample


class _TableFile(Protocol):
    """A file in which a table is found."""

    padded: bool
    encoding: str
    delimiter: str
    sheet: str
    warnings: list[Sentence]

    def find_table(self, profile: Profile | None) -> tuple[Heading, Iterator[Block]]: ...

    def close(self) -> None: ...


def _opened(path: Path, suffix: str, profile: Profile | None) -> _TableFile:
    return DelimitedFile(path, profile) if suffix in (".csv", ".tsv", ".txt") else Workbook(path)


def open_table(path: Path, suffix: str, profile: Profile | None, *, today: date | None, skip: int) -> Stream:
    """The rows of a table as a stream. Raises Refusal for one that cannot be read, or has no title column."""
    file = _opened(path, suffix, profile)
    try:
        heading, blocks = file.find_table(profile)
        if heading.layout is None:
            raise no_title_column(heading.cells, profile)
        table = TableReading(heading, blocks, today, skip=skip, padded=file.padded)
    except BaseException:
        file.close()
        raise
    file.warnings += unknown_columns(table.layout)
    stream = Stream(
        iter(table),
        format=_format(suffix),
        profile=table.layout.profile.name,
        headings=table.layout.headings,
        warnings=file.warnings,
        close=file.close,
    )
    stream.stated = table.layout.stated()
    stream.columns = {field: heading for field in FIELD_NAMES if (heading := table.layout.heading(field))}
    return stream


def peek_table(path: Path, suffix: str, profile: Profile | None, *, today: date | None) -> Peek:
    """The headings of a table, what each is read as, and its first rows."""
    file = _opened(path, suffix, profile)
    with closing(file):
        heading, blocks = file.find_table(profile)
        cells = heading.cells
        while file.padded and not cells[-1]:
            cells = cells[:-1]
        used = profile or (heading.layout.profile if heading.layout else PROFILES["house"])
        fields = heading.layout.fields if heading.layout else tuple(used.fields(cells))
        return Peek(
            format=_format(suffix),
            profile=used.name,
            encoding=file.encoding,
            delimiter=file.delimiter,
            sheet=file.sheet,
            headings=tuple(cells),
            fields=tuple(field and field.partition(".")[0] for field in fields[: len(cells)]),
            sample=tuple(islice(_sample(heading, blocks, len(cells)), _SAMPLE)),
            warnings=(*file.warnings, *(unknown_columns(heading.layout) if heading.layout else ())),
        )


def raw_cells(
    path: Path, suffix: str, profile: Profile | None, wanted: Collection[int]
) -> Iterator[tuple[int, list[str]]]:
    """The cells of some rows as they stand in the file, by row number: for whoever is to mend them."""
    file = _opened(path, suffix, profile)
    with closing(file):
        heading, blocks = file.find_table(profile)
        for block in chain(heading.below, blocks):
            for number, cells in zip(block.numbers, block.records, strict=True):
                if number in wanted:
                    yield number, list(cells)


def _sample(heading: Heading, blocks: Iterator[Block], width: int) -> Iterator[tuple[str, ...]]:
    for block in chain(heading.below, blocks):
        for number, cells in zip(block.numbers, block.records, strict=True):
            if number > heading.number and any(map(str.strip, cells)):
                yield tuple(cell[:_SHOWN] for cell in cells[:width])


def _format(suffix: str) -> str:
    return {"txt": "csv", "xlsm": "xlsx"}.get(suffix[1:], suffix[1:])
