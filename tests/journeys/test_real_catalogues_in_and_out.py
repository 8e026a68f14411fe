"""Every catalogue that others wrote: taken in or refused, counted by another tool, out and in again, and undone."""

import csv
import json
import os
import random
import re
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal
from review.documents.exports import FORMATS
from review.jobs.intakes import read_into, take_in
from review.models import Fonds, LedgerLine, Series
from review.operations import importing
from review.queries.exports import write_export
from review.queries.intakes import holdings_digest
from review.queries.own_rows import rows_in_order
from review.staging import Staged
from tests.world import NOW, TODAY

pytestmark = [pytest.mark.shared_data, pytest.mark.django_db(databases=["default", "catalogue"])]

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "imports.md"
FOLDERS = ("ead-*", "ead3-*", "import-templates", "uk-tna-closure", "zh-policy-titles")
SUFFIXES = (".xml", ".csv", ".xlsx")


def catalogues(data: Path) -> list[Path]:
    found = [path for pattern in FOLDERS for folder in data.glob(pattern) for path in folder.rglob("*")]
    return sorted(path for path in found if path.suffix in SUFFIXES)


def counted(path: Path) -> int:
    """The units of a file, as xmllint or Python's csv reader counts them: nothing of ours is asked."""
    if path.suffix == ".xml":
        names = " or ".join(f"local-name()='c{n}'" for n in ("", *(f"{n:02d}" for n in range(1, 13))))
        command = ["xmllint", "--huge", "--nonet", "--recover", "--xpath", f"count(//*[{names}])", str(path)]
        return int(float(subprocess.run(command, capture_output=True, text=True, check=False).stdout or 0))
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return len(re.findall(rb"<row[ >]", book.read("xl/worksheets/sheet1.xml"))) - 1
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                return sum(1 for cells in csv.reader(file) if any(map(str.strip, cells))) - 1
        except UnicodeDecodeError:
            continue
    raise AssertionError(path)


def line_of(path: Path, data: Path, folder: Path) -> tuple[str, str]:
    """The line of the page about a file, and what does not add up ("" when all does)."""
    name = path.relative_to(data).as_posix()
    rows = counted(path)
    try:
        with Staged(folder / f"{name.replace('/', '_')}.sqlite3") as staged:
            read_into(staged, Fonds(code="X", pk=-1), path, None, TODAY)
            entries, headings = staged.count("kind <> 'series'"), staged.count("kind = 'series'")
            refused = staged.refused_rows
            first = next(staged.complaints(), None)
            profile = staged.noted("profile")
    except Refusal as refusal:
        reason = re.sub(r"^File “[^”]*”: ", "", refusal.sentence.en)
        return f"| {name} | {rows:,} | refused | | | | {_short(reason)} |", ""
    # ArchivesSpace and the like have a second line of headings, which is no unit.
    adds_up = entries + headings + refused == rows
    reason = _short(first.sentence.en) if first else ""
    line = f"| {name} | {rows:,} | {profile} | {entries:,} | {headings:,} | {refused:,} | {reason} |"
    return line, "" if adds_up else f"{name}: {entries} + {headings} + {refused} != {rows}"


def _short(sentence: str) -> str:
    text = re.sub(r"^Component \d+ \(line \d+ of the XML\): ", "", sentence).replace("|", "/")
    return text if len(text) <= 110 else text[:109] + "…"


def test_every_real_catalogue_is_taken_in_or_refused_and_every_unit_is_accounted_for(shared_data, tmp_path):
    lines, odd = [], []
    for path in catalogues(shared_data):
        line, fault = line_of(path, shared_data, tmp_path)
        lines.append(line)
        odd += [fault] if fault else []
    assert not odd
    begun, told = "<!-- begin -->\n", "\n".join(lines)
    if os.environ.get("QIFENG_WRITE_PAGES") == "1":
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(begun)
        PAGE.write_text(f"{head}{begun}{told}\n<!-- end -->{rest.partition('<!-- end -->')[2]}", encoding="utf-8")
    kept = PAGE.read_text(encoding="utf-8").partition(begun)[2].partition("\n<!-- end -->")[0]
    assert kept == told, "docs/imports.md: QIFENG_WRITE_PAGES=1 writes it anew"


