"""manage.py check_flows: tasks whose node the code no longer has; with --move OLD NEW, put them at another node."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.sentences import Refusal
from workflows import moving


class Command(BaseCommand):
    help = (
        "Name the tasks whose node no longer exists (fails when one is open), or move tasks from one node to another."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--move",
            nargs=2,
            metavar=("OLD", "NEW"),
            help="put the open tasks of node OLD at node NEW, as OpeningFlow.sign_off or as stored; all or nothing",
        )
        parser.add_argument("--dry-run", action="store_true", help="with --move: count, and change nothing")
        parser.add_argument("--by", default="check_flows", help="with --move: who is named in the ledger")

    def handle(self, *args, **options):
        if options["move"]:
            self._move(*options["move"], by=options["by"], dry_run=options["dry_run"])
        else:
            self._check()

    def _check(self):
        found = moving.orphans()
        for one in found:
            self.stdout.write(f"{one.node}: {one.open} 件在办 open, {one.finished} 件已办结 finished")
        stuck = sum(one.open for one in found)
        if stuck:
            raise CommandError(
                f"{stuck} 件在办工作的节点已不存在，请用 --move 迁移。"
                f" {stuck} open tasks are at nodes that no longer exist: move them with --move."
            )
        self.stdout.write("在办工作的节点都在。 Every open task is at a node that exists.")

    def _move(self, old, new, *, by, dry_run):
        try:
            moved = moving.move(old=old, new=new, by=by, at=timezone.now(), dry_run=dry_run)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        verb = "将迁移 would move" if dry_run else "已迁移 moved"
        self.stdout.write(f"{verb}: {moved.open} + {moved.finished} ({moved.cases})")
