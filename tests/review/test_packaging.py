"""Countersign packages: answers on paper end as answers online do; a faulty sheet changes nothing; both files are kept."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome
from policies.packages import PackageRefused
from policies.reviewing import Decision
from policies.sentences import Refusal
from review.models import Countersignature, CountersignPackage, Entry, LedgerLine, Opinion, PackageReturn
from review.operations import countersigning, packaging
from review.queries.decisions import entries_for, unanswered
from review.queries.packages import content_of, letter_at, letters_dir
from review.readers.package_answers import read_package
from tests.filled_packages import (
    AGREE,
    OBJECT,
    answered,
    asked_of,
    came_back,
    cells,
    entered,
    filled,
    letter,
    made,
    sheet,
)
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def take_back(world, package, path, *, by="reconciler", scan=None):
    return packaging.take_back_package(
        package=package,
        filled=read_package(path),
        file=came_back(path),
        letter=scan or letter(world.folder),
        by=world[by],
        at=NOW,
        today=TODAY,
    )


def said(asked: Countersignature) -> list[tuple]:
    rows = Opinion.objects.filter(
        batch_entry__batch=asked.batch, agency=asked.agency, round=asked.round, standing=True
    )
    return list(
        rows.order_by("batch_entry__position").values_list(
            "batch_entry", "stage", "answer", "outcome", "ground", "opens_on", "reason"
        )
    )


def online(world, asked: Countersignature) -> list[tuple]:
    """What the same answers give at the unit's own desk; undone again."""
    rows = list(entries_for(asked.batch, asked.agency).order_by("position"))
    later = Decision(Outcome.DEFER, "CN-8-2", TODAY.replace(year=2036, month=12, day=31), OBJECT["why"])
    answers = {row.pk: UnitAnswer(Answer.AGREE) for row in rows}
    answers[rows[0].pk] = UnitAnswer(Answer.OBJECT, later, OBJECT["why"])
    with transaction.atomic():
        countersigning.record_answers(
            countersignature=asked, answers=answers, by=world.people.units[asked.agency_id], at=NOW, today=TODAY
        )
        found = said(asked)
        transaction.set_rollback(True)
    return found


def test_answers_on_paper_end_in_the_same_opinions_as_answers_online(world):
    batch = world.walked("countersign")
    asked, package = asked_of(batch), made(world, batch)
    expected = online(world, asked)
    path = answered(package, world.folder / "s.xlsx", OBJECT)
    returned = take_back(world, package, path)
    assert said(asked) == expected
    assert expected[0][2:5] == ("object", "defer", "CN-8-2")
    asked.refresh_from_db()
    assert asked.on_paper
    assert asked.answered_by == world["reconciler"]
    assert (returned.signed_by, returned.answers, returned.person) == ("李文书", len(expected), world["reconciler"])
    assert not unanswered(batch, asked.agency).exists()
    assert {opinion.person for opinion in Opinion.objects.filter(agency=asked.agency)} == {world["reconciler"]}
    line = LedgerLine.objects.get(act="take_back_package")
    assert returned.letter_digest in line.facts
    assert "关于" not in line.facts


def test_the_sheet_and_the_letter_are_kept_by_their_digest_for_their_owner_only(world):
    package = made(world, world.walked("countersign"))
    path, scan = answered(package, world.folder / "s.xlsx"), letter(world.folder)
    returned = take_back(world, package, path, scan=scan)
    for digest, source in ((returned.file_digest, path), (returned.letter_digest, scan.path)):
        kept = letter_at(digest)
        assert kept.read_bytes() == source.read_bytes()
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == digest
        assert kept.stat().st_mode & 0o777 == 0o600
    assert letters_dir().stat().st_mode & 0o777 == 0o700
    assert returned.letter_name == "回函.png"


def test_a_faulty_sheet_changes_nothing_and_keeps_nothing(world):
    batch = world.walked("countersign")
    asked, package = asked_of(batch), made(world, batch)
    rows = len(content_of(asked).rows)
    path = sheet(package, world.folder / "s.xlsx")
    places = cells(path)
    faulty = filled(path, {places["title"] + places["first"]: "改了的题名"})
    before = (Opinion.objects.count(), LedgerLine.objects.count())
    with pytest.raises(PackageRefused) as refused:
        take_back(world, package, faulty)
    columns = [fault.column for fault in refused.value.complaints]
    assert columns.count("答复 Answer") == rows
    assert columns.count("题名 Title") == 1
    assert columns.count("答复人 Answered by") == 1
    assert (Opinion.objects.count(), LedgerLine.objects.count()) == before
    assert not letters_dir().exists()
    asked.refresh_from_db()
    assert asked.answered_at is None


