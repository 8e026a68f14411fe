"""Tables that archives and their systems really exchange: each imports whole, or is refused with the right sentence."""

from __future__ import annotations

import csv
import random
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.sentences import Refusal
from review.readers import Reading, open_stream, peek, read_catalogue

pytestmark = pytest.mark.shared_data

TODAY = date(2026, 11, 21)
FOLDERS = ("import-templates", "uk-tna-closure", "zh-policy-titles")

# What is no catalogue, or a broken one, and what its refusal speaks of. Everything else is read.
REFUSED = {
    "bulk_import_template.csv": "only a heading|no entries",  # the template as it is handed out, nothing filled in
    "example_accessions.csv": "AtoM file of accessions",
    "example_authority_records.csv": "AtoM file of authority records",
    "example_deaccessions.csv": "AtoM file of deaccessions",
    "example_events.csv": "AtoM file of events",
    "example_physicalobject.csv": "AtoM file of physical objects",
    "example_repositories.csv": "AtoM file of repositories",
    "local_websites.csv": "No title column.*Province",
    "national_websites.csv": "No title column.*Organ",
    "tdr-draft-metadata-checks__sample-duplicate-headers.csv": "“filepath” stands twice",
    "tdr-draft-metadata-checks__sample-not-utf8.csv": "Wrong encoding.*byte 10",
}
# What the UK archives' own checks find in their broken samples, and we too: (row of the file, column).
BROKEN = {
    "invalid-sample": {(2, "date last modified"), (2, "closure start date"), (2, "closure period"),
                       (2, "foi exemption code"), (2, "foi schedule date"), (3, "foi exemption code")},
    "sample-additional-headers": {(3, "closure period")},
    "sample-empty-row-with-errors": {(2, "date last modified")},
    "sample-foi-code-period-mismatch": {(3, "closure period")},
    "sample-validation-error-invalid-rows-duplicate": {(3, "date last modified")},
    "sample-updated-protected-fields": {(4, "filename")},
}  # fmt: skip


def tables(shared_data: Path) -> list[Path]:
    return [path for folder in FOLDERS for path in sorted((shared_data / folder).rglob("*.*sv"))]


