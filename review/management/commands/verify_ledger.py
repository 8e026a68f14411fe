"""manage.py verify_ledger: read the whole ledger and name the first bad line."""

from django.core.management.base import BaseCommand, CommandError

from review import ledger


class Command(BaseCommand):
    help = "Verify the hash chain of the ledger; exits with 1 and names the first bad line."

    def handle(self, *args, **options):
        verdict = ledger.verify()
        if verdict.bad_line is not None:
            raise CommandError(
                f"台账第 {verdict.bad_line} 行有误：{verdict.fault.zh}（此前 {verdict.good_lines} 行完好）。"
                f" Line {verdict.bad_line} is bad: {verdict.fault.en} ({verdict.good_lines} good lines before it)."
            )
        self.stdout.write(f"台账完好，共 {verdict.good_lines} 行。 All {verdict.good_lines} lines hold.")
