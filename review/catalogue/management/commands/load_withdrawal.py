"""`manage.py load_withdrawal FILE...`: take entries out of the public site, or put them back."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.catalogue.bundles import BundleError
from review.catalogue.withdrawals import load_withdrawal


class Command(BaseCommand):
    help = "Load withdrawal documents (errata) into the open catalogue, in the order given. The same one again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", help="the documents, the oldest first")

    def handle(self, *, files: list[Path], **options: object) -> None:
        for path in files:
            try:
                made = load_withdrawal(path)
            except (BundleError, OSError) as error:
                raise CommandError(f"{path}: {error}") from error
            self.stdout.write(f"{made.number} {made.kind} {made.reference_code}")
