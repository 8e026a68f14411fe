"""How many numbers of persons the rules find, and how many other digits they take for one.

    python bench/quality/numbers.py [NUMBERS OF EACH KIND]

Measured through the screener itself, rule by rule, beside bare regular expressions of the same shapes without checks, and
beside Presidio's pattern recognisers where presidio-analyzer is installed. Made-up numbers with right check digits stand
in sentences of both languages, written plainly, with spaces, hyphens, full-width digits, a line break, beside other
digits or letters. Negatives: the same with one digit changed (of an identity number: after the birthday), digits added, and file numbers, amounts, codes and
years. Real texts, where ../shared/data is there: zh-policy-titles (no number of a person is in it), pii-multipriv
(synthetic persons; most of their identity numbers fail the check and are to be found as weaker findings).
"""

# ruff: noqa: E402, the path of modules is set before what it leads to is imported
from __future__ import annotations

import csv
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.pop(0)  # this folder, where "numbers" would stand before Python's own module of that name
sys.path.insert(0, str(ROOT))

from stdnum import luhn
from stdnum.cn import uscc

from bench.quality.intervals import said
from policies.number_checks import is_bank_card, is_citizen_number, is_credit_code
from policies.records import Record
from policies.rulesets import load_ruleset
from policies.screening import Screener, Screening

DATA = ROOT.parent / "shared" / "data"
TODAY = date(2026, 11, 22)
RULES = {"identity": ("CN-201",), "phone": ("CN-204", "CN-209"), "card": ("CN-205",), "credit code": ("CN-207",)}
WEAKER = {"identity": ("CN-202",), "card": ("CN-206",), "credit code": ("CN-208",)}
BARE = {
    "identity": r"\d{17}[\dXx]",
    "phone": r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}",
    "card": r"\d{16,19}",
    "credit code": r"[0-9A-Z]{18}",
}
PROVINCES = [
    "11",
    "12",
    "13",
    "14",
    "15",
    "21",
    "22",
    "23",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "45",
    "46",
    "50",
    "51",
    "52",
    "53",
    "54",
    "61",
    "62",
    "63",
    "64",
    "65",
]
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def identity(rng: random.Random) -> str:
    born = date(1900, 1, 1) + timedelta(days=rng.randrange(45_000))
    body = f"{rng.choice(PROVINCES)}{rng.randrange(1, 71):02}{rng.randrange(1, 90):02}{born:%Y%m%d}{rng.randrange(1000):03}"
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    return body + "10X98765432"[total % 11]


def phone(rng: random.Random) -> str:
    if rng.random() < 0.7:
        return f"1{rng.choice('3456789')}{rng.randrange(10**9):09}"
    area = rng.choice(("010", "021", "0371", "0755", "0592", "0991"))
    local = f"{rng.randrange(2, 9)}{rng.randrange(10 ** (7 if len(area) == 3 or area == '0755' else 6)):07}"
    return f"{area}-{local}"


def card(rng: random.Random) -> str:
    begins, length = rng.choice(
        (("62", 19), ("62", 16), ("62", 17), ("4", 16), ("5" + rng.choice("12345"), 16), ("37", 15), ("9558", 19))
    )
    body = begins + "".join(rng.choice("0123456789") for _ in range(length - len(begins) - 1))
    return body + luhn.calc_check_digit(body)


def credit_code(rng: random.Random) -> str:
    body = (
        rng.choice(("91", "92", "93", "11", "12", "51", "52")) + rng.choice(PROVINCES) + f"{rng.randrange(10**4):04}"
    )
    body += "MA" + "".join(rng.choice(SIGNS) for _ in range(7))
    return body + uscc.calc_check_digit(body)


KINDS: dict[str, Callable[[random.Random], str]] = {
    "identity": identity, "phone": phone, "card": card, "credit code": credit_code,
}  # fmt: skip
SENTENCES = (
    "关于王某某（{}）申请补助的批复", "{}", "经查，{}系其本人所留。", "来信人留{}，要求答复", "附件二：张某，{}，已核", "Letter of J. Chen ({}) on relief",
    "The applicant gave {} as the number.", "登记表：{}；备注：无",
)  # fmt: skip


