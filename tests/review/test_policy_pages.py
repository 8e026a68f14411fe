"""The policy desk: who may see and do what, drafts that lose nothing, impact that shows no title to a stranger."""

import json
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from policies import rule_files
from policies.grounds import GROUNDS_OF
from review.models import (
    AdoptedRuleset,
    DraftState,
    Entry,
    Finding,
    LedgerLine,
    MidBatch,
    Opinion,
    RulesChange,
    RulesetDraft,
)
from review.operations import drafting, exporting, planning
from review.queries import rules
from review.queries.precision import Measure, closed_without, wilson
from review.queries.rules import in_force, ruleset_of
from review.views.policies import history_of
from tests import policy_desk
from tests.world import CATALOGUE, NOW, TODAY, make_world
from workflows import rehearsal
from workflows.flows import opening

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

SANCTION = "CN-211-sanction-of-a-person.yaml"
PEOPLE = ("keeper", "planner", "first", "confirmer", "auditor", "unit-mzt")
# Rules are no secret: every unit may ask why. Drafts are for keepers and auditors, acts for keepers alone.
SEEN = {
    "policies":      (200, 200, 200, 200, 200, 200),
    "ruleset":       (200, 200, 200, 200, 200, 200),
    "rule":          (200, 200, 200, 200, 200, 200),
    "draft":         (200, 403, 403, 403, 200, 403),
    "draft-file":    (200, 403, 403, 403, 200, 403),
    "draft-impact":  (200, 403, 403, 403, 200, 403),
    "adopt-draft":   (200, 403, 403, 403, 403, 403),
    "adopt-ruleset": (200, 403, 403, 403, 403, 403),
}  # fmt: skip
DONE = {
    "begin-draft": {"base": "cn-1"},
    "draft": {"verb": "describe", "why": "x"},
    "draft-file": {"verb": "save", "text": "x"},
    "draft-impact": {},
    "adopt-ruleset": {"reason": "x"},
}


@pytest.fixture(autouse=True)
def beginning(settings, client):
    """What a new installation starts with, whatever the default is; the pages in English."""
    settings.RULESET = "cn-1"
    client.cookies.load({"django_language": "en"})


def address_of(page: str, draft: RulesetDraft) -> str:
    named = {
        "ruleset": ["cn-1"],
        "rule": ["cn-1", "CN-211"],
        "draft": [draft.pk],
        "draft-file": [draft.pk, policy_desk.NEW_FILE],
        "draft-impact": [draft.pk],
        "impact-sheet": [draft.pk, "csv"],
        "adopt-draft": [draft.pk],
        "adopt-ruleset": ["cn-1"],
    }
    return reverse(page, args=named.get(page, []))


def main_of(answer):
    (main,) = html.fromstring(answer.content.decode()).xpath("//main")
    return main


def text_of(answer) -> str:
    return main_of(answer).text_content()


# -- who


def test_rules_are_open_to_everybody_and_drafts_to_keepers_and_auditors(client, world):
    draft = policy_desk.submitted(world)
    for page, answers in SEEN.items():
        seen = []
        for who in PEOPLE:
            client.force_login(world[who])
            seen.append(client.get(address_of(page, draft)).status_code)
        assert tuple(seen) == answers, page
        client.logout()
        assert client.get(address_of(page, draft)).status_code == 302


def test_only_keepers_act_and_a_refused_act_leaves_nothing(client, world):
    draft = policy_desk.changed(world)
    before = LedgerLine.objects.count()
    for page, sent in DONE.items():
        for who in PEOPLE[1:]:
            client.force_login(world[who])
            assert client.post(address_of(page, draft), sent).status_code == 403, (page, who)
    assert LedgerLine.objects.count() == before


def test_the_buttons_are_there_for_whom_they_work(client, world):
    draft = policy_desk.changed(world)
    for who, offered in (("keeper", True), ("auditor", False)):
        client.force_login(world[who])
        for page in ("policies", "ruleset", "draft", "draft-file"):
            buttons = main_of(client.get(address_of(page, draft))).xpath(".//form[@method='post']//button")
            assert bool(buttons) is offered, (page, who)


