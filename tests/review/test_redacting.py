"""Partial opening: who marks, what a mark must say, who verifies, and that nothing goes round it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.urls import reverse

from policies.redacting import Box, Mark, check_marks, label_of, words_kept
from policies.sentences import Refusal
from review.jobs.kinds import KINDS
from review.models import (
    AccessStatus,
    Fonds,
    LedgerLine,
    RedactedCopy,
    Redaction,
    RedactionCheck,
    RedactionMark,
    RedactionVerdict,
)
from review.operations import redacting, verifying_copies
from review.queries.due import profile
from review.queries.objects import kept_at, objects_dir, verify_kept
from review.queries.redaction_offers import offers_of_rule, offers_on, unmarked
from review.queries.redactions import is_current, redactions_of, verified_copies
from review.queries.rules import current_screener
from tests.redactions import CODE, UNTIL, attached, begun, box, copied, looked, made, marked, verified
from tests.review.documents.masters import lined, scan, written
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def state_of(redaction: Redaction) -> str:
    return redactions_of(Fonds.objects.all()).get(pk=redaction.pk).state


def facts(world, who: str = "first", minutes: int = 2) -> dict:
    return {"by": world[who], "at": NOW + timedelta(minutes=minutes), "today": TODAY}


# -- who


def test_first_reviewers_mark_and_second_reviewers_verify_and_nobody_else(world):
    redaction = begun(world)
    may_mark = set()
    for name, person in world.people.people.items():
        try:
            with transaction.atomic():
                redacting.add_marks(redaction=redaction, marks=[box()], by=person, at=NOW, today=TODAY)
                may_mark.add(name)
                transaction.set_rollback(True)
        except PermissionDenied:
            continue
    assert may_mark == {"first", "first2"}
    redacting.add_marks(redaction=redaction, marks=[box()], **facts(world, minutes=0))
    copy = copied(redaction, world["first"])
    may_look = set()
    for name, person in world.people.people.items():
        try:
            verifying_copies.look_at_page(copy=copy, page=1, by=person, at=NOW, today=TODAY)
            may_look.add(name)
        except PermissionDenied:
            continue
    assert may_look == {"first2", "second"}


@pytest.mark.parametrize("part", ["marks", "withdraws", "makes"])
def test_whoever_took_part_does_not_verify(world, part):
    redaction = marked(world, by=world["first2"] if part == "marks" else None)
    if part == "withdraws":
        mark = redaction.marks.first()
        redacting.add_marks(redaction=redaction, marks=[box()], **facts(world, minutes=0))
        box_mark = redaction.marks.get(words="")
        redacting.withdraw_marks(redaction=redaction, marks=[box_mark.pk], **facts(world, "first2", 0))
        assert mark is not None
    copy = copied(redaction, world["first2" if part == "makes" else "first"])
    with pytest.raises(Refusal, match="另一人"):
        verifying_copies.reread_copy(copy=copy, **facts(world, "first2"))
    with pytest.raises(Refusal, match="另一人"):
        verifying_copies.verify_copy(copy=copy, **facts(world, "first2"))
    verifying_copies.reread_copy(copy=copy, **facts(world, "second"))


# -- marking


@pytest.mark.parametrize(
    ("mark", "because"),
    [
        (Mark(0, Box(0, 0, 10, 10), "CN-8-2", UNTIL), "超出页面"),
        (Mark(3, Box(0, 0, 10, 10), "CN-8-2", UNTIL), "超出页面"),
        (Mark(1, Box(9_995, 0, 10, 10), "CN-8-2", UNTIL), "超出页面"),
        (Mark(1, Box(-1, 0, 10, 10), "CN-8-2", UNTIL), "超出页面"),
        (Mark(1, Box(0, 0, 0, 10), "CN-8-2", UNTIL), "超出页面"),
        (Mark(1, Box(0, 0, 10, 10), "", UNTIL), "依据"),
        (Mark(1, Box(0, 0, 10, 10), "CN-E-EDU", UNTIL), "依据"),
        (Mark(1, Box(0, 0, 10, 10), "CN-8-2", TODAY), "今天之后"),
        (Mark(1, Box(0, 0, 10, 10), "CN-8-2", UNTIL, "字" * 501), "过长"),
    ],
)
def test_a_mark_lies_on_its_page_and_says_ground_and_day(mark, because):
    with pytest.raises(Refusal, match=because):
        check_marks([mark], pages=2, grounds=profile().grounds, today=TODAY)


def test_marks_are_added_all_or_none_and_none_twice(world):
    redaction = begun(world)
    with pytest.raises(Refusal):
        redacting.add_marks(redaction=redaction, marks=[box(), box(page=9)], **facts(world))
    assert not RedactionMark.objects.exists()
    assert redacting.add_marks(redaction=redaction, marks=[box(), box()], **facts(world)) == 1
    with pytest.raises(Refusal, match="都已标记"):
        redacting.add_marks(redaction=redaction, marks=[box()], **facts(world))


def test_a_mark_taken_back_stays_on_record(world):
    redaction = marked(world)
    pks = list(redaction.marks.values_list("pk", flat=True))
    assert redacting.withdraw_marks(redaction=redaction, marks=pks, **facts(world)) == len(pks)
    assert redaction.marks.count() == len(pks)
    with pytest.raises(Refusal, match="已被撤销"):
        redacting.withdraw_marks(redaction=redaction, marks=pks, **facts(world))
    with pytest.raises(Refusal, match="还没有任何遮蔽标记"):
        copied(redaction, world["first"])


def test_a_redaction_is_begun_once_a_file(world):
    redaction = begun(world)
    with pytest.raises(Refusal, match="已经开始"):
        redacting.begin_redaction(master=redaction.master, **facts(world))


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"access_status": AccessStatus.OPEN}, "已经开放"),
        ({"access_status": AccessStatus.SUSPENDED}, "已经开放"),
        ({"classification": "绝密★长期"}, "国家秘密"),
    ],
)
def test_what_is_open_or_secret_is_not_redacted_nor_verified(world, change, because):
    master = attached(world)
    copy = copied(marked_of(world, master), world["first"])
    world.fonds.entries.filter(pk=master.entry_id).update(**change)
    redaction = Redaction.objects.get()
    with pytest.raises(Refusal, match=because):
        redacting.add_marks(redaction=redaction, marks=[box(x=10)], **facts(world))
    with pytest.raises(Refusal, match=because):
        copied(redaction, world["first"], 5)
    with pytest.raises(Refusal, match=because):
        verifying_copies.reread_copy(copy=RedactedCopy.objects.get(pk=copy.pk), **facts(world, "second"))


def marked_of(world, master) -> Redaction:
    redaction = redacting.begin_redaction(master=master, by=world["first"], at=NOW, today=TODAY)
    redacting.add_marks(redaction=redaction, marks=[box()], by=world["first"], at=NOW, today=TODAY)
    return redaction


def test_words_of_one_sign_are_looked_for_nowhere_else():
    assert words_kept(" 王 ") == ""
    assert words_kept("王  伟") == "王 伟"
    assert [label_of(code) for code in ("CN-8-3-PI", "CN-8-1", "UK-40(2)", "US-b(6)")] == [
        "8-3",
        "8-1",
        "40(2)",
        "b(6)",
    ]


# -- what the rules find


def test_what_the_rules_find_on_a_page_is_offered_and_becomes_marks(world):
    number = "110105192804120015"
    redaction = begun(world, content=written(lined([[f"ID {number} of the clerk"], [f"again {number}"]])))
    screener = current_screener()
    offers = [offer for offer in offers_on(redaction, 1, TODAY, screener) if offer.words == number]
    assert offers, "the number of an identity card is found"
    offer = offers[0]
    assert offer.boxes
    assert not offer.marked
    rest = list(offers_of_rule(redaction, offer.rule, TODAY, screener))
    marks = [mark for one in rest for mark in one.marks("CN-8-3-PI", UNTIL)]
    assert {mark.page for mark in marks} == {1, 2}
    assert all(mark.words == number and mark.rule == offer.rule for mark in marks)
    redacting.add_marks(redaction=redaction, marks=marks, **facts(world))
    assert all(o.marked for o in offers_on(redaction, 1, TODAY, screener) if o.rule == offer.rule)
    assert not list(offers_of_rule(redaction, offer.rule, TODAY, screener))


def test_words_that_stand_unmarked_elsewhere_hold_the_copy_up_and_say_where(world):
    redaction = marked(world)
    second = redaction.marks.get(page=2)
    redacting.withdraw_marks(redaction=redaction, marks=[second.pk], **facts(world, minutes=0))
    assert unmarked(redaction) == [("Smithson", [2])]
    with pytest.raises(Refusal, match="第 2 页"):
        copied(redaction, world["first"])


# -- the copy


def test_the_copy_is_kept_with_what_the_reading_found_and_the_master_is_not_touched(world):
    redaction = marked(world)
    before = kept_at(redaction.master.digest).read_bytes()
    entry = redaction.master.entry
    status = entry.access_status
    copy = copied(redaction, world["first"])
    assert kept_at(copy.digest).stat().st_size == copy.size
    assert list(copy.checks.values_list("faults", "found")) == [(0, [])]
    assert kept_at(redaction.master.digest).read_bytes() == before
    entry.refresh_from_db()
    assert entry.access_status == status
    assert state_of(redaction) == "to_verify"
    assert not [path for path in objects_dir().iterdir() if path.name.startswith(".copy-")]


def test_a_copy_of_the_same_marks_is_not_made_twice(world):
    copy = made(world)
    with pytest.raises(Refusal, match="没有变动"):
        copied(copy.redaction, world["first"], 5)


def test_a_copy_that_cannot_be_made_leaves_nothing_behind(world):
    redaction = begun(world, content=written(lined([["one"]])) + b"\n%%EOF", name="broken.pdf")
    kept_at(redaction.master.digest).write_bytes(b"%PDF-1.7 gone to dust %%EOF")
    with pytest.raises(Refusal):
        redacting.add_marks(redaction=redaction, marks=[box()], **facts(world))
        copied(redaction, world["first"], 5)
    assert not RedactedCopy.objects.exists()
    assert not [path for path in objects_dir().iterdir() if path.is_file()]


def test_a_scan_is_copied_and_verified_without_text(world):
    redaction = begun(world, content=scan(), name="scan.jpg")
    redacting.add_marks(redaction=redaction, marks=[box()], **facts(world, minutes=0))
    copy = looked(copied(redaction, world["first"]), world["second"])
    assert verifying_copies.verify_copy(copy=copy, **facts(world, "second")).verified


def test_a_long_master_is_copied_in_the_background_once(world):
    redaction = marked(world)
    for _ in range(2):
        KINDS["make_copy"]({"redaction": redaction.pk, "by": world["first"].pk}, lambda done, total: None)
    assert redaction.copies.count() == 1
    assert state_of(redaction) == "to_verify"


# -- the verdict


def test_a_verified_copy_counts_until_its_marks_change(world):
    copy = verified(world)
    entry = copy.redaction.master.entry
    assert verified_copies([entry.pk]) == {entry.pk: copy}
    assert state_of(copy.redaction) == "verified"
    redacting.add_marks(redaction=copy.redaction, marks=[box(page=2)], **facts(world, minutes=10))
    assert not is_current(copy)
    assert verified_copies([entry.pk]) == {}
    assert state_of(copy.redaction) == "marking"


def test_nothing_is_verified_unread(world):
    copy = made(world)
    for page in range(1, copy.pages + 2):
        verifying_copies.look_at_page(copy=copy, page=page, **facts(world, "second"))
    with pytest.raises(Refusal, match="重新提取"):
        verifying_copies.verify_copy(copy=copy, **facts(world, "second"))


def test_nothing_is_verified_with_a_page_unseen(world):
    copy = made(world)
    verifying_copies.reread_copy(copy=copy, **facts(world, "second"))
    verifying_copies.look_at_page(copy=copy, page=1, **facts(world, "second"))
    with pytest.raises(Refusal, match="2 页没有看过"):
        verifying_copies.verify_copy(copy=copy, **facts(world, "second"))


def test_a_reading_with_faults_is_kept_and_never_verified(world):
    copy = looked(made(world), world["second"])
    RedactionCheck.objects.create(copy=copy, faults=1, found=[["words", 1]], person=world["first2"], at=NOW)
    assert state_of(copy.redaction) == "faulty"
    with pytest.raises(Refusal, match="1 处问题"):
        verifying_copies.verify_copy(copy=copy, **facts(world, "second"))


def test_a_file_that_was_changed_is_not_verified(world):
    copy = looked(made(world), world["second"])
    kept_at(copy.digest).write_bytes(b"%PDF another")
    with pytest.raises(Refusal, match="改动"):
        verifying_copies.verify_copy(copy=copy, **facts(world, "second"))
    with pytest.raises(Refusal, match="改动"):
        verifying_copies.reread_copy(copy=copy, **facts(world, "second"))


def test_a_copy_that_was_changed_or_lost_is_found_among_what_is_kept(world):
    copy = made(world)
    assert not [fault for fault in verify_kept() if fault]
    kept_at(copy.digest).write_bytes(b"%PDF another")
    assert [fault.digest for fault in verify_kept() if fault] == [copy.digest]
    kept_at(copy.digest).unlink()
    assert [fault.digest for fault in verify_kept() if fault] == [copy.digest]


def test_a_refused_copy_says_why_and_is_made_anew(world):
    copy = looked(made(world), world["second"])
    with pytest.raises(Refusal, match="什么问题"):
        verifying_copies.refuse_copy(copy=copy, reason="  ", **facts(world, "second"))
    verifying_copies.refuse_copy(copy=copy, reason="第 1 页边注未遮蔽", **facts(world, "second"))
    assert state_of(copy.redaction) == "refused"
    with pytest.raises(Refusal, match="已有核验结论"):
        verifying_copies.verify_copy(copy=copy, **facts(world, "second"))
    redacting.add_marks(redaction=copy.redaction, marks=[box()], **facts(world, minutes=3))
    copied(copy.redaction, world["first"], 4)
    assert state_of(copy.redaction) == "to_verify"


def test_a_copy_of_older_marks_is_not_verified(world):
    copy = looked(made(world), world["second"])
    redacting.add_marks(redaction=copy.redaction, marks=[box()], **facts(world, minutes=3))
    with pytest.raises(Refusal, match="不作数"):
        verifying_copies.verify_copy(copy=copy, **facts(world, "second"))


# -- what the database keeps


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE review_redactionmark SET x = 1",
        "UPDATE review_redactionmark SET ground = 'CN-8-2', withdrawn_at = NULL",
        "DELETE FROM review_redactionmark",
        "UPDATE review_redactedcopy SET digest = 'x'",
        "DELETE FROM review_redactedcopy",
        "UPDATE review_redactioncheck SET faults = 0",
        "DELETE FROM review_redactionlook",
        "UPDATE review_redactionverdict SET verified = true",
        "DELETE FROM review_redactionverdict",
        "UPDATE review_redaction SET begun_at = begun_at",
    ],
)
def test_marks_copies_and_verdicts_cannot_be_changed_by_sql(world, change):
    verified(world)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_mark_taken_back_cannot_be_taken_back_again_nor_put_back(world):
    redaction = marked(world)
    pks = list(redaction.marks.values_list("pk", flat=True))
    redacting.withdraw_marks(redaction=redaction, marks=pks, **facts(world))
    for change in ({"withdrawn_at": None, "withdrawn_by": None}, {"withdrawn_at": NOW}):
        with pytest.raises(Error), transaction.atomic():
            RedactionMark.objects.update(**change)


@pytest.mark.parametrize("reading", ["faulty", "of another copy"])
def test_the_database_refuses_a_verdict_on_a_copy_that_was_not_read_clean(world, reading):
    copy = made(world)
    check = RedactionCheck.objects.create(copy=copy, faults=1, found=[["words", 1]], person=world["second"], at=NOW)
    if reading == "of another copy":
        redacting.add_marks(redaction=copy.redaction, marks=[box()], **facts(world, minutes=3))
        check = copied(copy.redaction, world["first"], 4).checks.get()
    with pytest.raises(Error), transaction.atomic():
        RedactionVerdict.objects.create(copy=copy, check_made=check, verified=True, person=world["second"], at=NOW)


# -- what leaves the house


def test_the_auditor_finds_marks_copies_and_verdicts_in_what_became_of_the_entry(client, world):
    copy = looked(made(world), world["second"])
    verifying_copies.verify_copy(copy=copy, **facts(world, "second"))
    entry = copy.redaction.master.entry
    client.force_login(world["auditor"])
    page = client.get(reverse("audit-entry", args=[entry.pk])).content.decode()
    for said in ("标记不予公开", "制作遮蔽件", "遮蔽件通过核验"):
        assert said in page
    assert not [mark for mark in copy.redaction.marks.all() if mark.words and mark.words in page]


def test_no_ledger_line_quotes_what_is_withheld(world):
    verified(world)
    lines = LedgerLine.objects.filter(act__in=["mark_redaction", "make_redacted_copy", "verify_copy", "look_at_page"])
    assert lines.count() == 1 + 1 + 1 + 3
    assert not [line for line in lines if re.search("smithson", line.facts + line.subject, re.IGNORECASE)]


def test_a_verified_copy_opens_nothing_by_itself(world):
    """The master stays as closed as it was, and a release holds nothing of the copy."""
    copy = verified(world)
    entry = world.fonds.entries.get(reference_code=CODE)
    assert entry.access_status == AccessStatus.NOT_REVIEWED
    world.walked("")
    released = [path for path in Path(settings.RELEASES_DIR).rglob("*") if path.is_file()]
    assert released
    assert not [
        path for path in released if copy.digest.encode() in path.read_bytes() or path.stat().st_size == copy.size
    ]
