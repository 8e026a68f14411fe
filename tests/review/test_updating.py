"""A catalogue imported again: what changed is shown, then changed; what is decided is only proposed; all can be undone."""

import json

import pytest

from policies.sentences import Refusal
from review.jobs.intakes import read_into, take_in
from review.models import Entry, EntryChange, Intake, JointMaker, LedgerLine, Proposal, Series
from review.operations import appointing, importing
from review.operations.importing.saving import save_staged
from review.queries.comparing import compare
from review.queries.intakes import folder_of, holdings_digest, staged_of
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

HEAD = "档号,题名,责任者,形成日期,类别,密级,形成单位,备注,存放位置\n"


def brought(world, text, **options):
    """What came of importing a table, with the usual columns unless it brings its own."""
    path = world.folder / "again.csv"
    path.write_text(text if text.startswith("档号") or "级别" in text else HEAD + text, encoding="utf-8")
    options = {"update": True, "today": TODAY} | options
    return take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, **options)


def entry(code):
    return Entry.objects.get(reference_code=code)


ROW = "Z001-001-0002,关于加强防汛工作的通知,示例省民政厅,1963-05-02,救济,,示例省民政厅,,\n"


def test_every_field_of_a_held_entry_can_be_updated_by_its_reference_code(world):
    fields = "题名,责任者,形成日期,类别,保管期限,密级,利用限制,公开属性,到期开放意见,意见日期,文号,人名,主题词,范围和提要,备注,数量,页数,载体形态,存放位置"
    values = "新题名,新责任者,1963-05-03,新类别,永久,内部,限制,不予公开,同意开放,2001-02-03,省发〔1963〕5号,某人,防汛,提要,附注,一册,12,纸质,库三"
    before = Entry.objects.values().get(reference_code="Z001-001-0002")
    report = brought(world, f"档号,{fields}\nZ001-001-0002,{values}\n")
    after = Entry.objects.values().get(reference_code="Z001-001-0002")
    assert (report.counts.changed, report.counts.added) == (1, 0)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        "title", "responsible_body", "date_text", "earliest", "latest", "series_title", "retention", "classification",
        "access_condition", "public_attribute", "transfer_opinion", "transfer_opinion_on", "document_number",
        "persons", "keywords", "scope", "notes", "extent", "pages", "carrier", "location",
    }  # fmt: skip


def test_a_file_with_some_columns_leaves_the_others_as_they_are_held(world):
    held = Entry.objects.values().get(reference_code="Z001-001-0002")
    brought(world, "档号,题名\nZ001-001-0002,改了的题名\n")
    after = Entry.objects.values().get(reference_code="Z001-001-0002")
    assert after == held | {"title": "改了的题名"}


def test_an_empty_cell_of_a_column_that_is_there_empties_the_field(world):
    brought(world, "档号,题名,责任者\nZ001-001-0002,关于加强防汛工作的通知,\n")
    assert entry("Z001-001-0002").responsible_body == ""
    assert entry("Z001-001-0002").latest is not None


def test_without_being_asked_to_an_import_changes_nothing_held_and_names_the_fields(world):
    digest = holdings_digest(world.fonds)
    report = brought(world, "档号,题名\nZ001-001-0002,改了的题名\n", update=False)
    assert "title" in report.complaints[0].sentence.en
    assert holdings_digest(world.fonds) == digest


def test_codes_that_differ_by_width_or_kind_of_dash_are_the_same_entry(world):
    count = Entry.objects.count()
    report = brought(world, "档号,题名\nＺ００１—001－0002,改了的题名\n")
    assert report.counts.changed == 1
    assert Entry.objects.count() == count


def test_an_entry_under_review_is_not_changed_but_the_change_is_proposed(world):
    world.batch()
    report = brought(world, "档号,题名,存放位置\nZ001-001-0002,改了的题名,库五\n")
    assert (report.counts.proposed, report.counts.changed) == (1, 0)
    held = entry("Z001-001-0002")
    assert held.title == "关于加强防汛工作的通知"
    assert held.location == "库五", "where a record lies is no part of what is reviewed"
    (proposal,) = Proposal.objects.all()
    assert proposal.changes["title"] == ["关于加强防汛工作的通知", "改了的题名"]


def test_a_proposal_waits_for_the_end_of_the_review_and_is_then_accepted(world):
    world.batch()
    brought(world, "档号,题名\nZ001-001-0002,改了的题名\n")
    (proposal,) = Proposal.objects.all()
    with pytest.raises(Refusal):
        importing.settle_proposal(proposal=proposal, accept=True, reason="", by=world["planner"], at=NOW)
    entry("Z001-001-0002").batch_entries.update(live=False)
    importing.settle_proposal(proposal=proposal, accept=True, reason="", by=world["planner"], at=NOW)
    assert entry("Z001-001-0002").title == "改了的题名"
    with pytest.raises(Refusal):
        importing.settle_proposal(proposal=proposal, accept=False, reason="晚了", by=world["planner"], at=NOW)


