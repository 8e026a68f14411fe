"""The due list: every number is the number of entries behind it, however due is counted, at any size."""

import itertools
from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from policies.dates import DateSpan, due_date
from policies.sentences import Refusal
from review.models import Batch, Entry, Fonds
from review.operations import planning
from review.queries import due
from review.queries.due import COUNTED, Choice, chosen, due_tables, entries_held, last_due, periods_of
from review.queries.holdings import due_list
from tests.shelf import another_agency, make_entries, make_entry, make_intake, make_series
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

days = st.dates(date(1949, 1, 1), date(2060, 12, 31))


@given(latest=days, today=days, mode=st.sampled_from(["exact", "next_january"]))
def test_the_last_day_that_is_due_is_the_policys(latest, today, mode):
    policy = due_date(DateSpan(latest, latest, ""), mode=mode) <= today
    assert (latest <= due._last_due(today, 25, mode)) is policy


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2025, 2, 28), date(2000, 2, 28)),  # of 29 February 2000 the term ends on 1 March
        (date(2025, 3, 1), date(2000, 3, 1)),
        (date(2028, 2, 29), date(2003, 2, 28)),
    ],
)
def test_29_february_is_counted_as_the_policy_counts_it(today, last):
    assert last_due(today) == last


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
def test_the_periods_follow_one_another_without_a_gap(today):
    periods = periods_of(today)
    assert (periods[0].first, periods[-1].last) == (None, None)
    for one, other in itertools.pairwise(periods):
        assert one.last + timedelta(days=1) == other.first
    months = [period for period in periods if period.kind == "month"]
    assert len(months) == 12
    assert months[0].first <= today <= months[0].last


@pytest.fixture
def shelf(world):
    """The world's fonds with entries of every kind."""
    intake = make_intake(world.fonds, world["planner"])
    other = another_agency("JTT", "示例省交通厅")
    for month in range(1, 13):
        make_entry(intake, f"K-{month:03d}", "关于会议的通知", date(2001, month, 15), agency=other)
    make_entry(intake, "S-1", "", date(1990, 1, 1), stub=True, classification="绝密★长期")
    make_entry(intake, "N-1", "关于来源不明的通知", date(2003, 1, 1), agency=None)
    make_entry(intake, "C-1", "关于限制的通知", date(2005, 1, 1), access_condition="控制使用")
    make_entry(intake, "U-1", "关于无日期的通知", None)
    make_entry(intake, "F-1", "关于普及义务教育工作情况的报告", date(2025, 12, 31))
    return intake


def test_every_number_is_the_number_of_entries_behind_it(client, world, shelf):
    world.batch()
    client.force_login(world["auditor"])
    tree = html.fromstring(client.get(reverse("due")).content.decode())
    links = {a.get("href"): int(a.text_content()) for a in tree.xpath("//table//td/a")}
    assert len(links) > 30
    for address, number in links.items():
        page = html.fromstring(client.get(address).content.decode())
        assert int(page.xpath("//h1/span")[0].text) == number, address


def test_the_three_tables_add_up_to_the_same(world, shelf):
    tables = due_tables(Fonds.objects.all(), TODAY)
    for table in (tables.by_time, tables.by_fonds, tables.by_agency):
        for name in COUNTED:
            assert sum(getattr(line.counts, name) for line in table) == getattr(tables.total, name)
    assert tables.total.all == Entry.objects.count()


def test_each_state_counts_what_it_says(world, shelf):
    held = entries_held(Fonds.objects.all())

    def codes(state: str) -> set[str]:
        return set(chosen(held, Choice(state), TODAY).values_list("reference_code", flat=True))

    assert codes("undated") == {"Z001-001-0010", "U-1"}
    assert "S-1" in codes("stubs") & codes("due"), "a stub is due too: to be referred"
    assert codes("early") == {"K-012", "N-1", "F-1", "Z001-001-0009"}, "no mark, no condition, not due"
    assert codes("ahead") - codes("early") == {"C-1"}
    assert codes("overdue") == codes("due")
    batch = world.batch()
    assert codes("due") == set()
    assert codes("under_review") == set(batch.batch_entries.values_list("entry__reference_code", flat=True))


