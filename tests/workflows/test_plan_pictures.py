"""The plan desk in pictures: from a column to a batch, how far each line is, when the plan is done, and of one's own fonds only."""

from datetime import date

import pytest
from django.urls import reverse
from lxml import html

from review.models import Batch
from review.operations import appointing, plans
from tests.review.scenes_hrefer import approved
from tests.shelf import make_entries, make_intake
from tests.world import NOW, TODAY
from workflows.planning import batches_of

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def test_a_column_leads_to_what_is_due_in_its_year_and_one_more_click_cuts_it(client, world):
    client.force_login(world["planner"])
    tree = html.fromstring(client.get(reverse("due") + "?fonds=Z001").content.decode())
    column = next(
        a
        for a in tree.xpath("//*[local-name()='svg']//*[local-name()='a']")
        if a.get("aria-label").startswith("1987:")
    )
    entries = html.fromstring(client.get(column.get("href")).content.decode())
    (form,) = entries.xpath("//form[contains(@action, 'start')]")
    assert client.post(form.action, dict(form.fields)).status_code == 302
    assert set(Batch.objects.get().batch_entries.values_list("entry__reference_code", flat=True)) == {"Z001-001-0001"}


def test_an_auditor_is_offered_no_cut_from_a_column(client, world):
    client.force_login(world["auditor"])
    tree = html.fromstring(client.get(reverse("due") + "?fonds=Z001").content.decode())
    assert not tree.xpath("//form[contains(@action, 'start')]")


def test_a_line_is_drawn_as_its_numbers_say(client, world):
    plan = approved(world)
    line = plan.lines.order_by("position").first()
    batches_of(line, world["planner"])
    client.force_login(world["planner"])
    shown = client.get(reverse("plan-progress", args=[plan.number])).context
    one, cut = shown["progress"][0]
    assert {tone: count for tone, _from, _length, count in cut} == {"review": one.in_batches}
    assert shown["left"] == sum(line.entries for line in plan.lines.exclude(state="early"))
    assert shown["forecast"] is None, "nothing was decided yet, so nothing is foretold"


def test_lines_of_a_fonds_on_which_one_holds_no_right_are_neither_shown_nor_counted(client, world):
    other = appointing.register_fonds(code="Z002", title="另一全宗", creating_agency=None, by="test", at=NOW)
    appointing.appoint(person=world["planner"], role="planner", over=other, by="test", at=NOW)
    appointing.appoint(person=world["confirmer"], role="plan_approver", over=other, by="test", at=NOW)
    make_entries(make_intake(other, world["planner"]), 9, date(1960, 1, 1))
    plan = plans.make_plan(year=TODAY.year, fonds=[world.fonds, other], by=world["planner"], at=NOW, today=TODAY)
    plans.submit_plan(plan=plan, by=world["planner"], at=NOW)
    plans.approve_plan(plan=plan, by=world["confirmer"], at=NOW)
    address = reverse("plan-progress", args=[plan.number])
    client.force_login(world["planner"])
    assert client.get(address).context["planned"] == sum(line.entries for line in plan.lines.all())
    client.force_login(world["auditor"])
    shown = client.get(address)
    assert shown.context["planned"] == sum(line.entries for line in plan.lines.filter(fonds=world.fonds))
    assert shown.context["not_shown"] == plan.lines.filter(fonds=other).count() == 1
    assert "Z002" not in shown.content.decode()


def test_the_overview_foretells_only_the_part_of_a_plan_that_one_leads(client, world):
    plan = approved(world)
    client.force_login(world["manager"])
    (row,) = client.get(reverse("overview")).context["o"].plans
    left, expected = row
    assert (left.plan, left.left) == (plan, sum(line.entries for line in plan.lines.exclude(state="early")))
    assert expected is None