IN_AND_OUT = (
    "ead-archives-nationales-fr/FRAN_IR_028491.xml",
    "ead-columbia-cjk/as_ead_cul-7746709.xml",
    "ead-misc-us/hartsfield558_invalid.xml",
    "ead3-ncsu/mc00313.xml",
    "import-templates/atom/example_information_objects_isad.csv",
    "import-templates/melbourne-archives/64463_australian_foremen_stevedores_association.csv",
    "uk-tna-closure/tdr-closure-csv/tdr-draft-metadata-checks__sample-validation-errors-pattern.csv",
    "zh-policy-titles/Sichuan_Provincial_Government.csv",
)


def placed(rows) -> list[CatalogueRow]:
    """Rows with the unit above named by its code, so that files of different numbering can be compared."""
    rows = list(rows)
    codes = {row.row: row.reference_code for row in rows}
    return [
        row._replace(row=0, parent_row=None, parent_code=codes[row.parent_row] if row.parent_row else "")
        for row in rows
    ]


def staged_again(path: Path, fonds: Fonds, folder: Path) -> list[CatalogueRow]:
    with Staged(folder / f"{path.name}.sqlite3") as staged:
        read_into(staged, Fonds(code=fonds.code, pk=-1), path, None, TODAY)
        assert not list(staged.complaints())
        rows = staged.rows(columns=(*CatalogueRow._fields, "own", "above_row"))
        own = [CatalogueRow._make(row)._replace(**json.loads(o), parent_row=above) for *row, o, above in rows]
    return placed(own)


@pytest.mark.parametrize("name", IN_AND_OUT)
def test_held_out_in_again_and_undone_nothing_is_lost(world, shared_data, tmp_path, name):
    empty = holdings_digest(world.fonds)
    Series.objects.all().delete()
    report = take_in(
        fonds=world.fonds, path=shared_data / name, by=world["planner"], at=NOW, today=TODAY, keep_good=True
    )
    held = placed(rows_in_order(world.fonds))
    assert len(held) >= report.added
    for form, kind in FORMATS.items():
        if kind.comes_back:
            path = tmp_path / f"{form}{kind.suffix}"
            with path.open("wb") as file:
                write_export(file, world.fonds, form, date(2026, 11, 22))
            assert staged_again(path, world.fonds, tmp_path) == held, form
            again = take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, today=TODAY, update=True)
            assert (again.added, again.counts.changed, again.refused_rows) == (0, 0, 0), form
            assert again.unchanged == world.fonds.entries.count()
    importing.undo_import(intake=report.intake, by=world["planner"], at=NOW)
    assert holdings_digest(world.fonds) == empty


SMALL = (
    "ead-misc-us/at-tracer.xml",
    "ead-columbia-cjk/as_ead_cul-14439340.xml",
    "import-templates/atom/example_information_objects_isad.csv",
    "uk-tna-closure/da-metadata-schema/test-data/metadata.csv",
)


@pytest.mark.parametrize("name", SMALL)
def test_a_damaged_catalogue_is_saved_as_it_was_told_or_not_at_all(world, shared_data, tmp_path, name):
    whole = (shared_data / name).read_bytes()
    chance = random.Random(name)
    for number in range(25):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(data))
            data[place : place + chance.choice((0, 1, 3))] = bytes(
                chance.choices(b"<>\"',\n\x00\xff&;|A", k=chance.randint(0, 4))
            )
        path = tmp_path / f"{number}{Path(name).suffix}"
        path.write_bytes(data)
        before, lines = holdings_digest(world.fonds), LedgerLine.objects.count()
        try:
            report = take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, today=TODAY, keep_good=True)
        except Refusal:
            assert (holdings_digest(world.fonds), LedgerLine.objects.count()) == (before, lines)
            continue
        if report.intake is None:
            assert (holdings_digest(world.fonds), LedgerLine.objects.count()) == (before, lines)
            continue
        assert world.fonds.entries.filter(intake=report.intake).count() == report.added
        importing.undo_import(intake=report.intake, by=world["planner"], at=NOW)
        assert holdings_digest(world.fonds) == before
    assert not list((tmp_path / "intakes").iterdir())
