"""The stub of a state secret on its road: it is referred or deferred, never opened or titled, and freed by an import."""

import pytest

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review.jobs.intakes import take_in
from review.models import Entry
from review.operations import reviewing, titling
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

STUB = "Z001-001-0008"


def stub_of(batch):
    return batch.batch_entries.get(entry__reference_code=STUB)


def decide(world, batch, decision):
    reviewing.record_opinions(
        batch=batch, stage=Stage.FIRST_REVIEW, decisions={stub_of(batch).pk: decision}, by=world["first"], at=NOW,
        today=TODAY,
    )  # fmt: skip


def test_it_holds_no_title(world):
    held = Entry.objects.get(reference_code=STUB)
    assert (held.stub, held.title, held.classification) == (True, "", "绝密★30年")


@pytest.mark.parametrize("outcome", [Outcome.OPEN, Outcome.OPEN_EARLY])
def test_nobody_opens_it_whatever_the_reason(world, outcome):
    batch = world.batch()
    with pytest.raises(Refusal, match="stub"):
        decide(world, batch, Decision(outcome, "", None, "已经解密"))


@pytest.mark.parametrize("mark", ["绝密★30年", "绝密★1年", "机密★10年", "内部", ""])
def test_nor_when_its_mark_has_changed_or_its_term_is_over(world, mark):
    batch = world.batch()
    Entry.objects.filter(reference_code=STUB).update(classification=mark)
    with pytest.raises(Refusal, match="stub"):
        decide(world, batch, Decision(Outcome.OPEN, "", None, "已经解密"))


def test_nobody_gives_it_a_public_title(world):
    batch = world.batch()
    with pytest.raises(Refusal, match="stub"):
        titling.set_public_title(
            batch_entry=stub_of(batch), text="某事的报告", by=world["first"], at=NOW, today=TODAY
        )


def test_it_is_referred_or_deferred(world):
    batch = world.batch()
    decide(world, batch, Decision(Outcome.REFER, "", None, "移送原定密机关"))
    decide(world, batch, Decision(Outcome.DEFER, "CN-8-1", TODAY.replace(year=2029), "密级未解除"))


def test_a_later_catalogue_that_says_it_was_declassified_gives_it_its_title(world):
    path = world.folder / "later.csv"
    path.write_text(
        f"档号,题名,形成日期,密级,备注\n{STUB},关于战备物资的报告,1998-03-04,绝密★30年,2020年经原定密机关提前解密\n",
        encoding="utf-8",
    )
    take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, today=TODAY, update=True)
    held = Entry.objects.get(reference_code=STUB)
    assert (held.stub, held.title) == (False, "关于战备物资的报告")
