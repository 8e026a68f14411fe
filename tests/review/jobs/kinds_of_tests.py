"""Kinds that only tests know. What they did stays as rows (groups), which a second run of a shard would double."""

import os
import signal
import time
import uuid
from pathlib import Path

from django.contrib.auth.models import Group
from django.db import transaction

from policies.sentences import Refusal, Sentence

REFUSED = Sentence("全宗不对。请选 J047。", "The wrong fonds. Choose J047.")
SECRET = "王建业受处分"


def mark(arguments, report):
    """One row a run."""
    Group.objects.create(name=f"ran {arguments['n']} {uuid.uuid4()}")
    report(1, 1)


def walk(arguments, report):
    """So many steps, so long each; a row at the beginning and one at the end."""
    Group.objects.create(name=f"begun {arguments['n']} {os.getpid()} {uuid.uuid4()}")
    for step in range(arguments["steps"]):
        report(step, arguments["steps"])
        time.sleep(arguments["seconds"])
    Group.objects.create(name=f"ended {arguments['n']} {uuid.uuid4()}")


def save_once(arguments, report):
    """Idempotent, as a kind must be: all of it in one transaction that first looks whether it is there."""
    names = [f"saved {arguments['n']}-{row}" for row in range(10)]
    with transaction.atomic():
        if Group.objects.filter(name__in=names).exists():
            return
        Group.objects.bulk_create(Group(name=name) for name in names[:5])
        report(5, 10)
        if arguments.get("die") and not Path(arguments["die"]).exists():
            Path(arguments["die"]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        Group.objects.bulk_create(Group(name=name) for name in names[5:])


def refuse(arguments, report):
    raise Refusal(REFUSED)


def fail(arguments, report):
    raise ValueError(f"cannot read {SECRET}")


KINDS = {"mark": mark, "walk": walk, "save_once": save_once, "refuse": refuse, "fail": fail}
