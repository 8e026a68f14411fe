"""A unit may ask before it answers; the archives' reply is kept with the entry, shown at the unit's desk, and decides nothing."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer
from policies.sentences import Refusal
from review.models import Notice, Statement
from review.operations import countersigning, replying
from review.queries.questions import asking, questions_of
from tests.review.scenes_replying import asked_about, reply
from tests.world import NOW, TODAY
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def batch(world):
    made = world.walked("countersign")
    asked_about(world, made)
    return made


def test_a_question_without_a_reply_stands_first(world, batch):
    assert [bool(row.replies) for row in asking(batch)] == [False]
    reply(world, batch)
    (row,) = asking(batch)
    assert [one.text for one in row.replies] == ["附件不在此次开放之列。"]


def test_an_answered_question_waits_no_more(world, batch):
    question = questions_of(batch).get()
    task = next(t for t in rehearsal.open_tasks(batch, "countersign") if t.seed.agency == question.agency)
    countersigning.record_answers(
        countersignature=task.seed,
        answers={question.batch_entry_id: UnitAnswer(Answer.AGREE)},
        by=world["unit-mzt"],
        at=NOW,
        today=TODAY,
    )
    assert asking(batch) == []
    with pytest.raises(Refusal, match="不再等待"):
        replying.reply_to_question(question=question, text="迟了", by=world["reconciler"], at=NOW)


def test_an_empty_reply_is_none(world, batch):
    with pytest.raises(Refusal, match="请写明答复"):
        reply(world, batch, text="  ")


@pytest.mark.parametrize("who", ["first", "unit-mzt", "publisher", "auditor"])
def test_only_who_reconciles_the_fonds_replies(world, batch, client, who):
    with pytest.raises(PermissionDenied):
        replying.reply_to_question(question=questions_of(batch).get(), text="可以", by=world[who], at=NOW)
    client.force_login(world[who])
    assert client.get(reverse("questions", args=[batch.number])).status_code == 403


def test_the_reply_is_written_on_the_page_told_to_the_unit_and_shown_at_its_desk(world, batch, client):
    client.force_login(world["reconciler"])
    page = reverse("questions", args=[batch.number])
    assert "附件是否一并开放？" in client.get(page).content.decode()
    assert page in client.get(reverse("batch", args=[batch.number])).content.decode()
    question = questions_of(batch).get()
    client.post(page, {"question": question.pk, "text": "附件另行审核。"})
    assert Statement.objects.get(kind="reply").text == "附件另行审核。"
    assert Notice.objects.filter(person=world["unit-mzt"], text_zh__contains="已答复").exists()
    client.force_login(world["unit-mzt"])
    task = next(t for t in rehearsal.open_tasks(batch, "countersign") if t.seed.agency == question.agency)
    desk = client.get(reverse("task", args=[task.pk]) + f"?entry={question.batch_entry_id}&one=all")
    assert "附件另行审核。" in desk.content.decode()
