"""`manage.py carry_requests_out FILE`: what visitors asked, to be carried to the archives."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.catalogue.carrying import write_requests


class Command(BaseCommand):
    help = (
        "Write what visitors asked and the archives do not have yet to FILE. It holds names and addresses: carry it by hand, "
        "then delete it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, verbosity: int, **options: object) -> None:
        try:
            count = write_requests(file)
        except OSError as error:
            raise CommandError(f"{file}: {error}") from error
        if verbosity:
            self.stdout.write(f"{count} 件已写入 {file}。 {count} requests were written.")
