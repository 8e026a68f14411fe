"""Declassification referrals: whoever may decide is asked, and until the answer is on record nothing of it opens."""

import random
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policies.outcomes import Outcome, Stage
from policies.referring import DECLASSIFIED, NOT_OURS, SECRECY_AUTHORITY, STILL_SECRET, ReferralReply
from policies.reviewing import Decision
from policies.sentences import Refusal
from review import ledger
from review.jobs.intakes import take_in
from review.models import BatchEntry, Clock, Entry, Fonds, LedgerLine, Referral, Suspension
from review.operations import agencies, planning, referring, reviewing
from review.queries.due import Choice, chosen, entries_held
from review.queries.referral_answers import answers_on, held_of, held_secrets
from review.queries.referrals import classifiers_of, wanted_of
from tests.cases import act, seen, status, tasks_of
from tests.review.scenes_hrefer import LATER, STILL, referred
from tests.shelf import another_agency, make_entries, make_entry, make_intake
from tests.world import NOW, TODAY
from workflows import rehearsal
from workflows.flows import ReferralFlow
from workflows.flows import referral as road

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

STUB = "Z001-001-0008"
LETTER = "密函〔2026〕3号"


def stub() -> Entry:
    return Entry.objects.get(reference_code=STUB)


def begun(world) -> Referral:
    """The stub, referred at the end of its batch, its case at the secrecy officer's desk."""
    batch = world.walked("release")
    road.begin_all(batch=batch, by="flow", at=NOW)
    rehearsal.release(batch, world["publisher"])
    return Referral.objects.get()


def answer(world, referral, reply, *, at=NOW, today=TODAY):
    return referring.record_answer(referral=referral, reply=reply, by=world["secrecy"], at=at, today=today)


def cut(world, **more):
    return planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, **more)


def held() -> list[tuple[str, str]]:
    rows = held_secrets(Fonds.objects.all(), TODAY)
    return [(row.entry.reference_code, held_of(row).state) for row in rows]


# -- who is asked


def test_the_original_classifier_that_the_entry_names_is_asked(world):
    Entry.objects.filter(reference_code=STUB).update(original_classifier="示例省财政厅")
    referral = referred(world)
    assert (referral.to, referral.to_name, referral.level) == (world.agencies[1], "示例省财政厅", "绝密")


def test_a_classifier_on_no_register_is_asked_by_its_name(world):
    Entry.objects.filter(reference_code=STUB).update(original_classifier="国家某局")
    referral = referred(world)
    assert (referral.to, referral.to_name) == (None, "国家某局")


def test_without_a_classifier_the_agency_of_the_entry_is_asked(world):
    assert referred(world).to == world.agencies[0]


@pytest.mark.parametrize("named", [True, False])
def test_who_continues_an_abolished_classifier_is_asked_and_where_nobody_does_its_superior(world, named):
    if named:
        Entry.objects.filter(reference_code=STUB).update(original_classifier="示例省民政厅")
    superior = another_agency("SZF", "示例省人民政府")
    agencies.register_change(
        agency=world.agencies[0], kind="abolished", successors=[], day=date(2010, 1, 1), superior=superior, evidence="编〔2010〕1号",
        by="test", at=NOW,
    )  # fmt: skip
    (to,) = classifiers_of([stub()], TODAY).values()
    assert (to.code, to.name) == ("SZF", "示例省人民政府")


def test_where_nobody_is_on_record_the_secrecy_authority_is_asked_and_never_the_archives(world):
    agencies.register_change(
        agency=world.agencies[0],
        kind="abolished",
        successors=[],
        day=date(2010, 1, 1),
        evidence="编〔2010〕1号",
        by="test",
        at=NOW,
    )
    (to,) = classifiers_of([stub()], TODAY).values()
    assert (to.code, to.name) == ("", SECRECY_AUTHORITY.zh)
    assert "档案馆" not in to.name


