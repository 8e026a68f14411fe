"""Checks that tell a number of a person or an account from other digits.

Each is given the signs that a rule's pattern found, folded (half-width, lower case), spaces and hyphens among them, and
says whether they can be such a number. A check named `doubtful_...` says yes to the right shape with a wrong check
digit: most such numbers are true ones with a slip, and weaker evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from stdnum import luhn
from stdnum.cn import uscc
from stdnum.gb import nhs
from stdnum.us import ssn

_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]")  # GB/T 2260, the first two digits
_PREFECTURE = re.compile("[0-6][0-9]|70|90")  # the two after them, of any year
_REGISTRAR = re.compile("1[1239]|2[19]|3[1-59]|41|5[1-59]|6[129]|7[129]|81|9[1239]|a[19]|n[1239]|y1")  # GB 32100
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_not_a_sign = re.compile("[^0-9a-z]")


def _signs(found: str) -> str:
    return _not_a_sign.sub("", found)


def is_identity_number(found: str) -> bool:
    """Whether the last sign of an 18-digit citizen identity number is right (GB 11643—1999; ISO 7064 MOD 11-2)."""
    digits = _signs(found)
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:17], strict=True))
    return digits[17] == "10x98765432"[total % 11]


def is_doubtful_identity_number(found: str) -> bool:
    """Whether 18 signs shaped like an identity number have no province's code or a wrong check digit."""
    return _PROVINCE.match(_signs(found)) is None or not is_identity_number(found)


def is_account_number(found: str) -> bool:
    """Whether the check digit of a bank card number is right (GB/T 15120, the Luhn sum)."""
    return bool(luhn.is_valid(_signs(found)))


def is_citizen_number(found: str) -> bool:
    """Whether 18 signs are a citizen identity number: a province, a day of birth there was, the right check digit."""
    digits = _signs(found)
    return (
        len(digits) == 18
        and digits[:17].isdigit()
        and _PROVINCE.match(digits) is not None
        and _is_day(digits[6:10], digits[10:12], digits[12:14])
        and is_identity_number(digits)
    )


def is_doubtful_citizen_number(found: str) -> bool:
    """Whether 18 signs have the shape of an identity number, a day of birth among them, and are none."""
    digits = _signs(found)
    return _is_day(digits[6:10], digits[10:12], digits[12:14]) and not is_citizen_number(digits)


def is_citizen_number_15(found: str) -> bool:
    """Whether 15 digits can be an identity number of before 1999: a province and a prefecture, a day of birth in 19yy."""
    digits = _signs(found)
    return (
        len(digits) == 15
        and _PROVINCE.match(digits) is not None
        and _PREFECTURE.match(digits[2:4]) is not None
        and _is_day(f"19{digits[6:8]}", digits[8:10], digits[10:12])
    )


# How the numbers of each scheme begin, and how many digits they have (ISO/IEC 7812; JR/T 0008).
_CARDS = (
    (re.compile("62"), range(16, 20)),  # UnionPay
    (re.compile("4"), (13, 16, 19)),
    (re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile("3[47]"), (15,)),
    (re.compile("30[0-5]|309|3[689]"), (14, 16)),
    (re.compile("35(?:2[89]|[3-8])"), (16,)),
    (re.compile("60|64[4-9]|65|68"), range(16, 20)),
    (re.compile("900|940|955[0-9]|98"), range(16, 20)),  # of Chinese banks before UnionPay
)


def is_bank_card(found: str) -> bool:
    """Whether digits are the number of a bank card: a known beginning, its length, the right check digit."""
    digits = _signs(found)
    return _is_card_shape(digits) and bool(luhn.is_valid(digits)) and not is_citizen_number(digits)


def is_doubtful_bank_card(found: str) -> bool:
    """Whether 15 to 19 digits have the beginning and length of a bank card, a wrong check digit, and no birthday of an identity number."""
    digits = _signs(found)
    return (
        len(digits) > 14
        and _is_card_shape(digits)
        and not luhn.is_valid(digits)
        and not (len(digits) == 18 and _is_day(digits[6:10], digits[10:12], digits[12:14]))
    )


def _is_card_shape(digits: str) -> bool:
    return any(len(digits) in lengths and begins.match(digits) for begins, lengths in _CARDS)


def is_credit_code(found: str) -> bool:
    """Whether 18 signs are a unified social credit code: registrar, province and the right check sign (GB 32100—2015)."""
    code = _signs(found)
    return _is_credit_shape(code) and bool(uscc.is_valid(code.upper()))


def is_doubtful_credit_code(found: str) -> bool:
    """Whether 18 signs have the registrar and province of a credit code but a wrong check sign, and are no identity number."""
    code = _signs(found)
    return _is_credit_shape(code) and not code.isdigit() and not is_credit_code(code)


def _is_credit_shape(code: str) -> bool:
    return _REGISTRAR.match(code) is not None and _PROVINCE.match(code[2:4]) is not None


def is_organisation_code(found: str) -> bool:
    """Whether the check sign of a nine-sign organisation code is right (GB 11714—1997)."""
    code = _signs(found)[-9:]
    if len(code) < 9:
        return False
    total = sum(weight * int(sign, 36) for weight, sign in zip((3, 7, 9, 10, 5, 8, 4, 2), code[:8], strict=True))
    return code[8] == "0123456789x0"[11 - total % 11]


def is_tax_number(found: str) -> bool:
    """Whether signs are a tax number of before 2015: region and organisation code, or an identity number of a sole trader."""
    found = _signs(found)
    number = found[-20:] if len(found) >= 20 else found
    if len(number) == 20:
        return is_citizen_number(number[:18])
    return len(number) == 15 and _PROVINCE.match(number) is not None and is_organisation_code(number[6:])


def is_plate(found: str) -> bool:
    """Whether a registration plate has at least three digits after its letter (GA 36—2018: at most two letters)."""
    return sum(sign.isdigit() for sign in found) >= 3


def is_national_insurance_number(found: str) -> bool:
    """Whether the letters of a British National Insurance number are ones that are given out (HMRC, NIM39110)."""
    return _signs(found)[:2] not in ("bg", "gb", "kn", "nk", "nt", "tn", "zz")


def is_nhs_number(found: str) -> bool:
    """Whether the check digit of a number of the British health service is right (modulus 11)."""
    return bool(nhs.is_valid(_signs(found)[-10:]))


def is_social_security_number(found: str) -> bool:
    """Whether nine digits can be a social security number of the United States: no area 000, 666, 9xx, no group 00, no 0000."""
    digits = _signs(found)
    return bool(ssn.is_valid(f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"))


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


CHECKS: dict[str, Callable[[str], bool]] = {
    "none": lambda _: True,
    "identity_number": is_identity_number,
    "doubtful_identity_number": is_doubtful_identity_number,
    "account_number": is_account_number,
    "citizen_number": is_citizen_number,
    "doubtful_citizen_number": is_doubtful_citizen_number,
    "citizen_number_15": is_citizen_number_15,
    "bank_card": is_bank_card,
    "doubtful_bank_card": is_doubtful_bank_card,
    "credit_code": is_credit_code,
    "doubtful_credit_code": is_doubtful_credit_code,
    "organisation_code": is_organisation_code,
    "tax_number": is_tax_number,
    "plate": is_plate,
    "national_insurance_number": is_national_insurance_number,
    "nhs_number": is_nhs_number,
    "social_security_number": is_social_security_number,
}
