"""What became of agencies: who may record it, what is refused, and who answers then, for opening and for declassification."""

from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from policies.sentences import Refusal
from review import ledger
from review.models import Agency, AgencyChange, Entry, FondsCreator, JointMaker, LedgerLine
from review.operations import agencies, appointing
from review.queries.succession import who_answers, who_answers_each
from tests.world import NOW

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

DAY = date(2010, 3, 1)
BEFORE, AFTER = date(2010, 2, 28), date(2026, 11, 21)
OLD, NEW, THIRD, ABOVE, NAMED = "MZT", "N", "T", "S", "D"


@pytest.fixture
def register(world) -> dict[str, Agency]:
    """The two agencies of the world and four more, by code."""
    for code, name in (
        (NEW, "示例省社会厅"),
        (THIRD, "示例省救助局"),
        (ABOVE, "示例省政府"),
        (NAMED, "示例省档案局"),
    ):
        appointing.register_agency(code=code, name=name, by="test", at=NOW)
    return {agency.code: agency for agency in Agency.objects.all()}


def change(register, kind, *successors, day=DAY, of=OLD, by="test", superior=None, designated=None) -> AgencyChange:
    """Record a change; successors as codes, or (code, function)."""
    pairs = [(code, "") if isinstance(code, str) else code for code in successors]
    return agencies.register_change(
        agency=register[of],
        kind=kind,
        day=day,
        successors=[(register[code], function) for code, function in pairs],
        evidence="示例编〔2010〕3号",
        superior=register.get(superior),
        designated=register.get(designated),
        by=by,
        at=NOW,
    )


def says(found) -> tuple[str, set[str]]:
    return found.kind, {agency.code for agency in found.agencies}


