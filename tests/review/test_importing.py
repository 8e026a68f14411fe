"""Importing: all of a file or nothing of it; the same file again changes nothing."""

import json
import os

import pytest
from django.core.management import CommandError, call_command

from review.jobs.intakes import take_in
from review.models import AccessStatus, Entry, Intake, LedgerLine
from review.operations import appointing
from tests.world import CATALOGUE, NOW

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

GOOD = "档号,题名,形成日期\nZ001-002-0001,关于修建水库的批复,1958-01-02\n"


def command(world, text, *args, name="in.csv"):
    path = world.folder / name
    path.write_text(text, encoding="utf-8")
    return call_command("import_catalogue", str(path), "--fonds", "Z001", "--by", "planner", *args)


def test_the_same_file_again_changes_nothing(world):
    entries, lines = list(Entry.objects.values_list()), LedgerLine.objects.count()
    command(world, CATALOGUE)
    assert list(Entry.objects.values_list()) == entries
    assert LedgerLine.objects.count() == lines
    assert Intake.objects.count() == 1


BAD = {
    "an impossible date": GOOD + "Z001-002-0002,关于某事的函,1958-02-30\n",
    "a future date": GOOD + "Z001-002-0002,关于某事的函,2199-02-03\n",
    "a duplicate reference code": GOOD + "Z001-002-0001,关于另一事的函,1958-02-03\n",
    "a full-width duplicate": GOOD + "Ｚ００１－002-0001,关于另一事的函,1958-02-03\n",
    "an empty title": GOOD + "Z001-002-0002,,1958-02-03\n",
    "a row too long": GOOD + "Z001-002-0002,关于某事的函,1958-02-03,多余\n",
    "an agency nobody registered": GOOD.replace("形成日期", "形成日期,形成单位").replace("-02\n", "-02,无名机关\n"),
    "an entry held with another title": "档号,题名,形成日期\nZ001-001-0001,另一个题名,1962-03-01\n",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_file_with_a_bad_row_is_refused_whole_and_every_bad_row_is_named(world, text):
    before, report = Entry.objects.count(), world.folder / "report.json"
    with pytest.raises(CommandError, match="nothing was saved"):
        command(world, text, "--report", str(report))
    assert Entry.objects.count() == before
    (complaint,) = json.loads(report.read_text(encoding="utf-8"))["complaints"]
    assert complaint["row"] in (2, 3)
    assert complaint["zh"]
    assert complaint["en"]


def test_the_good_rows_are_kept_only_when_asked_for(world):
    command(world, BAD["an impossible date"], "--keep-good")
    assert Entry.objects.filter(reference_code="Z001-002-0001").exists()
    assert not Entry.objects.filter(reference_code="Z001-002-0002").exists()
    assert Intake.objects.latest("pk").refused == 1


def test_a_dry_run_says_everything_and_saves_nothing(world, capsys):
    before = Entry.objects.count()
    command(world, GOOD, "--dry-run")
    assert Entry.objects.count() == before
    assert "Added 1" in capsys.readouterr().out


UNREADABLE = {
    "absent.csv": None,
    "empty.csv": b"",
    "no-title-column.csv": "甲,乙\n1,2\n".encode(),
    "wrong-encoding.csv": b"\xff\xfe\x00\xd8\x00\x00" + b"\x81\x30" * 3,
    "not-a-workbook.xlsx": b"PK\x03\x04 nonsense",
    "laughs.xml": b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><ead>&b;</ead>',
    "outside.xml": b'<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a SYSTEM "file:///etc/passwd">]><ead>&a;</ead>',
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_file_is_refused_with_a_sentence_and_an_exit_code(world, name):
    path = world.folder / name
    if UNREADABLE[name] is not None:
        path.write_bytes(UNREADABLE[name])
    before = Entry.objects.count()
    with pytest.raises(CommandError, match=r"[\u4e00-\u9fff]"):
        call_command("import_catalogue", str(path), "--fonds", "Z001", "--by", "planner")
    assert Entry.objects.count() == before


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(world):
    path = world.folder / "huge.csv"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 2 * 2**30)
    with pytest.raises(CommandError):
        call_command("import_catalogue", str(path), "--fonds", "Z001", "--by", "planner")


def test_whoever_does_not_plan_the_fonds_cannot_import(world):
    path = world.folder / "in.csv"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(CommandError, match=r"权限|right"):
        call_command("import_catalogue", str(path), "--fonds", "Z001", "--by", "first")
    assert not Entry.objects.filter(reference_code="Z001-002-0001").exists()


def test_the_only_planner_of_the_fonds_imports_when_nobody_is_named(world):
    path = world.folder / "in.csv"
    path.write_text(GOOD, encoding="utf-8")
    call_command("import_catalogue", str(path), "--fonds", "Z001")
    assert LedgerLine.objects.latest("line").actor == "planner"
    appointing.appoint(person=world["first"], role="planner", over=world.fonds, by="test", at=NOW)
    with pytest.raises(CommandError, match="first, planner"):
        call_command("import_catalogue", str(path), "--fonds", "Z001")


def test_a_status_of_another_system_never_opens_an_entry(world):
    path = world.folder / "in.csv"
    rows = ("Z001-003-0001,甲事的通知,1958-01-02,开放", "Z001-003-0002,乙事的通知,1958-01-02,控制")
    path.write_text("\n".join(("档号,题名,形成日期,开放标识", *rows)) + "\n", encoding="utf-8")
    take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW)
    held = dict(Entry.objects.filter(reference_code__startswith="Z001-003").values_list("title", "access_status"))
    assert held == {"甲事的通知": AccessStatus.NOT_REVIEWED, "乙事的通知": AccessStatus.LEGACY_CONTROL}
