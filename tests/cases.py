"""The desks of the cases beside the batch, worked through their pages."""

from __future__ import annotations

from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import translation
from lxml import html
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review.models import Person


def tasks_of(flow: type, case: Model, desk: str = "") -> list[Task]:
    """The open tasks of a case, of one desk when it is named."""
    found = Task.objects.filter(
        process__flow_class=flow,
        process__artifact_object_id=case.pk,
        status__in=[STATUS.NEW, STATUS.ASSIGNED],
        flow_task_type="HUMAN",
    )
    return [task for task in found.order_by("pk") if not desk or task.flow_task.name == desk]


def seen(person: Person, address: str) -> str:
    """The text of a page as this person sees it; the test fails where it does not open."""
    client = Client()
    client.force_login(person)
    answer = client.get(address)
    translation.deactivate()
    assert answer.status_code == 200, (address, answer.status_code)
    return html.fromstring(answer.content.decode()).text_content()


def status(person: Person, address: str) -> int:
    client = Client()
    client.force_login(person)
    return client.get(address).status_code


def act(person: Person, task: Task, verb: str, **data: object) -> str:
    """Press a button of a desk; the text of the page that follows."""
    return post(person, reverse("task", args=[task.pk]), verb=verb, **data)


def post(person: Person, address: str, **data: object) -> str:
    client = Client()
    client.force_login(person)
    answer = client.post(address, data, follow=True)
    translation.deactivate()
    assert answer.status_code == 200, (address, answer.status_code)
    return html.fromstring(answer.content.decode()).text_content()