def test_a_declined_proposal_keeps_its_reason_and_changes_nothing(world):
    world.batch()
    brought(world, "档号,题名\nZ001-001-0002,改了的题名\n")
    (proposal,) = Proposal.objects.all()
    with pytest.raises(Refusal):
        importing.settle_proposal(proposal=proposal, accept=False, reason="", by=world["planner"], at=NOW)
    importing.settle_proposal(proposal=proposal, accept=False, reason="题名以原件为准", by=world["planner"], at=NOW)
    proposal.refresh_from_db()
    assert (proposal.accepted, proposal.reason) == (False, "题名以原件为准")
    assert entry("Z001-001-0002").title == "关于加强防汛工作的通知"


def test_a_released_entry_is_protected_too(world):
    world.walked("")
    opened = Entry.objects.filter(access_status="open").first()
    report = brought(world, f"档号,题名\n{opened.reference_code},改了的题名\n")
    opened.refresh_from_db()
    assert report.counts.proposed == 1
    assert opened.title != "改了的题名"


def test_what_is_held_and_not_in_the_file_is_counted_and_stays(world):
    count = Entry.objects.count()
    report = brought(world, ROW + "Z001-009-0001,新的一件,示例省民政厅,1950,,,示例省民政厅,,\n")
    assert (report.counts.added, report.counts.gone) == (1, count - 1)
    assert Entry.objects.count() == count + 1


# Undoing.

