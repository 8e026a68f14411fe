"""Every page speaks the language that was asked for, and that one only: in both, to people who may see it.

What stands on record (titles, names, reasons) is shown as it was written, and so is what a page marks with `lang` as of
the other language. Everything else is ours, and must be in the language of the page.
"""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from django.urls import reverse
from lxml import html

from policies.tours import tours
from tests.workflows.test_pages import ALLOWED, DESKS, PEOPLE, address_of
from tests.world import World

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
LATIN = re.compile(r"[A-Za-z][\w'./-]*", re.ASCII)
# Words that Chinese pages say in Latin letters: formats, names of things that have no other. Codes have a digit in them.
NO_CHINESE = {
    "ArchivesSpace", "AtoM", "CSV", "Cookie", "EAD", "English", "Enter", "Esc", "Excel", "JPEG", "JSON", "JSONL", "Lines", "Qifeng", "Shift", "Wilson",
    "YYYY-MM-DD", "Kappa", "csv", "json", "jsonl", "kappa", "manage.py", "ods", "txt", "work", "xls", "xlsx", "yaml",
}  # fmt: skip
# What an English page says in Chinese and is no record: the name of the house, and the mark of a masked word in a title.
HAN = {"启封", "中文", "示例省档案馆", "隐去"}
QUOTED = re.compile(r"“[^”]{1,40}”|\([\u3400-\u9fff]{1,12}\)")  # a word that an English sentence quotes or names
# Not walked: the page of parts, which speaks both languages by intention.
OPEN_TO_ALL = ("my-work", "notices", "standing-in", "flag", "help", "glossary", "search")


def record_texts() -> str:
    """Everything that stands on record in this small world, as one text."""
    told = []
    for app in ("review", "workflows"):
        for model in apps.get_app_config(app).get_models():
            names = [f.name for f in model._meta.concrete_fields if isinstance(f, (CharField, TextField, JSONField))]
            told += (
                [str(value) for row in model.objects.values_list(*names) for value in row if value] if names else []
            )
    return "\n".join(told)


def own_words(page: str, language: str) -> list[str]:
    """What a page says in its own name, piece by piece: without what it marks as of the other language."""
    tree = html.fromstring(page)
    (here,) = tree.xpath("/html/@lang")
    assert here == ("en" if language == "en" else "zh-Hans")
    for part in tree.xpath("//*[@lang]"):
        if part.get("lang") != here and part.getparent() is not None:
            part.drop_tree()
    for part in tree.xpath("//script | //style | //*[contains(@class, 'digest')] | //pre | //code | //kbd | //bdi"):
        part.drop_tree()
    texts = tree.xpath("//body//text() | //head/title/text()")
    marks = ("title", "aria-label", "placeholder", "alt", "data-label")
    return [piece for piece in [*texts, *(v for name in marks for v in tree.xpath(f"//@{name}"))] if piece.strip()]


def strange(page: str, language: str, record: str) -> list[str]:
    """The words of a page that are of the other language and neither in `record` nor among those that may be."""
    found, recorded = [], {_bare(word) for word in LATIN.findall(record)}
    for piece in own_words(page, language):
        if language == "en":
            words = [w for w in CHINESE.findall(QUOTED.sub("", piece)) if w not in HAN and w not in record]
        else:
            words = [w for w in map(_bare, LATIN.findall(piece)) if _is_a_word(w) and w not in recorded]
        found += [f"{word} in: {piece.strip()[:80]}" for word in words]
    return found


def _bare(word: str) -> str:
    return word.rstrip("./-'_")


def _is_a_word(latin: str) -> bool:
    """Whether it is one, and not a code: with a digit, or two or three capitals and what is joined to them."""
    return len(latin) > 1 and not re.search(r"\d|^[A-Z]{2,3}(-[A-Z]+)*$", latin) and latin not in NO_CHINESE


def shown(client, address: str, person, language: str) -> str:
    client.force_login(person)
    client.cookies.load({"django_language": language})
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


PAGES = [(page, who) for page, who in ALLOWED if page not in DESKS and page != "no such task"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_the_language_that_was_asked_for(client, world, language):
    batch = world.walked("")
    mixed, record = {}, record_texts()
    for page, who in PAGES:
        address = reverse("batch", args=[batch.number]) if page == "batch" else reverse(page)
        if found := strange(shown(client, address, world[who], language), language, record):
            mixed[page] = found
    assert not mixed


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_so_do_the_pages_of_everybody_and_the_help_of_every_role(client, world: World, language, settings):
    settings.DEMO = True
    world.batch()
    addresses = [reverse(name) for name in OPEN_TO_ALL] + [reverse("help-role", args=[code]) for code in tours()]
    mixed, record = {}, record_texts()
    for address in addresses:
        for who in PEOPLE[:2]:
            if found := strange(shown(client, address, world[who], language), language, record):
                mixed[address] = found
    assert not mixed


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("page", "who"), [pair for pair in ALLOWED if pair[0] in DESKS])
def test_every_desk_speaks_the_language_that_was_asked_for(client, world, page, who, language):
    address = address_of(page, world)
    assert not strange(shown(client, address, world[who], language), language, record_texts())


# -- that a breach is caught


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-hans", "<p>Start a batch</p>"), ("en", "<p>退回经办</p>"), ("en", '<button title="撤销办理">x</button>')],
)
def test_a_word_of_the_other_language_is_found(db, language, said):
    here = "en" if language == "en" else "zh-Hans"
    assert strange(f'<html lang="{here}"><body>{said}</body></html>', language, record_texts())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", '<p lang="zh-Hans">退回</p>'),
        ("zh-hans", '<p lang="en">Start again</p>'),
        ("en", "<p>关于调整救济标准的通知</p>"),
        ("zh-hans", "<p>下载PDF</p>"),
    ],
)
def test_what_is_marked_or_on_record_may_stand(world, language, said):
    here = "en" if language == "en" else "zh-Hans"
    assert not strange(f'<html lang="{here}"><body>{said}</body></html>', language, record_texts())
