"""The leader's view: every number is what one counts by hand, every link leads to just these, and no other fonds is in it."""

import re
import zipfile
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from review.models import AccessStatus, Asked, Batch, Countersignature, Entry, Fonds, Opinion
from review.operations import appointing, returning, reviewing
from review.queries import overview
from review.queries.due import due_on
from tests.shelf import make_entries, make_entry, make_intake
from tests.world import NOW, TODAY, World
from workflows import rehearsal, standing
from workflows.views.overview import scope_of

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def other(world) -> Fonds:
    """A second fonds with entries of every kind, over which nobody of the cast holds any right."""
    fonds = appointing.register_fonds(code="Z002", title="另一全宗", creating_agency=None, by="test", at=NOW)
    intake = make_intake(fonds, world["planner"])
    make_entries(intake, 7, date(1960, 1, 1))
    make_entries(intake, 3, date(1961, 1, 1), access_status=AccessStatus.OPEN)
    make_entries(
        intake, 2, date(1962, 1, 1), access_status=AccessStatus.DEFERRED, ground="CN-8-2", opens_on=date(2050, 1, 1)
    )
    return fonds


def closed_batch(world: World) -> Batch:
    """A batch of which nothing opens, at its end."""
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    later = Decision(Outcome.DEFER, "CN-8-2", TODAY.replace(year=2036))

    def defer_all(_activation):
        rows = {row.pk: later for row in batch.batch_entries.all()}
        reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions=rows, by=world["first"], at=NOW, today=TODAY
        )

    rehearsal.work(task, world["first"], defer_all)
    return world.walk(batch, objections=0)


def page(client, world: World, who: str = "manager", query: str = "", language: str = "en"):
    client.force_login(world[who])
    client.cookies.load({"django_language": language})
    answer = client.get(reverse("overview") + query)
    assert answer.status_code == 200
    return answer.context["o"], html.fromstring(answer.content.decode())


def by_hand(fonds: Fonds, year: int | None = None) -> dict[str, int]:
    """The entries of a fonds counted one by one."""
    entries = [
        e for e in Entry.objects.filter(fonds=fonds) if year is None or (e.latest and due_on(e.latest).year == year)
    ]
    waiting = [e for e in entries if e.access_status in ("not_reviewed", "legacy_control") and e.latest]
    due = [e for e in waiting if due_on(e.latest) <= timezone.localdate()]
    return {
        "all": len(entries),
        "open": sum(e.access_status == "open" for e in entries),
        "deferred": sum(e.access_status == "deferred" for e in entries),
        "undecided": len(due),
        "later": len(waiting) - len(due),
        "overdue": sum(due_on(e.latest).year < timezone.localdate().year for e in due),
    }


# -- true


def test_the_numbers_of_a_walked_batch_are_those_counted_by_hand(client, world, other):
    world.walked("")
    found, _tree = page(client, world)
    (line,) = found.by_fonds
    said = {name: getattr(line.tally, name) for name in overview.TALLIED}
    assert said == by_hand(world.fonds)
    assert said["open"] > 0
    assert said["deferred"] > 0
    grounds = {code: count for code, count, *_rest in found.grounds}
    deferred = Entry.objects.filter(fonds=world.fonds, access_status=AccessStatus.DEFERRED)
    assert grounds == {g: deferred.filter(ground=g).count() for g in deferred.values_list("ground", flat=True)}


def test_each_year_is_counted_by_hand(client, world, other):
    world.walked("")
    found, _tree = page(client, world)
    for row in found.years.rows:
        if row.name.isdigit():
            assert {n: getattr(row.tally, n) for n in overview.TALLIED} == by_hand(world.fonds, int(row.name)), (
                row.name
            )
    dated = Entry.objects.filter(fonds=world.fonds, latest__isnull=False).count()
    assert found.years.total.all == sum(row.tally.all for row in found.years.rows) == dated


def test_of_one_year_only_what_falls_due_in_it_is_counted(client, world):
    world.walked("")
    found, _tree = page(client, world, query="?year=1988")
    said = {name: getattr(found.total, name) for name in overview.TALLIED}
    assert said == by_hand(world.fonds, 1988)
    assert said["all"] == 1


@given(st.dates(date(1912, 1, 1), date(2060, 12, 31)))
def test_all_that_is_formed_in_one_year_falls_due_in_one_year(day):
    assert due_on(day).year == due_on(date(day.year, 7, 1)).year


def test_every_number_with_a_link_is_the_number_of_entries_behind_it(client, world, other):
    world.walked("")
    _found, tree = page(client, world)
    links = {a.get("href"): a.text_content() for a in tree.xpath("//main//td//a") if "/due/entries/" in a.get("href")}
    assert len(links) > 20
    for address, said in links.items():
        behind = html.fromstring(client.get(address).content.decode())
        assert int(behind.xpath("//h1/span")[0].text) == int(said), address


