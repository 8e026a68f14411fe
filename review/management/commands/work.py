"""manage.py work: does the background work, beside the web server."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.jobs import leases
from review.jobs.foreman import Foreman


class Command(BaseCommand):
    help = "Do background work until SIGTERM or Ctrl-C; what is in hand is finished first."

    def add_arguments(self, parser):
        parser.add_argument("--until-idle", action="store_true", help="end when nothing is queued or in hand")
        parser.add_argument(
            "--lease",
            type=float,
            metavar="SECONDS",
            default=leases.LEASE.total_seconds(),
            help="how long a shard may be silent before it is begun again (default: %(default)s)",
        )

    def handle(self, *args, **options):
        if options["lease"] <= 0:
            raise CommandError("--lease 需要大于零的秒数。 --lease: seconds above zero are expected.")
        leases.set_lease(options["lease"])
        self.stderr.write(
            f"后台工作开始，进程数 {settings.WORKERS}。 Background work with {settings.WORKERS} processes."
        )
        try:
            Foreman().run(until_idle=options["until_idle"])
        except RuntimeError as error:
            raise CommandError(f"后台工作进程意外结束。 The background processes died: {error}") from error
        self.stderr.write("后台工作结束。 Background work has ended.")
