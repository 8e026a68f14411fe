"""manage.py draw_flows: the drawings of docs/flows/, from the code. With --check: fail when a drawing is out of date."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from viewflow.workflow import chart

from workflows import flows

LANGUAGES = {"zh-hans": "zh", "en": "en"}


def drawings() -> dict[Path, str]:
    """Each drawing's path and its SVG: one a flow and language."""
    result = {}
    for name in flows.__all__:
        for language, suffix in LANGUAGES.items():
            with translation.override(language):
                svg = chart.grid_to_svg(chart.calc_layout_data(getattr(flows, name)))
            path = settings.BASE_DIR / "docs" / "flows" / f"{name}.{suffix}.svg"
            result[path] = "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"
    return result


class Command(BaseCommand):
    help = "Draw every flow from its code into docs/flows/."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a drawing is out of date")

    def handle(self, *args, **options):
        for path, svg in drawings().items():
            if options["check"]:
                if not path.exists() or path.read_text(encoding="utf-8") != svg:
                    raise CommandError(f"{path.name} is out of date: run manage.py draw_flows")
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(svg, encoding="utf-8")
                self.stdout.write(str(path))
