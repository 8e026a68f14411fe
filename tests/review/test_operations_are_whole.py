"""Every write has a name, one ledger line, and happens whole or not at all: asked of each operation there is."""

import importlib
import inspect
import pkgutil

import pytest
from django.apps import apps

import review.operations
from policies.countersigning import UnitAnswer
from policies.outcomes import Answer, Outcome, Stage
from policies.reviewing import Decision
from review import ledger
from review.jobs.intakes import read_into, take_in
from review.models import (
    AgencyChange,
    Batch,
    Countersignature,
    Impact,
    Intake,
    LedgerLine,
    MidBatch,
    Proposal,
    Release,
    RulesChange,
    RulesetDraft,
)
from review.operations import (
    adopting,
    agencies,
    appointing,
    attaching,
    consenting,
    countersigning,
    drafting,
    exporting,
    impact,
    importing,
    learning,
    planning,
    reconciling,
    releasing,
    rescreening,
    returning,
    reviewing,
    screening,
    signing,
    titling,
)
from review.operations.consenting import Consent
from review.queries.comparing import compare
from review.queries.decisions import decision_of, disputes, entries_for, standing
from review.queries.deferrals import listed, open_list
from review.queries.intakes import folder_of, staged_of
from review.readers.agency_lists import read_agencies
from review.readers.object_folders import walk
from tests import policy_desk
from tests.review.scenes import Scene, all_scenes
from tests.second_opinions import small_opinion
from tests.world import NOW, TODAY, World
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def operations() -> dict[str, object]:
    """Every public function of review/operations that is told the time: those are the writes."""
    found = {}
    for module in pkgutil.iter_modules(review.operations.__path__):
        loaded = importlib.import_module(f"review.operations.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            own = inspect.unwrap(function).__module__ == loaded.__name__ and not name.startswith("_")
            if own and "at" in inspect.signature(function).parameters:
                found[f"{module.name}.{name}"] = function
    return found


LATER = Decision(Outcome.DEFER, "CN-8-2", TODAY.replace(year=2036), "双方面商一致")


def _asked(batch: Batch) -> Countersignature:
    return batch.countersignatures.order_by("pk").first()


def _unit(world: World, batch: Batch):
    return world.people.units[_asked(batch).agency_id]


def _more(world, text="档号,题名,形成日期\nZ001-009-0001,关于增设机构的批复,1961-02-03\n"):
    path = world.folder / "more.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _receive(world):
    return importing.receive_catalogue(
        fonds=world.fonds, file_name="more.csv", size=1, digest="0" * 64, by=world["planner"], at=NOW
    )


def _staged(world, _batch):
    intake = _receive(world)
    folder_of(intake).mkdir(parents=True)
    with staged_of(intake) as staged:
        read_into(staged, world.fonds, _more(world), None, TODAY)


def _note_reading(world, _batch):
    intake = Intake.objects.latest("pk")
    with staged_of(intake) as staged:
        comparison = compare(staged, world.fonds)
    importing.note_reading(
        intake=intake, profile="house", stubs_only=False, comparison=comparison, by=world["planner"], at=NOW
    )


def _saved(world, _batch):
    take_in(fonds=world.fonds, path=_more(world), by=world["planner"], at=NOW, today=TODAY)


def _proposed(world, _batch):
    world.batch()
    path = _more(world, "档号,题名\nZ001-001-0002,改了的题名\n")
    take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, today=TODAY, update=True)


def _attach(world, _batch):
    entry = world.fonds.entries.first()
    place = world.folder / "scans" / entry.reference_code
    place.mkdir(parents=True)
    (place / "1.jpg").write_bytes(b"\xff\xd8\xff\xe0 a page \xff\xd9")
    (found,) = walk(place.parent)
    attaching.attach_objects(entry=entry, folder=found, by=world["planner"], at=NOW, today=TODAY)


def _change(world):
    first, second = world.agencies
    return agencies.register_change(
        agency=first,
        kind="renamed",
        day=TODAY,
        successors=[(second, "")],
        evidence="编〔2026〕1号",
        by="test",
        at=NOW,
    )


def _import_agencies(world, _batch):
    path = world.folder / "agencies.csv"
    path.write_text(
        "机构代码,机构名称,成立日期\nN,新机构,2001-05-01\nMZT,示例省民政厅,1954-10-01\n", encoding="utf-8"
    )
    agencies.import_agencies(listed=read_agencies(path), by=world["planner"], at=NOW)