def written(number: str, rng: random.Random) -> str:
    """The number in one of the ways in which people write it."""
    grouped = {
        18: (6, 8, 4),
        19: (4, 4, 4, 4, 3),
        17: (4, 4, 4, 4, 1),
        16: (4, 4, 4, 4),
        15: (4, 6, 5),
        11: (3, 4, 4),
    }
    parts, at = [], 0
    for size in grouped.get(len(number), (len(number),)) if "-" not in number else (len(number),):
        parts.append(number[at : at + size])
        at += size
    match rng.randrange(8):
        case 0:
            return " ".join(parts)
        case 1:
            return "-".join(parts)
        case 2:
            return "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in number)
        case 3:
            return "\n".join((number[: len(parts[0])], number[len(parts[0]) :])) if len(parts) > 1 else number
        case 4:
            return f"1998年第12号 {number}"
        case 5:
            return f"No.{number}" if len(number) != 18 else number.lower()
        case 6:
            return number.lower()
    return number


def near_misses(number: str, rng: random.Random) -> Iterator[str]:
    """Digits that look like the number and are none: one digit more, and with a check digit one digit changed."""
    yield f"{number}{rng.randrange(10)}{rng.randrange(10)}{rng.randrange(10)}"
    if "-" not in number and len(number) > 11:
        at = rng.randrange(14 if len(number) == 18 and number[:17].isdigit() else 2, len(number))
        digit = rng.choice([sign for sign in "0123456789" if sign != number[at]])
        yield number[:at] + digit + number[at + 1 :]


def other_digits(rng: random.Random) -> str:
    """A text with digits as catalogues have them, and no number of a person."""
    year, number = rng.randrange(1950, 2025), rng.randrange(1, 10**7)
    return rng.choice(
        (
            f"豫政〔{year}〕{rng.randrange(1, 300)}号", f"关于下达{year}-{year + 4}年计划的通知", f"拨款{number}{number:07}.50元的批复",
            f"档号J{number % 1000:03}-{year}-{number % 10000:04}-{number % 100:03}", f"第{number:011}号凭证", f"{year}年{number % 12 + 1}月完成产值{number}万元",
            f"编号{rng.randrange(10**12):013}", f"File {year}/{number}/{number % 97}, {year}-{year + 3}", f"图号{number}-{year}-{number % 1000}",
            f"{year}{number % 12 + 1:02}{number % 28 + 1:02}第{number}次会议", f"ISBN 978-7-{number:07}-{number % 10}", f"邮政编码{number % 10**6:06}",
        )
    )  # fmt: skip


