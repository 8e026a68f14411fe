"""Suspension: whoever doubts, the title leaves every public page at once; only people put it back, by the votes and consents."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse

from policies.sentences import Refusal
from policies.suspending import PANEL, RECLOSE, RESTORE
from review import ledger
from review.catalogue.models import ReleasedEntry
from review.models import AccessStatus, Erratum, LedgerLine, Reassessment, Release, Statement, Suspension
from review.operations import appointing, releasing, suspending
from review.queries.suspensions import opened_by, overdue_suspensions, undelivered
from tests.review.scenes_hafter import FAR, LATER, an_open_entry, at_panel, case, suspended, vote, voted
from tests.world import NOW, TODAY
from workflows import delivering, rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def batch(world):
    return world.walked("release")


def deliver() -> None:
    assert delivering.deliver_errata(at=NOW) == []


def public_texts(client, title: str) -> dict[str, str]:
    """Every public page that could show an entry, and the text of each."""
    home = client.get(reverse("catalogue:home"))
    links = {reverse("catalogue:home"), reverse("catalogue:releases"), reverse("catalogue:errata")}
    links |= {reverse("catalogue:search"), reverse("catalogue:search") + f"?q={title[:6]}"}
    found: dict[str, str] = {}
    waiting = sorted(links | set(re.findall(r'href="(/open/[^"#]*)"', home.content.decode())))
    while waiting:
        link = waiting.pop()
        if link in found or "lang=" in link:
            continue
        response = client.get(link.replace("&amp;", "&"))
        raw = b"".join(response.streaming_content) if response.streaming else response.content
        found[link] = raw.decode("utf-8", "replace").replace(f'value="{title[:6]}"', "")
        if response["Content-Type"].startswith("text/html"):
            waiting += re.findall(r'href="(/open/[^"#]*)"', found[link])
    return found


def pages_saying(client, title: str) -> set[str]:
    return {link for link, text in public_texts(client, title).items() if title in text}


def test_a_flagged_title_is_gone_from_every_page_that_can_be_reached(client, world, batch):
    rehearsal.release(batch, world["publisher"])
    entry = an_open_entry(world)
    address = reverse("catalogue:entry", args=[entry.fonds.code, entry.reference_code])
    assert len(pages_saying(client, entry.shown_title)) >= 4, "the canary sings before"
    suspending.suspend_entry(entry=entry, reason="疑", secret=False, by=world["first"], at=NOW)
    deliver()
    assert pages_saying(client, entry.shown_title) == set()
    assert client.get(address).status_code == 410
    assert case().withdrawn_at == NOW
    assert Release.objects.get(batch=batch).delivered_at is not None


def test_one_act_sets_the_status_the_case_and_the_erratum_and_says_no_title(world, batch):
    made = suspended(world, batch)
    entry = an_open_entry(world)
    made.entry.refresh_from_db()
    assert made.entry.access_status == AccessStatus.SUSPENDED
    assert entry.pk != made.entry_id
    assert made.cap_on == TODAY + timedelta(days=180)
    erratum = Erratum.objects.get()
    assert (erratum.number, erratum.kind) == (f"{made.release.number}-E1", "withdrawn")
    said = LedgerLine.objects.get(act="suspend_entry")
    assert made.entry.title not in said.facts + said.subject
    assert made.reason not in said.facts


@pytest.mark.parametrize("who", ["first", "unit-mzt", "auditor", "keeper", "publisher"])
def test_anyone_signed_in_may_flag_and_nobody_twice(world, batch, who):
    rehearsal.release(batch, world["publisher"])
    entry = an_open_entry(world)
    suspending.suspend_entry(entry=entry, reason="疑", secret=False, by=world[who], at=NOW)
    with pytest.raises(Refusal, match="已经暂停"):
        suspending.suspend_entry(entry=entry, reason="疑", secret=False, by=world["second"], at=NOW)
    assert Suspension.objects.count() == 1


def test_what_is_not_open_is_not_suspended(world, batch):
    rehearsal.release(batch, world["publisher"])
    closed = world.fonds.entries.exclude(access_status=AccessStatus.OPEN).first()
    with pytest.raises(Refusal, match="没有开放"):
        suspending.suspend_entry(entry=closed, reason="疑", secret=False, by=world["first"], at=NOW)


def test_a_site_that_is_away_undoes_nothing_and_is_told_later(client, world, batch, monkeypatch, no_error_is_logged):
    made = suspended(world, batch)

    def away(path):
        raise OSError("the public site is away")

    monkeypatch.setattr(suspending, "load_withdrawal", away)
    assert delivering.deliver_errata(at=NOW) == [Erratum.objects.get().number]
    no_error_is_logged.clear()
    made.entry.refresh_from_db()
    assert made.entry.access_status == AccessStatus.SUSPENDED
    assert undelivered().count() == 1
    monkeypatch.undo()
    call_command("deliver_releases")
    assert undelivered().count() == 0
    assert not ReleasedEntry.objects.filter(reference_code=made.entry.reference_code).exists()
    lines = LedgerLine.objects.filter(act="deliver_erratum").count()
    call_command("deliver_releases")
    assert LedgerLine.objects.filter(act="deliver_erratum").count() == lines == 1


def test_an_entry_flagged_before_its_release_arrived_never_appears(client, world, batch):
    manifest = releasing.prepare_bundle(batch=batch, issued_on=TODAY)
    (task,) = rehearsal.open_tasks(batch, "release")
    rehearsal.work(
        task,
        world["publisher"],
        lambda _: releasing.release(batch=batch, manifest=manifest, by=world["publisher"], at=NOW, issued_on=TODAY),
    )
    entry = an_open_entry(world)
    suspending.suspend_entry(entry=entry, reason="疑", secret=False, by=world["first"], at=NOW)
    call_command("deliver_releases")
    assert ReleasedEntry.objects.exists()
    assert not ReleasedEntry.objects.filter(reference_code=entry.reference_code).exists()
    assert pages_saying(client, entry.shown_title) == set()


def test_a_refused_document_is_named_by_the_command(world, batch):
    suspended(world, batch)
    Release.objects.filter(batch=batch).update(manifest_digest="0" * 64)
    with pytest.raises(CommandError, match="不是同一份"):
        call_command("deliver_releases")
    assert undelivered().count() == 1


def test_three_votes_restore_it_and_the_public_sees_it_again(client, world, batch):
    voted(RESTORE)(world, batch)
    deliver()
    entry = case().entry
    assert pages_saying(client, entry.shown_title) == set()
    suspending.restore_entry(suspension=case(), reason="", by=world["panel"], at=NOW)
    deliver()
    entry.refresh_from_db()
    assert entry.access_status == AccessStatus.OPEN
    assert pages_saying(client, entry.shown_title)
    assert list(Erratum.objects.order_by("pk").values_list("kind", flat=True)) == ["withdrawn", "restored"]
    assert ledger.verify().bad_line is None


def test_two_votes_restore_nothing(world, batch):
    at_panel(world, batch)
    assert vote(world, "panel", RESTORE) is None
    assert vote(world, "panel2", RESTORE) is None
    with pytest.raises(Refusal, match="尚未形成"):
        suspending.restore_entry(suspension=case(), reason="", by=world["panel"], at=NOW)
    with pytest.raises(Refusal, match="每人一票"):
        vote(world, "panel", RESTORE)


def test_the_panel_needs_one_who_had_no_hand_in_the_opening(world, batch):
    at_panel(world, batch)
    for who in ("first", "second", "confirmer"):
        appointing.appoint(person=world[who], role="panel_member", over=world.fonds, by="test", at=NOW)
        assert world[who].pk in opened_by(case())
        assert vote(world, who, RESTORE) is None
    result = vote(world, "panel", RESTORE)
    assert result is not None
    assert result.outcome == RESTORE


def test_a_vote_needs_the_right_the_triage_and_another_than_who_flagged(world, batch):
    suspended(world, batch)
    with pytest.raises(Refusal, match="不在复议组"):
        vote(world, "panel", RESTORE)
    with pytest.raises(PermissionDenied):
        vote(world, "first", RESTORE)
    with pytest.raises(PermissionDenied):
        suspending.triage_flag(suspension=case(), choice=PANEL, reason="", by=world["panel"], at=NOW)


def test_closed_again_it_is_deferred_with_consent_and_comes_back(client, world, batch):
    voted(RECLOSE)(world, batch)
    entry = case().entry
    entry.refresh_from_db()
    assert entry.access_status == AccessStatus.SUSPENDED, "nothing is closed without the authority"
    suspending.answer_reclosure(suspension=case(), agrees=True, reason="", by=world["authority"], at=NOW)
    deliver()
    entry.refresh_from_db()
    assert (entry.access_status, entry.ground, entry.opens_on) == (AccessStatus.DEFERRED, "CN-8-3-PI", LATER)
    assert Reassessment.objects.filter(entry=entry, done_at__isnull=True).count() == 1
    assert case().ended_at == NOW
    assert pages_saying(client, entry.shown_title) == set()
    with pytest.raises(Refusal, match="已经了结"):
        suspending.restore_entry(suspension=case(), reason="再想", by=world["panel"], at=NOW)


def test_a_refused_closing_stays_suspended_until_the_panel_puts_it_back_with_a_reason(world, batch):
    voted(RECLOSE)(world, batch)
    with pytest.raises(Refusal, match="理由"):
        suspending.answer_reclosure(suspension=case(), agrees=False, reason=" ", by=world["authority"], at=NOW)
    suspending.answer_reclosure(suspension=case(), agrees=False, reason="依据不足", by=world["authority"], at=NOW)
    entry = case().entry
    assert entry.access_status == AccessStatus.SUSPENDED
    assert Statement.objects.filter(kind="ruling", text="依据不足").exists()
    with pytest.raises(Refusal, match="理由"):
        suspending.restore_entry(suspension=case(), reason="", by=world["panel"], at=NOW)
    suspending.restore_entry(suspension=case(), reason="依主管部门意见", by=world["panel"], at=NOW)
    entry.refresh_from_db()
    assert entry.access_status == AccessStatus.OPEN


def test_a_member_who_votes_after_a_refusal_puts_the_case_to_the_authority_again(world, batch):
    voted(RECLOSE)(world, batch)
    suspending.answer_reclosure(suspension=case(), agrees=False, reason="依据不足", by=world["authority"], at=NOW)
    appointing.appoint(person=world["auditor"], role="panel_member", over=world.fonds, by="test", at=NOW)
    result = vote(world, "auditor", RECLOSE, FAR)
    assert (result.outcome, result.opens_on) == (RECLOSE, FAR)
    assert case().outcome == RECLOSE


def test_triage_restores_only_by_a_third_person_with_a_reason(world, batch):
    suspended(world, batch)
    with pytest.raises(Refusal, match="理由"):
        suspending.triage_flag(suspension=case(), choice=RESTORE, reason="", by=world["manager"], at=NOW)
    suspending.triage_flag(suspension=case(), choice=RESTORE, reason="误报", by=world["manager"], at=NOW)
    suspending.restore_entry(suspension=case(), reason="", by=world["manager"], at=NOW)
    assert case().entry.access_status == AccessStatus.OPEN
    assert Statement.objects.filter(text="误报").exists()


def test_after_its_last_day_it_stays_closed_and_is_reported(world, batch):
    made = suspended(world, batch)
    assert not overdue_suspensions(made.cap_on).exists()
    assert overdue_suspensions(made.cap_on + timedelta(days=1)).get() == made
    made.entry.refresh_from_db()
    assert made.entry.access_status == AccessStatus.SUSPENDED


def test_the_document_is_kept_to_be_carried_and_says_no_title(world, batch):
    made = suspended(world, batch)
    deliver()
    text = suspending.document_of(Erratum.objects.get()).read_text(encoding="utf-8")
    assert made.entry.reference_code in text
    assert made.entry.shown_title not in text
    assert made.reason not in text
