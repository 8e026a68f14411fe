"""The pages of the agencies, and batches whose forming units were renamed, split or abolished, walked to their end."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review import ledger
from review.models import AccessStatus, Agency, AgencyChange, Asked, Entry, JointMaker, LedgerLine
from review.operations import agencies, appointing, countersigning, reconciling, signing
from review.queries.decisions import disputes, entries_for, settled, standing
from tests.world import NOW, TODAY, World
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

DAY = TODAY.replace(year=2010)


def enter(code: str, name: str) -> Agency:
    return appointing.register_agency(code=code, name=name, by="test", at=NOW)


def staffed(world: World, code: str, name: str) -> Agency:
    """A new agency with its own person, who countersigns for it and for no other."""
    agency = enter(code, name)
    person = appointing.enrol(
        username=f"unit-{code.lower()}", full_name="钟离若", post=name, password="long enough 1", by="test", at=NOW
    )
    appointing.appoint(person=person, role="agency_reviewer", over=agency, by="test", at=NOW)
    world.people.people[person.username] = world.people.units[agency.pk] = person
    return agency


def change(world: World, kind: str, *successors: Agency, day=DAY) -> AgencyChange:
    """What became of 示例省民政厅."""
    return agencies.register_change(
        agency=world.agencies[0], kind=kind, day=day, successors=[(agency, "") for agency in successors],
        evidence="示例编〔2010〕3号", by="test", at=NOW,
    )  # fmt: skip


def desks(batch) -> list[str]:
    return [task.flow_task.name for task in rehearsal.open_tasks(batch)]


def asked(batch) -> dict[str, set[str]]:
    """Who is asked: agency code to the reference codes it is asked about."""
    return {
        row.agency.code: {one.entry.reference_code for one in entries_for(batch, row.agency)}
        for row in batch.countersignatures.select_related("agency")
    }


def own_codes(batch, agency: Agency) -> set[str]:
    """The codes of a unit's entries that are not referred elsewhere."""
    referred = standing(batch, Stage.SECOND_REVIEW).filter(outcome=Outcome.REFER).values("batch_entry")
    rows = batch.batch_entries.filter(entry__agency=agency).exclude(pk__in=referred)
    return set(rows.values_list("entry__reference_code", flat=True))


def finished(world: World, batch) -> None:
    world.walk(batch)
    assert desks(batch) == []
    assert ledger.verify().bad_line is None


# -- batches


def test_of_a_renamed_unit_the_successor_is_asked_and_its_person_countersigns(client, world):
    new = staffed(world, "SHT", "示例省社会厅")
    change(world, "renamed", new)
    batch = world.walked("countersign")
    formed = own_codes(batch, world.agencies[0])
    assert asked(batch)["SHT"] == formed
    assert set(asked(batch)) == {"SHT", "CZT"}
    (task,) = [task for task in rehearsal.open_tasks(batch, "countersign") if task.seed.agency == new]
    client.force_login(world["unit-mzt"])
    assert client.get(reverse("task", args=[task.pk])).status_code == 403
    client.force_login(world["unit-sht"])
    text = html.fromstring(client.get(reverse("task", args=[task.pk])).content.decode()).text_content()
    assert all(code in text for code in formed)
    assert "更名" in text
    world.countersign(batch, 0)
    finished(world, batch)
    assert Entry.objects.get(reference_code="Z001-001-0001").access_status == AccessStatus.OPEN


def test_of_a_split_unit_all_have_to_answer_and_one_objection_is_a_difference(world):
    parts = [staffed(world, "SHT", "示例省社会厅"), staffed(world, "JZJ", "示例省救助局")]
    change(world, "split", *parts)
    batch = world.walked("countersign")
    assert asked(batch)["SHT"] == asked(batch)["JZJ"] == own_codes(batch, world.agencies[0])
    tasks = {task.seed.agency.code: task for task in rehearsal.open_tasks(batch, "countersign")}
    rehearsal.countersign(tasks["SHT"], world["unit-sht"])
    rehearsal.countersign(tasks["CZT"], world["unit-czt"])
    first = {row.entry.reference_code: row for row in settled(batch)}["Z001-001-0001"]
    assert first.decision is None, "one of two has not answered"
    rehearsal.countersign(tasks["JZJ"], world["unit-jzj"], objections=1)
    assert desks(batch) == ["reconcile"]
    (row,) = disputes(batch)
    assert [str(answer.agency) for answer in row.objections] == ["示例省救助局"]
    assert len(row.answers) == 2
    rehearsal.reconcile(batch, world["reconciler"])
    finished(world, batch)
    held = Entry.objects.get(pk=row.entry.pk)
    assert held.access_status == AccessStatus.DEFERRED, "settled as the objecting successor wanted it"