def test_an_entry_without_any_agency_goes_to_the_secrecy_authority(world):
    Entry.objects.filter(reference_code=STUB).update(agency=None)
    (to,) = classifiers_of([stub()], TODAY).values()
    assert to.name == SECRECY_AUTHORITY.zh


def test_several_classifiers_are_asked_together(world):
    Entry.objects.filter(reference_code=STUB).update(original_classifier="示例省民政厅、示例省财政厅")
    (to,) = classifiers_of([stub()], TODAY).values()
    assert to.name == "示例省民政厅、示例省财政厅"


def test_asking_who_may_declassify_costs_as_many_questions_for_many_as_for_few(world):
    intake = make_intake(world.fonds, world["planner"])
    for number in range(20):
        named = "某局" if number % 2 else ""
        make_entry(
            intake, f"S-{number}", "", date(1998, 1, 1), stub=True, classification="绝密", original_classifier=named
        )
    counts = []
    stubs = Entry.objects.filter(stub=True).order_by("pk")
    for some in (list(stubs[:3]), list(stubs)):
        with CaptureQueriesContext(connection) as asked:
            classifiers_of(some, TODAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_referral_for_another_reason_goes_where_the_review_says(world):
    batch = world.batch()
    row = batch.batch_entries.get(entry__reference_code="Z001-001-0002")
    for stage, who, step in (
        (Stage.FIRST_REVIEW, "first", rehearsal.first_review),
        (Stage.SECOND_REVIEW, "second", rehearsal.second_review),
    ):
        if stage is Stage.FIRST_REVIEW:
            step(batch, world[who])
            continue
        (task,) = rehearsal.open_tasks(batch, "second_review")

        def decide(_activation, stage=stage, who=who):
            from review.queries.decisions import decision_of, standing

            decisions = {one.batch_entry_id: decision_of(one) for one in standing(batch, Stage.FIRST_REVIEW)}
            decisions[row.pk] = Decision(Outcome.REFER, "", None, "国家某局：涉其职权")
            reviewing.record_opinions(
                batch=batch, stage=stage, decisions=decisions, by=world[who], at=NOW, today=TODAY
            )
            reviewing.hand_on(batch=batch, stage=stage, by=world[who], at=NOW)

        rehearsal.work(task, world[who], decide)
    wanted = {one.entry.reference_code: one for one in wanted_of(batch, TODAY)}
    assert (wanted["Z001-001-0002"].to.name, wanted["Z001-001-0002"].level) == ("国家某局：涉其职权", "")
    assert wanted[STUB].level == "绝密"


# -- once


def test_nobody_is_asked_twice(world):
    referral = begun(world)
    assert road.begin_all(batch=referral.batch, by="flow", at=NOW) == 0
    assert Referral.objects.count() == 1
    assert len(tasks_of(ReferralFlow, referral)) == 1


def test_a_referral_is_answered_once(world):
    referral = begun(world)
    answer(world, referral, STILL)
    with pytest.raises(Refusal, match="已有答复"):
        answer(world, referral, ReferralReply(DECLASSIFIED, LETTER))


def test_only_the_secrecy_officer_records_an_answer(world):
    referral = begun(world)
    (task,) = tasks_of(ReferralFlow, referral)
    for who in ("planner", "first", "confirmer", "unit-mzt", "auditor"):
        assert status(world[who], reverse("task", args=[task.pk])) == 403
        with pytest.raises(PermissionDenied):
            referring.record_answer(referral=referral, reply=STILL, by=world[who], at=NOW, today=TODAY)


# -- held


def test_while_it_is_asked_the_entry_is_closed_held_and_in_no_batch(world):
    begun(world)
    assert stub().access_status == "not_reviewed"
    assert held() == [(STUB, "asked")]
    with pytest.raises(Refusal, match="无须组批"):
        cut(world, codes=[STUB])
    found = {
        state: chosen(entries_held(Fonds.objects.all()), Choice(state), TODAY).filter(reference_code=STUB).exists()
        for state in ("due", "held", "under_review")
    }
    assert found == {"due": False, "held": True, "under_review": False}


def test_no_time_that_passes_opens_it_or_ends_its_case(world):
    referral = begun(world)
    assert ReferralFlow.answer.lapses is None
    assert not Clock.objects.filter(kind="referral", rungs__act="lapse").exists()
    for years in (1, 10, 40):
        day = TODAY.replace(year=TODAY.year + years)
        assert road.ask_again(at=NOW + timedelta(days=365 * years), today=day) == 0
    assert len(tasks_of(ReferralFlow, referral)) == 1
    assert stub().access_status == "not_reviewed"


def test_a_clock_runs_while_the_body_is_asked(world):
    referral = begun(world)
    (task,) = tasks_of(ReferralFlow, referral)
    clock = Clock.objects.get(kind="referral", subject=f"task:{task.pk}")
    assert (clock.fonds, clock.ended_at) == (world.fonds, None)
    act(world["secrecy"], task, "answer", answer=STILL_SECRET, evidence=LETTER, until=LATER)
    clock.refresh_from_db()
    assert clock.ended_at is not None


def test_a_suspended_entry_is_in_no_batch(world):
    entry = Entry.objects.get(reference_code="Z001-001-0002")
    Suspension.objects.create(
        number="ZT-1", entry=entry, flagged_at=NOW, flagged_by=world["first"], reason="疑有误", cap_on=LATER
    )
    assert "Z001-001-0002" not in {row.entry.reference_code for row in cut(world).batch_entries.all()}


# -- declassified


def test_a_declassified_stub_waits_for_its_title_and_is_then_reviewed_from_the_start(world):
    referral = begun(world)
    (task,) = tasks_of(ReferralFlow, referral)
    act(world["secrecy"], task, "answer", answer=DECLASSIFIED, evidence=LETTER)
    assert tasks_of(ReferralFlow, referral) == []
    assert held() == [(STUB, "without_title")]
    with pytest.raises(Refusal, match="无须组批"):
        cut(world, codes=[STUB])
    import_title(world)
    assert held() == []
    batch = cut(world, codes=[STUB])
    assert not batch.screening_runs.exists(), "screened when its road begins"
    assert stub().access_status == "not_reviewed"


def import_title(world) -> None:
    path = world.folder / "declassified.csv"
    path.write_text(
        f"档号,题名,形成日期,密级,备注\n{STUB},关于救灾物资的报告,1998-03-04,绝密★30年,2026年经原定密机关提前解密\n",
        encoding="utf-8",
    )
    take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, today=TODAY, update=True)
    assert (stub().stub, stub().title) == (False, "关于救灾物资的报告")


