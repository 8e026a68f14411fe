"""The ledger: refused to whoever changes it by SQL, and found out where the trigger was taken away."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from review import ledger
from review.models import LedgerHead, LedgerLine, Opinion, SignOff
from review.operations import screening
from tests import policy_desk
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def run(sql: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def without_triggers(table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            # The deferred foreign keys of this test's transaction would keep the table from being altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


EDITS = {
    "edit": "UPDATE review_ledgerline SET actor = 'somebody' WHERE line = 4",
    "edit facts": "UPDATE review_ledgerline SET facts = '{}' WHERE line = 4",
    "delete": "DELETE FROM review_ledgerline WHERE line = 4",
    "delete the last": "DELETE FROM review_ledgerline WHERE line = (SELECT max(line) FROM review_ledgerline)",
    "delete all": "DELETE FROM review_ledgerline",
    "delete the head": "DELETE FROM review_ledgerhead",
    "wind back the head": "UPDATE review_ledgerhead SET line = line - 1",
    "jump the head": "UPDATE review_ledgerhead SET line = line + 5",
    "change an opinion": "UPDATE review_opinion SET outcome = 'open', ground = '', opens_on = NULL",
    "raise an opinion": "UPDATE review_opinion SET standing = NOT standing, reason = 'x'",
    "delete an opinion": "DELETE FROM review_opinion",
    "reword a public title in the record": "UPDATE review_titling SET text = ''",
    "delete a wording": "DELETE FROM review_titling",
    "change what the rules advised": "UPDATE review_suggested SET suggestion = 'open'",
    "let old advice stand again": "UPDATE review_suggested SET replaced_by_id = NULL WHERE replaced_by_id IS NOT NULL",
    "delete advice": "DELETE FROM review_suggested",
    "change what was found": "UPDATE review_finding SET matched = ''",
    "replace a finding and change it": "UPDATE review_finding SET replaced_by_id = run_id, ground = ''",
    "delete a finding": "DELETE FROM review_finding",
    "say that another ruleset screened": "UPDATE review_screeningrun SET ruleset = 'cn-2'",
    "change a noted digest": "UPDATE review_screeningrun SET findings_digest = 'x'",
    "delete a run": "DELETE FROM review_screeningrun",
    "change an adopted ruleset": "UPDATE review_adoptedruleset SET files = '{}'",
    "delete an adopted ruleset": "DELETE FROM review_adoptedruleset",
}


@pytest.mark.parametrize("sql", EDITS.values(), ids=EDITS)
def test_changing_what_was_decided_by_sql_is_refused(world, sql):
    batch = world.walked("second_review")
    if "replaced_by_id IS NOT NULL" in sql:
        screening.screen_batch(batch=batch, by="test", at=NOW, today=TODAY)
    if "adoptedruleset" in sql:
        policy_desk.adopted(world)
    with pytest.raises(DatabaseError, match="append-only"):
        run(sql)
    assert ledger.verify().bad_line is None


@pytest.mark.postgres
def test_truncating_is_refused_on_postgresql(world):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="append-only"):
        run("TRUNCATE review_ledgerline")


TAMPERED = {
    "edited": (["UPDATE review_ledgerline SET actor = 'somebody' WHERE line = 4"], 4),
    "moved in time": (["UPDATE review_ledgerline SET at = '2001-01-01 00:00:00+00:00' WHERE line = 5"], 5),
    "deleted": (["DELETE FROM review_ledgerline WHERE line = 6"], 6),
    "first deleted": (["DELETE FROM review_ledgerline WHERE line = 1"], 1),
    "reordered": (
        [
            "UPDATE review_ledgerline SET line = 999 WHERE line = 3",
            "UPDATE review_ledgerline SET line = 3 WHERE line = 4",
            "UPDATE review_ledgerline SET line = 4 WHERE line = 999",
        ],
        3,
    ),
    "renumbered over a deleted line": (
        [
            "DELETE FROM review_ledgerline WHERE line = 5",
            "UPDATE review_ledgerline SET line = 5 WHERE line = 6",
            "UPDATE review_ledgerline SET line = 6 WHERE line = 7",
        ],
        5,
    ),
}


@pytest.mark.parametrize(("statements", "line"), TAMPERED.values(), ids=TAMPERED)
def test_without_the_trigger_verification_names_the_first_bad_line(world, statements, line):
    without_triggers("review_ledgerline")
    for sql in statements:
        run(sql)
    assert ledger.verify().bad_line == line
    with pytest.raises(CommandError, match=f"Line {line} is bad"):
        call_command("verify_ledger")


def test_a_tail_cut_off_is_found(world):
    last = LedgerLine.objects.count()
    without_triggers("review_ledgerline")
    run("DELETE FROM review_ledgerline WHERE line = %s", last)
    assert ledger.verify().bad_line == last


def test_a_tail_cut_off_together_with_the_head_is_found_by_what_a_sign_off_noted(world):
    batch = world.walked("release")
    signed = batch.sign_offs.get()
    without_triggers("review_ledgerline")
    without_triggers("review_ledgerhead")
    run("DELETE FROM review_ledgerline WHERE line >= %s", signed.ledger_line)
    last = LedgerLine.objects.order_by("-line").first()
    LedgerHead.objects.update(line=last.line, digest=last.digest)
    assert ledger.verify().bad_line == signed.ledger_line


def test_a_line_smuggled_in_at_the_end_is_found(world):
    last = LedgerLine.objects.order_by("-line").first()
    extra = LedgerLine(line=last.line + 1, at=NOW, actor="x", act="x", subject="x", facts="{}", previous=last.digest)
    extra.digest = ledger.digest_of(extra)
    extra.save(force_insert=True)
    assert ledger.verify().bad_line == extra.line


def test_a_whole_road_verifies_and_the_command_says_so(world, capsys):
    world.walked("")
    verdict = ledger.verify()
    assert verdict.bad_line is None
    assert verdict.good_lines == LedgerLine.objects.count() == LedgerHead.objects.get().line
    call_command("verify_ledger")
    assert str(verdict.good_lines) in capsys.readouterr().out


def test_a_ledger_rewritten_as_a_whole_is_found_by_what_a_sign_off_noted(world):
    world.walked("release")
    without_triggers("review_ledgerline")
    without_triggers("review_ledgerhead")
    previous = ledger.GENESIS
    for line in LedgerLine.objects.order_by("line"):
        line.actor = "nobody" if line.line == 3 else line.actor
        line.previous, line.digest = previous, ""
        line.digest = previous = ledger.digest_of(line)
        line.save()
    LedgerHead.objects.update(digest=previous)
    signed = SignOff.objects.get()
    assert ledger.verify().bad_line == signed.ledger_line


def test_missing_triggers_are_said_although_every_line_holds(world):
    assert ledger.missing_guards() == []
    without_triggers("review_opinion")
    with pytest.raises(CommandError, match="opinion_no_delete"):
        call_command("verify_ledger")


def test_no_title_and_no_name_stands_in_the_ledger(world):
    world.walked("")
    text = " ".join(f"{line.subject} {line.facts}" for line in LedgerLine.objects.all())
    assert "王建业" not in text
    assert "救济标准" not in text


def test_a_changed_decision_is_kept_beside_the_new_one(world):
    batch = world.walked("second_review")
    before = Opinion.objects.count()
    row = batch.batch_entries.first()
    assert row.opinions.filter(standing=True).count() == 1
    assert Opinion.objects.count() == before
