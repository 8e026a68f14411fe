"""The page of parts: every part of templates/parts in its states and both languages, for whoever makes pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from review.views.part_examples import Inside, examples

FOLDER = settings.BASE_DIR / "templates" / "parts"
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}  # and how a page says them
AROUND: dict[Inside, str] = {
    "": "{}",
    "entry": '<div class="entry entry--wide">{}</div>',
    "list": '<ol class="list">{}</ol>',
    "row": '<div class="table-frame"><table class="table"><tbody><tr><th scope="row">—</th>{}</tr></tbody></table></div>',
    "table": '<div class="table-frame"><table class="table"><tbody>{}</tbody></table></div>',
}
IDS = re.compile(r'((?:\bid|\bfor|aria-labelledby|aria-describedby)="|url\(#)')


@dataclass(frozen=True, slots=True)
class Shown:
    """One part: its states in one language after the other."""

    name: str
    languages: list[tuple[str, list[SafeString]]]


def names() -> list[str]:
    """The parts there are, by the names of their files."""
    return sorted(path.stem for path in FOLDER.glob("*.html"))


def shown_parts(request: HttpRequest) -> list[Shown]:
    """Every part as it looks in each of its examples."""
    shown = {name: Shown(name, []) for name in names()}
    for code, said in LANGUAGES.items():
        with translation.override(code):
            of_language = examples(code)
            for name, part in shown.items():
                states = [_rendered(name, one.takes, one.inside, request) for one in of_language.get(name, ())]
                part.languages.append((said, [_apart(state, f"{said}-{n}") for n, state in enumerate(states)]))
    return list(shown.values())


def _rendered(name: str, takes: dict, inside: Inside, request: HttpRequest) -> SafeString:
    part = render_to_string(f"parts/{name}.html", takes, request)
    return format_html(AROUND[inside], mark_safe(part))  # noqa: S308, our own template


def _apart(state: SafeString, mark: str) -> SafeString:
    """With its names of elements made its own: a page of one's own holds a part once, this one many times."""
    return mark_safe(IDS.sub(rf"\g<1>{mark}-", state))  # noqa: S308, our own template
