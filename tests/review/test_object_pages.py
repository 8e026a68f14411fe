"""Page images and full text beside an entry: for those who may read its fonds, bounded, and nothing of it kept outside."""

from __future__ import annotations

import hashlib
import io

import pytest
from django.urls import reverse
from PIL import Image

from review.models import DigitalObject, Entry, Finding, PageText
from review.queries.objects import kept_at
from tests.world import NOW

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def entry(world, settings, tmp_path) -> Entry:
    """An entry with a two-page TIFF and a PNG, the text of two of their pages, and a finding in the second text."""
    settings.OBJECTS_DIR = tmp_path / "objects"
    batch = world.batch()
    row = batch.batch_entries.select_related("entry").first()
    for place, (name, kind, count) in enumerate([("1.tif", "image/tiff", 2), ("2.png", "image/png", 1)]):
        data = io.BytesIO()
        first, *rest = [Image.new("L", (60, 90), 40 * place + 20 * n) for n in range(count)]
        first.save(
            data,
            {"image/tiff": "TIFF", "image/png": "PNG"}[kind],
            **({"save_all": True, "append_images": rest} if rest else {}),
        )
        digest = hashlib.sha256(data.getvalue()).hexdigest()
        path = kept_at(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.getvalue())
        DigitalObject.objects.create(
            entry=row.entry, place=place, file_name=name, media_type=kind, size=len(data.getvalue()), digest=digest,
            pages=count, attached_at=NOW, attached_by=world["planner"],
        )  # fmt: skip
    first, last = row.entry.objects_attached.all()
    PageText.objects.create(digital_object=first, page=1, text="第一页的文字")
    PageText.objects.create(digital_object=last, page=1, text="王建业的<b>处分</b>决定")
    Finding.objects.create(
        run=batch.screening_runs.latest(), batch_entry=row, rule="CN-211", field="pages", page=2, start=0, end=3,
        matched="王建业", suggests="defer", ground="CN-8-3-PI", never_public=True,
    )  # fmt: skip
    return row.entry


def page_of(client, found: DigitalObject, page: int = 1) -> str:
    answer = client.get(reverse("object-page", args=[found.pk, page]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_page_is_shown_with_its_text_and_what_was_found_in_it(client, world, entry):
    client.force_login(world["first"])
    first, last = entry.objects_attached.all()
    shown = page_of(client, last)
    assert '<u class="hit hit--never" data-ground="CN-8-3-PI">王建业</u>' in shown
    assert "&lt;b&gt;处分" in shown
    assert "第一页的文字" in page_of(client, first) and "王建业" not in page_of(client, first)
    assert reverse("object-page", args=[first.pk, 2]) in page_of(client, first)
    assert reverse("object-page", args=[last.pk, 1]) in page_of(client, first, 2)


def test_an_image_is_a_bounded_picture_that_nobody_keeps(client, world, entry):
    client.force_login(world["first"])
    found = entry.objects_attached.first()
    answer = client.get(reverse("object-image", args=[found.pk, 2]), {"width": "99999"})
    assert answer["Content-Type"] == "image/png" and answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).size == (60, 90)


@pytest.mark.parametrize("who", ["unit-mzt", "unit-czt", "", "plain"])
def test_whoever_may_not_read_the_fonds_sees_neither(client, world, entry, who):
    if who == "plain":
        world["first2"].groups.clear()
        client.force_login(world["first2"])
    elif who:
        client.force_login(world[who])
    found = entry.objects_attached.first()
    for name in ("object-page", "object-image"):
        assert client.get(reverse(name, args=[found.pk, 1])).status_code == (404 if who else 302)


def test_the_objects_of_a_stub_are_nobodys(client, world, entry):
    Entry.objects.filter(pk=entry.pk).update(title="", stub=True)
    client.force_login(world["first"])
    assert client.get(reverse("object-page", args=[entry.objects_attached.first().pk, 1])).status_code == 404


@pytest.mark.parametrize("page", [0, 3, 10**9])
def test_a_page_that_is_not_there_is_not_found(client, world, entry, page):
    client.force_login(world["first"])
    found = entry.objects_attached.first()
    for name in ("object-page", "object-image"):
        assert client.get(reverse(name, args=[found.pk, page])).status_code == 404


def test_a_file_that_is_gone_or_broken_is_said_and_breaks_nothing(client, world, entry):
    client.force_login(world["first"])
    gone, broken = entry.objects_attached.all()
    kept_at(gone.digest).unlink()
    kept_at(broken.digest).write_bytes(b"not a picture")
    assert reverse("object-image", args=[gone.pk, 1]) not in page_of(client, gone)
    for found in (gone, broken):
        assert client.get(reverse("object-image", args=[found.pk, 1])).status_code == 404


def test_the_review_desk_links_to_the_pages_of_an_entry(client, world, entry):
    from workflows import rehearsal

    client.force_login(world["first"])
    batch = entry.batch_entries.get().batch
    (task,) = rehearsal.open_tasks(batch, "first_review")
    page = client.get(reverse("task", args=[task.pk])).content.decode()
    assert reverse("object-page", args=[entry.objects_attached.first().pk, 1]) in page
    assert page.count("data-image=") == 1
