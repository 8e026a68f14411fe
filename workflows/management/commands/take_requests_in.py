"""manage.py take_requests_in FILE: register what visitors of the public site asked."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from policies.sentences import Refusal
from workflows.carrying import take_requests_in


class Command(BaseCommand):
    help = "Register the requests of `carry_requests_out`, each once. The same document again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            taken = take_requests_in(file)
        except (Refusal, OSError) as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(
            f"新登记 {taken.new} 件，先前已登记 {taken.known} 件。 {taken.new} requests registered, {taken.known} were before."
        )