def test_a_column_of_the_picture_says_and_opens_what_it_shows(client, world):
    _found, tree = page(client, world)
    columns = tree.xpath("//*[local-name()='svg']//*[local-name()='a']")
    assert columns
    for column in columns:
        number = int(re.search(r": (\d+) ", column.get("aria-label"))[1])
        behind = html.fromstring(client.get(column.get("href")).content.decode())
        assert int(behind.xpath("//h1/span")[0].text) == number


def test_the_picture_shows_a_year_as_high_as_its_entries_are_many(client, world):
    found, _tree = page(client, world)
    heights = [
        (column.total, sum(float(block.height) for block in column.blocks)) for column in found.years.chart.columns
    ]
    tallest = max(heights)
    for total, height in heights:
        assert height == pytest.approx(tallest[1] * total / tallest[0], abs=1.5)


# -- where batches stand


@pytest.mark.parametrize("desk", list(standing.DESKS))
def test_a_batch_is_counted_at_the_desk_where_it_waits_and_at_no_other(client, world, desk):
    batch = world.walked(desk)
    found, _tree = page(client, world)
    for one in found.road.desks:
        here = rehearsal.open_tasks(batch, one.name)
        assert one.batches == bool(here), one.name
        assert one.entries == (batch.batch_entries.count() if here else 0)
        assert one.oldest == (timezone.localdate(here[0].created) if here else None)
    assert sum(one.batches for one in found.road.desks) == 1


def test_a_desk_counts_what_it_passed_on_once_however_many_units_answered(world):
    batch = world.walked("reconcile")
    road = standing.standing_of([world.fonds.pk], timezone.now())
    assert len(rehearsal.open_tasks(batch)) == 1
    for name in ("first_review", "second_review", "sample", "countersign"):
        assert road.desk(name).passed == batch.batch_entries.count(), name
    assert road.desk("release").passed == 0


def test_a_desk_lists_its_batches_and_the_units_that_are_silent(client, world):
    batch = world.walked("countersign")
    client.force_login(world["manager"])
    text = html.fromstring(client.get(reverse("overview-desk", args=["countersign"])).content.decode()).text_content()
    assert batch.number in text
    assert "示例省民政厅" in text
    assert client.get(reverse("overview-desk", args=["nowhere"])).status_code == 404
    only = client.get(reverse("overview-desk", args=["countersign"]) + "?agency=CZT")
    assert [row.agency.code for row, _days in only.context["requests"]] == ["CZT"]


# -- whom we wait for


def test_a_silent_unit_is_counted_in_days_since_it_was_asked(client, world):
    batch = world.walked("countersign")
    Countersignature.objects.filter(agency__code="CZT").update(asked_at=timezone.now() - timedelta(days=40))
    found, _tree = page(client, world)
    said = {one.agency.code: one for one, _bar in found.silences}
    assert said["CZT"].days == 40
    assert said["CZT"].entries == Asked.objects.filter(countersignature__agency__code="CZT").count()
    assert next(one.agency.code for one, _bar in found.silences) == "CZT"
    assert batch.countersignatures.count() == 2


def test_who_has_answered_is_not_waited_for(client, world):
    batch = world.walked("countersign")
    task = next(t for t in rehearsal.open_tasks(batch, "countersign") if t.seed.agency.code == "CZT")
    rehearsal.countersign(task, world["unit-czt"], objections=0)
    found, _tree = page(client, world)
    said = {one.agency.code: one for one, _bar in found.silences}
    assert (said["CZT"].open, said["CZT"].days, said["CZT"].answered) == (0, 0, 1)
    assert said["MZT"].open == 1


def test_a_request_of_a_round_that_was_sent_back_is_waited_for_no_more(world):
    batch = world.walked("sign_off")
    returning.return_batch(
        batch=batch, from_desk="sign_off", reason="重新审核", by=world["confirmer"], at=timezone.now()
    )
    Countersignature.objects.filter(batch=batch).update(answered_at=None, answered_by=None)
    road = standing.standing_of([world.fonds.pk], timezone.now())
    silent = overview.silences([world.fonds.pk], road.requests, TODAY)
    assert all(one.open == 0 for one in silent)


# -- what was recorded, and how it goes on


def test_what_a_released_batch_recorded_is_counted_in_its_year(client, world):
    batch = world.walked("")
    found, _tree = page(client, world)
    ((year, opened, deferred, referred),) = found.decided
    assert year == timezone.localdate().year
    assert opened == Entry.objects.filter(fonds=world.fonds, access_status=AccessStatus.OPEN).count()
    assert deferred == Entry.objects.filter(fonds=world.fonds, access_status=AccessStatus.DEFERRED).count()
    assert opened + deferred + referred == batch.batch_entries.count()
    assert found.weeks == [batch.batch_entries.count()]


def test_a_batch_that_was_signed_and_is_not_at_its_end_has_recorded_nothing(client, world):
    world.walked("consent")
    found, _tree = page(client, world)
    assert found.decided == []
    assert found.weeks == []
    assert found.backlog is None


