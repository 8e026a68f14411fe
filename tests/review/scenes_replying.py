"""The scene of a reply: a forming unit asked about an entry instead of answering."""

from policies.countersigning import UnitAnswer
from policies.outcomes import Answer
from review.models import Countersignature, Opinion
from review.operations import countersigning, replying
from review.queries.decisions import entries_for
from review.queries.questions import questions_of
from tests.review.scenes import Scene
from tests.world import NOW, TODAY


def asked_about(world, batch) -> Opinion:
    """The unit's question about its first entry."""
    asked = Countersignature.objects.filter(batch=batch, agency=world.agencies[0]).latest("pk")
    entry = entries_for(batch, asked.agency).order_by("position").first()
    question = UnitAnswer(Answer.NEED_MORE_TIME, reason="附件是否一并开放？")
    countersigning.record_answers(
        countersignature=asked, answers={entry.pk: question}, by=world["unit-mzt"], at=NOW, today=TODAY
    )
    return questions_of(batch).get()


def reply(world, batch, text: str = "附件不在此次开放之列。"):
    return replying.reply_to_question(question=questions_of(batch).get(), text=text, by=world["reconciler"], at=NOW)


SCENES = {"replying.reply_to_question": Scene("countersign", reply, before=asked_about)}
