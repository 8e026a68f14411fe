"""manage.py trace_law: docs/traceability.md from the code. With --check: fail when it is out of date or leads nowhere."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.documents.traceability import page, trace


class Command(BaseCommand):
    help = "Write docs/traceability.md: each article cited, where it is done, which test shows it."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; fail when the page is out of date")

    def handle(self, *args, **options):
        found = trace(settings.BASE_DIR)
        if found.lost:
            raise CommandError("\n".join(["Citations that lead nowhere:", *found.lost]))
        path, text = settings.BASE_DIR / "docs" / "traceability.md", page(found)
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(str(path))
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{path.name} is out of date: run manage.py trace_law")
