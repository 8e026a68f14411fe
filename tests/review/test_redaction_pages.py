"""The pages of partial opening: marking without a script, looking page by page, and who sees the pictures."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from review.models import Redaction, RedactionLook, RedactionMark
from review.operations import appointing, redacting
from tests.redactions import CODE, UNTIL, attached, begun, box, copied, looked, made, marked
from tests.review.documents.masters import lined, written
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

TERM = {"ground": "CN-8-3-PI", "opens_on": UNTIL.isoformat()}


def post(client, redaction, verb, **fields):
    return client.post(
        reverse("redaction", args=[redaction.pk]), {"verb": verb, "page": "1", **TERM, **fields}, follow=True
    )


def said(answer) -> str:
    return " ".join(html.fromstring(answer.content.decode()).xpath("string(//main)").split())


def token(client, copy, page) -> str:
    text = client.get(reverse("redacted-copy", args=[copy.pk]) + f"?page={page}").content.decode()
    return re.search(r'name="opened" value="([^"]+)"', text)[1]


# -- marking


def test_an_entry_leads_to_its_files_and_a_redaction_is_begun_there(client, world):
    master = attached(world)
    client.force_login(world["first"])
    entry = client.get(reverse("holdings-entry", args=[world.fonds.code, master.entry_id]))
    link = reverse("redaction-entry", args=[master.entry_id])
    assert link in entry.content.decode()
    answer = client.post(link, {"master": str(master.pk)}, follow=True)
    assert answer.redirect_chain == [(reverse("redaction", args=[Redaction.objects.get().pk]), 302)]
    assert "letter.pdf" in said(answer)


def test_a_box_is_marked_by_its_numbers_alone(client, world):
    redaction = begun(world)
    client.force_login(world["first"])
    post(client, redaction, "box", x="12.5", y="30", width="40", height="3.25")
    mark = RedactionMark.objects.get()
    assert (mark.x, mark.y, mark.width, mark.height) == (1250, 3000, 4000, 325)
    assert (mark.words, mark.ground, mark.opens_on, mark.person) == ("", "CN-8-3-PI", UNTIL, world["first"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"x": ""},
        {"x": "nan"},
        {"x": "inf"},
        {"x": "1e400"},
        {"width": "95"},
        {"height": "0"},
        {"opens_on": "soon"},
        {"ground": "x"},
    ],
    ids=str,
)
def test_what_is_no_box_is_refused_with_a_sentence(client, world, wrong):
    redaction = begun(world)
    client.force_login(world["first"])
    answer = post(client, redaction, "box", **{"x": "10", "y": "10", "width": "10", "height": "10", **wrong})
    assert html.fromstring(answer.content.decode()).xpath("//main//*[@role='alert']")
    assert not RedactionMark.objects.exists()


def test_words_are_marked_everywhere_or_on_this_page(client, world):
    redaction = begun(world)
    client.force_login(world["first"])
    post(client, redaction, "words", words="Smithson")
    assert list(redaction.marks.values_list("page", "words")) == [(1, "")]
    post(client, redaction, "words", words="Smithson", everywhere="1")
    assert list(redaction.marks.values_list("page", "words")) == [(1, ""), (2, "Smithson")]
    answer = post(client, redaction, "words", words="Nobody", everywhere="1")
    assert "没有找到“Nobody”" in said(answer)


def test_words_of_the_text_are_ticked(client, world):
    redaction = begun(world)
    client.force_login(world["first"])
    tree = html.fromstring(client.get(reverse("redaction", args=[redaction.pk])).content.decode())
    (tick,) = tree.xpath("//label[span='Smithson']/input/@value")
    post(client, redaction, "phrases", phrase=tick)
    assert redaction.marks.count() == 1


def test_what_the_rules_found_is_ticked_or_taken_in_the_whole_file(client, world):
    number = "110105192804120015"
    redaction = begun(world, content=written(lined([[f"ID {number}"], [f"again {number}"]])))
    client.force_login(world["first"])
    tree = html.fromstring(client.get(reverse("redaction", args=[redaction.pk])).content.decode())
    offers = tree.xpath("//input[@name='offer']/@value")
    assert any(number in offer for offer in offers)
    post(client, redaction, "offers", offer=offers[0])
    assert list(redaction.marks.values_list("page", flat=True)) == [1]
    post(client, redaction, f"rule:{redaction.marks.get().rule}")
    assert sorted(redaction.marks.values_list("page", flat=True)) == [1, 2]


def test_a_mark_is_taken_back_and_the_copy_is_made(client, world):
    redaction = marked(world)
    redacting.add_marks(redaction=redaction, marks=[box()], by=world["first"], at=NOW, today=TODAY)
    client.force_login(world["first"])
    post(client, redaction, f"withdraw:{redaction.marks.get(words='').pk}")
    assert redaction.marks.filter(withdrawn_at__isnull=True).count() == 2
    answer = post(client, redaction, "make")
    assert redaction.copies.get().marks == 2
    assert "等待另一人核验" in said(answer) or "another person" in said(answer)


def test_whoever_may_not_mark_sees_no_verbs_and_does_nothing_by_posting(client, world):
    redaction = marked(world)
    client.force_login(world["second"])
    tree = html.fromstring(client.get(reverse("redaction", args=[redaction.pk])).content.decode())
    assert tree.xpath("//main//button") == []
    assert post(client, redaction, "box", x="1", y="1", width="5", height="5").status_code == 403
    assert redaction.marks.count() == 2


def test_a_script_in_a_file_is_shown_and_never_run(client, world):
    script = "<script>alert(1)</script>"
    redaction = begun(world, content=written(lined([[script]])))
    client.force_login(world["first"])
    text = client.get(reverse("redaction", args=[redaction.pk])).content.decode()
    assert "alert" in text
    assert script not in text


# -- verifying


def test_a_page_is_confirmed_only_from_its_own_opened_form(client, world):
    copy = made(world)
    address = reverse("redacted-copy", args=[copy.pk])
    client.force_login(world["second"])
    first = token(client, copy, 1)
    answer = client.post(address, {"verb": "look", "page": "2", "opened": first}, follow=True)
    assert "先打开这一页" in said(answer)
    client.post(address, {"verb": "look", "page": "2", "opened": ""})
    client.force_login(world["first2"])
    client.post(address, {"verb": "look", "page": "1", "opened": first})
    assert not RedactionLook.objects.exists()
    client.force_login(world["second"])
    client.post(address, {"verb": "look", "page": "1", "opened": first})
    assert list(RedactionLook.objects.values_list("page", "person")) == [(1, world["second"].pk)]


def test_the_second_person_reads_looks_and_verifies(client, world):
    copy = made(world)
    address = reverse("redacted-copy", args=[copy.pk])
    client.force_login(world["second"])
    (button,) = html.fromstring(client.get(address).content.decode()).xpath("//button[@value='verify']")
    assert button.get("disabled") is not None
    client.post(address, {"verb": "reread"})
    for page in (1, 2, 3):
        client.post(address, {"verb": "look", "page": str(page), "opened": token(client, copy, page)})
    client.post(address, {"verb": "verify"})
    copy.refresh_from_db()
    assert copy.verdict.verified
    assert copy.verdict.person == world["second"]


def test_whoever_marked_sees_that_another_verifies(client, world):
    redaction = marked(world, by=world["first2"])
    copy = copied(redaction, world["first"])
    client.force_login(world["first2"])
    answer = client.get(reverse("redacted-copy", args=[copy.pk]))
    tree = html.fromstring(answer.content.decode())
    assert tree.xpath("//main//button") == []


def test_a_refusal_reaches_whoever_marked(client, world):
    copy = looked(made(world), world["second"])
    client.force_login(world["second"])
    client.post(reverse("redacted-copy", args=[copy.pk]), {"verb": "refuse", "reason": "第 1 页边注未遮蔽"})
    client.force_login(world["first"])
    assert "第 1 页边注未遮蔽" in said(client.get(reverse("redaction", args=[copy.redaction_id])))


# -- who sees what


def status_of(client, address) -> int:
    answer = client.get(address)
    answer.getvalue()  # a file is closed when it was read to its end
    return answer.status_code


def test_pictures_and_the_file_are_for_readers_of_the_fonds_alone(client, world):
    copy = made(world)
    addresses = [
        reverse("redaction-page", args=[copy.redaction_id, 1]),
        reverse("redaction-page", args=[copy.redaction_id, 1]) + "?painted",
        reverse("redacted-copy-page", args=[copy.pk, 3]),
        reverse("redacted-copy-file", args=[copy.pk]),
        reverse("redaction", args=[copy.redaction_id]),
        reverse("redacted-copy", args=[copy.pk]),
        reverse("redaction-entry", args=[copy.redaction.master.entry_id]),
    ]
    answers = {}
    for who in ("first", "second", "confirmer", "auditor", "planner", "publisher", "unit-mzt"):
        client.force_login(world[who])
        answers[who] = {status_of(client, address) for address in addresses}
    assert answers == {
        "first": {200}, "second": {200}, "confirmer": {200}, "auditor": {200},
        "planner": {404}, "publisher": {404}, "unit-mzt": {404},
    }  # fmt: skip
    client.force_login(world["first"])
    page = client.get(addresses[0])
    assert page["Content-Type"] == "image/png"
    assert "no-store" in page["Cache-Control"]
    assert client.get(reverse("redaction-page", args=[copy.redaction_id, 9])).status_code == 404
    assert client.get(reverse("redacted-copy-page", args=[copy.pk, 9])).status_code == 404


def test_no_reader_of_another_fonds_comes_near(client, world):
    copy = made(world)
    other = appointing.register_fonds(code="Z002", title="另一全宗", creating_agency=None, by="test", at=NOW)
    stranger = appointing.enrol(username="stranger", full_name="外人", post="", by="test", at=NOW, password="x" * 12)
    appointing.appoint(person=stranger, role="first_reviewer", over=other, by="test", at=NOW)
    client.force_login(stranger)
    assert client.get(reverse("redactions")).status_code == 200
    assert client.get(reverse("redaction", args=[copy.redaction_id])).status_code == 404
    assert client.get(reverse("redacted-copy-file", args=[copy.pk])).status_code == 404


def test_the_list_costs_the_same_queries_at_two_sizes(client, world):
    counts = []
    for codes in (["Z001-001-0001"], ["Z001-001-0002", "Z001-001-0003", CODE]):
        for code in codes:
            begun(world, code=code)
        client.force_login(world["first"])
        client.get(reverse("redactions"))
        with CaptureQueriesContext(connection) as captured:
            text = said(client.get(reverse("redactions")))
        counts.append(len(captured))
        assert all(code in text for code in codes)
    assert counts[0] == counts[1]


def test_the_desk_costs_the_same_queries_with_more_marks(client, world):
    redaction = begun(world)
    counts = []
    for number in (1, 12):
        marks = [box(x=10 * place + number) for place in range(number)]
        redacting.add_marks(redaction=redaction, marks=marks, by=world["first"], at=NOW, today=TODAY)
        client.force_login(world["first"])
        client.get(reverse("redaction", args=[redaction.pk]))
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("redaction", args=[redaction.pk]))
        counts.append(len(captured))
    assert counts[0] == counts[1]
