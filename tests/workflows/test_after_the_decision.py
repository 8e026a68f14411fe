"""The pages of what happens after a decision: flagging, the three desks of a suspension, requests and their answers."""

import logging

import pytest
from django.urls import reverse
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from policies.reassessing import WHY
from policies.suspending import RECLOSE, RESTORE
from review.catalogue.models import ReleasedEntry
from review.models import AccessRequest, AccessStatus, Batch, BatchKind, Clock, LedgerLine, Suspension
from review.operations import suspending
from tests.review.scenes_hafter import an_open_entry
from tests.world import NOW
from workflows import rehearsal
from workflows.flows import RequestFlow, SuspensionFlow
from workflows.reassessing import bring_back

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

CLOSED = "Z001-001-0004"
CLOSED_TITLE = "关于给予王建业同志行政记过处分的决定"


@pytest.fixture
def released(world):
    batch = world.walked("release")
    rehearsal.release(batch, world["publisher"])
    return batch


def open_task(flow, desk: str) -> Task:
    return next(
        task
        for task in Task.objects.filter(process__flow_class=flow, status__in=[STATUS.NEW, STATUS.ASSIGNED])
        if task.flow_task.name == desk
    )


def at_desk(client, world, who: str, flow, desk: str, **sent):
    """Work a desk as this person; without `sent`, look at it."""
    client.force_login(world[who])
    address = reverse("task", args=[open_task(flow, desk).pk])
    return client.post(address, sent, follow=True) if sent else client.get(address)


def flag(client, world, who="unit-mzt", **sent):
    client.force_login(world[who])
    usual = {"entry": an_open_entry(world).pk, "reason": "疑含个人信息"}
    return client.post(reverse("flag"), usual | sent, follow=True)


def case() -> Suspension:
    return Suspension.objects.latest("pk")


