"""The procedure as a text: what is read, what is refused with its place, and what a new one would change."""

from dataclasses import replace

import pytest
import yaml

from policies import proposing
from policies.procedure import CLOCK_KINDS, FOLDER, Signatures, read_procedure, sensitivity_of, shipped
from policies.profiles import PROFILES, Silence
from policies.sentences import Refusal

TEXT = (FOLDER / "cn.yaml").read_text(encoding="utf-8")


def written(**changed: object) -> str:
    """The shipped text with these keys changed."""
    return yaml.safe_dump(yaml.safe_load(TEXT) | changed, allow_unicode=True)


def clocks(**changed: object) -> dict[str, object]:
    return yaml.safe_load(TEXT)["clocks"] | changed


@pytest.mark.parametrize("jurisdiction", PROFILES)
def test_every_jurisdiction_ships_a_procedure_that_reads_and_deems_no_consent(jurisdiction):
    procedure = shipped(jurisdiction)
    assert procedure.jurisdiction == jurisdiction
    assert set(procedure.clocks) == set(CLOCK_KINDS)
    assert procedure.silence is Silence.ESCALATE


def test_nothing_that_waits_for_a_classifier_ever_lapses():
    for jurisdiction in PROFILES:
        assert not [r for r in shipped(jurisdiction).clocks["referral"].rungs if r.act == "lapse"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"silence": "open_it"}, "silence"),
        ({"silence": "deemed_consent"}, "silence_document"),
        ({"reassess_years": 0}, "reassess_years"),
        ({"unknown": 1}, "unknown"),
        ({"listed_grounds": ["CN-8-1"]}, "listed_grounds"),
        ({"listed_grounds": ["CN-9-9"]}, "listed_grounds"),
        ({"listed_grounds": "CN-8-4"}, "listed_grounds"),
        ({"steps": {"second_review": "yes"}}, "steps.second_review"),
        ({"clocks": clocks(plan={"days": 0, "rungs": []})}, "days"),
        ({"clocks": clocks(plan={"days": 5, "rungs": [{"after": 5, "act": "lapse", "to": "manager"}]})}, "rungs"),
        ({"clocks": clocks(plan={"days": 5, "rungs": [{"after": 2, "act": "shout", "to": "manager"}]})}, "act"),
        ({"clocks": clocks(plan={"days": 5, "rungs": [{"after": 2, "act": "remind", "to": "nobody"}]})}, "to"),
        ({"clocks": {"plan": {}}}, "first_review"),
        ({"rules": [{"when": {"grounds": ["CN-9-9"]}, "set": {}}]}, "grounds"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(changed, place):
    with pytest.raises(Refusal, match=place):
        read_procedure(written(**changed))


def test_nothing_closed_is_listed_unless_the_archives_say_so():
    for jurisdiction in PROFILES:
        assert shipped(jurisdiction).listed_grounds == ()
    assert read_procedure(written(listed_grounds=["CN-8-3-PI"])).listed_grounds == ("CN-8-3-PI",)


@pytest.mark.parametrize("text", ["", "[]", "{", "steps: &a [*a]", "a: !!python/object/apply:os.system ['true']"])
def test_what_is_no_text_of_keys_is_refused(text):
    with pytest.raises(Refusal):
        read_procedure(text)


def test_deemed_consent_needs_the_number_of_the_document_that_says_so():
    procedure = read_procedure(written(silence="deemed_consent", silence_document="档发〔2026〕3号"))
    assert procedure.silence_document == "档发〔2026〕3号"


def test_rules_that_fit_apply_in_their_order():
    procedure = read_procedure(
        written(
            rules=[
                {"when": {"kinds": ["review"]}, "set": {"blind": True, "sample": False}},
                {"when": {"sensitivity": ["classified"]}, "set": {"sample": True}},
            ]
        )
    )
    plain = procedure.steps_of(fonds="Z001")
    secret = procedure.steps_of(fonds="Z001", grounds=["CN-8-1"], sensitivity=sensitivity_of(["CN-8-1"]))
    assert (plain.blind, plain.sample) == (True, False)
    assert (secret.blind, secret.sample) == (True, True)
    assert not procedure.steps_of(fonds="Z001", kind="on_demand").blind


def test_what_differs_is_said_and_nothing_else():
    now = shipped("CN")
    then = replace(now, reassess_years=3)
    steps = replace(now.steps, signatures=(Signatures("confirmer", 3),))
    found = proposing.changes(now, then, (now.steps, steps))
    assert {change.what for change in found} == {"steps.signatures", "reassess_years"}
    assert proposing.changes(now, now, (now.steps, now.steps)) == ()


def test_nobody_adopts_what_they_proposed():
    proposing.check_adopter(by=2, proposed_by=1)
    with pytest.raises(Refusal, match="另一名"):
        proposing.check_adopter(by=1, proposed_by=1)


def test_an_older_proposal_is_not_adopted_over_a_newer_procedure():
    proposing.check_newest(3, in_force=2)
    with pytest.raises(Refusal, match="P-3"):
        proposing.check_newest(2, in_force=3)


def test_what_is_adopted_or_withdrawn_waits_no_more_and_what_is_signed_is_not_moved():
    proposing.check_waiting(adopted=False, withdrawn=False)
    proposing.check_movable("Z001-2026-001", signed=False)
    for facts in ({"adopted": True, "withdrawn": False}, {"adopted": False, "withdrawn": True}):
        with pytest.raises(Refusal):
            proposing.check_waiting(**facts)
    with pytest.raises(Refusal, match="签发"):
        proposing.check_movable("Z001-2026-001", signed=True)