@pytest.mark.parametrize("declassified", [True, False])
def test_what_still_bears_its_mark_is_opened_by_people_only_after_its_classifier_declassified_it(world, declassified):
    begun(world)
    if declassified:
        answer(world, Referral.objects.get(), ReferralReply(DECLASSIFIED, LETTER))
    else:
        answer(world, Referral.objects.get(), STILL)
    import_title(world)
    from workflows.flows import opening

    batch = cut(world, codes=[STUB])
    opening.begin(batch=batch, by=world["planner"])
    row = batch.batch_entries.get()

    def decide():
        reviewing.record_opinions(
            batch=batch,
            stage=Stage.FIRST_REVIEW,
            decisions={row.pk: Decision(Outcome.OPEN, reason=f"已解密，{LETTER}")},
            by=world["first"],
            at=NOW,
            today=TODAY,
        )

    if declassified:
        decide()
        assert rehearsal.open_tasks(batch, "first_review"), "one opinion opens nothing"
    else:
        with pytest.raises(Refusal, match="原定密机关"):
            decide()


# -- still secret


def test_what_is_still_secret_is_listed_as_held_and_asked_about_again_by_itself_on_its_day(world):
    referral = begun(world)
    (task,) = tasks_of(ReferralFlow, referral)
    act(world["secrecy"], task, "answer", answer=STILL_SECRET, evidence=LETTER, until=LATER, claimed="机密")
    referral.refresh_from_db()
    assert (referral.secret_until, referral.level) == (LATER, "绝密"), "the highest level that is claimed"
    assert held() == [(STUB, "still_secret")]
    assert stub().access_status == "not_reviewed"
    assert road.ask_again(at=NOW, today=LATER - timedelta(days=1)) == 0
    assert road.ask_again(at=NOW, today=LATER) == 1
    assert road.ask_again(at=NOW, today=LATER) == 0, "once"
    again = Referral.objects.latest("pk")
    assert (again.entry, again.to_name, again.answered_at) == (referral.entry, referral.to_name, None)
    assert len(tasks_of(ReferralFlow, again)) == 1
    assert held() == [(STUB, "asked")]