def test_what_was_in_a_batch_and_not_decided_is_due_and_not_overdue(world):
    intake = make_intake(world.fonds, world["planner"])
    entry = make_entry(intake, "A-1", "关于会议的通知", date(1960, 1, 1))
    batch = planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, codes=["A-1"])
    batch.batch_entries.update(live=False)
    held = entries_held(Fonds.objects.all()).filter(pk=entry.pk)
    assert chosen(held, Choice("due"), TODAY).exists()
    assert not chosen(held, Choice("overdue"), TODAY).exists()


def test_the_due_list_and_the_tables_agree_in_either_way_of_counting(world, shelf, settings):
    for mode in ("exact", "next_january"):
        settings.DUE_MODE = mode
        (line,) = due_list(Fonds.objects.all(), TODAY)
        assert line.due == due_tables(Fonds.objects.all(), TODAY).total.due
    assert not chosen(entries_held(Fonds.objects.all()), Choice("due"), TODAY).filter(latest__year=2001).exists()


def test_an_odd_way_of_counting_stops_the_start(monkeypatch):
    from config import settings as read

    monkeypatch.setenv("QIFENG_DUE_MODE", "sometime")
    with pytest.raises(ImproperlyConfigured, match="QIFENG_DUE_MODE"):
        read._due_mode()


@pytest.mark.parametrize("page", ["due", "due-entries", "due-sheet"])
def test_the_pages_ask_as_many_questions_of_20_rows_as_of_2(client, world, page):
    intake = make_intake(world.fonds, world["planner"])
    client.force_login(world["planner"])
    counts = []
    for more in (2, 18):
        make_entries(intake, more, date(1970, 1, 1))
        another = another_agency(f"X{more}", f"示例省第{more}局")
        make_entries(intake, more, date(2010, 1, 1), agency=another)
        client.get(reverse(page))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse(page)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20


PEOPLE = {"planner": 200, "auditor": 200, "manager": 200, "confirmer": 200, "first": 403, "unit-mzt": 403}


@pytest.mark.parametrize("who", PEOPLE)
def test_the_due_list_is_for_whoever_plans_leads_or_audits(client, world, who):
    client.force_login(world[who])
    for page in ("due", "due-entries", "due-sheet"):
        assert client.get(reverse(page)).status_code == PEOPLE[who]


@pytest.mark.parametrize(
    "asked", ["state=nonsense", "from=yesterday", "to=0001-01-01", "agency=x", "series=-1", "fonds=ZZ"]
)
def test_an_address_that_no_page_of_ours_gives_is_not_found(client, world, asked):
    client.force_login(world["planner"])
    assert client.get(f"{reverse('due-entries')}?{asked}").status_code == 404


def test_the_workbook_has_the_numbers_of_the_page(client, world, shelf, tmp_path):
    import openpyxl

    client.force_login(world["planner"])
    path = tmp_path / "due.xlsx"
    path.write_bytes(client.get(reverse("due-sheet")).content)
    rows = list(openpyxl.load_workbook(path).active.values)
    total = due_tables(Fonds.objects.all(), TODAY).total
    assert sum(row[5 + COUNTED.index("all")] for row in rows[1:]) == total.all


# -- cutting a batch of a part of the list


def cut(world, **choice) -> set[str]:
    batch = planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, choice=Choice(**choice))
    return set(batch.batch_entries.values_list("entry__reference_code", flat=True))


def test_a_batch_is_cut_of_the_years_of_the_list(world):
    assert cut(world, state="due", due_from=date(1988, 1, 1), due_to=date(1989, 12, 31)) == {
        "Z001-001-0002", "Z001-001-0003",
    }  # fmt: skip