def test_what_is_not_there_is_not_found(client, world):
    client.force_login(world["keeper"])
    for address in ("/policies/xx-9/", "/policies/cn-1/CN-999/", "/policies/drafts/999/", "/policies/cn-1/nothing/"):
        assert client.get(address).status_code == 404
    assert client.post("/policies/drafts/", {"base": "nothing"}, follow=True).status_code == 200


# -- rules


def test_the_rules_of_a_ruleset_are_searched_and_chosen(client, world):
    client.force_login(world["first"])
    found = text_of(client.get("/policies/cn-1/", {"q": "记过", "ground": "CN-8-3-PI"}))
    assert "CN-211" in found
    assert "CN-501" not in found
    assert "No rule is so" in text_of(client.get("/policies/cn-1/", {"q": "绝无此词"}))


def test_a_rule_runs_its_examples_and_a_typed_title_and_keeps_nothing(client, world):
    client.force_login(world["unit-mzt"])
    page = main_of(client.get("/policies/cn-1/CN-211/"))
    rule = ruleset_of("cn-1").by_id["CN-211"]
    assert len(page.xpath(".//table[contains(@class, 'tried')]/tbody/tr")) == len(
        rule.must_match + rule.must_not_match
    )
    assert not page.xpath(".//tr[@class='is-wrong']")
    before = LedgerLine.objects.count()
    typed = client.post("/policies/cn-1/CN-211/", {"title": "关于给予王建业同志行政记过处分的决定"})
    assert "CN-211 finds something" in text_of(typed)
    assert main_of(typed).xpath(".//*[@data-tried]//u[text()='王建业']")
    assert LedgerLine.objects.count() == before
    odd = client.post("/policies/cn-1/CN-211/", {"title": "\x01\ufffd" * 3 + "<script>", "created": "never"})
    assert odd.status_code == 200
    assert "<script>" not in odd.content.decode("utf-8", "replace").partition("<main")[2].partition("</main")[0]


def test_a_rule_tells_in_which_rulesets_it_came_to_read_so(client, world):
    number = policy_desk.adopted(world).number
    told = [(version.number, version.first) for version in history_of("CN-991", number)]
    assert told == [(number, True)]
    assert [version.number for version in history_of("CN-211", number)] == ["cn-1"], "unchanged since"
    client.force_login(world["first"])
    assert "began with this ruleset" in text_of(client.get(f"/policies/{number}/CN-991/"))


# -- drafts


def saved(client, draft: RulesetDraft, name: str, text: str, seen: str = "", **more):
    address = reverse("draft-file", args=[draft.pk, name])
    return client.post(address, {"verb": "save", "text": text, "seen": seen, **more})


def test_what_was_typed_is_kept_even_where_it_does_not_load(client, world):
    draft = policy_desk.begun(world)
    client.force_login(world["keeper"])
    broken = draft.files.get(name=SANCTION).text + "grund: CN-8-1\n"
    assert saved(client, draft, SANCTION, broken).status_code == 302
    assert draft.files.get(name=SANCTION).text == broken
    page = client.get(reverse("draft-file", args=[draft.pk, SANCTION]))
    alert = main_of(page).xpath(".//*[@role='alert']")[0].text_content()
    assert SANCTION in alert
    assert "grund" in alert
    assert broken.splitlines()[5] in main_of(page).xpath("//textarea[@id='text']")[0].text_content()
    assert SANCTION in text_of(client.get(reverse("draft", args=[draft.pk])))


@pytest.mark.parametrize("text", ["", "id: [", "- a\n- b", "\ufeff", "a: &x [*x]", "id: CN-211\nid: CN-211"])
def test_no_text_breaks_the_page(client, world, text):
    draft = policy_desk.begun(world)
    client.force_login(world["keeper"])
    assert saved(client, draft, SANCTION, text).status_code == 302
    for page in (reverse("draft-file", args=[draft.pk, SANCTION]), reverse("draft", args=[draft.pk])):
        assert client.get(page).status_code == 200


