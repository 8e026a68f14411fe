"""`manage.py publish_release BUNDLE`: put a release bundle, a folder or a .zip of it, on the public site."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.catalogue.bundles import BundleError
from review.catalogue.loading import load_bundle


class Command(BaseCommand):
    help = (
        "Verify a release bundle (a folder named by its number, or a .zip of it) and load it into the open catalogue, all of it "
        "or nothing. The same one again changes nothing; while it loads, and where it is refused, what was there stays served."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bundle", type=Path, help="the folder of the bundle, or NUMBER.zip")

    def handle(self, *, bundle: Path, **options: object) -> None:
        try:
            edition = load_bundle(bundle)
        except (BundleError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{edition.number}: {edition.entries_count}")
