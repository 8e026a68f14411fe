"""What another program makes of our files: LibreOffice reads the sample and the released entries as we do."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from review.readers import read_catalogue
from review.sample import write_sample

pytestmark = pytest.mark.office


def as_csv(source: Path, folder: Path) -> list[list[str]]:
    """A spreadsheet as rows of text, by LibreOffice without a window."""
    program = shutil.which("soffice")
    assert program, "LibreOffice is not installed"
    subprocess.run(
        [
            program,
            f"-env:UserInstallation=file://{folder / 'profile'}",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",  # comma, quotes, UTF-8, cells as shown
            "--outdir",
            str(folder),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    with (folder / f"{source.stem}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_sample_is_read_by_libreoffice_as_by_our_reader(tmp_path):
    (source,) = [path for path in write_sample(tmp_path / "sample") if path.stem == "J031"]
    rows = as_csv(source, tmp_path)
    heading = next(place for place, row in enumerate(rows) if "档号" in row)
    code, title = rows[heading].index("档号"), rows[heading].index("题名")
    shown = [(row[code], row[title]) for row in rows[heading + 1 :] if any(row)]
    assert shown == [(row.reference_code, row.title) for row in read_catalogue(source).rows]


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_workbook_that_libreoffice_saved_in_another_format_is_read_the_same(tmp_path, kind):
    (source,) = [path for path in write_sample(tmp_path / "sample") if path.stem == "J031"]
    program = shutil.which("soffice")
    assert program, "LibreOffice is not installed"
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    saved = read_catalogue(tmp_path / f"{source.stem}.{kind}")
    assert saved.rows == read_catalogue(source).rows
    assert not saved.complaints
