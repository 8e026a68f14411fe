"""manage.py carry_answers_out FILE: how visitors' requests stand, to be carried to the public site."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from workflows.carrying import write_answers


class Command(BaseCommand):
    help = "Write how each visitor's request stands to FILE: registered or answered. It says no title and no name."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            count = write_answers(file)
        except OSError as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(f"{count} 件已写入 {file}。 {count} requests were written.")