def test_the_form_changes_what_it_says_and_nothing_else(client, world):
    draft = policy_desk.begun(world)
    client.force_login(world["keeper"])
    before = draft.files.get(name=SANCTION).text
    fields = main_of(client.get(reverse("draft-file", args=[draft.pk, SANCTION]))).xpath(".//form")[0].fields
    fields = {name: value.removeprefix("\n") for name, value in fields.items()}  # as browsers read a text area
    sent = {**fields, "beside": fields["beside"] + "\r\n  双规处理 \r\n双规处理"}
    assert saved(client, draft, SANCTION, **sent).status_code == 302
    changed = draft.files.get(name=SANCTION).text
    (differs,) = [
        (old, new) for old, new in zip(before.splitlines(), changed.splitlines(), strict=True) if old != new
    ]
    assert differs[1] == differs[0].replace("取消资格]", "取消资格, 双规处理]")
    bad = saved(client, draft, SANCTION, **{**sent, "years": "many"})
    assert "Not saved" in text_of(bad)
    assert "双规处理" in main_of(bad).xpath("//textarea[@id='beside']")[0].text_content(), "what was typed stays"
    assert draft.files.get(name=SANCTION).text == changed


def test_trying_saves_nothing_and_shows_which_example_fails(client, world):
    draft = policy_desk.begun(world)
    client.force_login(world["keeper"])
    text = draft.files.get(name=SANCTION).text
    typed = rule_files.with_values(text, {"must_match": ["关于召开年度工作会议的通知"]})
    answer = client.post(reverse("draft-file", args=[draft.pk, SANCTION]), {"verb": "try", "text": typed, "seen": ""})
    (wrong,) = main_of(answer).xpath(".//tr[@class='is-wrong']")
    assert "关于召开年度工作会议的通知" in wrong.text_content()
    assert draft.files.get(name=SANCTION).text == text


def test_of_two_editors_the_second_is_told_and_neither_text_is_lost(client, world):
    draft = policy_desk.begun(world)
    text = draft.files.get(name=SANCTION).text
    theirs, mine = text.replace("记大过", "记大过处分"), text.replace("停职", "停职检查")
    drafting.change_draft_file(draft=draft, name=SANCTION, text=theirs, by=world["keeper2"], at=NOW)
    client.force_login(world["keeper"])
    answer = saved(client, draft, SANCTION, mine, seen="")
    page = main_of(answer)
    assert answer.status_code == 200
    assert draft.files.get(name=SANCTION).text == theirs, "the first to save is not overwritten"
    assert str(world["keeper2"]) in page.text_content()
    shown = [pre.text for pre in page.xpath(".//pre[@class='text']")]
    assert [one.strip() for one in shown] == [theirs.strip(), mine.strip()]
    again = page.xpath(".//section//form")[0].fields
    assert saved(client, draft, SANCTION, again["text"], seen=again["seen"]).status_code == 302
    assert draft.files.get(name=SANCTION).text.strip() == mine.strip(), "in full knowledge of theirs it may be"


def test_what_is_typed_into_a_file_that_another_took_out_is_saved(client, world):
    draft = policy_desk.begun(world)
    text = draft.files.get(name=SANCTION).text
    drafting.drop_draft_file(draft=draft, name=SANCTION, by=world["keeper2"], at=NOW)
    client.force_login(world["keeper"])
    assert client.get(reverse("draft-file", args=[draft.pk, SANCTION])).status_code == 404
    assert saved(client, draft, SANCTION, text).status_code == 302
    assert draft.files.get(name=SANCTION).text == text


def test_a_new_rule_begins_as_the_nearest_with_a_free_number_and_goes_again(client, world):
    draft = policy_desk.begun(world)
    client.force_login(world["keeper"])
    address = reverse("draft", args=[draft.pk])
    made = client.post(address, {"verb": "new_rule", "near": "CN-211"})
    assert made.url == reverse("draft-file", args=[draft.pk, "CN-223.yaml"])
    assert rule_files.values_of(draft.files.get(name="CN-223.yaml").text)["status"] == "draft"
    assert client.get(made.url).status_code == 200
    client.post(made.url, {"verb": "drop"})
    assert not draft.files.filter(name="CN-223.yaml").exists()
    client.post(address, {"verb": "new_list", "name": "diseases"})
    assert client.get(reverse("draft-file", args=[draft.pk, "diseases.txt"])).status_code == 200


