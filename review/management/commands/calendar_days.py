"""manage.py calendar_days FILE.csv: the public holidays and the worked weekend days of a year (放假调休安排)."""

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.sentences import Refusal
from policies.working_days import read_days
from review.management.named import person_named
from review.operations.calendars import move_days


class Command(BaseCommand):
    help = "Read the days that are worked or not whatever their weekday (CSV: day, works, name), and move what runs."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the policy keeper who answers for it")

    def handle(self, *args, **options):
        try:
            with options["file"].open(encoding="utf-8-sig") as file:
                days = read_days(file)
            by = person_named(options["by"])
            moved = move_days(days=days, by=by, at=timezone.now(), today=timezone.localdate())
        except (Refusal, PermissionDenied, OSError, UnicodeDecodeError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"已登记 {len(days)} 天；{moved} 个在计期限随之变动。 {len(days)} days kept; {moved} running limits moved."
        )