FILES = {
    "new entries": ROW.replace("0002", "0102") + ROW.replace("0002", "0103"),
    "changed entries": "档号,题名,责任者\nZ001-001-0002,改了的题名,另一责任者\nZ001-001-0003,又一题名,\n",
    "new and changed": "档号,题名\nZ001-001-0002,改了的题名\nZ001-077-0001,新题名\n",
    "series and files": "级别,档号,上级档号,题名,形成日期\n类,Z001-A,,甲类,\n案卷,Z001-A-1,Z001-A,一卷,1950\n件,Z001-A-1-1,Z001-A-1,一件,1951\n",
    "joint makers": "档号,题名,形成单位\nZ001-001-0002,关于加强防汛工作的通知,示例省民政厅；示例省财政厅\n",
    "a held entry under a new file": "级别,档号,上级档号,题名\n案卷,Z001-F,,新的案卷\n件,Z001-001-0002,Z001-F,关于加强防汛工作的通知\n",
    "stubs": "档号,题名,形成日期,密级\nZ001-088-0001,,1999-01-01,绝密★30年\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_an_undone_import_leaves_the_holdings_as_they_were(world, text):
    digest = holdings_digest(world.fonds)
    report = brought(world, text)
    assert report.intake is not None
    assert holdings_digest(world.fonds) != digest
    importing.undo_import(intake=report.intake, by=world["planner"], at=NOW)
    assert holdings_digest(world.fonds) == digest
    with pytest.raises(Refusal):
        importing.undo_import(intake=report.intake, by=world["planner"], at=NOW)


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_the_same_file_twice_changes_nothing_the_second_time(world, text):
    brought(world, text)
    digest, lines, intakes = holdings_digest(world.fonds), LedgerLine.objects.count(), Intake.objects.count()
    report = brought(world, text)
    assert (report.counts.added, report.counts.changed, report.counts.proposed) == (0, 0, 0)
    assert (holdings_digest(world.fonds), LedgerLine.objects.count(), Intake.objects.count()) == (
        digest,
        lines,
        intakes,
    )


def test_undoing_takes_open_proposals_back_too(world):
    world.batch()
    digest = holdings_digest(world.fonds)
    report = brought(world, "档号,题名\nZ001-001-0002,改了的题名\n")
    importing.undo_import(intake=report.intake, by=world["planner"], at=NOW)
    assert holdings_digest(world.fonds) == digest


def test_an_import_with_an_entry_in_a_batch_is_not_undone(world):
    report = brought(world, FILES["new entries"])
    world.batch()
    digest = holdings_digest(world.fonds)
    with pytest.raises(Refusal, match="batch"):
        importing.undo_import(intake=report.intake, by=world["planner"], at=NOW)
    assert holdings_digest(world.fonds) == digest


def test_an_import_that_a_later_one_rests_on_is_not_undone_before_it(world):
    first = brought(world, FILES["changed entries"])
    second = brought(world, "档号,题名\nZ001-001-0002,再改的题名\n")
    with pytest.raises(Refusal, match="later"):
        importing.undo_import(intake=first.intake, by=world["planner"], at=NOW)
    importing.undo_import(intake=second.intake, by=world["planner"], at=NOW)
    importing.undo_import(intake=first.intake, by=world["planner"], at=NOW)
    assert entry("Z001-001-0002").title == "关于加强防汛工作的通知"


def test_who_does_not_plan_the_fonds_may_not_undo(world):
    report = brought(world, FILES["new entries"])
    with pytest.raises(Exception, match=r"权限|right"):
        importing.undo_import(intake=report.intake, by=world["first"], at=NOW)


# The tree.


def test_what_is_not_said_of_an_item_holds_from_its_file_and_series(world):
    brought(
        world,
        "级别,档号,上级档号,题名,责任者,形成日期,保管期限,利用限制\n"
        "类,Z001-A,,救济类,,,,\n"
        "案卷,Z001-A-1,Z001-A,救济卷,示例省民政厅,1950,永久,不予公开\n"
        "件,Z001-A-1-1,Z001-A-1,一件,,,,\n"
        "件,Z001-A-1-2,Z001-A-1,又一件,示例省人民政府,1953-02-01,30年,\n",
    )
    (series,) = Series.objects.filter(fonds=world.fonds, reference_code="Z001-A")
    file, first, second = entry("Z001-A-1"), entry("Z001-A-1-1"), entry("Z001-A-1-2")
    assert (file.series, first.series, first.parent) == (series, series, file)
    assert (first.responsible_body, first.date_text, first.retention) == ("示例省民政厅", "1950", "永久")
    assert first.own["responsible_body"] == ""
    assert (second.responsible_body, second.retention) == ("示例省人民政府", "30年")
    assert "不予公开" in second.access_condition
    assert file.latest.isoformat() == "1953-02-01", "a file ends no earlier than its latest item"
    assert first.series_title == "救济类"


def test_items_may_come_before_their_file(world):
    brought(world, "级别,档号,上级档号,题名,形成日期\n件,Z001-B-1,Z001-B,一件,\n案卷,Z001-B,,一卷,1950\n")
    assert entry("Z001-B-1").parent == entry("Z001-B")
    assert entry("Z001-B-1").latest.year == 1950


def test_an_item_finds_its_file_by_its_code(world):
    brought(world, "级别,档号,题名,形成日期\n案卷,Z001-001-0040,一卷,1950\n件,Z001-001-0040-001,一件,\n")
    assert entry("Z001-001-0040-001").parent == entry("Z001-001-0040")


def test_an_item_joins_a_file_that_is_held_already(world):
    brought(world, "级别,档号,题名,责任者\n案卷,Z001-001-0040,一卷,示例省民政厅\n")
    brought(world, "级别,档号,上级档号,题名\n件,Z001-X-1,Z001-001-0040,一件\n")
    assert entry("Z001-X-1").parent == entry("Z001-001-0040")
    assert entry("Z001-X-1").responsible_body == "示例省民政厅"


BROKEN = {
    "a cycle": "案卷,Z001-C,Z001-D,丙\n案卷,Z001-D,Z001-C,丁\n",
    "a row in itself": "案卷,Z001-C,Z001-C,丙\n",
    "an unknown unit above": "件,Z001-C,Z001-NOWHERE,丙\n",
    "a refused unit above": "案卷,Z001-C,,\n件,Z001-C-1,Z001-C,丙\n",
}


@pytest.mark.parametrize("rows", BROKEN.values(), ids=BROKEN)
def test_a_broken_tree_is_refused_row_by_row(world, rows):
    count = Entry.objects.count()
    report = brought(world, "级别,档号,上级档号,题名\n" + rows)
    assert report.refused_rows == rows.count("\n")
    assert Entry.objects.count() == count


def test_what_lies_in_a_row_that_the_comparison_refuses_is_told_too(world):
    rows = "案卷,Z001-C,,丙,无名机关\n件,Z001-C-1,Z001-C,丙一,\n件,Z001-C-2,Z001-C,丙二,\n"
    report = brought(world, "级别,档号,上级档号,题名,形成单位\n" + rows, keep_good=True)
    assert (report.refused_rows, report.added) == (3, 0)
    assert {complaint.row for complaint in report.complaints} == {2, 3, 4}


def test_a_held_entry_does_not_become_a_heading(world):
    report = brought(world, "级别,档号,上级档号,题名\n类,Z001-001-0002,,某类\n件,Z001-Q-1,Z001-001-0002,一件\n")
    assert report.refused_rows == 2, "the heading, and what would lie in it"
    assert not Series.objects.filter(reference_code="Z001-001-0002").exists()


def test_the_first_of_joint_makers_answers_and_the_others_are_noted(world):
    brought(world, FILES["joint makers"])
    held = entry("Z001-001-0002")
    assert held.agency == world.agencies[0]
    assert list(JointMaker.objects.filter(entry=held).values_list("agency__name", flat=True)) == ["示例省财政厅"]


def test_an_agency_may_go_by_a_name_with_a_comma(world):
    appointing.register_agency(code="GH", name="示例省供销、粮食合作社", by="test", at=NOW)
    brought(world, "档号,题名,形成单位\nZ001-GH-1,某事,示例省供销、粮食合作社\n")
    assert entry("Z001-GH-1").agency.code == "GH"


# State secrets.

SECRET = "关于某处工事位置的报告"
MORE = {
    "a title": f"档号,题名,形成日期,密级\nZ001-S-1,{SECRET},1999-01-01,绝密★30年\n",
    "a scope": f"档号,题名,形成日期,密级,范围和提要\nZ001-S-1,,1999-01-01,绝密★30年,{SECRET}\n",
    "no date at all": f"档号,题名,密级\nZ001-S-1,{SECRET},机密\n",
    "a mark from its file": f"级别,档号,上级档号,题名,密级\n案卷,Z001-S,,,绝密★长期\n件,Z001-S-1,Z001-S,{SECRET},\n",
    "a bad date beside": f"档号,题名,形成日期,密级\nZ001-S-1,{SECRET},1999-13-41,绝密★30年\n",
    "a mark in the title": f"档号,题名,形成日期\nZ001-S-1,{SECRET}（绝密★30年）,1999-01-01\n",
    "too many cells": f"档号,题名,密级\nZ001-S-1,{SECRET},绝密★30年,多余\n",
}


@pytest.mark.parametrize("text", MORE.values(), ids=MORE)
def test_a_row_that_says_more_than_a_stub_is_refused_and_its_words_are_kept_nowhere(world, text, tmp_path, caplog):
    report = brought(world, text)
    assert report.refused_rows >= 1
    assert SECRET not in json.dumps(
        [(*c[:3], c.sentence.zh, c.sentence.en) for c in report.complaints], ensure_ascii=False
    )
    assert SECRET not in caplog.text
    assert not Entry.objects.filter(title__contains=SECRET[:5]).exists()
    for path in (tmp_path / "intakes").rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


def test_told_to_keep_stubs_only_the_words_are_left_out(world):
    report = brought(world, MORE["a title"], stubs_only=True)
    held = entry("Z001-S-1")
    assert report.counts.stubs == 1
    assert (held.stub, held.title, held.classification) == (True, "", "绝密★30年")


def test_a_mark_whose_term_is_over_is_no_secret_any_more(world):
    brought(world, "档号,题名,形成日期,密级\nZ001-S-2,某事的通知,1980-01-01,机密★10年\n")
    assert (entry("Z001-S-2").stub, entry("Z001-S-2").title) == (False, "某事的通知")


def test_the_database_itself_refuses_a_stub_that_says_something(world):
    brought(world, MORE["a title"], stubs_only=True)
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(reference_code="Z001-S-1").update(title=SECRET)


def test_what_an_import_changed_is_kept_with_what_it_was(world):
    report = brought(world, FILES["changed entries"])
    before = EntryChange.objects.get(intake=report.intake, entry=entry("Z001-001-0002")).before
    assert before["title"] == "关于加强防汛工作的通知"


def test_an_entry_that_comes_under_review_while_a_file_is_saved_is_not_changed(world):
    path = world.folder / "again.csv"
    path.write_text("档号,题名\nZ001-001-0002,改了的题名\n", encoding="utf-8")
    intake = importing.receive_catalogue(
        fonds=world.fonds, file_name="again.csv", size=1, digest="0" * 64, by=world["planner"], at=NOW
    )
    folder_of(intake).mkdir(parents=True)
    with staged_of(intake) as staged:
        read_into(staged, world.fonds, path, None, TODAY)
        assert compare(staged, world.fonds).changed == 1
        world.batch()
        with pytest.raises(Refusal, match="Save again"):
            save_staged(staged, intake)
    comparison = importing.save_import(intake=intake, by=world["planner"], at=NOW)
    assert (comparison.changed, comparison.proposed) == (0, 1)
    assert entry("Z001-001-0002").title == "关于加强防汛工作的通知"
