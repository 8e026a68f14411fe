"""The pages of the desks: who may see which, in which language, and at what price in queries."""

import re

import polib
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from review.models import Batch, Opinion
from review.operations import sampling
from tests.world import CATALOGUE, NOW, World, make_world
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

MESSAGES = settings.LOCALE_PATHS[0] / "zh_Hans" / "LC_MESSAGES" / "django.po"
PEOPLE = (
    "planner", "first", "second", "reconciler", "confirmer", "publisher", "auditor", "unit-mzt", "unit-czt", "sampler",
    "authority",
)  # fmt: skip
DESKS = (
    "first_review", "second_review", "sample", "countersign", "reconcile", "coordinate", "sign_off", "consent", "release",
)  # fmt: skip
# Which page answers what to whom, in the order of PEOPLE; a desk is open to its own people only.
ANSWERS = {
    "my-work":       (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "plan":          (200, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "batches":       (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "batch":         (200, 200, 200, 200, 200, 200, 200, 404, 404, 200, 200),
    "due":           (200, 403, 403, 403, 200, 403, 200, 403, 403, 403, 403),
    "due-entries":   (200, 403, 403, 403, 200, 403, 200, 403, 403, 403, 403),
    "overview":      (403, 403, 403, 403, 200, 403, 200, 403, 403, 403, 403),
    "releases":      (403, 403, 403, 403, 200, 200, 200, 403, 403, 403, 403),
    "audit":         (403, 403, 403, 403, 403, 403, 200, 403, 403, 403, 403),
    "holdings":      (200, 200, 200, 200, 200, 200, 200, 403, 403, 200, 200),
    "agencies":      (200, 403, 403, 403, 403, 403, 200, 403, 403, 403, 403),
    "intakes":       (200, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "proposals":     (200, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "policies":      (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "search":        (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "help":          (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "glossary":      (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "notices":       (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "procedure":     (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "standing-in":   (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "suspensions":   (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "requests":      (200, 403, 403, 403, 403, 403, 200, 403, 403, 403, 200),
    "redactions":    (403, 200, 200, 403, 200, 403, 200, 403, 403, 403, 403),
    "referrals":     (200, 403, 403, 403, 403, 403, 200, 403, 403, 403, 403),
    "own-answers":   (404, 404, 404, 404, 404, 404, 404, 200, 200, 404, 404),
    "transfers":     (200, 403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "quality":       (403, 403, 403, 403, 200, 403, 200, 403, 403, 200, 403),
    "ledger":        (403, 403, 403, 403, 403, 403, 200, 403, 403, 403, 403),
    "first_review":  (403, 200, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "second_review": (403, 403, 200, 403, 403, 403, 403, 403, 403, 403, 403),
    "sample":        (403, 403, 403, 403, 403, 403, 403, 403, 403, 200, 403),
    "countersign":   (403, 403, 403, 403, 403, 403, 403, 200, 403, 403, 403),
    "reconcile":     (403, 403, 403, 200, 403, 403, 403, 403, 403, 403, 403),
    "coordinate":    (403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 200),
    "sign_off":      (403, 403, 403, 403, 200, 403, 403, 403, 403, 403, 403),
    "consent":       (403, 403, 403, 403, 403, 403, 403, 403, 403, 403, 200),
    "release":       (403, 403, 403, 403, 403, 200, 403, 403, 403, 403, 403),
    "no such task":  (404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404),
}  # fmt: skip
ALLOWED = [(page, PEOPLE[answers.index(200)]) for page, answers in ANSWERS.items() if 200 in answers]
LINKS = {
    "planner": {
        "my-work", "plan", "due", "holdings", "intakes", "transfers", "agencies", "batches", "referrals", "requests",
        "policies", "procedure",
    },
    "first": {"my-work", "holdings", "batches", "redactions", "policies", "procedure"},
    "confirmer": {
        "my-work", "holdings", "batches", "redactions", "releases", "overview", "quality", "policies", "procedure",
    },
    "auditor": {
        "my-work", "due", "holdings", "agencies", "batches", "redactions", "releases", "referrals", "suspensions", "requests",
        "overview", "quality", "policies", "procedure", "audit", "ledger",
    },
    "unit-mzt": {"my-work", "own-answers", "policies", "procedure"},
}  # fmt: skip


def address_of(page: str, world: World) -> str:
    """The address of a page, the batch walked to the desk when it is one."""
    if page in DESKS:
        batch = world.walked(page)
        if page == "sample":
            sampling.draw_samples(batch=batch, by=world["sampler"], at=NOW)
        tasks = rehearsal.open_tasks(batch, page)
        task = next(task for task in tasks if task.seed is None or task.seed.agency.code == "MZT")
        return reverse("task", args=[task.pk])
    if page == "batch":
        return reverse("batch", args=[world.batch().number])
    return "/work/9999/" if page == "no such task" else reverse(page)


def shown(client, world: World, page: str, who: str, language: str = "zh-hans") -> str:
    address = address_of(page, world)
    client.force_login(world[who])
    client.cookies.load({"django_language": language})
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(page: str) -> str:
    """All that a reader meets on a page: its text, and the texts behind its parts."""
    tree = html.fromstring(page)
    hidden = [value for name in ("title", "aria-label", "placeholder") for value in tree.xpath(f"//@{name}")]
    # Letters of a digest may look like words; what a page marks as of the other language is of it.
    texts = tree.xpath("//text()[not(ancestor::*[@class='digest'])][not(ancestor::*[@lang][parent::*])]")
    return " \n ".join([*texts, *hidden])


# -- who


@pytest.mark.parametrize("page", ANSWERS)
def test_a_page_opens_for_its_own_people_only(client, world, page):
    address = address_of(page, world)
    answers = []
    for who in PEOPLE:
        client.force_login(world[who])
        answers.append(client.get(address).status_code)
    assert dict(zip(PEOPLE, answers, strict=True)) == dict(zip(PEOPLE, ANSWERS[page], strict=True))


@pytest.mark.parametrize("page", ANSWERS)
def test_whoever_has_not_signed_in_is_asked_to(client, world, page):
    answer = client.get(address_of(page, world))
    assert answer.status_code == 302
    assert reverse("sign-in") in answer.url


@pytest.mark.parametrize("who", LINKS)
def test_the_navigation_leads_nobody_to_a_closed_door(client, world, who):
    world.batch()
    client.force_login(world[who])
    tree = html.fromstring(client.get(reverse("my-work")).content.decode())
    links = tree.xpath("//nav[@class='site-nav']//a/@href")
    assert set(links) - {reverse("catalogue:home")} == {reverse(name) for name in LINKS[who]}
    assert all(client.get(link).status_code == 200 for link in links)


# -- in which language


@pytest.mark.parametrize(("page", "who"), ALLOWED)
def test_a_chinese_page_says_nothing_in_english(client, world, page, who):
    text = words_of(shown(client, world, page, who))
    for reason in Opinion.objects.exclude(reason="").values_list("reason", flat=True):
        text = text.replace(reason, "")  # on record as it was written
    assert not re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)


@pytest.mark.parametrize(("page", "who"), ALLOWED)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_speaks_one_language(client, world, page, who, language):
    pieces = {piece.strip() for piece in words_of(shown(client, world, page, who, language)).splitlines()}
    other = {entry.msgid if language != "en" else entry.msgstr for entry in polib.pofile(str(MESSAGES))}
    assert not (pieces & other) - {""}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_closed_door_says_so_in_the_readers_language(client, world, language):
    client.force_login(world["first"])
    client.cookies.load({"django_language": language})
    for address, code in ((reverse("plan"), 403), ("/nothing/", 404)):
        answer = client.get(address)
        assert answer.status_code == code
        text = words_of(answer.content.decode())
        assert bool(re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text)) is (language == "en")


# -- what a desk says


def test_a_hit_is_explained_by_rule_article_ground_and_day(client, world):
    text = words_of(shown(client, world, "first_review", "first"))
    for word in ("王建业", "CN-211", "个人受处分、审查", "第八条第三项", "涉及个人信息", "至 2039-07-01", "本馆政策"):
        assert word in text


def test_a_desk_in_other_hands_offers_no_verbs(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    client.force_login(world["first2"])
    client.post(reverse("task", args=[task.pk]), {"verb": "take"})
    client.force_login(world["first"])
    tree = html.fromstring(client.get(reverse("task", args=[task.pk])).content.decode())
    assert tree.xpath("//main//form[@method='post'] | //main//button[@name='verb'] | //main//*[@data-key]") == []
    assert "许知夏" in tree.text_content()


def test_a_refusal_is_announced_on_the_same_page(client, world):
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    client.force_login(world["first"])
    answer = client.post(reverse("task", args=[task.pk]), {"verb": "hand_on"}, follow=True)
    (alert,) = html.fromstring(answer.content.decode()).xpath("//main//*[@role='alert'][not(@hidden)]")
    assert "10" in alert.text_content()
    assert rehearsal.open_tasks(batch, "first_review") == [task]


def test_nothing_is_chosen_for_whoever_settles_a_difference(client, world):
    tree = html.fromstring(shown(client, world, "reconcile", "reconciler"))
    (chosen,) = tree.xpath("//select[@name='outcome']/option[@selected]/@value")
    assert chosen == ""


def test_a_unit_sees_how_many_entries_it_is_asked_about(client, world):
    batch = world.walked("countersign")
    for task in rehearsal.open_tasks(batch, "countersign"):
        client.force_login(world.people.units[task.seed.agency_id])
        listed = words_of(client.get(reverse("my-work")).content.decode())
        (count,) = re.findall(r"(\d+) 条", listed)
        desk = words_of(client.get(reverse("task", args=[task.pk])).content.decode())
        assert re.search(rf"{count} / {count}\b", desk)


def test_the_ledger_shows_every_act_and_its_verdict_in_words(client, world):
    world.walked("")
    client.force_login(world["auditor"])
    verdict = html.fromstring(client.post(reverse("audit"), follow=True).content.decode()).text_content()
    assert "核验无误" in verdict
    tree = html.fromstring(client.get(reverse("ledger")).content.decode())
    text = " ".join(line.text_content() for line in tree.xpath("//main//ol/li"))
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", text), "an act or a fact without a name"


def test_a_broken_ledger_is_shown_not_hidden(client, world, monkeypatch):
    from review import ledger

    monkeypatch.setattr(ledger, "digest_of", lambda line: "0" * 64)
    client.force_login(world["auditor"])
    text = words_of(client.post(reverse("audit"), follow=True).content.decode())
    assert "第 1 行有误" in text
    assert ledger.CHANGED.zh in text


# -- safely


@pytest.mark.parametrize(("page", "who"), [pair for pair in ALLOWED if pair[0] in (*DESKS, "batch")])
def test_a_script_in_a_title_is_shown_and_never_run(client, db, tmp_path, page, who):
    script = "<script>alert(1)</script>"
    world = make_world(tmp_path, CATALOGUE.replace("关于", f"关于{script}"))
    text = shown(client, world, page, who)
    assert script not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


# -- at what price


def catalogue_of(size: int) -> str:
    """Entries of two agencies; every other one names a person beside a sanction."""
    rows = ["档号,题名,责任者,形成日期,类别,密级,形成单位"]
    for place in range(1, size + 1):
        title = f"关于给予王建业同志行政记过处分的决定之{place}" if place % 2 == 0 else f"关于防汛工作的通知之{place}"
        agency = "示例省民政厅" if place % 4 < 3 else "示例省财政厅"
        rows.append(f"Z001-001-{place:04},{title},示例省民政厅,1989-07-01,人事,,{agency}")
    return "\n".join(rows) + "\n"


def queries_of(client, folder, size: int, page: str, who: str) -> int:
    """How many queries a page makes over a batch of so many entries; the world is undone behind it."""
    folder.mkdir()
    with transaction.atomic():
        world = make_world(folder, catalogue_of(size))
        address = address_of(page if page in DESKS else "batch", world)
        address = reverse(page) if page in ("my-work", "batches") else address
        assert Batch.objects.get().batch_entries.count() == size
        client.force_login(world[who])
        client.get(address)  # what is looked up once in a process is looked up here
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        assert answer.status_code == 200
        transaction.set_rollback(True)
    return len(captured)


COUNTED = [
    ("my-work", "first"),
    ("batches", "first"),
    ("batch", "first"),
    *(pair for pair in ALLOWED if pair[0] in DESKS),
]


@pytest.mark.parametrize(("page", "who"), COUNTED)
def test_a_page_makes_as_many_queries_for_forty_entries_as_for_two(client, db, tmp_path, page, who):
    few = queries_of(client, tmp_path / "few", 2, page, who)
    many = queries_of(client, tmp_path / "many", 40, page, who)
    assert few == many
