"""Help: every role has its way, every word its sentence, every part its example; in both languages."""

import re

import pytest
from django.conf import settings as house
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from lxml import html

from policies import glossary, tours
from policies.roles import ROLES
from review.templatetags.navigation import GROUPS
from review.views.part_examples import examples
from review.views.parts import LANGUAGES, names, shown_parts

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

HAN = re.compile(r"[\u4e00-\u9fff]")
each_role = pytest.mark.parametrize("code", ROLES)


# -- tours


@each_role
def test_every_role_has_a_tour_in_both_languages(code):
    tour = tours.tours()[code]
    sentences = [
        tour.does,
        tour.after,
        tour.demo,
        *(step.says for step in tour.steps),
        *(key.does for key in tour.keys),
    ]
    assert len(tour.steps) >= 2
    for sentence in sentences:
        assert HAN.search(sentence.zh), sentence
        assert re.search("[a-z]", sentence.en), sentence
        assert not HAN.search(sentence.en), sentence


def test_a_role_without_a_tour_is_found(monkeypatch, tmp_path):
    for path in tours.FOLDER.rglob("*.yaml"):
        there = tmp_path / path.relative_to(tours.FOLDER)
        there.parent.mkdir(exist_ok=True)
        there.write_bytes(path.read_bytes())
    (tmp_path / "tours" / "auditor.yaml").unlink()
    monkeypatch.setattr(tours, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"auditor\.yaml"):
        tours.tours.__wrapped__()


@each_role
def test_a_tour_leads_only_to_pages_of_its_role(code):
    linked = {page.name: page.roles for group in GROUPS for page in group.pages}
    for step in tours.tours()[code].steps:
        if step.page not in ("", "my-work", "standing-in"):
            assert not linked[step.page] or code in linked[step.page], step.page


def test_one_sees_ones_own_roles_first_and_the_others_after(client, world):
    client.force_login(world["confirmer"])
    tree = html.fromstring(client.get(reverse("help")).content.decode())
    links = tree.xpath("//main//a[contains(@href, '/help/roles/')]/@href")
    assert links[:2] == [reverse("help-role", args=[code]) for code in ("confirmer", "plan_approver")]
    assert set(links) == {reverse("help-role", args=[code]) for code in ROLES}


def test_a_tour_offers_only_links_that_open_to_whoever_reads_it(client, world):
    for who in ("planner", "first", "auditor", "unit-mzt"):
        client.force_login(world[who])
        for code in ROLES:
            tree = html.fromstring(client.get(reverse("help-role", args=[code])).content.decode())
            assert all(
                client.get(link).status_code == 200 for link in set(tree.xpath("//ol[@class='tour']//a/@href"))
            )


def test_there_is_no_help_for_a_role_that_is_none(client, world):
    client.force_login(world["first"])
    assert client.get(reverse("help-role", args=["emperor"])).status_code == 404


def test_the_first_time_my_work_shows_the_way_until_it_is_put_aside(client, world):
    client.force_login(world["first"])
    first = client.get(reverse("my-work"))
    assert [tour.role.code for tour in first.context["tours"]] == ["first_reviewer"]
    client.post(reverse("tours-seen"), {"next": reverse("my-work")})
    assert not client.get(reverse("my-work")).context["tours"]


def test_what_one_put_aside_another_on_the_same_machine_still_sees(client, world):
    client.force_login(world["first"])
    client.post(reverse("tours-seen"))
    client.force_login(world["second"])
    assert client.get(reverse("my-work")).context["tours"]


def test_a_role_that_is_new_to_somebody_is_shown_again(client, world):
    client.force_login(world["second"])
    client.post(reverse("tours-seen"))
    world["second"].groups.add(*world["first"].groups.all())
    assert [tour.role.code for tour in client.get(reverse("my-work")).context["tours"]] == ["first_reviewer"]


# -- words


def test_every_word_is_one_of_the_glossary_of_the_house():
    text = (house.BASE_DIR / "docs" / "glossary.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([^|]+) \|", text, re.M)
    known = {part.strip() for cell in cells for part in (cell, *re.split("[、（]", cell))}
    assert not [term.name.zh for term in glossary.terms().values() if term.name.zh not in known]


def test_every_word_is_explained_in_both_languages():
    assert len(glossary.terms()) > 50
    for term in glossary.terms().values():
        assert HAN.search(term.name.zh)
        assert HAN.search(term.says.zh)
        assert not HAN.search(term.name.en + term.says.en), term.code


def test_a_word_that_stands_twice_is_refused(monkeypatch, tmp_path):
    source = tmp_path / "glossary.yaml"
    source.write_text(
        glossary.SOURCE.read_text("utf-8") + "- {code: fonds, zh: 全宗, en: x, says: {zh: 全, en: x}}\n", "utf-8"
    )
    monkeypatch.setattr(glossary, "SOURCE", source)
    with pytest.raises(ValueError, match="twice"):
        glossary.terms.__wrapped__()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_explains_itself_where_it_stands_and_leads_to_the_glossary(client, world, language):
    with translation.override(language):
        shown = html.fromstring(
            Template('{% load terms %}<p>{% term "fonds" %}{% term "fonds" %}</p>').render(Context())
        )
    links = shown.xpath(".//a")
    told = [shown.xpath(f"//*[@id='{link.get('aria-describedby')}']")[0] for link in links]
    assert links[0].text.lower() == glossary.terms()["fonds"].name.of(language)
    assert [one.text for one in told] == [glossary.terms()["fonds"].says.of(language)] * 2
    assert told[0] is not told[1]
    client.force_login(world["first"])
    page = html.fromstring(client.get(reverse("glossary")).content.decode())
    assert page.xpath(f"//*[@id='{links[0].get('href').partition('#')[2]}']")


def test_a_word_that_nobody_explained_stops_the_page():
    with pytest.raises(KeyError):
        Template('{% load terms %}{% term "nonsense" %}').render(Context())


def test_the_glossary_has_every_word(client, world):
    client.force_login(world["unit-mzt"])
    text = client.get(reverse("glossary")).content.decode()
    assert all(term.name.zh in text for term in glossary.terms().values())


# -- parts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_has_an_example_and_every_example_a_part(language):
    assert sorted(examples(language)) == names()
    assert all(examples(language).values())


def test_every_part_is_told_of_in_its_readme():
    text = (house.BASE_DIR / "templates" / "parts" / "README.md").read_text(encoding="utf-8")
    assert not [name for name in names() if f"`{name}.html`" not in text]


def test_every_state_of_every_part_is_shown_in_both_languages(world):
    request = RequestFactory().get("/help/parts/")
    request.user = world["planner"]
    for part in shown_parts(request):
        assert [language for language, _states in part.languages] == ["zh-Hans", "en"]
        for language, states in part.languages:
            assert len(states) == len(examples(language)[part.name])
            assert all(html.fromstring(f"<div>{state}</div>") is not None for state in states)


def test_the_page_of_parts_is_for_the_archives_and_for_the_demonstration(client, world, settings):
    client.force_login(world["unit-mzt"])
    assert client.get(reverse("parts")).status_code == 403
    client.force_login(world["first"])
    assert client.get(reverse("parts")).status_code == 200
    settings.DEMO = True
    client.force_login(world["unit-mzt"])
    assert client.get(reverse("parts")).status_code == 200
