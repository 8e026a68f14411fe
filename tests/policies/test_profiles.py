"""Profiles of jurisdictions: when a record is due there, on which grounds it may stay closed, who consents."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.dates import DateSpan, due_date, parse_date_span, years_after
from policies.grounds import DEFERRAL_GROUNDS, GROUNDS_OF, jurisdiction_of
from policies.outcomes import Suggestion
from policies.profiles import PROFILES, profile_of
from policies.records import Record
from policies.rulesets import load_ruleset, shipped
from policies.screening import Screener
from policies.sentences import Refusal

days = st.dates(date(1800, 1, 1), date(2100, 12, 31))
each_profile = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)


@pytest.mark.parametrize(
    ("jurisdiction", "created", "due"),
    [
        ("CN", "2001-11-21", date(2026, 11, 21)),
        ("CN", "1998", date(2023, 12, 31)),
        ("UK", "2005", date(2026, 1, 1)),
        ("UK", "2005-12-31", date(2026, 1, 1)),
        ("UK", "2006-01-01", date(2027, 1, 1)),
        ("US", "2001-01-01", date(2026, 12, 31)),
        ("US", "2001-12-31", date(2026, 12, 31)),
    ],
)
def test_a_record_is_due_as_its_jurisdiction_counts(jurisdiction, created, due):
    assert profile_of(jurisdiction).due_on(parse_date_span(created)) == due


def test_australia_counts_as_the_united_kingdom_does():
    assert due_date(parse_date_span("2000"), years=20, mode="next_january") == date(2021, 1, 1)


@each_profile
@given(day=days)
def test_a_record_is_never_due_before_its_years_are_over(profile, day):
    due = profile.due_on(DateSpan(day, day, ""))
    if profile.jurisdiction == "US":  # automatic on the last day of the year in which they end
        assert (due.year, due.month, due.day) == (day.year + profile.closure_years, 12, 31)
    else:
        assert due >= years_after(day, profile.closure_years)


@each_profile
def test_the_archives_counts_its_own_way_only_where_its_jurisdiction_lets_it(profile):
    assert profile.due_mode("next_january") == ("year_end" if profile.jurisdiction == "US" else "next_january")
    assert profile.due_mode() == profile.due_modes[0]
    assert profile.due_mode("whenever") == profile.due_modes[0]


@each_profile
def test_the_codes_of_grounds_name_their_jurisdiction(profile):
    codes = [*profile.grounds, *profile.early_grounds]
    assert codes
    assert {jurisdiction_of(code) for code in codes} == {profile.jurisdiction}
    assert all(code == ground.code and len(code) <= 40 for code, ground in profile.grounds.items())


def test_no_code_stands_for_two_grounds():
    assert len(DEFERRAL_GROUNDS) == sum(map(len, GROUNDS_OF.values()))


def test_an_unknown_jurisdiction_is_refused():
    with pytest.raises(Refusal, match="no profile of the jurisdiction"):
        profile_of("XX")


@pytest.mark.parametrize("number", shipped())
def test_every_shipped_ruleset_uses_the_grounds_of_its_own_profile_alone(number):
    ruleset = load_ruleset(number)
    profile = profile_of(ruleset.jurisdiction)
    known = {"", *profile.grounds, *profile.early_grounds}
    assert {rule.ground for rule in ruleset.rules} <= known
    assert {jurisdiction_of(rule.id) for rule in ruleset.rules} == {profile.jurisdiction}


@pytest.mark.parametrize(
    ("number", "created"), [("cn-2", "2001-11-23"), ("uk-1", "2006-05-01"), ("us-1", "2001-02-01")]
)
def test_what_is_not_due_in_its_jurisdiction_is_not_advised_open(number, created):
    screener = Screener(load_ruleset(number))
    plain = screener.screen(Record("", "Annual report", span=parse_date_span(created)), date(2026, 11, 22))
    older = screener.screen(Record("", "Annual report", span=parse_date_span("1980")), date(2026, 11, 22))
    assert plain.suggestion is Suggestion.NOT_DUE
    assert older.suggestion is Suggestion.OPEN


def test_years_that_no_law_gives_are_marked_as_policy_in_every_shipped_ruleset():
    for number in shipped():
        for rule in load_ruleset(number).rules:
            if getattr(rule.closure, "basis", "") == "policy":
                assert "政策" in rule.why.zh, rule.id
                assert "policy" in rule.why.en, rule.id


def test_a_category_that_is_not_checked_says_so_in_its_title_and_defers_nothing():
    categories = [rule for rule in load_ruleset("cn-2").rules if rule.looks_for.kind == "category"]
    assert len(categories) == 20
    for rule in categories:
        assert not rule.looks_for.verified
        assert "未核对" in rule.title.zh
        assert "unverified" in rule.title.en
        assert rule.suggests is Suggestion.LOOK
