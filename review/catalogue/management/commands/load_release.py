"""`manage.py load_release DIRECTORY`: put a release bundle on the public site."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.catalogue.bundles import BundleError
from review.catalogue.loading import load_bundle


class Command(BaseCommand):
    help = "Load a release bundle (a folder with open-catalogue.pdf, entries.csv and manifest.json) into the open catalogue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, help="the folder of the bundle, named by its release number")

    def handle(self, *, directory: Path, **options: object) -> None:
        try:
            edition = load_bundle(directory)
        except BundleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{edition.number}: {edition.counts['opened']}")
