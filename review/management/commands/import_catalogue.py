"""manage.py import_catalogue FILE --fonds CODE: a catalogue file in, all of it or nothing."""

import json
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.sentences import Refusal
from review.jobs import progress_bar
from review.jobs.intakes import ImportReport, profile_named, take_in
from review.management.acting_planner import acting_planner
from review.models import Fonds
from review.readers import PROFILES


class Command(BaseCommand):
    help = "Import a catalogue (xlsx, xls, ods, CSV, JSON Lines, EAD 2002, EAD3) into a fonds, or update what is held of it."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--fonds", required=True, metavar="CODE")
        parser.add_argument(
            "--by", metavar="USERNAME", help="the planner who imports; may be left out if there is one"
        )
        parser.add_argument("--map", metavar="PROFILE", help="column profile: " + ", ".join(PROFILES))
        parser.add_argument("--dry-run", action="store_true", help="say everything, save nothing")
        parser.add_argument("--keep-good", action="store_true", help="save the good rows although others are refused")
        parser.add_argument("--update", action="store_true", help="change entries that are held with other values")
        parser.add_argument("--stubs-only", action="store_true", help="of state secrets keep the stub, drop the rest")
        parser.add_argument("--report", type=Path, metavar="JSON", help="write every complaint to this file")

    def handle(self, *args, **options):
        fonds = Fonds.objects.filter(code=options["fonds"]).first()
        if fonds is None:
            raise CommandError(f"没有全宗“{options['fonds']}”。 There is no fonds “{options['fonds']}”.")
        by = acting_planner(fonds, options["by"])
        try:
            with progress_bar("导入 Import") as draw:
                report = take_in(
                    fonds=fonds,
                    path=options["file"],
                    by=by,
                    at=timezone.now(),
                    profile=profile_named(options["map"] or ""),
                    keep_good=options["keep_good"],
                    stubs_only=options["stubs_only"],
                    update=options["update"],
                    dry_run=options["dry_run"],
                    report=draw,
                )
        except (Refusal, PermissionDenied) as refusal:
            raise CommandError(str(refusal)) from refusal
        self._say(report, options)
        if report.complaints and not options["keep_good"]:
            raise CommandError(
                f"有 {report.refused_rows} 行不合要求，未保存任何内容。"
                f" {report.refused_rows} rows were refused; nothing was saved."
            )

    def _say(self, report: ImportReport, options) -> None:
        if options["report"]:
            options["report"].write_text(json.dumps(as_json(report), ensure_ascii=False, indent=2), encoding="utf-8")
        for warning in report.warnings:
            self.stderr.write(f"! {warning}")
        for complaint in report.complaints[:50]:
            self.stderr.write(
                f"{complaint.row}: {complaint.column or ''} {complaint.value or ''} {complaint.sentence}"
            )
        if len(report.complaints) > 50:
            self.stderr.write(f"… {len(report.complaints)} (--report)")
        counts = report.counts
        dry = "（试运行） (dry run)" if options["dry_run"] else ""
        self.stdout.write(
            f"新增 {counts.added}，更改 {counts.changed}，建议更改 {counts.proposed}，未变 {counts.unchanged}，"
            f"拒收 {counts.refused}。{dry} Added {counts.added}, changed {counts.changed}, proposed {counts.proposed}, "
            f"unchanged {counts.unchanged}, refused {counts.refused}."
        )


def as_json(report: ImportReport) -> dict[str, object]:
    """The report as plain values, for machines."""
    return {
        "added": report.counts.added,
        "changed": report.counts.changed,
        "proposed": report.counts.proposed,
        "unchanged": report.counts.unchanged,
        "refused_rows": report.counts.refused,
        "stubs": report.counts.stubs,
        "held_and_not_in_file": report.counts.gone,
        "complaints": [
            {
                "row": c.row,
                "line": c.line,
                "column": c.column,
                "value": c.value,
                "zh": c.sentence.zh,
                "en": c.sentence.en,
            }
            for c in report.complaints
        ],
    }
