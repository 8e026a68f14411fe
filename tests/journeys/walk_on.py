"""Walks the batch of one fonds on from wherever it stands to its end, as a process of its own that may be killed.

python -m tests.journeys.walk_on FONDS [N]: with N, it kills itself (SIGKILL) in the middle of its Nth statement to the
database, before the statement where N is even and behind it where it is odd. Started again, it goes on: that is the
whole of recovery.
"""

import os
import signal
import sys
from pathlib import Path


def walk_on(code: str, folder: Path) -> None:
    """Cut the batch of this fonds if there is none, walk it to its end, and deliver its release."""
    from django.db import transaction

    from review.models import Agency, Batch, Fonds, Release
    from review.operations import planning, releasing
    from tests.world import NOW, TODAY, World
    from workflows import rehearsal
    from workflows.cast import gather
    from workflows.flows import opening

    class Walker(World):
        def countersign(self, batch: Batch, objections: int) -> None:
            """The same unit objects whoever answered before the process was killed."""
            for task in rehearsal.open_tasks(batch, "countersign"):
                agency = task.seed.agency
                rehearsal.countersign(task, self.people.units[agency.pk], objections=1 if agency.code == "MZT" else 0)

    fonds = Fonds.objects.get(code=code)
    world = Walker(fonds, list(Agency.objects.order_by("pk")), gather(at=NOW), folder)
    batch = Batch.objects.filter(fonds=fonds).first()
    if batch is None:
        with transaction.atomic():
            batch = planning.cut_batch(fonds=fonds, by=world["planner"], at=NOW, today=TODAY)
            opening.begin(batch=batch, by=world["planner"])
    while rehearsal.open_tasks(batch):
        world.walk(batch)
    for release in Release.objects.filter(batch=batch, delivered_at=None):
        releasing.deliver(release=release, at=NOW)


def die_at(number: int) -> None:
    """Kill this process at its Nth statement, counted over both databases."""
    from django.db import connections

    done = 0

    def count(execute, sql, params, many, context):
        nonlocal done
        done += 1
        if done == number and number % 2 == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if done == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    for name in connections:
        connections[name].execute_wrappers.append(count)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    if len(sys.argv) > 2:
        die_at(int(sys.argv[2]))
    walk_on(sys.argv[1], Path(os.environ["QIFENG_VAR"]))