def test_what_is_still_secret_may_be_deferred_by_the_ordinary_road_and_is_not_referred_again_before_its_day(world):
    referral = begun(world)
    answer(world, referral, STILL)
    batch = cut(world, codes=[STUB])
    assert answers_on([stub().pk])[stub().pk].secret_until == LATER, "its reviewers are shown the answer"
    assert wanted_of(referral.batch, TODAY) == []
    assert [one.entry.reference_code for one in wanted_of(referral.batch, LATER)] == [STUB]
    assert road.ask_again(at=NOW, today=LATER) == 0, "not while it is under review"
    BatchEntry.objects.filter(batch=batch).update(live=False)
    assert road.ask_again(at=NOW, today=LATER) == 1


def test_what_was_deferred_since_by_the_ordinary_road_is_no_longer_listed_as_held(world):
    answer(world, begun(world), STILL)
    Entry.objects.filter(reference_code=STUB).update(access_status="deferred", ground="CN-8-1", opens_on=LATER)
    assert held() == []


# -- not theirs


def test_what_is_not_theirs_goes_to_the_next_body_and_is_never_nobodys(world):
    referral = begun(world)
    (task,) = tasks_of(ReferralFlow, referral)
    act(world["secrecy"], task, "answer", answer=NOT_OURS, evidence=LETTER, next_code="CZT")
    second = Referral.objects.latest("pk")
    assert (second.to, second.level) == (world.agencies[1], "绝密")
    (task,) = tasks_of(ReferralFlow, second)
    act(world["secrecy"], task, "answer", answer=NOT_OURS, evidence=LETTER)
    third = Referral.objects.latest("pk")
    assert third.to_name == SECRECY_AUTHORITY.zh
    (task,) = tasks_of(ReferralFlow, third)
    assert "未办理" in act(world["secrecy"], task, "answer", answer=NOT_OURS, evidence=LETTER)
    act(world["secrecy"], task, "answer", answer=NOT_OURS, evidence=LETTER, next_name="国家某局")
    fourth = Referral.objects.latest("pk")
    assert fourth.to_name == "国家某局"
    act(
        world["secrecy"], *tasks_of(ReferralFlow, fourth), "answer", answer=STILL_SECRET, evidence=LETTER, until=LATER
    )
    assert Referral.objects.filter(answered_at=None).count() == 0
    assert Referral.objects.count() == 4


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"answer": "open", "evidence": LETTER},
        {"answer": DECLASSIFIED},
        {"answer": STILL_SECRET, "evidence": LETTER},
        {"answer": STILL_SECRET, "evidence": LETTER, "until": "yesterday"},
        {"answer": NOT_OURS, "evidence": LETTER, "next_code": "MZT"},
        {"answer": NOT_OURS, "evidence": LETTER, "next_code": "nobody"},
    ],
)
def test_an_answer_without_what_belongs_to_it_is_refused_at_the_desk(world, data):
    referral = begun(world)
    (task,) = tasks_of(ReferralFlow, referral)
    assert "未办理" in act(world["secrecy"], task, "answer", **data)
    referral.refresh_from_db()
    assert referral.answered_at is None
    assert Referral.objects.count() == 1


