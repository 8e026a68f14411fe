"""entries.jsonl: one entry a line in one fixed form, so that the hash of a line is the hash of what was opened.

The other files of a release are made from the same rows (`rows_of`), which pass by once and never lie in memory together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from json.encoder import encode_basestring as _quoted
from typing import NamedTuple

from review.documents.edition import Edition

MOST_AT_ONCE = 1000


class Row(NamedTuple):
    """One entry of a release, in the order of the columns of entries.csv; `redacted_copy` is a SHA-256 or ""."""

    fonds_code: str
    fonds_title: str
    series_title: str
    reference_code: str
    public_title: str
    responsible_body: str
    date: str
    extent: str
    early_opening: bool
    redacted_copy: str


COLUMNS = Row._fields


def rows_of(edition: Edition) -> Iterator[Row]:
    """All entries in printed order."""
    for fonds in edition.fonds:
        for series in fonds.series:
            for entry in series.entries:
                yield Row(
                    fonds.code,
                    fonds.title,
                    series.title,
                    entry.reference_code,
                    entry.public_title,
                    entry.responsible_body,
                    entry.date,
                    entry.extent,
                    entry.early,
                    entry.copy,
                )


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in lists of at most MOST_AT_ONCE."""
    waiting = iter(rows)
    while batch := list(islice(waiting, MOST_AT_ONCE)):
        yield batch


def line_of(row: Row) -> bytes:
    """The row as a line, without its end: JSON with sorted keys, no spaces, UTF-8 as it stands.

    The bytes are those of json.dumps(row._asdict(), ensure_ascii=False, sort_keys=True, separators=(",", ":")); written out,
    they are made four times as fast.
    """
    code, fonds, series, reference, title, body, date, extent, early, copy = row
    return (
        f'{{"date":{_quoted(date)},"early_opening":{"true" if early else "false"},"extent":{_quoted(extent)},'
        f'"fonds_code":{_quoted(code)},"fonds_title":{_quoted(fonds)},"public_title":{_quoted(title)},'
        f'"redacted_copy":{_quoted(copy)},"reference_code":{_quoted(reference)},"responsible_body":{_quoted(body)},'
        f'"series_title":{_quoted(series)}}}'
    ).encode()


def row_of(line: str | bytes) -> Row:
    """The row that `line_of` wrote."""
    return Row(**json.loads(line))
