"""What every reader gives: a file's rows chunk by chunk, so that memory stays bounded whatever the size of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Self

from policies.catalogue_rows import CatalogueRow, Complaint
from policies.sentences import Sentence

MAX_FILE_BYTES = 1_000_000_000
MAX_ROWS = 5_000_000
CHUNK_ROWS = 5_000  # records; at most so many rows of a chunk are in memory at once


class Chunk(NamedTuple):
    """At most CHUNK_ROWS records: each is in `rows`, or has an error among `complaints`.

    `refused` holds the raw cells of the rows that were not taken, by row number (empty for XML). `read` counts the
    records consumed so far, this chunk included: given as `skip`, the reading goes on after it. `share` is how much
    of the file has been read, 0 to 1.
    """

    rows: list[CatalogueRow]
    complaints: list[Complaint]
    refused: list[tuple[int, list[str]]]
    read: int
    share: float


class Stream:
    """A catalogue file being read. Iterating it once gives its chunks, and raises Refusal where the file breaks off.

    `format` is "csv", "tsv", "xlsx", "xls", "ods", "jsonl", "ead2002" or "ead3"; `profile` names the column mapping
    (of XML: the format); `headings` are as they stand in the file (empty for XML). `warnings` is complete once the
    stream is exhausted. `close` gives back what the reading holds (files, another process); a Stream closes itself
    at its end and at the end of a `with`.

    `above` is what holds for the topmost units: the finding aid's own description (row 0), there once the stream is
    exhausted; None for tables. `codes_identify` says that a reference code names one unit of the file; where it does
    not (EAD), a code that repeats is kept as a note and is no complaint. `stated` are the fields of CatalogueRow that
    the file has a column for (None: all of them): an update leaves the others as they are held. `columns` leads from a
    field to the heading it stands under, for whoever finds something wrong later.
    """

    above: CatalogueRow | None = None
    codes_identify: bool = True
    stated: frozenset[str] | None = None
    columns: Mapping[str, str] = MappingProxyType({})

    def __init__(
        self,
        chunks: Iterator[Chunk],
        *,
        format: str,
        profile: str,
        headings: tuple[str, ...] = (),
        warnings: list[Sentence] | None = None,
        close: Callable[[], object] | None = None,
    ) -> None:
        self._chunks = chunks
        self._close = close
        self.format = format
        self.profile = profile
        self.headings = headings
        self.warnings: list[Sentence] = [] if warnings is None else warnings

    def __iter__(self) -> Iterator[Chunk]:
        try:
            yield from self._chunks
        finally:
            self.close()

    def wrap(self, wrapper: Callable[[Iterator[Chunk]], Iterator[Chunk]]) -> None:
        """Puts the chunks that are still to come through `wrapper`."""
        self._chunks = wrapper(self._chunks)

    def close(self) -> None:
        """Gives back what the reading holds; a second time does nothing."""
        if close := getattr(self._chunks, "close", None):
            close()
        if self._close:
            self._close()
            self._close = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Peek(NamedTuple):
    """What a file is, seen from its first lines: enough for a page on which its columns are mapped.

    `fields` has, heading by heading, the field of CatalogueRow it is read as, or None where it is kept in the notes;
    `sample` the first eight rows as texts. For XML, `title` is that of the finding aid and the tables are empty.
    """

    format: str
    profile: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    title: str = ""
    headings: tuple[str, ...] = ()
    fields: tuple[str | None, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    warnings: tuple[Sentence, ...] = ()
