"""Looking through the texts of all that is held, or of one batch, for what a change of rules can touch.

The texts are streamed as the database has them, by COPY on PostgreSQL and by a plain cursor on SQLite, and looked
through some thousand lines at a time; only what is found is made into records.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from django.db import connection
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from policies.reach import LINE, Reach, bare_lines
from review.models import BatchEntry, Entry, PageText

_PIECE = 1 << 20  # signs that are looked through at once, or bytes
_ROWS = 100  # rows that are read before their size is asked

# The words of each field of a record (review/queries/records.py), in an order in which what is joined in it stands together.
_WORDS = {
    "title": ("title",),
    "responsible_body": ("responsible_body",),
    "agency": ("agency__name",),
    "series_title": ("series_title",),
    "retention": ("retention",),
    "classification": ("classification",),
    "access_condition": ("access_condition", "|", "public_attribute"),
    "notes": ("notes", "scope", "persons", "keywords"),
}
_ABOVE = ("partof:", "parent__title")  # the rest of the notes, of an entry that lies in another
_JOINTS = ("|", "partof:")  # as they are when spaces are left out
_MARKS = {
    "retention": ("retention",),
    "classification": ("classification",),
    "access_condition": ("access_condition", "public_attribute"),
}

# A line is the key of a row, KEY, and its words. The key is written in signs that no rule takes for digits.
KEY = "\ufdd1"
_DIGITS = "".join(chr(0xE000 + digit) for digit in range(10))
_OF_KEY = str.maketrans("0123456789", _DIGITS)
_TO_KEY = str.maketrans(_DIGITS, "0123456789")
_unescaped = re.compile(r"\\(.)").sub


def entries_touched(entries: QuerySet[Entry], reach: Reach) -> list[int]:
    """The ids of the entries that a change of rules can touch, and of a few more, in order."""
    return _touched(entries, "", reach)


def batch_entries_touched(rows: QuerySet[BatchEntry], reach: Reach) -> list[int]:
    """The same of entries in a batch: their ids in the batch."""
    return _touched(rows, "entry__", reach)


def _touched(rows: QuerySet, entry: str, reach: Reach) -> list[int]:
    rows = rows.order_by()
    if reach.nothing:
        return []
    if reach.everything:
        return sorted(rows.values_list("pk", flat=True))
    found: set[int] = set()
    if reach.by_words:
        words = tuple(name for field, names in _WORDS.items() if field in reach.fields for name in names)
        by_themselves = rows
        if "notes" in reach.fields:
            # Apart, since to join a table of all entries with itself takes as long as to look through it.
            by_themselves, in_others = (rows.filter(**{f"{entry}parent__isnull": none}) for none in (True, False))
            found.update(_holding(in_others, _columns(entry, words + _ABOVE), reach))
        if words:
            found.update(_holding(by_themselves, _columns(entry, words), reach))
    if reach.by_words and reach.pages and PageText.objects.exists():
        text = f"{entry}objects_attached__page_texts__text"
        found.update(_holding(rows.filter(**{f"{text}__isnull": False}), [F(text)], reach))
    if reach.marks:
        columns = [f"{entry}{column}" for field in reach.marks for column in _MARKS[field]]
        found.update(rows.exclude(**dict.fromkeys(columns, "")).values_list("pk", flat=True))
    return sorted(found)


def _columns(entry: str, words: tuple[str, ...]) -> list[F | Value]:
    return [Value(name) if name in _JOINTS else F(f"{entry}{name}") for name in words]


def _holding(rows: QuerySet, words: list[F | Value], reach: Reach) -> Iterator[int]:
    """The ids of the rows whose words hold what the changed rules look for; some more than once."""
    lines = _copied if connection.vendor == "postgresql" else _fetched
    for piece in lines(rows, words):
        text = bare_lines(piece)
        for place in reach.places(text):
            start = text.rfind(LINE, 0, place) + 1
            yield int(text[start : text.index(KEY, start)].translate(_TO_KEY))


def _copied(rows: QuerySet, words: list[F | Value]) -> Iterator[str]:
    """Lines from PostgreSQL. COPY ends columns with tabs and rows with line ends, and escapes those of a text."""
    key = Func(
        Cast("pk", TextField()), Value("0123456789"), Value(_DIGITS), function="translate", output_field=TextField()
    )
    rows = rows.values_list(Concat(key, Value(KEY), output_field=TextField()), *words)
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor, connection.wrap_database_errors:
        piece: list[bytes] = []
        size = 0
        with cursor.copy(f"COPY ({sql}) TO STDOUT", parameters) as copy:
            some = iter(copy)
            while read := b"".join(islice(some, _ROWS)):
                piece.append(read)
                size += len(read)
                if size > _PIECE:
                    yield _as_lines(b"".join(piece).decode())
                    piece, size = [], 0
        yield _as_lines(b"".join(piece).decode())


def _as_lines(copied: str) -> str:
    # NULL is a column of its own. What begins with a backslash in a text has two of them.
    lines = copied.replace("\t\\N", "").replace(LINE, "").replace("\n", LINE).replace("\t", "")
    # What is escaped is white space, which is left out, NULL, or the backslash itself.
    return _unescaped(lambda found: "\\" if found[1] == "\\" else "", lines) if "\\" in lines else lines


def _fetched(rows: QuerySet, words: list[F | Value]) -> Iterator[str]:
    """Lines from any other database."""
    piece: list[str] = []
    size = 0
    for pk, *texts in rows.values_list("pk", *words).iterator(chunk_size=2000):
        line = "".join([text for text in texts if text])
        piece += (f"{pk}".translate(_OF_KEY), KEY, line.replace(LINE, "") if LINE in line else line, LINE)
        size += len(line)
        if size > _PIECE:
            yield "".join(piece)
            piece, size = [], 0
    yield "".join(piece)
