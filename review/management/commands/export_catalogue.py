"""manage.py export_catalogue FILE --fonds CODE --format FORMAT: the catalogue of a fonds out, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.sentences import Refusal
from review.documents.exports import FORMATS
from review.models import Fonds, Person
from review.operations import exporting
from review.queries.exports import write_export


class Command(BaseCommand):
    help = "Write the catalogue of a fonds to a file: xlsx, CSV, EAD3, EAD 2002, JSON Lines, or a list to be printed."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--fonds", required=True, metavar="CODE")
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument(
            "--by", required=True, metavar="USERNAME", help="who takes it out; it is noted in the ledger"
        )

    def handle(self, *args, **options):
        fonds = Fonds.objects.filter(code=options["fonds"]).first()
        by = Person.objects.filter(username=options["by"]).first()
        if fonds is None:
            raise CommandError(f"没有全宗“{options['fonds']}”。 There is no fonds “{options['fonds']}”.")
        if by is None:
            raise CommandError(f"没有用户“{options['by']}”。 There is no person “{options['by']}”.")
        path: Path = options["file"]
        unfinished = path.with_name(path.name + ".part")
        try:
            exporting.note_export(fonds=fonds, format=options["format"], by=by, at=timezone.now())
            with unfinished.open("wb") as file:
                write_export(file, fonds, options["format"], timezone.localdate())
            unfinished.replace(path)
        except (Refusal, PermissionDenied, OSError) as refusal:
            unfinished.unlink(missing_ok=True)
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{path} ({fonds.entries.count()} 条目 entries, {fonds.series.count()} 类目 series)")
