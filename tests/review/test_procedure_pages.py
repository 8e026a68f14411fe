"""The procedure: proposed by one keeper and adopted by another, kept by each batch, simulated before; and its pages."""

import pytest
import yaml
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policies.procedure import read_procedure, shipped
from policies.sentences import Refusal
from review.models import Batch, LedgerLine, Procedure
from review.operations import procedures
from review.queries.procedures import in_force, procedure_of, steps_of
from review.queries.simulating import simulate
from tests.review.scenes_clocks import TEXT
from tests.world import NOW

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def text_with(**steps):
    read = yaml.safe_load(TEXT)
    read["steps"] |= steps
    return yaml.safe_dump(read, allow_unicode=True)


def proposed(world, text):
    return procedures.propose(text=text, why="馆务会决定", by=world["keeper"], at=NOW)


def adopted(world, text):
    return procedures.adopt(procedure=proposed(world, text), by=world["keeper2"], at=NOW)


def test_nobody_adopts_the_procedure_that_they_proposed(world):
    row = proposed(world, TEXT)
    with pytest.raises(Refusal, match="另一名"):
        procedures.adopt(procedure=row, by=world["keeper"], at=NOW)
    assert in_force() is None
    procedures.adopt(procedure=row, by=world["keeper2"], at=NOW)
    assert in_force() == row


def test_only_policy_keepers_propose_adopt_withdraw_and_move(world):
    row = proposed(world, TEXT)
    for act in (
        lambda by: procedures.propose(text=TEXT, why="x", by=by, at=NOW),
        lambda by: procedures.adopt(procedure=row, by=by, at=NOW),
        lambda by: procedures.withdraw(procedure=row, by=by, at=NOW),
        lambda by: procedures.move_batches(batches=[], by=by, at=NOW),
    ):
        with pytest.raises(PermissionDenied):
            act(world["planner"])


def test_a_procedure_of_another_jurisdiction_or_without_a_reason_is_refused(world):
    with pytest.raises(Refusal, match="UK"):
        procedures.propose(
            text=TEXT.replace("jurisdiction: CN", "jurisdiction: UK").replace("[CN-8-1, CN-8-2]", "[]"),
            why="x",
            by=world["keeper"],
            at=NOW,
        )
    with pytest.raises(Refusal, match="为什么"):
        procedures.propose(text=TEXT, why=" ", by=world["keeper"], at=NOW)


def test_an_adopted_text_cannot_be_changed_even_by_sql(world):
    row = adopted(world, TEXT)
    with pytest.raises(DatabaseError):
        Procedure.objects.filter(pk=row.pk).update(text="{}")


def test_a_batch_keeps_the_procedure_that_it_began_under(world):
    batch = world.batch()
    assert procedure_of(batch) == shipped("CN")
    adopted(world, text_with(blind=True))
    batch = Batch.objects.get(pk=batch.pk)
    assert not steps_of(batch).blind
    procedures.move_batches(batches=[batch], by=world["keeper"], at=NOW)
    assert steps_of(Batch.objects.get(pk=batch.pk)).blind


def test_a_new_batch_begins_under_the_procedure_in_force(world):
    row = adopted(world, text_with(blind=True))
    batch = world.batch()
    assert batch.procedure == row
    assert steps_of(batch).blind


def test_a_signed_batch_is_not_moved(world):
    batch = world.walked("consent")
    adopted(world, text_with(blind=True))
    with pytest.raises(Refusal, match="签发"):
        procedures.move_batches(batches=[batch], by=world["keeper"], at=NOW)


def test_simulating_says_what_changes_for_each_running_batch_and_writes_nothing(world):
    batch = world.batch()
    lines = LedgerLine.objects.count()
    (found,) = simulate(read_procedure(text_with(second_review=False)))
    assert found.batch == batch
    assert [(c.what, c.before, c.after) for c in found.changes] == [("steps.second_review", "true", "false")]
    assert found.clocks == ("first_review",)
    assert not found.signed
    assert LedgerLine.objects.count() == lines
    (same,) = simulate(shipped("CN"))
    assert same.changes == ()


def test_the_command_lists_checks_simulates_proposes_adopts_and_moves(world, tmp_path, capsys):
    batch = world.batch()
    path = tmp_path / "p.yaml"
    path.write_text(text_with(second_review=False), encoding="utf-8")
    call_command("procedure", "check", str(path))
    call_command("procedure", "simulate", str(path))
    assert "steps.second_review: true → false" in capsys.readouterr().out
    call_command("procedure", "propose", str(path), why="馆务会决定", by="keeper")
    with pytest.raises(CommandError, match="另一名"):
        call_command("procedure", "adopt", "P-1", by="keeper")
    call_command("procedure", "adopt", "P-1", by="keeper2")
    call_command("procedure", "list")
    assert "* P-1" in capsys.readouterr().out
    call_command("procedure", "move", batch.number, dry_run=True)
    assert Batch.objects.get(pk=batch.pk).procedure is None
    call_command("procedure", "move", batch.number, by="keeper2")
    assert Batch.objects.get(pk=batch.pk).procedure == in_force()
    path.write_text("steps: 1", encoding="utf-8")
    with pytest.raises(CommandError, match="jurisdiction"):
        call_command("procedure", "check", str(path))


def test_keepers_propose_and_adopt_on_the_page_and_others_read(world, client):
    client.force_login(world["planner"])
    page = client.get(reverse("procedure"))
    assert page.status_code == 200
    assert client.get(reverse("propose-procedure")).status_code == 403
    client.force_login(world["keeper"])
    refused = client.post(reverse("propose-procedure"), {"text": "steps: 1", "why": "x"})
    assert "jurisdiction" in refused.content.decode()
    shown = client.post(reverse("propose-procedure"), {"text": text_with(blind=True), "why": "x", "simulate": "1"})
    assert shown.status_code == 200
    assert not Procedure.objects.exists()
    client.post(reverse("propose-procedure"), {"text": text_with(blind=True), "why": "馆务会决定"})
    address = reverse("procedure-proposal", args=[1])
    assert client.post(address, {"verb": "adopt"}, follow=True).context["waits"]
    client.force_login(world["keeper2"])
    client.post(address, {"verb": "adopt"})
    assert in_force() == Procedure.objects.get()


def test_simulating_takes_as_many_queries_for_two_batches_as_for_one(world):
    world.batch()
    wanted = read_procedure(text_with(blind=True))
    with CaptureQueriesContext(connection) as one:
        simulate(wanted)
    first = Batch.objects.get()
    entry = first.batch_entries.last()
    entry.live = False
    entry.save()
    other = Batch.objects.create(number="Z001-X", fonds=world.fonds, made_at=NOW, made_by=world["planner"])
    other.batch_entries.create(entry=entry.entry, position=1)
    with CaptureQueriesContext(connection) as two:
        assert len(simulate(wanted)) == 2
    assert len(one) == len(two)
