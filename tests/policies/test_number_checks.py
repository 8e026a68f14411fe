"""Numbers of persons and accounts: right ones are found however they are written, wrong ones are not taken for right."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import uscc

from policies.number_checks import CHECKS, is_citizen_number
from policies.records import Record
from policies.rulesets import load_ruleset
from policies.screening import Screener

TODAY = date(2026, 11, 22)
SCREENER = Screener(load_ruleset("cn-2"))
UK, US = Screener(load_ruleset("uk-1")), Screener(load_ruleset("us-1"))
DIGITS = "0123456789"

few = settings(max_examples=40)  # each is a whole screening

births = st.dates(date(1880, 1, 1), date(2020, 12, 31))
sequences = st.text(DIGITS, min_size=3, max_size=3)
regions = st.sampled_from(["110105", "440524", "510104", "650102", "710101", "320506"])


@st.composite
def citizen_numbers(draw):
    body = draw(regions) + f"{draw(births):%Y%m%d}" + draw(sequences)
    return next(body + last for last in "0123456789X" if is_citizen_number(body + last.lower()))


@st.composite
def cards(draw):
    begins, length = draw(st.sampled_from([("62", 16), ("62", 19), ("4", 16), ("51", 16), ("37", 15), ("9558", 19)]))
    rest = length - len(begins) - 1
    body = begins + draw(st.text(DIGITS, min_size=rest, max_size=rest))
    return body + luhn.calc_check_digit(body)


@st.composite
def credit_codes(draw):
    signs = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=7, max_size=7)
    body = draw(st.sampled_from(["91", "92", "52", "11"])) + draw(regions) + "MA" + draw(signs)
    return body + uscc.calc_check_digit(body)


mobiles = st.builds("1{}{}".format, st.sampled_from("3456789"), st.text(DIGITS, min_size=9, max_size=9))
around = st.sampled_from(["{}", "王某某（{}）来信", "来信人{}要求", "No.{} on file", "1998年第3号 {}", "ID{}"])
forms = st.sampled_from(["plain", "full", "broken", "lower"])


def rules_met(text: str, screener: Screener = SCREENER) -> set[str]:
    return {finding.rule_id for finding in screener.screen(Record("", text), TODAY).findings}


def written(number: str, form: str) -> str:
    match form:
        case "full":
            return "".join(chr(ord(sign) + 0xFEE0) for sign in number)
        case "broken":
            return f"{number[:6]}\n{number[6:]}"
        case "lower":
            return number.lower()
    return number


@few
@given(citizen_numbers(), around, forms)
def test_every_identity_number_is_found_however_it_is_written(number, text, form):
    assert "CN-201" in rules_met(text.format(written(number, form)))


@few
@given(cards(), around, forms)
def test_every_bank_card_is_found_however_it_is_written(number, text, form):
    met = rules_met(text.format(written(number, form)))
    assert "CN-205" in met or is_citizen_number(number)


@few
@given(credit_codes(), st.sampled_from(["{}", "个体户（{}）", "代码{}注销"]), forms)
def test_every_credit_code_is_found_however_it_is_written(number, text, form):
    assert "CN-207" in rules_met(text.format(written(number, form)))


@few
@given(mobiles, around, st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "+86 {0}{1}{2}"]))
def test_every_mobile_number_is_found_however_it_is_written(number, text, form):
    assert "CN-204" in rules_met(text.format(form.format(number[:3], number[3:7], number[7:])))


@few
@given(citizen_numbers(), st.integers(14, 16), st.sampled_from(DIGITS))
def test_one_changed_digit_makes_an_identity_number_weaker_evidence(number, at, digit):
    assume(number[at] != digit)
    met = rules_met(f"王某某（{number[:at]}{digit}{number[at + 1 :]}）来信")
    assert "CN-201" not in met
    assert "CN-202" in met


@few
@given(cards(), st.integers(6, 13), st.sampled_from(DIGITS))
def test_one_changed_digit_makes_a_bank_card_weaker_evidence(number, at, digit):
    assume(number[at] != digit)
    changed = f"{number[:at]}{digit}{number[at + 1 :]}"
    assert "CN-205" not in rules_met(f"汇入{changed}账户")
    assert "CN-206" in rules_met(f"汇入{changed}账户")


@few
@given(citizen_numbers(), st.text(DIGITS, min_size=1, max_size=3), st.booleans())
def test_an_identity_number_within_a_longer_one_is_none(number, more, before):
    digits = number[:17] + "0"
    assert not rules_met(f"档号{more + digits if before else digits + more}") & {"CN-201", "CN-202"}


@few
@given(births, st.integers(0, 60))
def test_an_identity_number_needs_a_day_of_birth_there_was(day, shift):
    number = f"110105{day:%Y}0230{shift:03}"  # the thirtieth of February
    assert not any(is_citizen_number(number + last) for last in "0123456789x")


@few
@given(births)
def test_the_old_identity_number_is_told_by_region_and_birthday(day):
    number = f"110105{day:%y%m%d}123"
    assert CHECKS["citizen_number_15"](number) is _is_of_the_twentieth_century(day)
    assert not CHECKS["citizen_number_15"](f"990105{day:%y%m%d}123")


def _is_of_the_twentieth_century(day: date) -> bool:
    """Whether the day is there with 19 before its two digits: 29 February may not be."""
    return (day.month, day.day) != (2, 29) or ((1900 + day.year % 100) % 4 == 0 and day.year % 100 != 0)


@pytest.mark.parametrize(
    "check", [name for name in CHECKS if name not in ("identity_number", "doubtful_identity_number")]
)
@few
@given(text=st.text("0123456789abcxyz- ", max_size=24))
def test_no_check_breaks_on_other_signs(check, text):
    assert CHECKS[check](text) in (True, False)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("联系电话：34567", "CN-209"),
        ("住宅（0371）65900000", "CN-204"),
        ("豫A12345肇事", "CN-243"),
        ("粤BD12345补贴", "CN-243"),
        ("来信人a.b@example.com", "CN-244"),
        ("护照G12345678遗失", "CN-242"),
        ("王某（1952年5月1日出生）", "CN-245"),
    ],
)
def test_other_numbers_of_persons_are_found(text, rule):
    assert rule in rules_met(text)


@pytest.mark.parametrize(
    "text",
    [
        "豫政〔1998〕12号", "关于下达1996-2000年计划的通知", "拨款13800001234.50元", "档号J162-1961-3162-062", "图号1824719-1983-719",
        "第13800001234号凭证", "粤B2-20040001号许可证", "1998年第3次会议", "ISBN 978-7-1234567-8", "邮政编码450000",
    ],
)  # fmt: skip
def test_numbers_that_are_none_of_a_person_meet_no_rule(text):
    assert not {rule for rule in rules_met(text) if SCREENER.ruleset.by_id[rule].looks_for.kind == "pattern"}


@few
@given(st.integers(1, 665), st.integers(1, 99), st.integers(1, 9999))
def test_a_social_security_number_is_found_and_its_impossible_areas_are_not(area, group, serial):
    assume(f"{area:03}-{group:02}-{serial:04}" != "078-05-1120" and not CHECKS["social_security_number"]("000121234"))
    if CHECKS["social_security_number"](f"{area:03}{group:02}{serial:04}"):
        assert "US-201" in rules_met(f"Employee SSN {area:03}-{group:02}-{serial:04}", US)
    for impossible in (f"000-{group:02}-{serial:04}", f"666-{group:02}-{serial:04}", f"{area:03}-00-{serial:04}"):
        assert "US-201" not in rules_met(f"Employee SSN {impossible}", US)


def test_a_national_insurance_number_is_found_and_unissued_letters_are_not():
    assert "UK-201" in rules_met("Claim of J. Example, NI no. AB 12 34 56 C", UK)
    assert "UK-201" not in rules_met("Drawing BG 12 34 56 C", UK)


def test_days_are_asked_of_the_calendar():
    assert date(2000, 2, 29) + timedelta(days=1) == date(2000, 3, 1)
    assert is_citizen_number("11010519491231002x")