def test_a_desk_shows_its_own_answers_and_not_those_of_the_other_successor(client, world):
    parts = [staffed(world, "SHT", "示例省社会厅"), staffed(world, "JZJ", "示例省救助局")]
    change(world, "split", *parts)
    batch = world.walked("countersign")
    tasks = {task.seed.agency.code: task for task in rehearsal.open_tasks(batch, "countersign")}
    rehearsal.countersign(tasks["SHT"], world["unit-sht"])
    client.force_login(world["unit-jzj"])
    page = html.fromstring(client.get(reverse("task", args=[tasks["JZJ"].pk])).content.decode())
    assert "我方答复" not in page.text_content()
    assert not page.xpath("//li[contains(@class, 'is-done')]")


def test_of_an_abolished_unit_nobody_is_asked_and_the_archives_decide_alone_for_a_reason_on_record(client, world):
    change(world, "abolished")
    batch = world.walked("countersign")
    assert set(asked(batch)) == {"CZT"}
    alone = [row for row in settled(batch) if row.alone]
    assert {row.entry.reference_code for row in alone} == own_codes(batch, world.agencies[0])
    line = LedgerLine.objects.get(act="ask_agencies")
    assert "撤销" in line.facts
    assert "第三十条" in line.facts
    world.countersign(batch, 0)
    assert desks(batch) == ["sign_off"]
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    client.force_login(world["confirmer"])
    text = html.fromstring(client.get(reverse("task", args=[task.pk])).content.decode()).text_content()
    for word in ("档案馆单独审核", "示例省民政厅", "2010-11-21", "档案法实施条例第三十条"):
        assert word in text
    finished(world, batch)
    assert Entry.objects.get(reference_code="Z001-001-0001").access_status == AccessStatus.OPEN


def test_what_the_archives_decide_alone_still_needs_two_reviews(world):
    change(world, "abolished")
    batch = world.walked("second_review")
    assert {row.decision for row in settled(batch)} == {None}
    with pytest.raises(Refusal, match="还有"):
        signing.sign_off(batch=batch, by=world["confirmer"], at=NOW)


def test_a_batch_about_which_nobody_is_asked_goes_on_to_sign_off(world):
    change(world, "abolished")
    Entry.objects.update(agency=world.agencies[0])
    batch = world.walked("sign_off")
    assert desks(batch) == ["sign_off"]
    assert not batch.countersignatures.exists()


def test_what_nobody_is_known_to_answer_for_comes_to_reconciliation_and_does_not_open(world):
    agencies.set_dates(agency=world.agencies[0], from_day=None, to_day=DAY, by="test", at=NOW)
    Entry.objects.update(agency=world.agencies[0])
    batch = world.walked("reconcile")
    assert desks(batch) == ["reconcile"], "though there was nobody to ask"
    lost = disputes(batch)
    assert lost
    assert all(row.decision is None for row in lost)
    opening = {lost[0].batch_entry.pk: Decision(Outcome.OPEN, reason="想开放")}
    with pytest.raises(Refusal, match="不能开放"):
        reconciling.settle(batch=batch, settlements=opening, by=world["reconciler"], at=NOW, today=TODAY)
    later = Decision(Outcome.DEFER, "CN-8-4", TODAY.replace(year=2031), "待查明承接单位")
    (task,) = rehearsal.open_tasks(batch, "reconcile")

    def act(_activation):
        closed = {row.batch_entry.pk: later for row in lost}
        reconciling.settle(batch=batch, settlements=closed, by=world["reconciler"], at=NOW, today=TODAY)
        reconciling.hand_on(batch=batch, by=world["reconciler"], at=NOW)

    rehearsal.work(task, world["reconciler"], act)
    world.walk(batch)
    assert desks(batch) == []
    assert not Entry.objects.filter(access_status=AccessStatus.OPEN).exists()


def test_a_change_recorded_after_the_asking_changes_nothing_in_that_round_and_counts_in_the_next(world):
    batch = world.walked("countersign")
    new = staffed(world, "SHT", "示例省社会厅")
    change(world, "renamed", new)
    assert set(asked(batch)) == {"MZT", "CZT"}
    world.countersign(batch, 0)
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    from review.operations import returning

    rehearsal.work(
        task,
        world["confirmer"],
        lambda _: returning.return_batch(
            batch=batch, from_desk="sign_off", reason="机构已更名", by=world["confirmer"], at=NOW
        ),
        verdict="return",
    )
    world.walk(batch, "countersign")
    again = {task.seed.agency.code for task in rehearsal.open_tasks(batch, "countersign")}
    assert again == {"SHT", "CZT"}
    assert Asked.objects.filter(round=1).exists(), "what was asked before is kept"


