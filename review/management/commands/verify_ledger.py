"""manage.py verify_ledger: read the whole ledger and name the first bad line."""

from django.core.management.base import BaseCommand, CommandError

from policies.sentences import Refusal
from review import ledger
from review.documents.bundle import verify_bundle
from review.models import Release
from review.operations.releasing import bundle_of


class Command(BaseCommand):
    help = "Verify the ledger: its chain, what sign-offs and released bundles noted of it, and the triggers that guard it."

    def handle(self, *args, **options):
        verdict = ledger.verify(self._anchors())
        if verdict.bad_line is not None:
            raise CommandError(
                f"台账第 {verdict.bad_line} 行有误：{verdict.fault.zh}（此前 {verdict.good_lines} 行完好）。"
                f" Line {verdict.bad_line} is bad: {verdict.fault.en} ({verdict.good_lines} good lines before it)."
            )
        if missing := ledger.missing_guards():
            names = ", ".join(missing)
            raise CommandError(
                f"台账 {verdict.good_lines} 行完好，但防改触发器缺失：{names}。请查明原因并恢复。"
                f" All {verdict.good_lines} lines hold, but the triggers that guard them are missing: {names}."
            )
        self.stdout.write(f"台账完好，共 {verdict.good_lines} 行。 All {verdict.good_lines} lines hold.")

    def _anchors(self) -> dict[int, str]:
        """What the manifest of each released bundle noted of the ledger; a bundle that is gone or changed is said."""
        anchors = {}
        for release in Release.objects.filter(delivered_at__isnull=False):
            try:
                noted = verify_bundle(bundle_of(release)).content["ledger"]
            except Refusal as refusal:
                self.stderr.write(f"! {refusal}")
                continue
            anchors[noted["line"]] = noted["digest"]
        return anchors