def test_a_file_is_restored_as_it_began(client, world):
    draft = policy_desk.begun(world)
    before = draft.files.get(name=SANCTION).text
    client.force_login(world["keeper"])
    saved(client, draft, SANCTION, "id: CN-211")
    client.post(reverse("draft-file", args=[draft.pk, SANCTION]), {"verb": "restore"})
    assert draft.files.get(name=SANCTION).text == before


def test_a_rule_is_offered_the_grounds_of_its_own_jurisdiction_alone(client, world):
    client.force_login(world["keeper"])
    draft = policy_desk.begun(world, base="uk-1")
    page = main_of(client.get(reverse("draft-file", args=[draft.pk, "UK-211-personnel-files.yaml"])))
    offered = [option for option in page.xpath(".//select[@name='ground']/option/@value") if option]
    assert offered == list(GROUNDS_OF["UK"])


def test_the_pages_say_that_the_model_of_names_is_missing(client, world):
    draft = policy_desk.changed(world)
    client.force_login(world["keeper"])
    pages = [reverse("draft", args=[draft.pk]), reverse("draft-file", args=[draft.pk, policy_desk.NEW_FILE])]
    for page in pages:
        assert "installed here" not in text_of(client.get(page))
    head = draft.files.get(name="ruleset.yaml").text + f"name_model: '{'f' * 64}'\n"
    drafting.change_draft_file(draft=draft, name="ruleset.yaml", text=head, by=world["keeper"], at=NOW)
    for page in pages:
        assert "installed here" in text_of(client.get(page)), page


@pytest.mark.parametrize("missing", [True, False])
def test_the_pages_of_a_ruleset_say_whether_its_names_are_looked_for(client, world, monkeypatch, missing):
    named = SimpleNamespace(digest=ruleset_of("cn-2").name_model, names=lambda texts: [[] for _ in texts])
    monkeypatch.setattr(rules, "name_model", lambda: None if missing else named)
    rules._SCREENERS.clear()  # compiled with the model of this place
    client.force_login(world["first"])
    for address in ("/policies/cn-2/", "/policies/cn-2/CN-231/"):
        assert ("is not installed here" in text_of(client.get(address))) is missing
    rules._SCREENERS.clear()


# -- impact and adoption


def test_a_draft_goes_from_its_impact_to_adoption_by_another(client, world):
    batch = world.batch()
    draft = policy_desk.changed(world)
    address = reverse("draft", args=[draft.pk])
    client.force_login(world["keeper"])
    assert main_of(client.get(address)).xpath(".//button[@value='submit'][@disabled]")
    client.post(reverse("draft-impact", args=[draft.pk]))
    assert not main_of(client.get(address)).xpath(".//button[@value='submit'][@disabled]")
    client.post(address, {"verb": "submit"})
    draft.refresh_from_db()
    assert draft.state == DraftState.SUBMITTED
    adopt = reverse("adopt-draft", args=[draft.pk])
    sent = {"reason": "会议通过", f"batch-{batch.number}": MidBatch.REBASE_UNDECIDED}
    refused = client.post(adopt, sent, follow=True)
    assert in_force() == "cn-1"
    assert "another policy keeper" in text_of(refused)
    client.force_login(world["keeper2"])
    page = main_of(client.get(adopt))
    assert not page.xpath(".//button[@disabled]")
    assert "1 running batch is dealt with as chosen" in page.text_content()
    adopted = client.post(adopt, sent, follow=True)
    assert in_force() == draft.number
    assert batch.number in text_of(adopted)
    change = RulesChange.objects.get(batch=batch)
    assert (change.choice, change.done_at is None) == (MidBatch.REBASE_UNDECIDED, False)
    assert Finding.objects.filter(batch_entry__batch=batch, rule="CN-991", replaced_by=None).count() == 1
    assert AdoptedRuleset.objects.get().adopted_by == world["keeper2"]


def two_batches(world):
    codes = [f"Z001-001-{number:04}" for number in range(1, 8)]
    cut = [
        planning.cut_batch(fonds=world.fonds, by=world["planner"], at=NOW, today=TODAY, codes=part)
        for part in (codes[:3], codes[3:])
    ]
    for batch in cut:
        opening.begin(batch=batch, by=world["planner"])
    return cut