def _record(world, batch):
    decisions = {batch.batch_entries.get(position=1).pk: Decision(Outcome.OPEN)}
    reviewing.record_opinions(
        batch=batch, stage=Stage.FIRST_REVIEW, decisions=decisions, by=world["first"], at=NOW, today=TODAY
    )


def _title(world, batch):
    row = batch.batch_entries.get(position=1)
    titling.set_public_title(batch_entry=row, text="关于救济的通知", by=world["first"], at=NOW, today=TODAY)


def _second_opinions(world, batch):
    reviewing.record_opinions(
        batch=batch,
        stage=Stage.SECOND_REVIEW,
        decisions={row.batch_entry_id: decision_of(row) for row in standing(batch, Stage.FIRST_REVIEW)},
        by=world["second"],
        at=NOW,
        today=TODAY,
    )


def _answer(world, batch):
    countersigning.record_answers(
        countersignature=_asked(batch),
        answers={row.pk: UnitAnswer(Answer.AGREE) for row in entries_for(batch, _asked(batch).agency)},
        by=_unit(world, batch),
        at=NOW,
        today=TODAY,
    )


def _settle(world, batch):
    settlements = {row.batch_entry.pk: LATER for row in disputes(batch)}
    reconciling.settle(batch=batch, settlements=settlements, by=world["reconciler"], at=NOW, today=TODAY)


def _draft() -> RulesetDraft:
    return RulesetDraft.objects.get()


def _adopt_opinion(world: World) -> None:
    opinion = small_opinion()
    learning.adopt_second_opinion(
        number="SO-1", text=opinion.to_json(), digest=opinion.digest, by=world["keeper"], at=NOW
    )


def _adopt(world, batch):
    adopting.adopt_ruleset(
        draft=_draft(),
        reason="会议通过",
        by=world["keeper2"],
        at=NOW,
        today=TODAY,
        choices={batch.number: MidBatch.REBASE_UNDECIDED},
    )


def _release(world, batch):
    manifest = releasing.prepare_bundle(batch=batch, issued_on=TODAY)
    releasing.release(batch=batch, manifest=manifest, by=world["publisher"], at=NOW, issued_on=TODAY)


def _signed_with_nothing_open(world, batch):
    (task,) = rehearsal.open_tasks(batch, "first_review")
    decisions = {row.pk: LATER for row in batch.batch_entries.all()}
    rehearsal.work(
        task,
        world["first"],
        lambda _: reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions=decisions, by=world["first"], at=NOW, today=TODAY
        ),
    )
    rehearsal.second_review(batch, world["second"])
    rehearsal.sample(batch, world["sampler"])
    world.countersign(batch, 0)
    signing.sign_off(batch=batch, by=world["confirmer"], at=NOW)
    consenting.put_list(batch=batch, by="test", at=NOW)
    consents = {row.batch_entry.pk: Consent(True) for row in listed(batch, open_list(batch))}
    consenting.record_consents(batch=batch, consents=consents, by=world["authority"], at=NOW)


