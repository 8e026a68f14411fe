"""Real catalogues, read, written in every format and read again, are what they were."""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal
from review.readers import open_stream
from tests.review.documents.exports.test_round_trips import COMING_BACK, by_parents_code, read_again

pytestmark = pytest.mark.shared_data

FOLDERS = (
    "ead-archives-nationales-fr", "ead-bentley", "ead-columbia-cjk", "ead-ehri-multilingual", "ead-misc-us", "ead-nyu",
    "ead3-ncsu", "import-templates", "uk-tna-closure", "zh-policy-titles",
)  # fmt: skip
TABLES_AND_XML = (".csv", ".xlsx", ".xls", ".ods", ".xml")
MOST = 3_000  # rows of one file; what is longer differs in nothing but its length


def rows_of(path: Path) -> list[CatalogueRow]:
    """The rows of a file; what no export is given by the database is made as it makes it: every row has its own code."""
    try:
        rows = sorted(row for chunk in open_stream(path, today=date(2026, 11, 21)) for row in chunk.rows)
    except Refusal:
        return []
    del rows[MOST:]
    taken = {row.row for row in rows}
    return [
        row._replace(
            reference_code=f"{row.reference_code[:100]}#{row.row}",
            parent_row=row.parent_row if row.parent_row in taken else None,
        )
        for row in rows
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_catalogues_of_this_folder_come_back(shared_data, folder):
    files = [path for path in (shared_data / folder).rglob("*") if path.suffix.lower() in TABLES_AND_XML]
    read = (rows for path in sorted(files, key=lambda path: path.stat().st_size) if (rows := rows_of(path)))
    some = list(islice(read, 3))
    assert some
    for rows in some:
        for name in COMING_BACK:
            assert by_parents_code(read_again(name, rows)) == by_parents_code(rows)
