"""manage.py procedure: the archives' procedure from the command line: listed, checked, simulated, proposed, adopted.

`check` asks no database; `simulate` and `move --dry-run` write nothing.
"""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies import procedure as policy
from policies.sentences import Refusal
from review.management.named import batches_named, person_named, procedure_named
from review.models import Procedure
from review.operations import procedures
from review.queries.procedures import in_force, procedure_in_force
from review.queries.simulating import Simulated, simulate


class Command(BaseCommand):
    help = "List, check, simulate, propose, adopt and withdraw procedures; move running batches to the one in force."
    requires_system_checks = []

    def add_arguments(self, parser):
        commands = parser.add_subparsers(dest="act", required=True)
        commands.add_parser("list", help="the procedures there are, and the one in force")
        check = commands.add_parser("check", help="read a procedure and say what is wrong with it")
        check.add_argument("file", type=Path)
        simulated = commands.add_parser("simulate", help="what a procedure would change for each running batch")
        simulated.add_argument("file", type=Path)
        propose = commands.add_parser("propose", help="keep a procedure as proposed")
        propose.add_argument("file", type=Path)
        propose.add_argument("--why", required=True)
        adopt = commands.add_parser("adopt", help="put a proposed procedure in force; by another keeper")
        withdraw = commands.add_parser("withdraw", help="give up a proposed procedure")
        for parsed in (adopt, withdraw):
            parsed.add_argument("number", metavar="P-NUMBER")
        move = commands.add_parser("move", help="put running batches under the procedure in force")
        move.add_argument("batches", nargs="+", metavar="BATCH", help="batch numbers")
        move.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")
        for parsed in (propose, adopt, withdraw, move):
            parsed.add_argument("--by", required=parsed is not move, metavar="USERNAME", help="the policy keeper")

    def handle(self, *args, **options):
        try:
            getattr(self, f"_{options['act']}")(options)
        except (Refusal, PermissionDenied, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _list(self, options) -> None:
        now = in_force()
        for row in Procedure.objects.select_related("proposed_by", "adopted_by").order_by("number"):
            mark = "*" if now and row.pk == now.pk else " "
            self.stdout.write(
                f"{mark} {row}  {row.digest[:12]}  {_state(row)}  {row.proposed_by.username}"
                f" → {row.adopted_by.username if row.adopted_by else '—'}  {row.why}"
            )
        if now is None:
            title = procedure_in_force().title
            self.stdout.write(f"* 随软件发布 shipped  {procedure_in_force().digest[:12]}  {title}")
        self.stdout.write("* 现行 in force")

    def _check(self, options) -> None:
        read = policy.read_procedure(options["file"].read_text(encoding="utf-8"))
        self.stdout.write(f"✓ {read.jurisdiction}  {read.digest[:12]}  {read.title}")

    def _simulate(self, options) -> None:
        self._told(simulate(policy.read_procedure(options["file"].read_text(encoding="utf-8"))))

    def _propose(self, options) -> None:
        row = procedures.propose(
            text=options["file"].read_text(encoding="utf-8"),
            why=options["why"],
            by=person_named(options["by"]),
            at=timezone.now(),
        )
        self.stdout.write(f"已提出 {row}，须由另一名规则管理员采用。 {row} is proposed; another keeper adopts it.")

    def _adopt(self, options) -> None:
        row = procedures.adopt(
            procedure=procedure_named(options["number"]), by=person_named(options["by"]), at=timezone.now()
        )
        self.stdout.write(
            f"{row} 已采用，新批次自此按它办理；在办批次沿用原规程。"
            f" {row} is in force for new batches; running ones keep theirs."
        )

    def _withdraw(self, options) -> None:
        row = procedures.withdraw(
            procedure=procedure_named(options["number"]), by=person_named(options["by"]), at=timezone.now()
        )
        self.stdout.write(f"{row} 已撤回。 {row} is withdrawn.")

    def _move(self, options) -> None:
        batches = batches_named(options["batches"])
        self._told(simulate(procedure_in_force(), batches))
        if options["dry_run"]:
            self.stdout.write("试算，未改动。 A dry run: nothing was changed.")
            return
        if not options["by"]:
            raise CommandError("请用 --by 写明由谁办理。 Say with --by who does it.")
        moved = procedures.move_batches(batches=list(batches), by=person_named(options["by"]), at=timezone.now())
        self.stdout.write(f"{moved} 个批次改用现行规程。 {moved} batches moved to the procedure in force.")

    def _told(self, found: list[Simulated]) -> None:
        """What would change, batch by batch, and how many would go on as they are."""
        changed = [one for one in found if one.changes]
        for one in changed:
            signed = "  已签发，不得改 signed: stays" if one.signed else ""
            clocks = f"  在计期限 running clocks: {', '.join(one.clocks)}" if one.clocks else ""
            self.stdout.write(f"{one.batch.number}{signed}{clocks}")
            for change in one.changes:
                self.stdout.write(f"    {change.what}: {change.before} → {change.after}")
        self.stdout.write(
            f"在办批次 {len(found)} 个，有变动的 {len(changed)} 个；正在计的期限不变。"
            f" {len(found)} running batches, {len(changed)} would change; clocks that run keep their days."
        )


def _state(row: Procedure) -> str:
    if row.adopted_at:
        return f"{row.adopted_at:%Y-%m-%d} 采用 adopted"
    return "已撤回 withdrawn" if row.withdrawn_at else "待采用 proposed"