SCENES = {
    "agencies.register_change": Scene(None, lambda w, b: _change(w)),
    "agencies.withdraw_change": Scene(
        None,
        lambda w, b: agencies.withdraw_change(
            change=AgencyChange.objects.get(), reason="误登", by=w["planner"], at=NOW
        ),
        before=lambda w, b: _change(w),
    ),
    "agencies.set_dates": Scene(
        None,
        lambda w, b: agencies.set_dates(agency=w.agencies[0], from_day=TODAY, to_day=None, by=w["planner"], at=NOW),
    ),
    "agencies.name_creators": Scene(
        None,
        lambda w, b: agencies.name_creators(
            fonds=w.fonds,
            creators=[(w.agencies[0], None, TODAY), (w.agencies[1], TODAY, None)],
            by=w["planner"],
            at=NOW,
        ),
    ),
    "agencies.import_agencies": Scene(None, _import_agencies),
    "appointing.register_agency": Scene(
        None, lambda w, b: appointing.register_agency(code="N", name="新机构", by="test", at=NOW)
    ),
    "appointing.register_fonds": Scene(
        None,
        lambda w, b: appointing.register_fonds(code="Z9", title="新全宗", creating_agency=None, by="test", at=NOW),
    ),
    "appointing.enrol": Scene(
        None,
        lambda w, b: appointing.enrol(
            username="new", full_name="新人", post="", password="long enough 1", by="test", at=NOW
        ),
    ),
    "appointing.appoint": Scene(
        None,
        lambda w, b: appointing.appoint(person=w["second"], role="reconciler", over=w.fonds, by="test", at=NOW),
    ),
    "drafting.begin_draft": Scene(None, lambda w, b: policy_desk.begun(w)),
    "drafting.change_draft_file": Scene(
        None,
        lambda w, b: drafting.change_draft_file(
            draft=_draft(), name="CN-991-x.yaml", text="id: CN-991\n", by=w["keeper"], at=NOW
        ),
        before=lambda w, b: policy_desk.begun(w),
    ),
    "drafting.drop_draft_file": Scene(
        None,
        lambda w, b: drafting.drop_draft_file(draft=_draft(), name=policy_desk.NEW_FILE, by=w["keeper"], at=NOW),
        before=lambda w, b: policy_desk.changed(w),
    ),
    "drafting.describe_draft": Scene(
        None,
        lambda w, b: drafting.describe_draft(draft=_draft(), why="补规则", by=w["keeper"], at=NOW),
        before=lambda w, b: policy_desk.begun(w),
    ),
    "drafting.submit_draft": Scene(
        None,
        lambda w, b: drafting.submit_draft(draft=_draft(), by=w["keeper"], at=NOW),
        before=lambda w, b: policy_desk.counted(w, policy_desk.changed(w)),
    ),
    "drafting.take_back_draft": Scene(
        None,
        lambda w, b: drafting.take_back_draft(draft=_draft(), by=w["keeper"], at=NOW),
        before=lambda w, b: policy_desk.submitted(w),
    ),
    "drafting.withdraw_draft": Scene(
        None,
        lambda w, b: drafting.withdraw_draft(draft=_draft(), by=w["keeper"], at=NOW),
        before=lambda w, b: policy_desk.submitted(w),
    ),
    "adopting.adopt_ruleset": Scene("first_review", _adopt, before=lambda w, b: policy_desk.submitted(w)),
    "impact.record_impact": Scene(
        None,
        lambda w, b: impact.record_impact(draft=_draft(), by=w["keeper"], at=NOW, today=TODAY),
        before=lambda w, b: policy_desk.changed(w),
    ),
    "rescreening.rescreen_batch": Scene(
        "first_review",
        lambda w, b: rescreening.rescreen_batch(
            change=RulesChange.objects.get(), by=w["keeper2"], at=NOW, today=TODAY
        ),
        before=lambda w, b: policy_desk.adopted(w, MidBatch.REOPEN_AFFECTED),
    ),
    "learning.adopt_second_opinion": Scene(None, lambda w, b: _adopt_opinion(w)),
    "exporting.note_export": Scene(
        None, lambda w, b: exporting.note_export(fonds=w.fonds, format="csv", by=w["auditor"], at=NOW)
    ),
    "exporting.note_impact_export": Scene(
        None,
        lambda w, b: exporting.note_impact_export(impact=Impact.objects.get(), format="csv", by=w["auditor"], at=NOW),
        before=lambda w, b: policy_desk.counted(w, policy_desk.changed(w)),
    ),
    "importing.receive_catalogue": Scene(None, lambda w, b: _receive(w)),
    "importing.note_reading": Scene(None, _note_reading, before=_staged),
    "importing.save_import": Scene(
        None,
        lambda w, b: importing.save_import(intake=Intake.objects.latest("pk"), by=w["planner"], at=NOW),
        before=_staged,
    ),
    "importing.give_up_import": Scene(
        None,
        lambda w, b: importing.give_up_import(intake=Intake.objects.latest("pk"), by=w["planner"], at=NOW),
        before=lambda w, b: _receive(w),
    ),
    "importing.undo_import": Scene(
        None,
        lambda w, b: importing.undo_import(intake=Intake.objects.latest("pk"), by=w["planner"], at=NOW),
        before=_saved,
    ),
    "importing.settle_proposal": Scene(
        None,
        lambda w, b: importing.settle_proposal(
            proposal=Proposal.objects.get(), accept=False, reason="以原件为准", by=w["planner"], at=NOW
        ),
        before=_proposed,
    ),
    "importing.save_mapping": Scene(
        None,
        lambda w, b: importing.save_mapping(
            name="县档案馆", columns={"编号": "reference_code"}, by=w["planner"], at=NOW
        ),
    ),
    "attaching.attach_objects": Scene(None, _attach),
    "planning.cut_batch": Scene(
        None, lambda w, b: planning.cut_batch(fonds=w.fonds, by=w["planner"], at=NOW, today=TODAY)
    ),
    "screening.screen_batch": Scene(
        "first_review", lambda w, b: screening.screen_batch(batch=b, by="test", at=NOW, today=TODAY)
    ),
    "reviewing.record_opinions": Scene("first_review", _record),
    "titling.set_public_title": Scene("first_review", _title),
    "reviewing.hand_on": Scene(
        "second_review",
        lambda w, b: reviewing.hand_on(batch=b, stage=Stage.SECOND_REVIEW, by=w["second"], at=NOW),
        before=_second_opinions,
    ),
    "returning.return_batch": Scene(
        "sign_off",
        lambda w, b: returning.return_batch(batch=b, from_desk="sign_off", reason="再看", by=w["confirmer"], at=NOW),
    ),
    "countersigning.ask_agencies": Scene(
        "second_review",
        lambda w, b: countersigning.ask_agencies(batch=b, by="test", at=NOW),
        before=_second_opinions,
    ),
    "countersigning.record_answers": Scene("countersign", _answer),
    "countersigning.hand_on": Scene(
        "countersign",
        lambda w, b: countersigning.hand_on(countersignature=_asked(b), by=_unit(w, b), at=NOW),
        before=_answer,
    ),
    "countersigning.ask_return": Scene(
        "countersign",
        lambda w, b: countersigning.ask_return(countersignature=_asked(b), reason="分类有误", by=_unit(w, b), at=NOW),
    ),
    "reconciling.settle": Scene("reconcile", _settle),
    "reconciling.hand_on": Scene(
        "reconcile", lambda w, b: reconciling.hand_on(batch=b, by=w["reconciler"], at=NOW), before=_settle
    ),
    "signing.sign_off": Scene("sign_off", lambda w, b: signing.sign_off(batch=b, by=w["confirmer"], at=NOW)),
    "releasing.release": Scene("release", _release),
    "releasing.deliver": Scene(
        "release",
        lambda w, b: releasing.deliver(release=Release.objects.get(batch=b), at=NOW),
        before=_release,
    ),
    "releasing.close_without_opening": Scene(
        "first_review",
        lambda w, b: releasing.close_without_opening(batch=b, by="test", at=NOW),
        before=_signed_with_nothing_open,
    ),
} | all_scenes()