def test_of_a_joint_document_the_lead_is_asked_and_sees_who_else_made_it(client, world):
    entry = Entry.objects.get(reference_code="Z001-001-0001")
    JointMaker.objects.create(entry=entry, agency=enter("WST", "示例省卫生厅"))
    batch = world.walked("countersign")
    assert set(asked(batch)) == {"MZT", "CZT"}
    assert "WST" in LedgerLine.objects.get(act="ask_agencies").facts
    (task,) = [task for task in rehearsal.open_tasks(batch, "countersign") if task.seed.agency.code == "MZT"]
    client.force_login(world["unit-mzt"])
    text = html.fromstring(client.get(reverse("task", args=[task.pk])).content.decode()).text_content()
    assert re.search(r"联合发文，并告知：\s*示例省卫生厅", text)


def test_a_successor_answers_only_for_what_it_was_asked_about(world):
    from policies.countersigning import UnitAnswer
    from policies.outcomes import Answer

    new = staffed(world, "SHT", "示例省社会厅")
    change(world, "renamed", new)
    batch = world.walked("countersign")
    foreign = batch.batch_entries.get(entry__reference_code="Z001-001-0005")
    request = batch.countersignatures.get(agency=new)
    with pytest.raises(Refusal, match="不属贵单位"):
        countersigning.record_answers(
            countersignature=request, answers={foreign.pk: UnitAnswer(Answer.AGREE)}, by=world["unit-sht"], at=NOW,
            today=TODAY,
        )  # fmt: skip


# -- pages

READERS = ("planner", "auditor")
OTHERS = ("first", "second", "reconciler", "confirmer", "publisher", "unit-mzt")
FORM = {
    "verb": "register_change", "kind": "split", "day": "2010-03-01", "evidence": "示例编〔2010〕3号",
    "successor": ["示例省财政厅", "WST", "", ""], "function": ["救济", "", "", ""], "superior": "", "designated": "",
}  # fmt: skip


def page_of(client, world, who: str, address: str, **post) -> str:
    client.force_login(world[who])
    answer = client.post(address, post, follow=True) if post else client.get(address)
    assert answer.status_code == 200
    return html.fromstring(answer.content.decode()).text_content()


@pytest.mark.parametrize("who", [*READERS, *OTHERS])
def test_planners_and_auditors_read_the_register_and_planners_write_in_it(client, world, who):
    enter("WST", "示例省卫生厅")
    for address in (reverse("agencies"), reverse("agency", args=["MZT"])):
        client.force_login(world[who])
        answer = client.get(address)
        assert answer.status_code == (200 if who in READERS else 403)
        if who in READERS:
            forms = html.fromstring(answer.content.decode()).xpath("//main//form[@method='post']")
            assert bool(forms) is (who == "planner")
    assert client.post(reverse("agency", args=["MZT"]), FORM).status_code == (302 if who == "planner" else 403)
    assert AgencyChange.objects.exists() is (who == "planner")


def test_a_change_is_recorded_seen_and_withdrawn_on_the_page(client, world):
    enter("WST", "示例省卫生厅")
    address = reverse("agency", args=["MZT"])
    text = page_of(client, world, "planner", address, **FORM)
    for word in (
        "分立",
        "示例编〔2010〕3号",
        "示例省财政厅",
        "(救济)",
        "示例省卫生厅",
        "由“示例省财政厅”、“示例省卫生厅”会同审核",
    ):
        assert word in text, word
    row = AgencyChange.objects.get()
    assert [(s.agency.code, s.function) for s in row.successors.all()] == [("CZT", "救济"), ("WST", "")]
    text = page_of(client, world, "planner", address, verb="withdraw", change=row.pk, reason="登记有误")
    assert "登记有误" in text
    row.refresh_from_db()
    assert row.withdrawn_by == "planner"


def test_who_answered_on_another_day_can_be_asked(client, world):
    new = enter("SHT", "示例省社会厅")
    change(world, "renamed", new)
    address = reverse("agency", args=["MZT"])
    answers = "//dl[contains(@class, 'answers')]"
    client.force_login(world["auditor"])
    for day, name in (("2010-11-20", "示例省民政厅"), ("2010-11-21", "示例省社会厅")):
        page = html.fromstring(client.get(address, {"day": day}).content.decode())
        assert set(page.xpath(f"{answers}//a/text()")) == {name}
    assert client.get(address, {"day": "没有这一天"}).status_code == 200


