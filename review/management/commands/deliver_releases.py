"""manage.py deliver_releases: hand to the public site what is released but did not reach it."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.sentences import Refusal
from review.models import Release
from review.operations.releasing import deliver


class Command(BaseCommand):
    help = "Deliver releases that the public site does not have yet. Safe to run at any time."

    def handle(self, *args, **options):
        for release in Release.objects.filter(delivered_at__isnull=True).order_by("id"):
            try:
                deliver(release=release, at=timezone.now())
            except Refusal as refusal:
                raise CommandError(f"{release.number}: {refusal}") from refusal
            self.stdout.write(f"{release.number} 已送达。 Delivered.")