def test_one_choice_holds_for_every_running_batch_that_has_none_of_its_own(client, world):
    one, other = two_batches(world)
    adopt = reverse("adopt-draft", args=[policy_desk.submitted(world).pk])
    client.force_login(world["keeper2"])
    page = main_of(client.get(adopt))
    assert page.xpath("string(.//select[@name='all']/option[@selected]/@value)") == MidBatch.CONTINUE
    for batch in (one, other):
        checked = page.xpath(f".//input[@name='batch-{batch.number}'][@checked]/@value")
        assert checked == [""], "as for all"
    sent = {"all": MidBatch.REBASE_UNDECIDED, f"batch-{one.number}": MidBatch.CONTINUE, f"batch-{other.number}": ""}
    again = main_of(client.post(adopt, sent))  # no reason: nothing is done, and what was chosen is still there
    assert again.xpath("string(.//select[@name='all']/option[@selected]/@value)") == MidBatch.REBASE_UNDECIDED
    assert again.xpath(f".//input[@name='batch-{one.number}'][@checked]/@value") == [MidBatch.CONTINUE]
    assert not RulesChange.objects.exists()
    client.post(adopt, sent | {"reason": "会议通过"})
    assert dict(RulesChange.objects.values_list("batch", "choice")) == {
        one.pk: MidBatch.CONTINUE,
        other.pk: MidBatch.REBASE_UNDECIDED,
    }


def test_a_choice_for_all_that_there_is_not_changes_nothing(client, world):
    two_batches(world)
    adopt = reverse("adopt-draft", args=[policy_desk.submitted(world).pk])
    client.force_login(world["keeper2"])
    client.post(adopt, {"reason": "会议通过", "all": "everything"})
    assert (in_force(), RulesChange.objects.count()) == ("cn-1", 0)


def test_a_single_running_batch_is_chosen_for_by_itself(client, world):
    batch = world.batch()
    client.force_login(world["keeper2"])
    page = main_of(client.get(reverse("adopt-draft", args=[policy_desk.submitted(world).pk])))
    assert not page.xpath(".//select[@name='all']")
    assert page.xpath(f".//input[@name='batch-{batch.number}'][@checked]/@value") == [MidBatch.CONTINUE]


def test_a_ruleset_of_another_jurisdiction_is_shown_and_not_offered_for_adoption(client, world):
    client.force_login(world["keeper"])
    page = main_of(client.get(reverse("adopt-ruleset", args=["uk-1"])))
    assert "QIFENG_RULESET" in page.text_content()
    assert not page.xpath(".//form")


def test_an_impact_shows_no_title_to_whoever_has_no_right_on_the_fonds(client, world):
    Entry.objects.filter(title__contains="防汛").update(access_status="open")
    draft = policy_desk.changed(world)
    policy_desk.counted(world, draft)
    for who, reads in (("auditor", True), ("keeper", False)):
        client.force_login(world[who])
        answer = client.get(reverse("draft-impact", args=[draft.pk]))
        assert ("关于加强防汛工作的通知" in answer.content.decode()) is reads
        assert main_of(answer).xpath(".//section[@class='alarm']"), "the count is told to both"
        for kind in ("csv", "xlsx"):
            sheet = client.post(reverse("impact-sheet", args=[draft.pk, kind]))
            assert sheet.status_code == 200
            assert kind == "xlsx" or ("关于加强防汛工作的通知" in sheet.content.decode("utf-8-sig")) is reads


def test_who_takes_an_impact_out_is_in_the_ledger_and_nobody_else_takes_it(client, world):
    impact = policy_desk.counted(world, policy_desk.changed(world))
    address = reverse("impact-sheet", args=[impact.draft_id, "csv"])
    for who, entries in (("auditor", impact.changed), ("keeper", 0)):
        client.force_login(world[who])
        assert client.post(address).status_code == 200
        line = LedgerLine.objects.latest("line")
        assert (line.act, line.actor, json.loads(line.facts)["entries"]) == ("note_impact_export", who, entries)
        assert line.ruleset_digest == impact.draft_digest
    before = LedgerLine.objects.count()
    for who in ("planner", "first", "confirmer", "unit-mzt"):
        client.force_login(world[who])
        assert client.post(address).status_code == 403
        with pytest.raises(PermissionDenied):
            exporting.note_impact_export(impact=impact, format="csv", by=world[who], at=NOW)
    assert client.get(address).status_code == 405
    assert LedgerLine.objects.count() == before