def test_the_sheet_of_another_unit_is_refused(world):
    batch = world.walked("countersign")
    first, second = batch.countersignatures.order_by("pk")
    package = made(world, batch)
    other = packaging.make_package(countersignature=second, by=world["reconciler"], at=NOW)
    path = answered(other, world.folder / "s.xlsx")
    with pytest.raises(PackageRefused) as refused:
        take_back(world, package, path)
    (fault,) = refused.value.complaints
    assert fault.value == f"ZQ-{batch.number}-1-{second.agency.code}"
    assert f"ZQ-{batch.number}-1-{first.agency.code}" in fault.sentence.zh


def test_an_older_version_is_not_taken_back(world):
    batch = world.walked("countersign")
    old = made(world, batch)
    path = answered(old, world.folder / "s.xlsx")
    row = content_of(asked_of(batch)).rows[0]
    Entry.objects.filter(batch_entries=row.key).update(public_title="另拟的公开题名")
    with pytest.raises(PackageRefused) as refused:
        take_back(world, old, path)
    assert [fault.column for fault in refused.value.complaints] == ["摘要 Digest"]
    with pytest.raises(Refusal, match="内容有变"):
        sheet(old, world.folder / "again.xlsx")
    new = made(world, batch)
    assert new.version == 2
    with pytest.raises(Refusal, match="最新"):
        take_back(world, old, path)
    with pytest.raises(PackageRefused) as refused:
        take_back(world, new, path)
    assert [fault.column for fault in refused.value.complaints] == ["版次 Version"]
    assert take_back(world, new, answered(new, world.folder / "new.xlsx")).package == new


def test_a_package_that_says_the_same_is_not_made_twice(world):
    batch = world.walked("countersign")
    assert made(world, batch) == made(world, batch)
    assert CountersignPackage.objects.count() == 1
    assert LedgerLine.objects.filter(act="make_package").count() == 1


def test_only_who_reconciles_the_fonds_makes_a_package_or_takes_it_back(world):
    batch = world.walked("countersign")
    asked, package = asked_of(batch), made(world, batch)
    path = answered(package, world.folder / "s.xlsx")
    unit = next(
        name for name, person in world.people.people.items() if person.pk == world.people.units[asked.agency_id].pk
    )
    for name in ("planner", "first", "confirmer", "auditor", unit):
        with pytest.raises(PermissionDenied):
            packaging.make_package(countersignature=asked, by=world[name], at=NOW)
        with pytest.raises(PermissionDenied):
            take_back(world, package, path, by=name)
    assert not PackageReturn.objects.exists()


def test_without_a_whole_scan_of_the_letter_nothing_is_taken(world):
    package = made(world, world.walked("countersign"))
    path = answered(package, world.folder / "s.xlsx")
    for content in (b"", b"signed and sealed", b"\x89PNG\r\n\x1a\n cut off", b"%PDF-1.7 cut off", b"II*\0"):
        scan = world.folder / "scan"
        scan.write_bytes(content)
        with pytest.raises(Refusal, match="扫描件"):
            take_back(world, package, path, scan=came_back(scan))
    assert not PackageReturn.objects.exists()
    assert not letters_dir().exists()


def test_an_answer_is_taken_back_once(world):
    package = made(world, world.walked("countersign"))
    path = answered(package, world.folder / "s.xlsx")
    take_back(world, package, path)
    with pytest.raises(Refusal, match="已经交回"):
        take_back(world, package, path)
    assert PackageReturn.objects.count() == 1


def test_after_the_time_is_over_paper_is_no_answer_any_more(world):
    batch = world.walked("countersign")
    package = made(world, batch)
    countersigning.lapse(countersignature=asked_of(batch), at=NOW)
    with pytest.raises(Refusal, match="逾期"):
        take_back(world, package, answered(package, world.folder / "s.xlsx"))


def test_a_sheet_of_other_programs_with_sorted_rows_is_taken(world):
    """Rows may stand in another order: what counts is the code."""
    batch = world.walked("countersign")
    package = made(world, batch)
    path = sheet(package, world.folder / "s.xlsx")
    rows = len(content_of(asked_of(batch)).rows)
    filled(path, entered(path, [OBJECT, *[AGREE] * (rows - 1)]))
    book = openpyxl.load_workbook(path)
    page, first = book.worksheets[0], int(cells(path)["first"])
    texts = [[cell.value for cell in page[row]] for row in range(first, first + rows)]
    for row, values in enumerate(reversed(texts), first):
        for column, value in enumerate(values, 1):
            page.cell(row, column).value = value
    book.save(path)
    take_back(world, package, path)
    assert said(asked_of(batch))[0][2] == "object"


def test_a_letter_that_changed_while_it_was_uploaded_is_not_kept(world):
    package = made(world, world.walked("countersign"))
    scan = replace(letter(world.folder), digest="0" * 64)
    with pytest.raises(Refusal, match="被改动"):
        take_back(world, package, answered(package, world.folder / "s.xlsx"), scan=scan)
    assert not PackageReturn.objects.exists()
    assert not letter_at("0" * 64).exists()