def vote(client, world, who: str, outcome: str):
    closes = outcome == RECLOSE
    return at_desk(
        client, world, who, SuspensionFlow, "panel", verb="vote", outcome=outcome, reason="经复核",
        ground="CN-8-3-PI" if closes else "", opens_on="2050-01-01" if closes else "",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("who", ["unit-mzt", "first", "auditor"])
def test_anyone_signed_in_finds_an_open_entry_and_withdraws_it_with_one_button(
    client, world, released, who, language
):
    client.cookies.load({"django_language": language})
    entry = an_open_entry(world)
    client.force_login(world[who])
    page = client.get(reverse("flag"), {"code": entry.reference_code}).content.decode()
    assert entry.shown_title in page
    answer = flag(client, world, who)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == reverse("suspension", args=[case().number])
    entry.refresh_from_db()
    assert entry.access_status == AccessStatus.SUSPENDED
    assert not ReleasedEntry.objects.filter(reference_code=entry.reference_code).exists()
    assert client.get(reverse("catalogue:entry", args=["Z001", entry.reference_code])).status_code == 410
    assert Clock.objects.filter(kind__in=["triage", "suspension_cap"], ended_at__isnull=True).count() == 2


def test_the_page_for_flagging_shows_nothing_that_is_not_public(client, world, released):
    client.force_login(world["unit-czt"])
    page = client.get(reverse("flag"), {"code": CLOSED}).content.decode()
    assert CLOSED_TITLE not in page
    closed = deferred(world)
    assert closed.title not in client.get(reverse("flag"), {"code": closed.reference_code}).content.decode()
    assert client.post(reverse("flag"), {"entry": closed.pk, "reason": "疑"}).status_code == 404
    assert client.post(reverse("flag"), {"entry": "x" * 40, "reason": "疑"}).status_code == 404
    client.logout()
    assert client.get(reverse("flag")).status_code == 302


def test_a_flag_without_a_reason_is_refused_and_nothing_is_begun(client, world, released):
    answer = flag(client, world, reason="  ")
    assert "写明" in answer.content.decode()
    assert not Suspension.objects.exists()
    assert not Task.objects.filter(process__flow_class=SuspensionFlow).exists()


def test_who_flagged_without_a_right_there_sees_what_is_public_of_the_case(client, world, released):
    flag(client, world, "unit-mzt")
    page = client.get(reverse("suspension", args=[case().number])).content.decode()
    assert case().reason in page
    client.force_login(world["unit-czt"])
    assert client.get(reverse("suspension", args=[case().number])).status_code == 404


def test_when_the_public_site_is_away_the_page_says_so_and_the_suspension_holds(
    client, world, released, monkeypatch, no_error_is_logged
):
    def away(path):
        raise OSError("row refused: 关于给予某人处分的决定")

    monkeypatch.setattr(suspending, "load_withdrawal", away)
    page = flag(client, world).content.decode()
    (logged,) = no_error_is_logged
    assert "处分" not in logging.Formatter().format(logged), "the log quotes what was refused"
    no_error_is_logged.clear()
    assert "notice--attention" in page
    assert case().number in page
    assert case().entry.access_status == AccessStatus.SUSPENDED


def test_triage_panel_and_back_to_the_public(client, world, released):
    flag(client, world)
    code = case().entry.reference_code
    assert at_desk(client, world, "first", SuspensionFlow, "triage").status_code == 403
    assert at_desk(client, world, "manager", SuspensionFlow, "triage").status_code == 200
    at_desk(client, world, "manager", SuspensionFlow, "triage", verb="to_panel", reason="")
    for who in ("panel", "panel2"):
        vote(client, world, who, RESTORE)
        assert not open_task(SuspensionFlow, "panel").owner_id, "the desk is the next member's"
        assert not ReleasedEntry.objects.filter(reference_code=code).exists()
    vote(client, world, "panel3", RESTORE)
    assert case().ended_at
    assert ReleasedEntry.objects.filter(reference_code=code).exists()
    assert not Clock.objects.filter(kind="suspension_cap", ended_at__isnull=True).exists()
    assert not Task.objects.filter(
        process__flow_class=SuspensionFlow, status__in=[STATUS.NEW, STATUS.ASSIGNED]
    ).exists()


def test_a_panel_that_closes_asks_the_authority_and_a_refusal_comes_back(client, world, released):
    flag(client, world)
    at_desk(client, world, "manager", SuspensionFlow, "triage", verb="to_panel", reason="")
    for who in ("panel", "panel2", "panel3"):
        vote(client, world, who, RECLOSE)
    assert at_desk(client, world, "panel", SuspensionFlow, "consent").status_code == 403
    assert at_desk(client, world, "authority", SuspensionFlow, "consent").status_code == 200
    at_desk(client, world, "authority", SuspensionFlow, "consent", verb="refuse", reason="依据不足")
    page = at_desk(client, world, "panel", SuspensionFlow, "panel").content.decode()
    assert "依据不足" in page
    assert case().number in client.get(reverse("my-work")).content.decode(), "who has voted may act again"
    at_desk(client, world, "panel", SuspensionFlow, "panel", verb="restore", reason="依主管部门意见")
    assert case().entry.access_status == AccessStatus.OPEN


def test_with_consent_it_is_closed_again(client, world, released):
    flag(client, world, secret="on")
    page = at_desk(client, world, "manager", SuspensionFlow, "triage").content.decode()
    assert "第四十四条" in page, "an incident is to be reported"
    at_desk(client, world, "manager", SuspensionFlow, "triage", verb="restore", reason="误报")
    assert case().ended_at is None, "a suspected secret is never put aside at triage"
    at_desk(client, world, "manager", SuspensionFlow, "triage", verb="to_panel", reason="")
    for who in ("panel", "panel2", "panel3"):
        vote(client, world, who, RECLOSE)
    at_desk(client, world, "authority", SuspensionFlow, "consent", verb="agree", reason="")
    assert case().ended_at is None, "consent is a seal: without the password nothing is done"
    password = world.people.password
    at_desk(client, world, "authority", SuspensionFlow, "consent", verb="agree", reason="", password=password)
    entry = case().entry
    assert entry.access_status == AccessStatus.DEFERRED
    assert entry.reassessments.filter(done_at__isnull=True).count() == 1
    client.force_login(world["auditor"])
    for page in (reverse("suspensions"), reverse("suspension", args=[case().number]), reverse("ledger")):
        assert client.get(page).status_code == 200


def register(client, world, **sent):
    client.force_login(world["requests"])
    usual = {
        "kind": "request", "asker": "读者某", "contact": "某街1号", "fonds": "Z001", "code": CLOSED, "text": "想查处分决定",
    }  # fmt: skip
    return client.post(reverse("register-request"), usual | sent, follow=True)


def asked() -> AccessRequest:
    return AccessRequest.objects.latest("pk")


def answer(client, world, code: str, text: str):
    return at_desk(client, world, "requests", RequestFlow, "handle", verb="answer", answer=code, text=text)


@pytest.mark.parametrize("kind", ["request", "complaint"])
def test_a_request_is_registered_with_its_clock_answered_and_its_letter_says_no_title(client, world, released, kind):
    register(client, world, kind=kind)
    assert Clock.objects.filter(kind=kind, ended_at__isnull=True).count() == 1
    assert CLOSED_TITLE in at_desk(client, world, "requests", RequestFlow, "handle").content.decode()
    assert client.get(reverse("request-letter", args=[asked().number])).status_code == 404
    refused = answer(client, world, "refused", f"《{CLOSED_TITLE}》涉及个人信息").content.decode()
    assert "改写" in refused
    assert asked().answer == ""
    answer(client, world, "refused", "涉及第三人的个人信息")
    letter = client.get(reverse("request-letter", args=[asked().number])).content.decode()
    assert CLOSED_TITLE not in letter
    assert "涉及第三人的个人信息" in letter
    assert ("第二十八条" if kind == "request" else "行政复议") in letter
    assert not Clock.objects.filter(kind=kind, ended_at__isnull=True).exists()
    assert not Task.objects.filter(process__flow_class=RequestFlow, status__in=[STATUS.NEW, STATUS.ASSIGNED]).exists()
    said = LedgerLine.objects.filter(subject=f"request {asked().number}")
    assert said.count() == 2
    assert not any("读者某" in line.facts + line.subject for line in said)


def deferred(world):
    return world.fonds.entries.filter(access_status=AccessStatus.DEFERRED).first()


def test_a_promised_review_begins_at_once_and_its_batch_stands_with_the_request(client, world, released):
    entry = deferred(world)
    register(client, world, code=entry.reference_code)
    answer(client, world, "review", "即时审核")
    batch = asked().batch
    assert batch is not None
    assert batch.kind == BatchKind.ON_DEMAND
    assert rehearsal.open_tasks(batch, "first_review")
    assert batch.batch_entries.get().entry == entry
    client.force_login(world["auditor"])
    assert batch.number in client.get(reverse("request", args=[asked().number])).content.decode()


def test_an_upheld_complaint_about_what_is_under_review_is_noted_with_that_batch(client, world):
    batch = world.batch()
    register(client, world, kind="complaint")
    answer(client, world, "upheld", "已在审核之中")
    assert asked().batch == batch
    assert Batch.objects.count() == 1


def test_use_is_granted_without_opening(client, world, released):
    entry = deferred(world)
    register(client, world, code=entry.reference_code)
    answer(client, world, "use", "可在阅览室查阅")
    entry.refresh_from_db()
    assert asked().answer == "use"
    assert entry.access_status == AccessStatus.DEFERRED
    assert asked().batch is None


def test_a_reference_code_that_is_not_there_is_told_and_nothing_is_registered(client, world):
    page = register(client, world, code="Z001-999").content.decode()
    assert "没有档号" in page
    assert not AccessRequest.objects.exists()


def test_who_may_read_requests(client, world, released):
    register(client, world)
    answers = {"requests": 200, "auditor": 200, "authority": 200, "planner": 200, "first": 403, "unit-mzt": 403}
    for who, status in answers.items():
        client.force_login(world[who])
        assert client.get(reverse("requests")).status_code == status, who
        one = client.get(reverse("request", args=[asked().number])).status_code
        assert one == (404 if status == 403 else 200), who


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_and_desk_is_shown_in_both_languages(client, world, released, language):
    client.cookies.load({"django_language": language})
    flag(client, world)
    register(client, world)
    client.cookies.load({"django_language": language})
    for who, flow, desk in (("manager", SuspensionFlow, "triage"), ("requests", RequestFlow, "handle")):
        assert at_desk(client, world, who, flow, desk).status_code == 200
    at_desk(client, world, "manager", SuspensionFlow, "triage", verb="to_panel", reason="")
    assert at_desk(client, world, "panel", SuspensionFlow, "panel").status_code == 200
    client.force_login(world["requests"])
    for page in ("flag", "suspensions", "requests", "register-request"):
        assert client.get(reverse(page)).status_code == 200, page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_desk_shows_the_old_ground_and_day_of_what_came_back(client, world, released, language):
    entry = deferred(world)
    bring_back(at=NOW, today=entry.opens_on)
    back = Batch.objects.get(kind=BatchKind.REASSESSMENT)
    (task,) = rehearsal.open_tasks(back, "first_review")
    client.force_login(world["first"])
    client.cookies.load({"django_language": language})
    page = client.get(reverse("task", args=[task.pk])).content.decode()
    assert entry.opens_on.isoformat() in page
    assert WHY["opens" if "届满" in page or "about to end" in page else "interval"].of(language) in page
    assert world["second"].full_name in page, "who decided it then"