def test_an_impact_is_filtered_by_advice_rule_and_openness(client, world):
    draft = policy_desk.changed(world)
    policy_desk.counted(world, draft)
    client.force_login(world["auditor"])
    address = reverse("draft-impact", args=[draft.pk])
    for asked, found in (
        ({}, True), ({"before": "open", "after": "defer"}, True), ({"rule": "CN-991"}, True),
        ({"show": "open"}, False), ({"before": "refer"}, False), ({"rule": "CN-99"}, False), ({"rule": "%"}, False),
        ({"before": "nonsense"}, True), ({"page": "x"}, True),
    ):  # fmt: skip
        rows = main_of(client.get(address, asked)).xpath(".//section[@id='entries']//li[contains(@class, 'entry')]")
        assert bool(rows) is found, asked


# -- precision


def test_the_interval_is_wilsons():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(19, 20) == pytest.approx((0.7639, 0.9911), abs=1e-4)
    assert wilson(0, 50) == pytest.approx((0.0, 0.0713), abs=1e-4)


def test_precision_counts_what_was_signed_off_and_nothing_before(world):
    named, secret = (ruleset_of("cn-1").by_id[code] for code in ("CN-211", "CN-111"))
    batch = world.walked("sign_off")
    assert Measure().of(secret).n == 0, "decided, not signed"
    rehearsal.sign_off(batch, world["confirmer"])
    measured = Measure().of(secret)
    assert (measured.kept, measured.opened, measured.enough) == (1, 0, False)
    decided = Opinion.objects.get(
        batch_entry__entry__title__contains="王建业", stage="second_review", standing=True
    ).outcome
    measured = Measure().of(named)
    hidden = decided == "open"  # under a public title that hides the name: neither right nor wrong
    assert (measured.kept, measured.opened, measured.otherwise) == (0 if hidden else 1, 0, 1 if hidden else 0)


def test_what_was_closed_without_a_rule_is_told(world):
    rule = ruleset_of("cn-1").by_id["CN-211"]
    batch = world.walked("sign_off", objections=2)
    rehearsal.sign_off(batch, world["confirmer"])
    for opinion in Opinion.objects.filter(outcome="defer", stage="reconcile", standing=True):
        closed, without = closed_without(rule.model_copy(update={"ground": opinion.ground}))
        assert 0 < without <= closed


def test_a_rule_is_not_measured_by_what_it_said_before_it_was_changed(world):
    rule = ruleset_of("cn-1").by_id["CN-111"]
    rehearsal.sign_off(world.walked("sign_off"), world["confirmer"])
    assert Measure().of(rule).n == 1
    assert Measure().of(rule.model_copy(update={"never_public": not rule.never_public})).n == 0


# -- at what price


def queries_of(client, folder, size: int, page: str) -> int:
    """How many queries a page makes over so many entries that a draft would change; the world is undone behind it."""
    folder.mkdir()
    rows = [
        f"Z001-001-{n:04},关于加强防汛工作的通知之{n},示例省民政厅,1963-05-02,救济,,示例省民政厅" for n in range(size)
    ]
    with transaction.atomic():
        world = make_world(folder, "\n".join([CATALOGUE.splitlines()[0], *rows, ""]))
        world.batch()
        draft = policy_desk.submitted(world)
        client.force_login(world["keeper2" if page.startswith("adopt") else "auditor"])
        address = address_of(page, draft)
        ask = client.post if page == "impact-sheet" else client.get
        ask(address)
        with CaptureQueriesContext(connection) as captured:
            assert ask(address).status_code == 200
        transaction.set_rollback(True)
    return len(captured)


@pytest.mark.parametrize("page", ["rule", "draft-impact", "impact-sheet", "adopt-draft"])
def test_a_page_makes_as_many_queries_for_forty_entries_as_for_two(client, db, tmp_path, page):
    assert queries_of(client, tmp_path / "few", 2, page) == queries_of(client, tmp_path / "many", 40, page)
