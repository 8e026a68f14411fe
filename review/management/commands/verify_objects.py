"""manage.py verify_objects: read every kept digital object and compare it with its digest."""

from django.core.management.base import BaseCommand, CommandError

from review.queries.objects import verify_kept


class Command(BaseCommand):
    help = "Verify the kept digital objects: every file is there and is still what its digest says."

    def handle(self, *args, **options):
        good = bad = 0
        for fault in verify_kept():
            if fault is None:
                good += 1
            else:
                bad += 1
                self.stderr.write(f"✗ {fault.reference_code} {fault.digest}: {fault.sentence}")
        if bad:
            raise CommandError(f"有 {bad} 个文件有误，{good} 个完好。 {bad} files are bad, {good} are good.")
        self.stdout.write(f"文件完好，共 {good} 个。 All {good} files are good.")
