"""What a draft would change in all that is held: counted from a part of it, and the same as counted from all."""

import json
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from policies.rulesets import load_ruleset
from policies.screening import Screener
from review import jobs
from review.jobs.intakes import take_in
from review.models import Entry, Impact, LedgerLine, PageText
from review.models.objects import DigitalObject
from review.operations import drafting
from review.operations.impact import record_impact
from review.queries.impact import differ, impact_of
from review.queries.records import for_records, records_of
from tests import policy_desk
from tests.policies.test_reach import rule
from tests.policy_desk import NEW_RULE
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

CN_1 = load_ruleset("cn-1")


@pytest.fixture(autouse=True)
def first_ruleset(settings):
    """The archives began with cn-1, of which the drafts here are made."""
    settings.RULESET = "cn-1"


ODD = """档号,题名,责任者,形成日期,附注,密级,利用限制,存放位置
Z001-009-0001,关于防 汛　工作的通知,示例省民政厅,1961-02-03,,,,
Z001-009-0002,關於防汛工作的報告,示例省民政厅,1961-02-03,,,,
Z001-009-0003,关于其他工作的报告,示例省民政厅,1961-02-03,"第一页说防
汛工作",,,
Z001-009-0004,关于其他事项的报告,示例省民政厅,1961-02-03,路径 C:\\n防\\汛,,,
Z001-009-0005,关于电话的报告,示例省民政厅,1961-02-03,电话 8765432 和 防汛\\,,,
Z001-009-0006,关于限制的报告,示例省民政厅,1961-02-03,,内部,,
Z001-009-0007,关于限制的请示,示例省民政厅,1961-02-03,,,控制使用,
Z001-009-0008,没有,防汛指挥部,1961-02-03,,,,
"""


def changed(world: World):
    """Everything held that two rulesets advise on otherwise, found by screening everything."""

    def of(old: Screener, new: Screener) -> set[str]:
        found = set()
        for piece in records_of(list(for_records(Entry.objects.all()))):
            records = [record for _, record in piece]
            both = zip(old.screen_all(records, TODAY), new.screen_all(records, TODAY), strict=True)
            found |= {
                entry.reference_code for (entry, _), (was, now) in zip(piece, both, strict=True) if differ(was, now)
            }
        return found

    return of


def lexicon(*terms: str, **given):
    return rule(1, {"kind": "lexicon", "terms": list(terms)}, **given)


RULES = {
    "words": lexicon("防汛"),
    "words across spaces": lexicon("防汛工作"),
    "words of the notes": lexicon("汛工作", fields=["notes"]),
    "a backslash": lexicon("防\\汛"),
    "a numeral": rule(1, {"kind": "pattern", "pattern": "[0-9]{7}"}),
    "a mark": rule(1, {"kind": "mark", "words": ["内部", "控制"]}, fields=["classification", "access_condition"]),
    "an agency": rule(1, {"kind": "agency", "names": [], "ending": ["指挥部"]}, fields=["responsible_body"]),
    "an expression": rule(1, {"kind": "expression", "when": "created.year < 1962"}),
    "full text": lexicon("霍乱流行", fields=["pages"]),
    "a person": rule(1, {"kind": "person", "beside": ["记过"]}),
}


@pytest.fixture
def held(world):
    """The world, with entries whose texts are odd, and one with full text."""
    path = world.folder / "odd.csv"
    path.write_text(ODD, encoding="utf-8")
    report = take_in(fonds=world.fonds, path=path, by=world["planner"], at=NOW, today=TODAY)
    assert not report.complaints
    shown = DigitalObject.objects.create(
        entry=world.fonds.entries.get(reference_code="Z001-009-0008"), place=1, file_name="1.jpg",
        media_type="image/jpeg", size=1, digest="0" * 64, attached_at=NOW, attached_by=world["planner"],
    )  # fmt: skip
    PageText.objects.create(digital_object=shown, page=1, text="第一页")
    PageText.objects.create(digital_object=shown, page=2, text="关于霍乱\n流行的\t情况")
    return world


@pytest.mark.parametrize("name", RULES)
def test_what_a_rule_would_change_is_found_without_screening_everything(held, name):
    old = Screener(CN_1)
    new = Screener(replace(CN_1, rules=(*CN_1.rules, RULES[name])))
    for one, other in ((old, new), (new, old)):
        found = {Entry.objects.get(pk=change.entry).reference_code for change in impact_of(one, other, TODAY).changes}
        assert found == changed(held)(one, other)
        assert found


def test_what_no_change_can_touch_is_not_screened(held):
    new = Screener(replace(CN_1, rules=(*CN_1.rules, RULES["words"])))
    found = impact_of(Screener(CN_1), new, TODAY)
    assert found.held == Entry.objects.count()
    assert found.looked_at < found.held / 2


def test_an_impact_is_kept_with_its_entries_and_says_no_title_in_the_ledger(world):
    draft = policy_desk.changed(world)
    kept = record_impact(draft=draft, by=world["keeper"], at=NOW, today=TODAY)
    assert (kept.held, kept.looked_at, kept.changed, kept.newly_hit_open) == (12, 1, 1, 0)
    (entry,) = kept.entries.all()
    assert (entry.before, entry.after, entry.added, entry.removed) == ("open", "defer", ["CN-991"], [])
    line = LedgerLine.objects.latest("line")
    assert json.loads(line.facts)["changed"] == 1
    assert "防汛" not in line.facts


def test_open_entries_that_are_newly_hit_are_counted(world):
    world.fonds.entries.filter(stub=False).update(access_status="open")
    kept = record_impact(draft=policy_desk.changed(world), by=world["keeper"], at=NOW, today=TODAY)
    assert kept.newly_hit_open == 1
    assert kept.entries.get().was_open


def test_after_its_impact_is_counted_a_draft_can_be_submitted(world):
    draft = policy_desk.changed(world)
    record_impact(draft=draft, by=world["keeper"], at=NOW, today=TODAY)
    drafting.submit_draft(draft=draft, by=world["keeper"], at=NOW)


def test_only_a_policy_keeper_counts_an_impact(world):
    draft = policy_desk.changed(world)
    with pytest.raises(PermissionDenied):
        record_impact(draft=draft, by=world["first"], at=NOW, today=TODAY)


def test_an_impact_is_counted_in_the_background_and_once_a_day(world):
    draft = policy_desk.changed(world, NEW_RULE)
    for _ in range(2):
        job = jobs.begin(
            kind="record_impact", subject=draft.number, shards=[{"draft": draft.pk, "by": world["keeper"].pk}],
            by=world["keeper"], at=NOW,
        )  # fmt: skip
        jobs.run_here(job)
        assert jobs.progress_of(job).failure is None
    assert Impact.objects.count() == 1