def records_of(path: Path) -> int:
    """The rows below the heading that are not blank, as Python's csv module counts them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = [cells for cells in csv.reader(file) if any(map(str.strip, cells))]
    return len(records) - 1


def test_every_table_is_read_whole_or_refused_with_the_right_sentence(shared_data):
    paths = tables(shared_data)
    assert len(paths) >= 34
    lines = []
    for path in paths:
        if words := REFUSED.get(path.name):
            with pytest.raises(Refusal, match=words) as refused:
                read_catalogue(path, today=TODAY)
            assert path.name in refused.value.sentence.zh
            lines.append((path.name, "", "", "refused"))
            continue
        reading = read_catalogue(path, today=TODAY)
        errors = {fault.row for fault in reading.complaints if fault.severity == "error"}
        assert len(reading.rows) + len(errors) == records_of(path), path.name
        assert not errors & {row.row for row in reading.rows}
        lines.append((path.name, records_of(path), len(reading.rows), reading.profile))
    assert {path.name for path in paths} >= REFUSED.keys()
    for line in lines:
        print("{:80}{:>8}{:>8} {}".format(*line))  # noqa: T201


def test_each_file_of_another_system_is_known_for_what_it_is(shared_data):
    known = {path.name: peek(path).profile for path in tables(shared_data) if path.name not in REFUSED}
    assert known["example_information_objects_isad.csv"] == "atom-isad"
    assert known["example_information_objects_rad.csv"] == "atom-rad"
    assert known["metadata.csv"] == "tna-closure"
    assert {profile for name, profile in known.items() if name.startswith("tdr-")} == {"tna-closure"}
    assert known["State_Council.csv"] == "house"
    template = shared_data / "import-templates/archivesspace/bulk_import_template.csv"
    assert peek(template).profile == "archivesspace"


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_uk_archives_find_in_their_broken_samples_is_found(shared_data, name):
    path = shared_data / f"uk-tna-closure/tdr-closure-csv/tdr-draft-metadata-checks__{name}.csv"
    faults = {
        (fault.row, fault.column)
        for fault in read_catalogue(path, today=TODAY).complaints
        if fault.severity == "error"
    }
    assert BROKEN[name] <= faults


def test_a_closure_csv_without_the_column_of_its_status_takes_no_row(shared_data):
    path = (
        shared_data / "uk-tna-closure/tdr-closure-csv/tdr-draft-metadata-checks__sample-missing-required-column.csv"
    )
    reading = read_catalogue(path, today=TODAY)
    assert reading.rows == ()
    assert all("Open" in fault.sentence.zh for fault in reading.complaints)


def test_the_units_of_the_atom_examples_stand_below_one_another(shared_data):
    for name in ("isad", "rad"):
        path = shared_data / f"import-templates/atom/example_information_objects_{name}.csv"
        fonds, item = read_catalogue(path, today=TODAY).rows
        assert (fonds.level, item.level, item.parent_row) == ("series", "item", fonds.row)
        assert item.reference_code.startswith(f"{fonds.reference_code}-")
        assert (fonds.earliest, fonds.latest[:4]) == ("2015-01-01", "2016") if name == "isad" else fonds.earliest
        assert fonds.access_condition and fonds.scope and fonds.notes


def test_nothing_of_an_unknown_column_is_lost(shared_data):
    path = shared_data / "import-templates/atom/example_information_objects_isad.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = next(csv.DictReader(file))
    (row, _) = read_catalogue(path, today=TODAY).rows
    kept = " ".join(str(value) for value in row)
    for heading, text in cells.items():
        for value in text.split("|"):
            gone = heading in ("eventTypes", "legacyId", "eventStartDates", "eventEndDates", "levelOfDescription")
            assert gone or value in ("", "NULL") or value in kept, heading


def test_the_workbook_of_melbourne_is_read_as_its_csv_is(shared_data):
    folder = shared_data / "import-templates/melbourne-archives"
    first, second = (read_catalogue(path, today=TODAY) for path in sorted(folder.glob("*stevedores*")))
    assert len(first.rows) > 900
    assert [row[1:] for row in first.rows] == [row[1:] for row in second.rows]


SAMPLES = (
    "import-templates/atom/example_information_objects_isad.csv",
    "uk-tna-closure/tdr-closure-csv/tdr-draft-metadata-checks__sample-validation-errors-pattern.csv",
    "uk-tna-closure/da-metadata-schema/test-data/metadata.csv",
    "import-templates/melbourne-archives/64463_australian_foremen_stevedores_association.csv",
    "zh-policy-titles/State_Council.csv",
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    source=st.sampled_from(SAMPLES),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    seed=st.integers(0, 2**32),
    hits=st.integers(0, 40),
)
def test_a_damaged_table_gives_a_reading_or_a_refusal_and_nothing_else(shared_data, source, encoding, seed, hits):
    chance = random.Random(seed)
    text = (shared_data / source).read_text("utf-8-sig")[:20_000]
    data = bytearray(text.encode(encoding))
    for _ in range(hits):
        place = chance.randrange(len(data))
        kind = chance.randrange(4)
        if kind == 0:
            data[place] = chance.choice(b'",;|\t\r\n\0\x1a\x80\xff')
        elif kind == 1:
            data[place] = chance.randrange(256)
        elif kind == 2:
            del data[place : place + chance.randrange(40)]
        else:
            data[place:place] = data[:place][-chance.randrange(1, 40) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(source).name
        path.write_bytes(data)
        try:
            reading = read_catalogue(path, today=TODAY)
            assert isinstance(reading, Reading)
            with open_stream(path, today=TODAY, skip=7) as stream:
                rest = [row for chunk in stream for row in chunk.rows]
            assert rest == [row for row in reading.rows if row.row > 7]
        except Refusal as refusal:
            assert path.name in refusal.sentence.zh
