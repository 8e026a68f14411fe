import csv
import io

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from review.sample import COLUMNS, sample_fonds, write_sample

HEADINGS = [heading for heading, _ in COLUMNS]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample"))


def test_one_file_a_fonds_is_written(files):
    assert [path.name for path in files] == ["J047.xlsx", "J012.xlsx", "J031.xlsx", "J058.xlsx", "M003.csv"]


def test_the_same_seed_gives_the_same_bytes_on_any_day_and_another_seed_gives_others(files, tmp_path):
    with time_machine.travel("2031-05-06 07:08:09+00:00"):
        again = write_sample(tmp_path / "again")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]
    other = write_sample(tmp_path / "other", seed=28)
    assert all(one.read_bytes() != two.read_bytes() for one, two in zip(other, files, strict=True))


def test_a_spreadsheet_has_a_line_of_title_above_its_header(files):
    rows = CalamineWorkbook.from_path(files[0]).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "全宗J047 示例省民政厅 案卷目录"
    assert rows[1] == HEADINGS


def test_what_is_read_back_is_what_was_made(files):
    for fonds, path in zip(sample_fonds(), files, strict=True):
        rows = _csv_rows(path) if path.suffix == ".csv" else _sheet_rows(path)
        assert rows == [[getattr(entry, field) for _, field in COLUMNS] for entry in fonds.entries]


def test_the_csv_is_gb18030_and_not_utf_8(files):
    with pytest.raises(UnicodeDecodeError):
        files[-1].read_bytes().decode("utf-8")


def test_the_maker_s_own_label_is_in_no_file():
    assert "ground" not in dict(COLUMNS).values()


def test_the_reader_of_catalogues_takes_every_row_of_every_file(files):
    readers = pytest.importorskip("review.readers")
    for fonds, path in zip(sample_fonds(), files, strict=True):
        reading = readers.read_catalogue(path)
        assert [row.reference_code for row in reading.rows] == [entry.reference_code for entry in fonds.entries]
        assert [row.title for row in reading.rows] == [entry.title for entry in fonds.entries]
        assert not reading.complaints


def _sheet_rows(path):
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[2:]
    return [[str(cell) for cell in row] for row in rows]


def _csv_rows(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="gb18030"), newline="")))[1:]
