"""The desks of those who come rarely: what a unit agrees to it has seen, what it sees is its own, and how it all ends."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import html

from policies.outcomes import Answer, Stage
from policies.sentences import Refusal
from review.models import Clock, Fonds, Notice, Opinion, PackageReturn
from review.operations import packaging
from review.queries.countersigning import groups_asked, next_asked
from review.queries.decisions import disputes, entries_for, settled, standing, unanswered
from review.queries.overdue import overdue_units
from review.queries.packages import package_now
from review.queries.signing import drawn, since_return
from tests.filled_packages import OBJECT, answered, asked_of, letter, sheet
from tests.workflows.test_pages import catalogue_of
from tests.world import NOW, World, make_world
from workflows import rehearsal
from workflows.views import shown

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def task_of(batch, agency="MZT"):
    return next(task for task in rehearsal.open_tasks(batch, "countersign") if task.seed.agency.code == agency)


def looked(client, world: World, task, query="", who="unit-mzt"):
    client.force_login(world[who])
    answer = client.get(reverse("task", args=[task.pk]) + query)
    return html.fromstring(answer.content.decode()) if answer.status_code == 200 else answer.status_code


def act(client, world: World, task, verb, query="", who="unit-mzt", **data) -> str:
    client.force_login(world[who])
    address = reverse("task", args=[task.pk]) + query
    return client.post(address, {"verb": verb, **data}, follow=True).content.decode()


def said(batch, agency) -> dict[int, str]:
    rows = standing(batch, Stage.COUNTERSIGN).filter(agency=agency)
    return dict(rows.values_list("batch_entry", "answer"))


# -- what a unit agrees to, it has seen


def test_agreement_without_the_list_that_was_looked_at_is_none(client, world):
    batch = world.walked("countersign")
    task = task_of(batch)
    rows = [row.pk for row in entries_for(batch, world.agencies[0])]
    for data in ({}, {"entry": rows}, {"shown": "made:up"}, {"shown": ""}):
        assert "看过的列表" in act(client, world, task, "agree_shown", **data)
    assert not said(batch, world.agencies[0])


def test_a_list_shown_to_another_or_at_another_desk_is_none(client, world):
    batch = world.walked("countersign")
    mine, theirs = task_of(batch), task_of(batch, "CZT")
    token = looked(client, world, theirs, who="unit-czt").xpath("//input[@name='shown']/@value")[0]
    assert "看过的列表" in act(client, world, mine, "agree_shown", shown=token)
    assert "看过的列表" in act(client, world, theirs, "agree_shown", shown=token[:-1] + "x", who="unit-czt")
    assert not said(batch, world.agencies[0])
    assert not said(batch, world.agencies[1])


def test_agreement_covers_the_page_that_was_looked_at_and_no_other(client, db, tmp_path):
    world = make_world(tmp_path, catalogue_of(90))
    batch = world.walked("countersign")
    task = task_of(batch)
    token = looked(client, world, task).xpath("//input[@name='shown']/@value")[0]
    act(client, world, task, "agree_shown", shown=token)
    asked = list(entries_for(batch, world.agencies[0]).order_by("position").values_list("pk", flat=True))
    assert set(said(batch, world.agencies[0])) == set(asked[:50])
    assert len(asked) > 50


def test_what_was_proposed_otherwise_since_is_not_agreed_to(client, world):
    batch = world.walked("countersign")
    task = task_of(batch)
    row = entries_for(batch, world.agencies[0]).first()
    token = shown.signed(SimpleNamespace(user=world["unit-mzt"]), task, [(row.pk, 0)])
    assert "有变" in act(client, world, task, "agree_shown", shown=token)
    assert not said(batch, world.agencies[0])


def test_a_group_is_one_proposal_and_says_how_many_wait(client, db, tmp_path):
    world = make_world(tmp_path, catalogue_of(24))
    batch = world.walked("countersign")
    task = task_of(batch)
    groups = {g.key: g for g in groups_asked(task.seed)}
    assert sum(g.total for g in groups.values()) == entries_for(batch, world.agencies[0]).count()
    assert set(groups) == {"open:", "defer:CN-8-3-PI"}
    page = looked(client, world, task, "?group=defer:CN-8-3-PI")
    titles = [title.text_content() for title in page.xpath("//*[@class='entry__title']")]
    assert len(titles) == groups["defer:CN-8-3-PI"].total == groups["defer:CN-8-3-PI"].left
    assert all("记过处分" in title for title in titles)
    act(client, world, task, "agree_shown", shown=page.xpath("//input[@name='shown']/@value")[0])
    assert {g.key: g.left for g in groups_asked(task.seed)} == {"open:": groups["open:"].left, "defer:CN-8-3-PI": 0}


# -- one question a screen


def test_one_question_after_another_until_none_is_left(client, world):
    batch = world.walked("countersign")
    task = task_of(batch, "CZT")
    rows = list(entries_for(batch, world.agencies[1]).order_by("position"))
    for row in rows:
        page = looked(client, world, task, "?one=all", who="unit-czt")
        assert page.xpath("//h2[@class='ask__title']")[0].text_content() == row.entry.title
        act(client, world, task, "agree", "?one=all", who="unit-czt", entry=row.pk)
    assert set(said(batch, world.agencies[1]).values()) == {"agree"}
    assert not looked(client, world, task, "?one=all", who="unit-czt").xpath("//h2[@class='ask__title']")


def test_what_was_left_for_later_comes_again_at_the_end(world):
    batch = world.walked("countersign")
    asked = task_of(batch, "CZT").seed
    first, second, *_ = entries_for(batch, asked.agency).order_by("position")
    assert next_asked(asked, "all") == first
    assert next_asked(asked, "all", after=first.position) == second
    assert next_asked(asked, "all", after=10**6) == first


def test_a_question_reaches_who_reconciles_and_is_no_answer(client, world):
    batch = world.walked("countersign")
    task = task_of(batch)
    row = entries_for(batch, world.agencies[0]).first()
    due = Clock.objects.get(subject=f"task:{task.pk}").due_on
    act(client, world, task, "ask", entry=row.pk, reason="原件是否有附件？")
    assert row in unanswered(batch, world.agencies[0])
    assert Clock.objects.get(subject=f"task:{task.pk}").due_on == due
    notice = Notice.objects.get(key__startswith="question:")
    assert notice.person == world["reconciler"]
    assert batch.number in notice.text_zh
    assert row.entry.title not in notice.text_zh
    client.force_login(world["reconciler"])
    assert "原件是否有附件？" in client.get(notice.link).content.decode()


def test_an_empty_question_is_refused(client, world):
    batch = world.walked("countersign")
    row = entries_for(batch, world.agencies[0]).first()
    assert "请写明要问什么" in act(client, world, task_of(batch), "ask", entry=row.pk, reason=" ")
    assert not Notice.objects.filter(key__startswith="question:").exists()


# -- its own entries only


@pytest.mark.parametrize("query", ["", "?group=open:", "?one=all", "?left=1", "?size=500"])
def test_a_unit_sees_no_entry_of_another(client, world, query):
    batch = world.walked("countersign")
    text = looked(client, world, task_of(batch), query).text_content()
    others = [row.entry.title for row in entries_for(batch, world.agencies[1])]
    assert others
    assert not [title for title in others if title in text]


def test_neither_by_its_number_nor_in_what_is_carried_away(client, world):
    batch = world.walked("countersign")
    task, foreign = task_of(batch), entries_for(batch, world.agencies[1]).first()
    assert looked(client, world, task, f"?entry={foreign.pk}") == 404
    assert "不属贵单位" in act(client, world, task, "agree", entry=foreign.pk)
    assert looked(client, world, task_of(batch, "CZT"), "?download=sheet") == 403
    client.force_login(world["unit-mzt"])
    file = client.get(reverse("task", args=[task.pk]) + "?download=sheet")
    path = world.folder / "mine.xlsx"
    path.write_bytes(file.content)
    import openpyxl

    cells = {
        str(c.value) for page in openpyxl.load_workbook(path) for row in page.iter_rows() for c in row if c.value
    }
    assert entries_for(batch, world.agencies[0]).first().entry.title in cells
    assert foreign.entry.title not in cells


def test_earlier_answers_are_for_their_own_unit(client, world):
    world.walked("")
    for who, code, status in (("unit-mzt", "MZT", 200), ("unit-mzt", "CZT", 404), ("reconciler", "MZT", 404)):
        client.force_login(world[who])
        assert client.get(reverse("unit-answers", args=[code])).status_code == status
    client.logout()
    assert client.get(reverse("unit-answers", args=["MZT"])).status_code == 302


# -- on paper, by the unit itself


def uploaded(client, world, task, path, verb="upload", field="sheet"):
    client.force_login(world.people.units[task.seed.agency_id])
    files = {field: SimpleUploadedFile(path.name, path.read_bytes())}
    return client.post(reverse("task", args=[task.pk]), {"verb": verb, **files}, follow=True).content.decode()


def test_the_sheet_brought_back_records_every_answer_and_hands_nothing_in(client, world):
    batch = world.walked("countersign")
    task = task_of(batch)
    package = package_now(task.seed, NOW)
    path = answered(package, world.folder / "s.xlsx", OBJECT)
    uploaded(client, world, task, path)
    answers = said(batch, world.agencies[0])
    assert sorted(set(answers.values())) == ["agree", "object"]
    assert not unanswered(batch, world.agencies[0]).exists()
    task.seed.refresh_from_db()
    assert task.seed.answered_at is None
    assert not asked_of(batch).packages.exists(), "a sheet that was only carried away leaves no version"


def test_a_faulty_sheet_is_shown_and_records_nothing(client, world):
    batch = world.walked("countersign")
    task = task_of(batch)
    page = uploaded(client, world, task, sheet(package_now(task.seed, NOW), world.folder / "s.xlsx"))
    assert "没有答复。空白不等于同意。" in page
    assert not said(batch, world.agencies[0])
    path = world.folder / "no.xlsx"
    path.write_bytes(b"no workbook")
    assert 'role="alert"' in uploaded(client, world, task, path)


def test_the_sealed_letter_is_kept_with_the_answer_and_answers_nothing(client, world):
    batch = world.walked("countersign")
    task = task_of(batch)
    page = uploaded(client, world, task, letter(world.folder).path, verb="attach", field="letter")
    assert "回函.png" in page
    kept = PackageReturn.objects.get()
    assert (kept.file_digest, kept.answers) == ("", 0)
    assert unanswered(batch, world.agencies[0]).count() == entries_for(batch, world.agencies[0]).count()
    client.force_login(world["reconciler"])
    archives = client.get(reverse("package", args=[batch.number, task.seed.pk])).content.decode()
    assert reverse("returned-file", args=[batch.number, kept.pk, "letter"]) in archives
    assert reverse("returned-file", args=[batch.number, kept.pk, "sheet"]) not in archives
    assert client.get(reverse("returned-file", args=[batch.number, kept.pk, "letter"])).status_code == 200
    assert client.get(reverse("returned-file", args=[batch.number, kept.pk, "sheet"])).status_code == 404


def test_the_unit_reads_what_no_answer_means_and_by_which_law(client, world):
    batch = world.walked("countersign")
    task = task_of(batch)
    client.force_login(world["unit-mzt" if task.seed.agency.code == "MZT" else "unit-czt"])
    answer = client.get(reverse("task", args=[task.pk]))
    assert "workflows/countersign_foot.html" in {template.name for template in answer.templates}
    page = answer.content.decode()
    assert "未答复不等于同意" in page and "档案法第三十条" in page


def test_a_letter_that_is_none_is_not_kept(client, world):
    batch = world.walked("countersign")
    path = world.folder / "letter.pdf"
    path.write_bytes(b"signed and sealed")
    assert "完整的 PDF" in uploaded(client, world, task_of(batch), path, verb="attach", field="letter")
    assert not PackageReturn.objects.exists()


def test_nobody_but_the_unit_attaches_its_letter(world):
    from django.core.exceptions import PermissionDenied

    asked = asked_of(world.walked("countersign"))
    for who in ("reconciler", "unit-czt" if asked.agency.code == "MZT" else "unit-mzt"):
        with pytest.raises(PermissionDenied):
            packaging.attach_letter(countersignature=asked, letter=letter(world.folder), by=world[who], at=NOW)


# -- what became of it


def test_a_unit_learns_how_each_answer_ended(client, world):
    batch = world.walked("", objections=2)
    differed = Opinion.objects.filter(stage=Stage.COUNTERSIGN, answer=Answer.OBJECT).order_by("pk")
    assert differed.count() == 2
    agency = differed[0].agency
    client.force_login(world.people.units[agency.pk])
    page = html.fromstring(client.get(reverse("unit-answers", args=[agency.code])).content.decode())
    rows = page.xpath("//li[contains(@class, 'entry')]")
    assert len(rows) == Opinion.objects.filter(stage=Stage.COUNTERSIGN, agency=agency).count()
    text = page.text_content()
    assert "双方当面协商一致" in text
    assert batch.release.number in text
    only = html.fromstring(client.get(reverse("unit-answers", args=[agency.code]) + "?differing=1").content.decode())
    assert len(only.xpath("//li[contains(@class, 'entry')]")) == 2


# -- differences


def in_difference(world, objections=2):
    batch = world.walked("reconcile", objections=objections)
    return batch, rehearsal.open_tasks(batch, "reconcile")[0]


@pytest.mark.parametrize(("side", "outcome"), [("archives", "open"), ("unit", "defer")])
def test_a_difference_is_settled_as_one_side_holds_with_the_record_of_it(client, world, side, outcome):
    batch, task = in_difference(world)
    row = disputes(batch)[0]
    data = {"entry": row.batch_entry.pk, "as": side, "who": "reconciler"}
    act(client, world, task, "settle", reason="", **data)
    assert len(disputes(batch)) == 2, "without the record nothing is settled"
    act(client, world, task, "settle", reason="双方面商", **data)
    (after,) = [r for r in settled(batch) if r.batch_entry == row.batch_entry]
    assert after.decision.outcome == outcome
    assert len(disputes(batch)) == 1


def test_open_differences_come_first_and_the_first_is_ready_to_be_settled(client, world):
    batch, task = in_difference(world)
    first, second = disputes(batch)
    act(client, world, task, "settle", who="reconciler", entry=first.batch_entry.pk, reason="面商", **{"as": "unit"})
    page = looked(client, world, task, who="reconciler")
    assert page.xpath("//li[@data-step]/@id") == [f"e{second.batch_entry.pk}", f"e{first.batch_entry.pk}"]
    assert [li.get("id") for li in page.xpath("//li[@data-step][.//details[@open]]")] == [f"e{second.batch_entry.pk}"]


def test_both_sides_stand_with_hand_day_and_reason(client, world):
    _, task = in_difference(world)
    text = looked(client, world, task, who="reconciler").xpath("//*[@class='facing']")[0].text_content()
    for word in ("沈望山", timezone.localdate().isoformat(), "内容涉及尚未了结的事项", "第八条第二项"):
        assert word in text


def test_minutes_with_one_unit_stand_on_its_differences_alone(client, world):
    batch = world.walked("countersign")
    for task in rehearsal.open_tasks(batch, "countersign"):
        rehearsal.countersign(task, world.people.units[task.seed.agency_id], objections=1)
    (task,) = rehearsal.open_tasks(batch, "reconcile")
    act(client, world, task, "state_all", "?unit=CZT", who="reconciler", kind="archives", text="早已见报")
    assert {row.answer.agency.code for row in disputes(batch) if row.batch_entry.statements.exists()} == {"CZT"}


def test_silent_units_stand_with_their_days(world):
    batch = world.walked("countersign")
    clock = Clock.objects.filter(batch=batch, kind="countersign").first()
    later = clock.due_on + timedelta(days=9)
    assert not overdue_units(Fonds.objects.all(), clock.due_on)
    assert {(row.agency, row.days, row.lapsed) for row in overdue_units(Fonds.objects.all(), later)} == {
        (agency, 9, False) for agency in world.agencies
    }
    task = task_of(batch, "CZT")
    with task.activation() as activation:
        activation.flow_task.lapses(activation)
    assert {row.agency.code for row in overdue_units(Fonds.objects.all(), later) if row.lapsed} == {"CZT"}
    assert not overdue_units(Fonds.objects.none(), later)


# -- the page that is signed


def test_the_same_number_draws_the_same_entries_and_another_others(world):
    rows = settled(world.walked("sign_off"))
    assert drawn(rows, 7) == drawn(rows, 7)
    assert any(drawn(rows, 7) != drawn(rows, n) for n in range(20))
    assert all(row.decision.outcome.opens for row in drawn(rows, 7, "open"))
    assert not any(row.decision.outcome.opens for row in drawn(rows, 7, "closed"))


def test_three_samples_are_opened_in_place(client, world):
    batch = world.walked("sign_off")
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    page = looked(client, world, task, "?draw=7", who="confirmer")
    wanted = [row.entry.reference_code for row in drawn(settled(batch), 7)]
    found = page.xpath("//*[@id='samples']//summary/*[@class='code']")
    assert [code.text_content() for code in found] == wanted


def test_what_a_return_changed_is_said(client, world):
    batch = world.walked("sign_off")
    assert since_return(batch, settled(batch)) is None
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    act(client, world, task, "return", who="confirmer", to="first_review", reason="请再看第一条")
    world.walk(batch, "sign_off", objections=0)
    since = since_return(batch, settled(batch))
    assert since.returned.reason == "请再看第一条"
    assert len(since.changed) == 1, "the unit wanted one closed in the first round, and in the second nothing"
    (task,) = rehearsal.open_tasks(batch, "sign_off")
    assert since.changed[0].entry.reference_code in looked(client, world, task, who="confirmer").text_content()


# -- at what price


def priced(client, folder, size, page) -> int:
    folder.mkdir()
    with transaction.atomic():
        world = make_world(folder, catalogue_of(size))
        address, who = page(world)
        client.force_login(world[who])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        transaction.set_rollback(True)
    return len(captured)


def desk_of(query):
    return lambda world: (reverse("task", args=[task_of(world.walked("countersign")).pk]) + query, "unit-mzt")


def answers_of_unit(world):
    world.walked("sign_off")
    return reverse("unit-answers", args=["MZT"]), "unit-mzt"


PAGES = {
    "one": desk_of("?one=all"),
    "group": desk_of("?group=open:"),
    "left": desk_of("?left=1&size=500"),
    "answers": answers_of_unit,
}


@pytest.mark.parametrize("page", PAGES)
def test_as_many_queries_for_forty_entries_as_for_four(client, db, tmp_path, page):
    few = priced(client, tmp_path / "few", 4, PAGES[page])
    many = priced(client, tmp_path / "many", 40, PAGES[page])
    assert few == many


def test_the_act_of_a_refusal_says_what_to_do():
    with pytest.raises(Refusal, match="再同意"):
        shown.shown_by(SimpleNamespace(user=SimpleNamespace(pk=1), POST={}), SimpleNamespace(pk=1))
