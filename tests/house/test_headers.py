"""Nothing that a desk shows is kept by a browser or a proxy; the public pages say themselves how long they may be."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.mark.parametrize("name", ["my-work", "batches", "plan"])
def test_a_page_of_the_house_is_kept_nowhere(client, world, name):
    world.batch()
    client.force_login(world["planner"])
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_public_page_may_be_kept_a_minute(client):
    assert "public" in client.get(reverse("catalogue:home"))["Cache-Control"]
