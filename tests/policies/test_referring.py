"""Referral: who answers what, and that no claim of secrecy is ever taken lightly."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.referring import (
    DECLASSIFIED,
    LEVELS,
    NOT_OURS,
    SECRECY_AUTHORITY,
    STILL_SECRET,
    Addressee,
    ReferralReply,
    check_reply,
    highest_level,
    is_secret,
    level_of,
)
from policies.sentences import Refusal, Sentence

TODAY = date(2026, 11, 21)
ASKED = Addressee("MZT", "示例省民政厅", Sentence("原定密机关", "the original classifier"))
AUTHORITY = Addressee("", SECRECY_AUTHORITY.zh, Sentence("无", "none"))
LATER = date(2030, 1, 1)

GOOD = [
    ReferralReply(DECLASSIFIED, "密函1号"),
    ReferralReply(STILL_SECRET, "密函1号", until=LATER, claimed="绝密"),
    ReferralReply(NOT_OURS, "密函1号"),
    ReferralReply(NOT_OURS, "密函1号", next_code="CZT"),
    ReferralReply(NOT_OURS, "密函1号", next_name="国家某局"),
]
BAD = [
    ReferralReply("", "密函1号"),
    ReferralReply("open", "密函1号"),
    ReferralReply(DECLASSIFIED, ""),
    ReferralReply(DECLASSIFIED, "  "),
    ReferralReply(STILL_SECRET, "密函1号"),
    ReferralReply(STILL_SECRET, "密函1号", until=TODAY),
    ReferralReply(STILL_SECRET, "密函1号", until=date(2056, 11, 22)),
    ReferralReply(STILL_SECRET, "密函1号", until=LATER, claimed="很密"),
    ReferralReply(NOT_OURS, "密函1号", next_code="MZT"),
    ReferralReply(NOT_OURS, "密函1号", next_name="示例省民政厅"),
]


@pytest.mark.parametrize("reply", GOOD)
def test_an_answer_with_its_document_passes(reply):
    check_reply(reply, asked=ASKED, today=TODAY)


@pytest.mark.parametrize("reply", BAD)
def test_an_answer_without_what_belongs_to_it_is_refused(reply):
    with pytest.raises(Refusal):
        check_reply(reply, asked=ASKED, today=TODAY)


def test_the_secrecy_authority_passes_on_only_to_a_named_body():
    with pytest.raises(Refusal):
        check_reply(ReferralReply(NOT_OURS, "密函1号"), asked=AUTHORITY, today=TODAY)
    check_reply(ReferralReply(NOT_OURS, "密函1号", next_name="国家某局"), asked=AUTHORITY, today=TODAY)


@pytest.mark.parametrize(
    ("mark", "level"),
    [
        ("绝密★30年", "绝密"), ("机密", "机密"), ("秘密★10年", "秘密"), ("top secret", "绝密"), ("MM", "秘密"),
        ("密件", "绝密"), ("内部", ""), ("已解密", ""), ("非密", ""), ("", ""), ("公开", ""),
    ],
)  # fmt: skip
def test_a_mark_claims_its_level_and_one_that_cannot_be_read_the_highest(mark, level):
    assert level_of(mark) == level


@given(st.lists(st.sampled_from([*LEVELS, ""])))
def test_in_a_dispute_the_highest_level_claimed_holds(claims):
    highest = highest_level(claims)
    assert all(claim == "" or LEVELS.index(highest) <= LEVELS.index(claim) for claim in claims)
    assert (highest == "") == (not any(claims))


def test_a_stub_a_mark_or_the_ground_makes_a_secret():
    nothing = {"stub": False, "ground": "", "level": ""}
    assert not is_secret(**nothing)
    assert not is_secret(**nothing | {"ground": "CN-8-2"})
    for one in ({"stub": True}, {"ground": "CN-8-1"}, {"level": "秘密"}):
        assert is_secret(**nothing | one)
