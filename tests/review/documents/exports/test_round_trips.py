"""What goes out in a format that comes back is read again as it was: every field, every character, the whole tree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from policies.catalogue_rows import CatalogueRow
from review.documents.exports import FORMATS
from review.readers import open_stream
from tests.review.documents.exports.trees import HEADER, broad_tree, chain_of_units, trees

COMING_BACK = [name for name, form in FORMATS.items() if form.comes_back]
TODAY = date(2026, 11, 21)


def read_again(name: str, rows: Iterable[CatalogueRow]) -> list[CatalogueRow]:
    """The rows as the readers give them back, in archival order; nothing may have been complained of."""
    form = FORMATS[name]
    with TemporaryDirectory() as folder:
        path = Path(folder, f"目录{form.suffix}")
        with path.open("wb") as file:
            form.write(file, HEADER, rows)
        stream = open_stream(path, today=TODAY)
        read = []
        for chunk in stream:
            assert not chunk.complaints
            read += chunk.rows
        assert not stream.warnings
    return sorted(read)  # an EAD reader gives the parts of a unit before the unit


def by_parents_code(rows: list[CatalogueRow]) -> list[CatalogueRow]:
    """The rows without their numbers: the parent named by its code, however the format names it."""
    codes = {row.row: row.reference_code for row in rows}
    return [
        row._replace(
            row=0,
            parent_row=None,
            parent_code=row.parent_code if row.parent_row is None else codes[row.parent_row],
        )
        for row in rows
    ]


@pytest.mark.parametrize("name", COMING_BACK)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=trees())
def test_any_tree_comes_back_as_it_went_out(name, rows):
    assert by_parents_code(read_again(name, rows)) == by_parents_code(rows)


@pytest.mark.parametrize("name", COMING_BACK)
def test_thirty_levels_come_back(name):
    rows = chain_of_units(30)
    assert by_parents_code(read_again(name, rows)) == by_parents_code(rows)


@pytest.mark.parametrize("name", COMING_BACK)
def test_more_rows_than_one_chunk_come_back(name):
    rows = broad_tree(6_000)
    assert by_parents_code(read_again(name, rows)) == by_parents_code(rows)


@pytest.mark.parametrize("name", COMING_BACK)
def test_a_parent_that_is_not_in_the_file_is_still_named(name):
    row = CatalogueRow(2, "题名", reference_code="J001-1-1", parent_code="J001-1")
    assert by_parents_code(read_again(name, [row])) == by_parents_code([row])


@pytest.mark.parametrize("name", COMING_BACK)
def test_a_span_without_a_text_comes_back_without_one(name):
    row = CatalogueRow(2, "题名", reference_code="J001-1-1", earliest="2000-01-01", latest="2000-12-31")
    assert by_parents_code(read_again(name, [row])) == by_parents_code([row])


@pytest.mark.parametrize("name", COMING_BACK)
def test_a_stub_without_a_title_comes_back(name):
    row = CatalogueRow(2, "", reference_code="J001-1-1", classification="机密★10年", declassify_on="2031-05-01")
    assert by_parents_code(read_again(name, [row])) == by_parents_code([row])


@pytest.mark.parametrize("name", COMING_BACK)
def test_what_is_written_twice_from_what_was_read_is_the_same_file(name):
    rows = broad_tree(50)
    first, second = BytesIO(), BytesIO()
    FORMATS[name].write(first, HEADER, rows)
    FORMATS[name].write(second, HEADER, read_again(name, rows))
    assert first.getvalue() == second.getvalue()


@pytest.mark.parametrize("name", [name for name in COMING_BACK if name != "xlsx"])
def test_the_longest_texts_come_back(name):
    row = CatalogueRow(
        2, "题" * 2_000, reference_code="J" * 120, notes="附" * 100_000, scope="提" * 100_000, persons="名" * 2_000
    )
    assert by_parents_code(read_again(name, [row])) == by_parents_code([row])
