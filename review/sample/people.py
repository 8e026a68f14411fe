"""Persons who do not exist: names, identity numbers and telephone numbers that can belong to nobody."""

from __future__ import annotations

from random import Random

from review.sample.words import load

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, 4.2
_CHECKS = "10X98765432"


def person(rng: Random, *, traditional: bool = False) -> str:
    """A common surname with one or two given characters, drawn apart; no list of real names is used."""
    names, script = load("names"), "traditional_" if traditional else ""
    rare = not traditional and rng.random() < 0.01
    surname = rng.choice(names["compound_surnames"] if rare else names[f"{script}surnames"])
    first = rng.choice(names[f"{script}first"]) if rng.random() < 0.8 else ""
    return surname + first + rng.choice(names[f"{script}second"])


def identity_number(rng: Random, *, digits: int = 18) -> str:
    """An identity number (居民身份证号) of 18 digits with a right check digit, or an old one of 15 without.

    It begins with 990000. GB/T 2260 gives no division a code from 90 on, and the cards of foreign permanent residents,
    which begin with 9, go on with the code of a province, of which none is 90. So no number made here can be issued.
    """
    year, month, day = rng.randint(1925, 1965), rng.randint(1, 12), rng.randint(1, 28)
    if digits == 15:
        return f"990000{year % 100:02}{month:02}{day:02}{rng.randint(1, 999):03}"
    body = f"990000{year}{month:02}{day:02}{rng.randint(1, 999):03}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """The eighteenth sign of an identity number from its first seventeen (GB 11643-1999, after ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def telephone(rng: Random) -> str:
    """A telephone number nobody has: mobile segment 154 and area code 0609 have been given to no network and no town."""
    if rng.random() < 0.5:
        return f"1540000{rng.randint(0, 9999):04}"
    return f"0609-{rng.randint(2000000, 8999999)}"
