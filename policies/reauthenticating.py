"""How often a password may be wrong where an act asks for it again: at the signature and at the authority's consent."""

from __future__ import annotations

from datetime import timedelta

from policies.sentences import Refusal, Sentence

MOST, WITHIN = 5, timedelta(minutes=15)


def check_tries(wrong: int) -> None:
    """`wrong`: how often this person's password was wrong within WITHIN. Raises Refusal once it was MOST times. House policy."""
    if wrong >= MOST:
        raise Refusal(TOO_OFTEN)


WRONG = Sentence(
    "密码不对，未办理。这一步须再次输入您的登录密码，请重新输入。",
    "The password was not right, and nothing was done. This step asks for the password you sign in with; type it again.",
)
TOO_OFTEN = Sentence(
    "密码已连续输错多次，为防冒用，15 分钟内不能再试。请稍后重试；忘记密码的，请与管理员联系。",
    "The password was wrong too often; to keep others out nothing can be tried for 15 minutes. Come back then, or ask the "
    "administrator if you have forgotten it.",
)