SPLIT = ((NEW, "救济"), (THIRD, "会议"))
REST = ((NEW, "救济"), (THIRD, ""))
# what is recorded -> who answers for an entry of the series 救济 (opening, declassification) and of 人事, on AFTER
TRUTH = {
    "nothing": ((), {}, ("agency", {OLD}), ("agency", {OLD}), ("agency", {OLD})),
    "renamed": (("renamed", NEW), {}, ("agency", {NEW}), ("agency", {NEW}), ("agency", {NEW})),
    "merged": (("merged", NEW), {}, ("agency", {NEW}), ("agency", {NEW}), ("agency", {NEW})),
    "split, no functions": (
        ("split", NEW, THIRD), {},
        ("agencies", {NEW, THIRD}), ("agencies", {NEW, THIRD}), ("agencies", {NEW, THIRD}),
    ),
    "split by function": (
        ("split", *SPLIT), {}, ("agency", {NEW}), ("agency", {NEW}), ("agencies", {NEW, THIRD}),
    ),
    "split, one takes the rest": (
        ("split", *REST), {}, ("agency", {NEW}), ("agency", {NEW}), ("agencies", {NEW, THIRD}),
    ),
    "a function moved": (
        ("functions_moved", (NEW, "救济")), {}, ("agency", {NEW}), ("agency", {NEW}), ("agency", {OLD}),
    ),
    "abolished, succeeded": (("abolished", NEW), {}, ("agency", {NEW}), ("agency", {NEW}), ("agency", {NEW})),
    "abolished, nobody, superior": (
        ("abolished",), {"superior": ABOVE}, ("archives_alone", set()), ("superior", {ABOVE}), ("archives_alone", set()),
    ),
    "abolished, nobody, designated": (
        ("abolished",), {"superior": ABOVE, "designated": NAMED},
        ("archives_alone", set()), ("designated", {NAMED}), ("archives_alone", set()),
    ),
    "abolished, nobody at all": (
        ("abolished",), {}, ("archives_alone", set()), ("unknown", set()), ("archives_alone", set()),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("recorded", "beside", "opening", "declassification", "other"), TRUTH.values(), ids=TRUTH)
def test_who_answers_for_an_entry(world, register, recorded, beside, opening, declassification, other):
    if recorded:
        change(register, *recorded, **beside)
    relief = Entry.objects.get(reference_code="Z001-001-0001")
    staff = Entry.objects.get(reference_code="Z001-001-0004")
    assert says(who_answers(relief, AFTER, "opening")) == opening
    assert says(who_answers(relief, AFTER, "declassification")) == declassification
    assert says(who_answers(staff, AFTER, "opening")) == other
    assert says(who_answers(relief, BEFORE, "opening")) == ("agency", {OLD}), "before the change it answered itself"


def test_the_reason_cites_the_law_and_names_what_happened(world, register):
    change(register, "abolished")
    found = who_answers(register[OLD], AFTER, "opening")
    for word in ("示例省民政厅", "2010-03-01", "撤销", "档案法实施条例第三十条"):
        assert word in found.reason.zh


def test_a_chain_of_changes_is_followed_to_its_end(world, register):
    change(register, "renamed", NEW)
    change(register, "merged", THIRD, of=NEW, day=date(2018, 11, 1))
    assert says(who_answers(register[OLD], AFTER, "opening")) == ("agency", {THIRD})
    assert says(who_answers(register[OLD], date(2015, 1, 1), "opening")) == ("agency", {NEW})


def test_of_a_joint_document_the_lead_answers_and_the_others_are_told(world, register):
    entry = Entry.objects.get(reference_code="Z001-001-0001")
    JointMaker.objects.create(entry=entry, agency=register["CZT"])
    change(register, "renamed", NEW)
    found = who_answers(entry, AFTER, "opening")
    assert says(found) == ("agency", {NEW})
    assert [agency.code for agency in found.told] == ["CZT"]
    assert "告知" in found.reason.zh
    assert says(who_answers(entry, AFTER, "declassification")) == ("agency", {NEW})


def test_where_nobody_continues_the_lead_of_a_joint_document_the_other_makers_answer_for_opening_alone(
    world, register
):
    entry = Entry.objects.get(reference_code="Z001-001-0001")
    JointMaker.objects.create(entry=entry, agency=register["CZT"])
    change(register, "abolished", superior=ABOVE)
    assert says(who_answers(entry, AFTER, "opening")) == ("agency", {"CZT"})
    assert says(who_answers(entry, AFTER, "declassification")) == ("superior", {ABOVE})


def test_an_entry_of_a_combined_fonds_belongs_to_the_creator_of_its_date(world, register):
    Entry.objects.update(agency=None)
    agencies.name_creators(
        fonds=world.fonds,
        creators=[(register[OLD], None, date(1963, 12, 31)), (register[NEW], date(1964, 1, 1), None)],
        by=world["planner"],
        at=NOW,
    )
    rows = {entry.reference_code: entry for entry in Entry.objects.all()}
    found = who_answers_each(rows.values(), AFTER, "opening")
    who = {code[-2:]: says(found[entry.pk])[1] for code, entry in rows.items()}
    assert who["01"] == who["02"] == {OLD}, "1962, 1963"
    assert who["03"] == who["09"] == {NEW}, "1964, 2010"
    assert who["10"] == {OLD, NEW}, "undated: any may be meant, so all are asked"


def test_without_any_forming_unit_the_archives_decide_alone_on_opening_and_never_on_a_secret(world):
    Entry.objects.update(agency=None)
    entry = Entry.objects.first()
    assert says(who_answers(entry, AFTER, "opening")) == ("archives_alone", set())
    assert says(who_answers(entry, AFTER, "declassification")) == ("unknown", set())


def test_an_agency_that_ended_with_nothing_on_record_is_not_known_to_be_succeeded(world, register):
    agencies.set_dates(agency=register[OLD], from_day=None, to_day=BEFORE, by=world["planner"], at=NOW)
    assert says(who_answers(register[OLD], AFTER, "opening")) == ("unknown", set())


def test_a_batch_costs_as_many_queries_as_one_entry(world, register):
    change(register, "renamed", NEW)
    counts = []
    for size in (1, 12):
        rows = list(Entry.objects.all()[:size])
        with CaptureQueriesContext(connection) as captured:
            who_answers_each(rows, AFTER, "opening")
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6


# -- recording and withdrawing

RECORDERS = {
    "planner": True, "first": False, "second": False, "reconciler": False, "confirmer": False, "publisher": False,
    "auditor": False, "unit-mzt": False, "test": True,
}  # fmt: skip


@pytest.mark.parametrize(("who", "may"), RECORDERS.items(), ids=RECORDERS)
def test_planners_keep_the_register_and_nobody_else(world, register, who, may):
    by = "test" if who == "test" else world[who]
    acts = [
        lambda: change(register, "renamed", NEW, by=by),
        lambda: agencies.withdraw_change(change=mistake, reason="误登", by=by, at=NOW),
        lambda: agencies.set_dates(agency=register[THIRD], from_day=DAY, to_day=None, by=by, at=NOW),
        lambda: agencies.name_creators(fonds=world.fonds, creators=[(register[OLD], None, None)], by=by, at=NOW),
    ]
    mistake = change(register, "renamed", THIRD, of="CZT")
    for act in acts:
        before = LedgerLine.objects.count()
        if may:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()
        assert LedgerLine.objects.count() - before == int(may)
    assert ledger.verify().bad_line is None


def test_a_superuser_who_plans_nothing_keeps_no_register(world, register):
    from review.models import Person

    root = Person.objects.create_superuser("root", full_name="管理员", password="long enough 1")
    with pytest.raises(PermissionDenied):
        change(register, "renamed", NEW, by=root)


def test_a_change_needs_its_evidence(world, register):
    with pytest.raises(Refusal, match="依据"):
        agencies.register_change(
            agency=register[OLD], kind="renamed", day=DAY, successors=[(register[NEW], "")], evidence=" ",
            by="test", at=NOW,
        )  # fmt: skip
    assert not AgencyChange.objects.exists()


def test_an_agency_ends_once_and_nothing_leads_back_to_itself(world, register):
    change(register, "renamed", NEW)
    with pytest.raises(Refusal, match="终止"):
        change(register, "abolished", day=date(2015, 1, 1))
    with pytest.raises(Refusal, match=r"首尾相接|终止"):
        change(register, "renamed", OLD, of=NEW, day=date(2015, 1, 1))
    assert AgencyChange.objects.count() == 1


def test_a_mistake_is_withdrawn_with_a_reason_kept_on_record_and_can_be_recorded_rightly(world, register):
    wrong = change(register, "renamed", THIRD)
    with pytest.raises(Refusal, match="理由"):
        agencies.withdraw_change(change=wrong, reason=" ", by=world["planner"], at=NOW)
    agencies.withdraw_change(change=wrong, reason="承接单位登错", by=world["planner"], at=NOW)
    assert says(who_answers(register[OLD], AFTER, "opening")) == ("agency", {OLD})
    change(register, "renamed", NEW)
    assert says(who_answers(register[OLD], AFTER, "opening")) == ("agency", {NEW})
    wrong.refresh_from_db()
    assert (wrong.withdrawn_by, wrong.withdrawn_because) == ("planner", "承接单位登错")
    with pytest.raises(Refusal, match="已经撤回"):
        agencies.withdraw_change(change=wrong, reason="再撤", by=world["planner"], at=NOW)


def test_an_agency_cannot_end_before_it_began(world, register):
    with pytest.raises(Refusal, match="早于起始日期"):
        agencies.set_dates(agency=register[OLD], from_day=AFTER, to_day=BEFORE, by="test", at=NOW)
    with pytest.raises(Refusal, match="早于起始日期"):
        appointing.register_agency(code="X", name="甲", by="test", at=NOW, from_day=AFTER, to_day=BEFORE)
    assert not Agency.objects.filter(code="X").exists()


def test_creators_named_anew_take_the_place_of_those_named(world, register):
    for code in (OLD, NEW):
        agencies.name_creators(fonds=world.fonds, creators=[(register[code], None, None)], by="test", at=NOW)
    assert [row.agency.code for row in FondsCreator.objects.all()] == [NEW]
    with pytest.raises(Refusal, match="重复"):
        agencies.name_creators(fonds=world.fonds, creators=[(register[OLD], None, None)] * 2, by="test", at=NOW)


# -- lists

LIST = """机构代码,机构名称,成立日期,撤销日期,变更方式,变更日期,承接单位,承接职能,依据,上级单位,指定单位
MZT,示例省民政厅,1954-10-01,2010-02-28,分立,2010-03-01,示例省社会厅；JZJ,；救济,示例编〔2010〕3号,,
SHT,示例省社会厅,2010年3月1日,,,,,,,,
JZJ,示例省救助局,2010/3/1,,更名,2018-11-01,示例省救助中心,,示例编〔2018〕9号,,
JZZX,示例省救助中心,,,,,,,,,
LYJ,示例省旅游局,,,撤销,2001-05-01,,,示例编〔2001〕5号,示例省政府,
SZF,示例省政府,,,,,,,,,
"""


def given(folder, text: str, name: str = "list.csv", encoding: str = "utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def imported(path, *options: str) -> str:
    """Import a list by the planner; what the command says."""
    out = StringIO()
    call_command("import_agencies", str(path), "--by", "planner", *options, stdout=out)
    return out.getvalue()


def test_a_list_of_agencies_is_taken_in_whole_with_one_line_in_the_ledger(world, tmp_path):
    before = LedgerLine.objects.count()
    imported(given(tmp_path, LIST))
    assert LedgerLine.objects.count() == before + 1
    register = {agency.code: agency for agency in Agency.objects.all()}
    assert register[OLD].to_day == BEFORE
    assert says(who_answers(register[OLD], AFTER, "opening")) == ("agencies", {"SHT", "JZZX"})
    assert says(who_answers(register["LYJ"], AFTER, "opening")) == ("archives_alone", set())
    assert says(who_answers(register["LYJ"], AFTER, "declassification")) == ("superior", {"SZF"})


def test_the_same_list_again_changes_nothing(world, tmp_path):
    imported(given(tmp_path, LIST))
    tables = (Agency, AgencyChange, LedgerLine)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    imported(given(tmp_path, LIST, "again.csv", "gb18030"))
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_a_workbook_with_english_headings_says_the_same(world, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["code", "name", "from_day", "kind", "day", "successors", "evidence"])
    book.active.append(
        ["MZT", "示例省民政厅", date(1954, 10, 1), "renamed", DAY, "示例省社会厅", "示例编〔2010〕3号"]
    )
    book.active.append(["SHT", "示例省社会厅"])
    book.save(tmp_path / "list.xlsx")
    imported(tmp_path / "list.xlsx")
    assert says(who_answers(Agency.objects.get(code=OLD), AFTER, "opening")) == ("agency", {"SHT"})


def test_a_dry_run_says_everything_and_saves_nothing(world, tmp_path):
    before = LedgerLine.objects.count()
    said = imported(given(tmp_path, LIST), "--dry-run")
    assert LedgerLine.objects.count() == before
    assert Agency.objects.count() == 2
    assert "新增机构 5，改日期 3，登记变更 3" in said


def test_every_fault_of_a_list_is_said_at_once_and_nothing_is_saved(world, tmp_path, capsys):
    bad = given(
        tmp_path,
        "机构代码,机构名称,成立日期,变更方式,变更日期,承接单位,承接职能,依据\n"
        "MZT,别的名称,,,,,,\n"
        "A,甲局,1999-13-01,,,,,\n"
        "B,乙局,,更名,2010-03-01,没有登记的局,,编〔2010〕1号\n"
        "C,丙局,,消失,2010-03-01,,,编〔2010〕1号\n"
        "D,丁局,,分立,2010-03-01,B；C,甲；乙；丙,编〔2010〕1号\n"
        "E,戊局,,撤销,,,,\n"
        "F,己局,,,,,,,,多出的一格\n",
    )
    with pytest.raises(CommandError, match="未保存任何内容"):
        call_command("import_agencies", str(bad), "--by", "planner")
    said = capsys.readouterr().err
    for row, word in (
        (2, "已登记为"),
        (3, "年月日"),
        (4, "未登记"),
        (5, "变更方式须为"),
        (6, "一一对应"),
        (7, "变更日期和依据"),
        (8, "错列"),
    ):
        assert any(line.startswith(f"{row}:") and word in line for line in said.splitlines()), (row, word)
    assert Agency.objects.count() == 2
    assert not AgencyChange.objects.exists()


@pytest.mark.parametrize(
    ("text", "name", "word"),
    [
        ("", "a.csv", "为空"),
        ("题名,日期\n甲,1999\n", "a.csv", "表头有误"),
        ("机构代码,机构名称,电话\nA,甲,1\n", "a.csv", "电话"),
        ("机构代码,机构名称\nA,甲\n", "a.pdf", "不能读取"),
        ("PK\x03\x04 no workbook", "a.xlsx", "无法打开"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_sentence(world, tmp_path, text, name, word):
    with pytest.raises(CommandError, match=word):
        call_command("import_agencies", str(given(tmp_path, text, name)), "--by", "planner")


def test_whoever_plans_nothing_imports_no_list(world, tmp_path):
    with pytest.raises(CommandError, match="计划员"):
        call_command("import_agencies", str(given(tmp_path, LIST)), "--by", "first")
    assert Agency.objects.count() == 2
