"""Search finds what a person may see, and nothing else; at the same price for many records as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review.models import Entry
from review.operations import appointing
from tests.workflows.test_my_work import more_fonds
from tests.world import NOW
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def asked(client, world):
    """What a person finds."""

    def ask(who: str, text: str):
        client.force_login(world[who])
        answer = client.get(reverse("search"), {"q": text})
        assert answer.status_code == 200
        return answer

    return ask


def codes(answer) -> set[str]:
    found = answer.context["found"]
    return {e.reference_code for e in found.entries} | {e.reference_code for e, _task in answer.context["asked"]}


def test_an_entry_is_found_by_its_code_by_the_beginning_of_it_and_by_words_of_its_title(asked):
    assert codes(asked("first", "Z001-001-0004")) == {"Z001-001-0004"}
    assert codes(asked("first", "Z001－001－000")) == {f"Z001-001-000{n}" for n in range(1, 10)}
    assert codes(asked("first", "记过 王建业")) == {"Z001-001-0004"}
    assert codes(asked("first", "记过 防汛")) == set()


def test_the_link_of_an_entry_found_opens(client, asked):
    answer = asked("first", "Z001-001-0004")
    entry = Entry.objects.get(reference_code="Z001-001-0004")
    address = reverse("holdings-entry", args=["Z001", entry.pk])
    assert address in answer.content.decode()
    assert client.get(address).status_code == 200


def test_a_batch_leads_to_its_page_and_to_ones_own_work_on_it(world, asked):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch)
    first = asked("first", batch.number)
    assert [found.pk for found in first.context["found"].batches] == [batch.pk]
    assert [piece.task.pk for piece in first.context["pieces"]] == [task.pk]
    assert not asked("second", batch.number).context["pieces"], "it waits for first review"


def test_a_fonds_is_found_by_code_and_by_title(world, asked):
    for text in ("z001", "民政厅"):
        assert world.fonds in asked("auditor", text).context["found"].fonds


def test_whoever_has_no_right_finds_nothing(world, asked):
    batch = world.batch()
    for text in ("Z001", "Z001-001-0004", "记过", batch.number):
        assert not asked("keeper", text).context["found"]


def test_a_right_on_one_fonds_finds_nothing_of_another(world, asked, client):
    more_fonds(world, 1)
    stranger = appointing.register_fonds(
        code="Z999", title="示例他馆", creating_agency=world.agencies[0], by="test", at=NOW
    )
    Entry.objects.filter(reference_code="Z001-001-0004").update(fonds=stranger)
    assert codes(asked("first", "记过")) == set()
    assert not asked("first", "Z999").context["found"]


def test_a_forming_unit_finds_what_it_is_being_asked_about_and_nothing_more(world, asked):
    batch = world.walked("countersign")
    own = {"Z001-001-0001"}
    found = asked("unit-mzt", "Z001-001-0001")
    assert codes(found) == own
    (task,) = [task for task in rehearsal.open_tasks(batch, "countersign") if task.seed.agency.code == "MZT"]
    assert found.context["asked"][0][1] == task.pk
    assert codes(asked("unit-mzt", "Z001-001-0005")) == set(), "it is the other unit's"
    assert [piece.task.pk for piece in asked("unit-mzt", batch.number).context["pieces"]] == [task.pk]


def test_what_a_unit_has_answered_it_finds_no_more(world, asked):
    world.walked("sign_off")
    assert not asked("unit-mzt", "Z001-001-0001").context["found"]


@pytest.mark.parametrize(
    "text", ["", " ", "%", "_", "\x00", "'; DROP TABLE review_entry; --", "字" * 500, "<script>alert(1)</script>"]
)
def test_odd_questions_do_no_harm(world, asked, text):
    answer = asked("first", text)
    assert "<script>alert" not in answer.content.decode()
    assert codes(answer) == set()


def test_whoever_has_not_signed_in_is_asked_to(client, db):
    assert client.get(reverse("search"), {"q": "Z001"}).status_code == 302


@pytest.mark.parametrize(("who", "text"), [("first", "Z9"), ("first", "会议"), ("unit-mzt", "会议")])
def test_a_search_costs_as_many_queries_for_two_fonds_as_for_eight(client, world, who, text):
    client.force_login(world[who])

    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(reverse("search"), {"q": text}).status_code == 200
        return len(counted)

    more_fonds(world, 2)
    queries()
    few = queries()
    for number in range(2, 8):
        Entry.objects.filter(reference_code="Z001-001-0003").update(title=f"关于会议的通知{number}")
    assert queries() == few <= 30
