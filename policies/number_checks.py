"""Checks that tell a number of a person or an account from other digits."""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import luhn

_REGION = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]")  # GB/T 2260: provinces
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_identity_number(digits: str) -> bool:
    """Whether the last sign of an 18-digit citizen identity number is right (GB 11643—1999; ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:17], strict=True))
    return digits[17] == "10x98765432"[total % 11]


def is_doubtful_identity_number(digits: str) -> bool:
    """Whether 18 signs shaped like an identity number have no province's code or a wrong check digit."""
    return _REGION.match(digits) is None or not is_identity_number(digits)


def is_account_number(digits: str) -> bool:
    """Whether the check digit of a bank card number is right (GB/T 15120, the Luhn sum)."""
    return bool(luhn.is_valid(digits))


CHECKS: dict[str, Callable[[str], bool]] = {
    "none": lambda _: True,
    "identity_number": is_identity_number,
    "doubtful_identity_number": is_doubtful_identity_number,
    "account_number": is_account_number,
}