def test_a_batch_is_cut_of_one_agency(world):
    assert cut(world, state="due", agency=world.agencies[1].pk) == {"Z001-001-0005", "Z001-001-0006", "Z001-001-0007"}


def test_a_batch_is_cut_of_a_series_and_all_below_it(world):
    intake = make_intake(world.fonds, world["planner"])
    top = make_series(intake, "S1", "一")
    below = make_series(intake, "S1-1", "二", top)
    make_entry(intake, "A-1", "关于会议的通知", date(1960, 1, 1), series=top)
    make_entry(intake, "A-2", "关于会议的通知", date(1960, 1, 1), series=below)
    make_entry(intake, "A-3", "关于会议的通知", date(1960, 1, 1), series=make_series(intake, "S2", "三"))
    assert cut(world, state="due", series=top.pk) == {"A-1", "A-2"}


def test_of_the_early_candidates_only_those_the_rules_open_early_are_taken(world, shelf):
    assert cut(world, state="early") == {"F-1"}


def test_the_due_alone_leave_the_early_candidates_out(world, shelf):
    assert "F-1" not in cut(world, state="due")


def test_a_batch_of_everything_is_cut_as_before(world, shelf):
    assert "F-1" in cut(world)


def test_nothing_is_cut_of_what_is_not_due_and_not_early(world, shelf):
    with pytest.raises(Refusal, match="无须组批"):
        cut(world, due_from=date(2030, 1, 1), due_to=date(2030, 12, 31))
    with pytest.raises(ValueError, match="undated"):
        cut(world, state="undated")


def test_the_planner_cuts_a_batch_from_a_cell_and_the_auditor_sees_no_button(client, world, shelf):
    address = f"{reverse('due-entries')}?fonds=Z001&state=due&agency={world.agencies[1].pk}"
    client.force_login(world["auditor"])
    assert "start/" not in client.get(address).content.decode()
    client.force_login(world["planner"])
    form = html.fromstring(client.get(address).content.decode()).xpath("//form[contains(@action, 'start')]")[0]
    fields = dict(form.fields)
    answer = client.post(form.action, fields)
    assert answer.status_code == 302
    batch = Batch.objects.get()
    assert set(batch.batch_entries.values_list("entry__agency", flat=True)) == {world.agencies[1].pk}
    client.force_login(world["auditor"])
    assert client.post(form.action, fields).status_code == 404


def test_what_is_no_part_to_be_cut_is_not_found(client, world):
    client.force_login(world["planner"])
    assert client.post(reverse("start-batch", args=["Z001"]), {"state": "open"}).status_code == 404


# -- what the rules see of an entry


def test_the_rules_see_scope_persons_keywords_and_the_file_an_item_lies_in(world):
    from review.queries.records import record_of

    intake = make_intake(world.fonds, world["planner"])
    file = make_entry(intake, "F-9", "干部处分案卷", date(1960, 1, 1), level="file")
    item = make_entry(
        intake,
        "F-9-1",
        "通知",
        date(1960, 1, 1),
        parent=file,
        scope="提要",
        persons="王建业",
        keywords="处分",
        notes="附注",
    )
    assert record_of(item).notes == "附注\n提要\n王建业\n处分\npart of: 干部处分案卷"


def test_screening_asks_as_many_questions_of_20_items_as_of_2(world):
    from review.operations import screening

    intake = make_intake(world.fonds, world["planner"])
    counts = []
    for more in (2, 18):
        for number in range(more):
            file = make_entry(intake, f"G-{more}-{number}", "案卷", date(1960, 1, 1), level="file")
            make_entry(intake, f"G-{more}-{number}-1", "通知", date(1960, 1, 1), parent=file)
        codes = [f"G-{more}-{number}-1" for number in range(more)]
        batch = planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, codes=codes)
        with CaptureQueriesContext(connection) as asked:
            screening.screen_batch(batch=batch, by="test", at=NOW, today=TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]
