"""`manage.py take_answers_in FILE`: what the archives say of requests that visitors sent."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.catalogue.bundles import BundleError
from review.catalogue.carrying import take_answers


class Command(BaseCommand):
    help = (
        "Take in the answers of `carry_answers_out`. What visitors wrote is erased here once the archives have registered it. "
        "The same document again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, verbosity: int, **options: object) -> None:
        try:
            changed = take_answers(file)
        except (BundleError, OSError) as error:
            raise CommandError(f"{file}: {error}") from error
        if verbosity:
            self.stdout.write(f"{changed} 件有变。 {changed} requests changed.")
