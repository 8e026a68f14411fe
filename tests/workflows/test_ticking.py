"""Several ticks at once, and ticks killed at any moment: every rung fires once. With real threads, processes and mails."""

import json
import os
import random
import socketserver
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections
from django.utils import timezone

from policies.sentences import Sentence
from policies.working_days import WorkingDays
from review import ledger
from review.models import Absence, Clock, ClockRung, Countersignature, LedgerLine, Notice
from review.operations import clocks, notifying
from review.queries.notices import notices_to
from tests.world import NOW
from workflows import ticking

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "catalogue"])
MANY = 60


def many_clocks(world, count=MANY):
    """So many clocks that ended on paper long ago: two rungs each, all due today. Their kind has a lapse that nobody owns."""
    long_ago = WorkingDays().after(timezone.localdate(), 0).replace(year=timezone.localdate().year - 1)
    wanted = [clocks.Wanted("plan", f"test:{n}", fonds=world.fonds) for n in range(count)]
    return clocks.begin(clocks=wanted, by="test", at=NOW, today=long_ago)


def assert_each_rung_fired_once():
    assert not ClockRung.objects.filter(fired_at=None).exists()
    assert not Clock.objects.filter(next_on__isnull=False).exists()
    said = Counter()
    for line in LedgerLine.objects.filter(act="fire_rungs"):
        facts = json.loads(line.facts)
        for act in ("remind", "escalate", "lapse"):
            said.update((act, named) for named in facts.get(act, []))
    assert set(said.values()) == {1}
    assert len(said) == ClockRung.objects.count()
    assert Notice.objects.count() == ClockRung.objects.count(), "each rung told one person"
    assert ledger.verify().bad_line is None


def test_several_ticks_at_once_fire_each_rung_once(committed_world, monkeypatch):
    many_clocks(committed_world)
    monkeypatch.setattr(ticking, "AT_ONCE", 7)
    gate = threading.Barrier(4)
    failed = []

    def run():
        try:
            gate.wait(timeout=10)
            done = ticking.tick(at=timezone.now(), today=timezone.localdate())
            failed.extend(done.failed)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failed
    assert_each_rung_fired_once()


def test_ticks_at_once_record_the_silence_of_a_unit_once(committed_world):
    batch = committed_world.walked("countersign")
    day = WorkingDays().after(timezone.localdate(), 20)
    gate = threading.Barrier(3)
    done = []

    def run():
        try:
            gate.wait(timeout=10)
            done.append(ticking.tick(at=timezone.now(), today=day))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [one.failed for one in done] == [[], [], []]
    assert sum(one.lapsed for one in done) == 2
    assert LedgerLine.objects.filter(act="lapse").count() == 2
    assert Countersignature.objects.filter(batch=batch, silent_at__isnull=False).count() == 2
    assert ledger.verify().bad_line is None


def _address() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(database['NAME']).absolute()}"
    host = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT'] or 5432}"
    return f"postgres://{host if database['HOST'] else ''}/{database['NAME']}"


def start_tick():
    """A tick in a process of its own, just begun."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.workflows.tick_process", timezone.localdate().isoformat()],
        cwd=configured.BASE_DIR,
        env=os.environ | {"DATABASE_URL": _address(), "QIFENG_VAR": str(configured.VAR_DIR)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "begins\n"
    return process


def test_ticks_killed_at_any_moment_lose_and_double_nothing(committed_world):
    many_clocks(committed_world)
    chance = random.Random(20261122)
    cut_short = 0
    for _ in range(6):
        process = start_tick()
        time.sleep(chance.uniform(0.0, 0.08))
        with suppress(ProcessLookupError):
            process.kill()
        process.wait(timeout=20)
        process.stdout.close()
        left = ClockRung.objects.filter(fired_at=None).count()
        assert left % 2 == 0, "the two rungs of a clock fire together or not at all"
        cut_short += left > 0
    assert cut_short, "no tick was killed early enough to prove anything"
    ticking.tick(at=timezone.now(), today=timezone.localdate())
    assert_each_rung_fired_once()


class _Letters(socketserver.StreamRequestHandler):
    """As much of an SMTP server as a client needs to hand over letters (RFC 5321)."""

    def handle(self):
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT" and "nobody" in line:
                self.say("550 no such box")
            elif verb == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 test")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def letters(settings):
    """A mail server on this machine; the letters that it took."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Letters)
    server.daemon_threads, server.letters = True, []
    settings.MAILS = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    settings.DEFAULT_FROM_EMAIL = "qifeng@archives.example"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.letters
    server.shutdown()
    server.server_close()