def set_up(world: World, scene: Scene) -> Batch | None:
    batch = world.walked(scene.desk) if scene.desk else None
    if scene.before:
        scene.before(world, batch)
    return batch


def snapshot() -> dict[str, list]:
    """Every row of every table of ours, and of the groups and their rights."""
    models = [
        model
        for label in ("review", "auth", "guardian")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    return {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in models}


def test_every_operation_has_a_scene():
    assert set(SCENES) == set(operations())


def test_every_operation_takes_its_arguments_by_name():
    for name, function in operations().items():
        kinds = {p.kind for p in inspect.signature(function).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}, name


@pytest.mark.parametrize("name", SCENES)
def test_an_operation_whose_ledger_line_fails_changes_nothing(world, monkeypatch, name):
    scene = SCENES[name]
    batch = set_up(world, scene)

    def broken(**line):
        raise OSError("the ledger cannot be written")

    monkeypatch.setattr(ledger, "append", broken)
    before = snapshot()
    with pytest.raises(OSError, match="cannot be written"):
        scene.call(world, batch)
    assert snapshot() == before


@pytest.mark.parametrize("name", SCENES)
def test_an_operation_that_succeeds_writes_one_line(world, name):
    scene = SCENES[name]
    batch = set_up(world, scene)
    before = LedgerLine.objects.count()
    scene.call(world, batch)
    assert LedgerLine.objects.count() == before + 1
    assert ledger.verify().bad_line is None
