"""manage.py import_agencies FILE --by USERNAME: a list of agencies and what became of them, all of it or nothing."""

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.sentences import Refusal
from review.models import Person
from review.operations.agencies import import_agencies
from review.readers.agency_lists import HEADINGS, read_agencies


class Command(BaseCommand):
    help = "Import a list of agencies (CSV, xlsx, xls, ods); columns: " + ", ".join(
        f"{chinese} ({english})" for chinese, english in HEADINGS.values()
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the planner who imports")
        parser.add_argument("--dry-run", action="store_true", help="say everything, save nothing")

    def handle(self, *args, **options):
        by = Person.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError(f"没有用户“{options['by']}”。 There is no person “{options['by']}”.")
        if not options["file"].is_file():
            raise CommandError(f"没有文件“{options['file']}”。 There is no file “{options['file']}”.")
        try:
            listed = read_agencies(options["file"])
            report = import_agencies(listed=listed, by=by, at=timezone.now(), dry_run=options["dry_run"])
        except (Refusal, PermissionDenied) as refusal:
            raise CommandError(str(refusal)) from refusal
        for complaint in report.complaints:
            self.stderr.write(
                f"{complaint.row}: {complaint.column or ''} {complaint.value or ''} {complaint.sentence}"
            )
        if report.complaints:
            raise CommandError(
                f"有 {len(report.complaints)} 处不合要求，未保存任何内容。"
                f" {len(report.complaints)} complaints; nothing was saved."
            )
        dry = "（试运行） (dry run)" if options["dry_run"] else ""
        self.stdout.write(
            f"新增机构 {report.added}，改日期 {report.redated}，登记变更 {report.changes}，未变 {report.unchanged}。{dry} "
            f"Agencies added {report.added}, days changed {report.redated}, changes recorded {report.changes}, "
            f"unchanged {report.unchanged}."
        )
