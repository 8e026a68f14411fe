"""manage.py deliver_releases: hand to the public site what is released or withdrawn and did not reach it."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.sentences import Refusal
from review.models import Release
from review.operations.releasing import deliver
from review.operations.suspending import deliver_erratum
from review.queries.suspensions import undelivered


class Command(BaseCommand):
    help = "Deliver releases and errata that the public site does not have yet. Safe to run at any time."

    def handle(self, *args, **options):
        # Errata first: what is withdrawn must not wait for a release that cannot be delivered.
        failures = [self._tried(row, deliver_erratum, erratum=row) for row in undelivered()]
        waiting = Release.objects.filter(delivered_at__isnull=True).order_by("id")
        failures += [self._tried(row, deliver, release=row) for row in waiting]
        if told := [failure for failure in failures if failure]:
            raise CommandError("\n".join(told))

    def _tried(self, row, delivery, **what) -> str:
        """Deliver one; why it was refused, or nothing."""
        try:
            delivery(**what, at=timezone.now())
        except Refusal as refusal:
            return f"{row.number}: {refusal}"
        self.stdout.write(f"{row.number} 已送达。 Delivered.")
        return ""