def noticed(person, key):
    made = notices_to(
        [person], key=key, text=Sentence(f"批次 {key} 请办理", f"Batch {key} waits"), link="/", away={}, mails=True
    )
    notifying.notify(notices=made, by="test", at=NOW)


def addressed(person, address):
    person.email = address
    person.save()
    return person


def test_a_notice_is_mailed_once_to_whoever_has_an_address(committed_world, letters):
    first = addressed(committed_world["first"], "first@archives.example")
    noticed(first, "Z001-1")
    noticed(committed_world["second"], "Z001-2")
    for _ in range(2):
        ticking.tick(at=NOW, today=timezone.localdate())
    (letter,) = letters
    assert letter["To"] == "first@archives.example"
    assert letter["Message-ID"].endswith("@archives.example>")
    assert "批次 Z001-1 请办理" in letter.get_content()
    assert Notice.objects.get(person=first).mailed_at == NOW
    assert LedgerLine.objects.filter(act="mail_sent").count() == 1


def test_mails_at_once_send_each_notice_once(committed_world, letters):
    first = addressed(committed_world["first"], "first@archives.example")
    for number in range(8):
        noticed(first, f"Z001-{number}")
    if connection.vendor == "sqlite":
        ticking.tick(at=NOW, today=timezone.localdate())
    else:
        ends = []

        def run():
            try:
                ends.append(ticking.tick(at=NOW, today=timezone.localdate()))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert sum(one.mailed for one in ends) == 8
    said = Counter(letter["Message-ID"] for letter in letters)
    assert len(said) == 8
    assert set(said.values()) == {1}


def test_an_address_that_is_refused_is_not_tried_again_and_holds_up_nobody(committed_world, letters):
    noticed(addressed(committed_world["first"], "nobody@archives.example"), "Z001-1")
    noticed(addressed(committed_world["second"], "second@archives.example"), "Z001-2")
    with pytest.raises(CommandError, match="notice"):
        call_command("tick")
    assert len(letters) == 1
    failed = Notice.objects.get(person=committed_world["first"])
    assert (failed.to_mail, failed.mailed_at, failed.mail_failure) == (False, None, "SMTPRecipientsRefused")
    call_command("tick")
    assert len(letters) == 1


def test_without_a_server_the_notice_waits_and_is_mailed_by_a_later_tick(committed_world, letters, settings):
    noticed(addressed(committed_world["first"], "first@archives.example"), "Z001-1")
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert ticking.tick(at=NOW, today=timezone.localdate()).failed
    settings.EMAIL_PORT = port
    assert ticking.tick(at=NOW, today=timezone.localdate()).mailed == 1
    assert len(letters) == 1


def test_nothing_is_mailed_to_whoever_is_away(committed_world, letters):
    first, today = addressed(committed_world["first"], "first@archives.example"), timezone.localdate()
    noticed(first, "Z001-1")
    Absence.objects.create(person=first, from_day=today, to_day=today, recorded_at=NOW, recorded_by=first)
    assert ticking.tick(at=NOW, today=today).mailed == 0
    assert not letters


def test_where_no_server_is_named_nothing_is_marked_as_sent(committed_world, settings):
    settings.MAILS = False
    noticed(addressed(committed_world["first"], "first@archives.example"), "Z001-1")
    ticking.tick(at=NOW, today=timezone.localdate())
    assert Notice.objects.get().mailed_at is None