def test_a_batch_of_which_nothing_opens_is_recorded_all_the_same(world):
    batch = closed_batch(world)
    (row,) = overview.recorded_by([world.fonds.pk])
    assert (row.batch, row.opened, row.deferred) == (batch.pk, 0, batch.batch_entries.count() - row.referred)
    assert not Batch.objects.filter(pk=batch.pk, releases__isnull=False).exists()


def test_weeks_are_counted_back_from_today():
    rows = [
        overview.Recorded(n, 1, None, TODAY - timedelta(days=days), 1, 0, 0)
        for n, days in enumerate((0, 6, 7, 13, 14, 100))
    ]
    assert overview.weekly(rows, TODAY) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2]
    assert overview.weekly(rows[:2], TODAY) == [2]


def test_agreement_and_reversal_are_those_of_the_opinions(client, world):
    batch = world.walked("second_review")
    rehearsal.second_review(batch, world["second"])
    found, _tree = page(client, world)
    first = {
        o.batch_entry_id: (o.outcome, o.ground) for o in Opinion.objects.filter(stage="first_review", standing=True)
    }
    second = {
        o.batch_entry_id: (o.outcome, o.ground) for o in Opinion.objects.filter(stage="second_review", standing=True)
    }
    assert found.hands.agreement.entries == len(second)
    assert found.hands.agreement.same == sum(first[pk] == second[pk] for pk in second)
    assert found.hands.reversed == sum(first[pk] != second[pk] for pk in second)


# -- for whom, and of nothing else


PEOPLE = {
    "manager": 200, "confirmer": 200, "confirmer2": 200, "auditor": 200, "planner": 403, "first": 403, "sampler": 403,
    "publisher": 403, "authority": 403, "keeper": 403, "unit-mzt": 403,
}  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_the_overview_is_for_whoever_leads_or_audits(client, world, who):
    client.force_login(world[who])
    for address in (reverse("overview"), reverse("overview-sheet"), reverse("overview-desk", args=["release"])):
        assert client.get(address).status_code == PEOPLE[who], address


def test_another_fonds_is_in_no_number_and_under_no_address(client, world, other):
    found, tree = page(client, world)
    assert found.total.all == Entry.objects.filter(fonds=world.fonds).count()
    assert found.years.total.open == 0
    assert "Z002" not in tree.text_content()
    assert client.get(reverse("overview") + "?fonds=Z002").status_code == 404
    assert client.get(reverse("due-entries") + "?fonds=Z002").status_code == 404


def test_whoever_plans_more_than_he_leads_finds_behind_a_number_only_what_it_counts(client, world, other):
    appointing.appoint(person=world["manager"], role="planner", over=other, by="test", at=NOW)
    _found, tree = page(client, world)
    links = {a.get("href"): a.text_content() for a in tree.xpath("//main//td//a") if "/due/entries/" in a.get("href")}
    for address, said in links.items():
        behind = html.fromstring(client.get(address).content.decode())
        assert int(behind.xpath("//h1/span")[0].text) == int(said), address


@pytest.mark.parametrize("query", ["?year=nineteen", "?year=12", "?year=99999", "?fonds=nowhere", "?year=１９８８"])
def test_what_no_form_asks_is_not_found(client, world, query):
    client.force_login(world["manager"])
    assert client.get(reverse("overview") + query).status_code == 404


# -- to take away


def test_the_workbook_and_the_paper_say_what_the_page_says(client, world):
    world.walked("")
    found, _tree = page(client, world)
    book = openpyxl.load_workbook(BytesIO(client.get(reverse("overview-sheet")).content))
    rows = list(book.worksheets[4].iter_rows(values_only=True))
    (line,) = found.by_fonds
    assert rows[1][:7] == ("Z001", "示例省民政厅", *(count for _state, count, _link in line.cells))
    answer = client.get(reverse("overview-pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_nothing_in_the_workbook_is_a_formula(client, world):
    Fonds.objects.update(title="=1+1")
    client.force_login(world["manager"])
    answer = client.get(reverse("overview-sheet"))
    archive = zipfile.ZipFile(BytesIO(answer.content))
    for name in archive.namelist():
        assert b"<f>" not in archive.read(name)


# -- at what price


def test_the_overview_asks_as_many_questions_of_many_as_of_few(client, world):
    intake = make_intake(world.fonds, world["planner"])
    world.walked("countersign")
    client.force_login(world["manager"])
    counts = []
    for more in (1, 12):
        make_entries(intake, more, date(1970, 1, 1))
        make_entry(intake, f"D-{more}", "关于会议的通知", date(1980 + more, 1, 1))
        world.batch()
        client.get(reverse("overview"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("overview")).status_code == 200
        counts.append(len(asked))
    assert Batch.objects.count() == 3
    assert counts[0] == counts[1] <= 45


def test_what_is_asked_is_kept_in_the_address(rf, world):
    request = rf.get("/overview/?year=1988")
    request.user = world["manager"]
    scope = scope_of(request)
    assert scope.query == "?year=1988"
    assert scope.one == world.fonds
