"""Silence is no consent, but where every condition of the local rule is met; and then it still opens nothing by itself."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.delivering import check_delivery
from policies.outcomes import Suggestion
from policies.profiles import PROFILES, Silence
from policies.sentences import Refusal
from policies.silence import meaning

MET = {
    "suggestion": Suggestion.OPEN,
    "grounds": (),
    "classified": False,
    "delivered": True,
    "whole_time": True,
    "local_document": "档发〔2026〕3号",
}


def test_consent_is_deemed_where_every_condition_is_met():
    found = meaning(Silence.DEEMED_CONSENT, **MET)
    assert found.counts_as_consent
    assert "档发〔2026〕3号" in found.why.zh


@pytest.mark.parametrize(
    "missing",
    [
        {"suggestion": Suggestion.OPEN_EARLY},
        {"suggestion": Suggestion.LOOK},
        {"suggestion": Suggestion.DEFER},
        {"suggestion": Suggestion.NOT_DUE},
        {"grounds": ("CN-8-3-PI",)},
        {"grounds": ("",)},
        {"classified": True},
        {"delivered": False},
        {"whole_time": False},
        {"local_document": ""},
        {"local_document": "  "},
    ],
)
def test_without_any_one_of_the_conditions_silence_goes_on_to_the_authority(missing):
    found = meaning(Silence.DEEMED_CONSENT, **MET | missing)
    assert found.silence is Silence.ESCALATE
    assert not found.counts_as_consent


@given(
    st.sampled_from([Silence.ESCALATE, Silence.DEEMED_REFUSAL]),
    st.sampled_from(list(Suggestion)),
    st.lists(st.sampled_from(["CN-8-1", "CN-8-2", ""]), max_size=2),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "档发〔2026〕3号"]),
)
def test_only_a_rule_of_deemed_consent_ever_deems_it(silence, suggestion, grounds, classified, delivered, document):
    found = meaning(
        silence,
        suggestion=suggestion,
        grounds=grounds,
        classified=classified,
        delivered=delivered,
        whole_time=delivered,
        local_document=document,
    )
    assert found.silence is silence
    assert not found.counts_as_consent


def test_no_shipped_profile_deems_consent():
    assert all(profile.silence is Silence.ESCALATE for profile in PROFILES.values())


def test_what_came_after_the_time_was_over_is_no_proof_of_delivery():
    facts = {"how": "post", "asked": date(2026, 11, 20), "evidence": "回执 7", "until": date(2026, 12, 18)}
    check_delivery(on=date(2026, 12, 18), **facts)
    for day in (date(2026, 12, 19), date(2026, 11, 19)):
        with pytest.raises(Refusal, match="送达日期"):
            check_delivery(on=day, **facts)