REFUSED = {
    "no kind": ({"kind": ""}, "变更方式"),
    "no day": ({"day": "去年"}, "自何日起"),
    "no evidence": ({"evidence": " "}, "依据"),
    "a successor that nobody registered": ({"successor": ["某个局"], "function": [""]}, "没有登记机构“某个局”"),
    "a split into one": ({"successor": ["WST"], "function": [""]}, "至少两个"),
    "itself": ({"kind": "renamed", "successor": ["MZT"], "function": [""]}, "不能由自己承接"),
    "a verb that there is not": ({"verb": "set_dates", "from_day": "2010-01-01", "to_day": "2009-01-01"}, "早于"),
}


@pytest.mark.parametrize(("differently", "word"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_recorded_is_refused_with_a_sentence_and_nothing_is_saved(client, world, differently, word):
    enter("WST", "示例省卫生厅")
    client.force_login(world["planner"])
    answer = client.post(reverse("agency", args=["MZT"]), {**FORM, **differently}, follow=True)
    (alert,) = html.fromstring(answer.content.decode()).xpath("//main//*[@role='alert']")
    assert word in alert.text_content()
    assert not AgencyChange.objects.exists()


def test_an_agency_is_entered_found_and_its_entries_counted(client, world):
    text = page_of(
        client,
        world,
        "planner",
        reverse("agencies"),
        verb="add",
        code="Q/1",
        name="示例省气象局",
        from_day="1954-01-01",
    )
    assert "示例省气象局" in text
    text = page_of(client, world, "auditor", reverse("agencies") + "?q=气象")
    assert "1954-01-01" in text
    assert "示例省财政厅" not in text
    assert page_of(client, world, "auditor", reverse("agency", args=["Q/1"]))
    assert re.search(r"Z001 示例省民政厅\s*3\b", page_of(client, world, "auditor", reverse("agency", args=["CZT"])))
    assert "没有找到机构" in page_of(client, world, "auditor", reverse("agencies") + "?q=没有这个")


def test_a_list_is_checked_then_taken_in_on_the_page(client, world):
    text = "机构代码,机构名称,变更方式,变更日期,承接单位,依据\nMZT,示例省民政厅,更名,2010-03-01,SHT,编〔2010〕3号\nSHT,示例省社会厅,,,,\n"

    def sent(content: str, **more) -> str:
        file = SimpleUploadedFile("机构.csv", content.encode())
        return page_of(client, world, "planner", reverse("agencies"), verb="import", file=file, **more)

    assert "只是检查" in sent(text, dry_run="1")
    assert not AgencyChange.objects.exists()
    wrong = sent(text.replace("SHT,编", "没有,编").replace("更名", "改变"))
    assert "未保存任何内容" in wrong
    assert "变更方式须为" in wrong
    assert "一览已导入" in sent(text)
    assert AgencyChange.objects.get().successors.get().agency.code == "SHT"
    assert "没有改变" in sent(text)
    assert "表头有误" in sent("甲,乙\n1,2\n")


def test_the_register_makes_as_many_queries_for_forty_agencies_as_for_three(client, world):
    client.force_login(world["planner"])
    counts = []
    for size in (3, 40):
        for n in range(Agency.objects.count(), size):
            agency = enter(f"A{n}", f"示例机关{n}")
            agencies.register_change(
                agency=agency, kind="merged", day=DAY, successors=[(world.agencies[1], "")], evidence="编〔2010〕1号",
                by="test", at=NOW,
            )  # fmt: skip
        client.get(reverse("agencies"))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("agencies"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("address", [reverse("agencies"), reverse("agency", args=["MZT"])])
def test_the_pages_speak_one_language(client, world, address):
    change(world, "abolished")
    client.force_login(world["planner"])
    for language, english in (("zh-hans", False), ("en", True)):
        client.cookies.load({"django_language": language})
        tree = html.fromstring(client.get(address).content.decode())
        text = " \n ".join(tree.xpath("//main//text()"))
        assert bool(re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)) is english


def test_a_script_in_the_name_of_an_agency_is_shown_and_never_run(client, world):
    enter("X", "<script>alert(1)</script>局")
    client.force_login(world["planner"])
    for address in (reverse("agencies"), reverse("agency", args=["X"])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