# -- what is seen


def test_the_desk_and_the_list_show_whom_and_why_and_the_ledger_has_no_title(world):
    intake = make_intake(world.fonds, world["planner"])
    entry = make_entry(intake, "A-1", "关于某某工程的报告", date(1960, 1, 1))
    referral = begun(world)
    Referral.objects.create(
        number="YS-1",
        entry=entry,
        to_name="国家某局",
        why_zh="审核意见写明移送该处。",
        why_en="—",
        opened_at=NOW,
        opened_by="t",
    )
    (task,) = tasks_of(ReferralFlow, referral)
    desk = seen(world["secrecy"], reverse("task", args=[task.pk]))
    for word in (STUB, "示例省民政厅", "绝密", referral.number):
        assert word in desk
    listed = seen(world["secrecy"], reverse("referrals"))
    assert {"A-1", STUB} <= set(listed.split())
    assert "关于某某工程的报告" not in listed
    lines = LedgerLine.objects.filter(act__in=["open_referrals", "answer_referral", "ask_again"])
    assert not any("报告" in line.facts for line in lines)


def test_the_list_of_what_is_held_asks_as_many_questions_of_many_as_of_few(world):
    intake = make_intake(world.fonds, world["planner"])
    client = Client()
    client.force_login(world["secrecy"])
    counts = []
    for more in (2, 20):
        for entry in make_entries(intake, more, date(1960, 1, 1)):
            Referral.objects.create(
                number=f"YS-{entry.pk}",
                entry=entry,
                to_name="某局",
                why_zh="—",
                why_en="—",
                opened_at=NOW,
                opened_by="t",
            )
        client.get(reverse("referrals"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("referrals")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_list_is_for_secrecy_officers_planners_and_auditors(world):
    answers = {
        who: status(world[who], reverse("referrals"))
        for who in ("secrecy", "planner", "auditor", "first", "unit-mzt")
    }
    assert answers == {"secrecy": 200, "planner": 200, "auditor": 200, "first": 403, "unit-mzt": 403}


def test_the_page_of_an_entry_shows_what_was_asked_and_answered(world):
    referral = begun(world)
    answer(world, referral, STILL)
    text = seen(world["auditor"], reverse("holdings-entry", args=["Z001", referral.entry_id]))
    assert referral.number in text
    assert LETTER in text


# -- whatever happens


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_answered_in_whatever_order_it_stays_closed_and_exactly_one_body_or_day_is_waited_for(
    world, seed
):
    chance, day = random.Random(seed), TODAY
    begun(world)
    for _ in range(15):
        newest = Referral.objects.filter(entry=stub()).latest("pk")
        if newest.answered_at is None:
            (task,) = tasks_of(ReferralFlow, newest)
            data = chance.choice(
                [
                    {"answer": STILL_SECRET, "until": day + timedelta(days=chance.randint(1, 4000))},
                    {"answer": NOT_OURS, "next_name": f"某局{chance.randint(1, 9)}"},
                    {"answer": NOT_OURS},
                    {"answer": DECLASSIFIED, "evidence": ""},
                    {"answer": STILL_SECRET},
                ]
            )
            act(world["secrecy"], task, "answer", **{"evidence": LETTER, **data})
        else:
            day += timedelta(days=chance.randint(1, 5000))
            road.ask_again(at=NOW, today=day)
        rows = Referral.objects.filter(entry=stub())
        open_rows = rows.filter(answered_at=None)
        assert stub().access_status == "not_reviewed"
        assert open_rows.count() <= 1
        assert sum(len(tasks_of(ReferralFlow, row)) for row in rows) == open_rows.count()
        assert [code for code, _state in held()] == [STUB]
        assert all(row.level == "绝密" for row in rows)
    assert ledger.verify().bad_line is None