def main() -> None:
    """Print the tables."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    rng = random.Random(20261122)
    screener = Screener(load_ruleset("cn-2"))
    print(
        f"{'kind':<12} {'numbers':>8} {'recall':>24} {'precision':>24} {'weaker findings':>24}   bare regex: recall, precision"
    )
    for kind, make in KINDS.items():
        numbers = [make(rng) for _ in range(size)]
        texts = [rng.choice(SENTENCES).format(written(number, rng)) for number in numbers]
        misses = [
            (rng.choice(SENTENCES).format(miss), not _is_number(kind, miss))
            for number in numbers
            for miss in near_misses(number, rng)
        ]
        negatives = [text for text, none in misses if none] + [other_digits(rng) for _ in range(size)]
        found = sum(_finds(screener, texts, RULES[kind]))
        wrong = sum(_finds(screener, negatives, RULES[kind]))
        changed = [
            text for number in numbers for text in list(near_misses(number, rng))[1:] if not _is_number(kind, text)
        ]
        weak = sum(_finds(screener, changed, WEAKER[kind] + RULES[kind])) if kind in WEAKER else 0
        bare = re.compile(BARE[kind])
        bare_found, bare_wrong = (sum(bool(bare.search(text)) for text in given) for given in (texts, negatives))
        print(
            f"{kind:<12} {size:>8,} {said(found, size):>24} {said(found, found + wrong):>24}"
            f" {said(weak, len(changed)) if kind in WEAKER else '-':>24}"
            f"   {said(bare_found, size)}, {said(bare_found, bare_found + bare_wrong)}"
        )
    _presidio(random.Random(20261122), size)
    _real(screener)


def _finds(screener: Screener, texts: Iterable[str], rules: tuple[str, ...]) -> list[bool]:
    return [any(f.rule_id in rules for f in found.findings) for found in _screened(screener, texts)]


def _screened(screener: Screener, texts: Iterable[str]) -> list[Screening]:
    return screener.screen_all([Record(str(number), text) for number, text in enumerate(texts)], TODAY)


def _is_number(kind: str, text: str) -> bool:
    """Whether the changed number is a right one by chance."""
    known = {"identity": is_citizen_number, "card": is_bank_card, "credit code": is_credit_code}
    return kind in known and known[kind](text.lower())


def _presidio(rng: random.Random, size: int) -> None:
    """Presidio's recogniser of card numbers on the same kinds of text: the one of the four kinds that it has."""
    try:
        from presidio_analyzer.predefined_recognizers import CreditCardRecognizer
    except ImportError:
        print("\nPresidio is not installed (pip install presidio-analyzer): its recognisers are left out")
        return
    recogniser = CreditCardRecognizer()
    numbers = [card(rng) for _ in range(size)]
    texts = [rng.choice(SENTENCES).format(written(number, rng)) for number in numbers]
    misses = [
        rng.choice(SENTENCES).format(m) for n in numbers for m in near_misses(n, rng) if not _is_number("card", m)
    ]
    found, wrong = (
        sum(bool(recogniser.analyze(text, ["CREDIT_CARD"], None)) for text in given) for given in (texts, misses)
    )
    print(f"\nPresidio, cards: recall {said(found, size)}, precision {said(found, found + wrong)}")


def _real(screener: Screener) -> None:
    """What is found in texts that others wrote."""
    if not DATA.is_dir():
        print(f"\n{DATA} is not there: real titles and persons are left out")
        return
    titles = [
        f"{row['title']} {row['document_number']}"
        for path in sorted((DATA / "zh-policy-titles").glob("*_*.csv"))
        if "websites" not in path.name
        for row in csv.DictReader(path.open(encoding="utf-8-sig"))
    ]
    rules = tuple(rule.id for rule in screener.ruleset.rules if rule.looks_for.kind == "pattern")
    met = [{f.rule_id for f in found.findings} & set(rules) for found in _screened(screener, titles)]
    alarms = sum(map(bool, met))
    wrong = Counter(rule for found in met for rule in sorted(found))
    print(
        f"\nzh-policy-titles, title and number: {len(titles):,} texts, false alarms {alarms}: {said(alarms, len(titles))}"
    )
    print("   " + (", ".join(f"{rule} {count}" for rule, count in wrong.items()) or "no rule met any"))
    persons = json.loads((DATA / "pii-multipriv" / "person_zh.json").read_text("utf-8-sig"))
    texts = [person["naturalParagraph"] for person in persons]
    held = [(t, str(p["idCardNumbers"])) for t, p in zip(texts, persons, strict=True) if str(p["idCardNumbers"]) in t]
    valid = [text for text, number in held if is_citizen_number(number.lower())]
    bad = [text for text, number in held if not is_citizen_number(number.lower())]
    print(
        f"pii-multipriv: identity numbers with a right check digit found {said(sum(_finds(screener, valid, RULES['identity'])), len(valid))}"
    )
    weak = sum(_finds(screener, bad, (*RULES["identity"], *WEAKER["identity"])))
    print(f"   with a wrong one, found as weaker findings {said(weak, len(bad))}")
    phones = [t for t, p in zip(texts, persons, strict=True) if str(p["phoneNumbers"]) in t]
    print(f"   telephone numbers found {said(sum(_finds(screener, phones, RULES['phone'])), len(phones))}")
    mails = [t for t, p in zip(texts, persons, strict=True) if str(p["emailAddress"]) in t]
    print(f"   e-mail addresses found {said(sum(_finds(screener, mails, ('CN-244',))), len(mails))}")


if __name__ == "__main__":
    main()
