"""The small grammar in which titles are written: `years | 卷 | text`, with {slots} and <one|of|these>.

A slot is filled by, in this order: a thing of the moment (year, person, number, place), a body by the name it bore that
year, a word of a list. What a slot is filled with may itself have slots.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from review.sample import people
from review.sample.words import load

_SLOT = re.compile(r"\{([^{}]+)\}")
_CHOICE = re.compile(r"<([^<>]+)>")
_LEADING = re.compile(r"\{[^{}]+\}(?:、\{[^{}]+\})*")
_NUMERALS = "〇一二三四五六七八九"
_PLANS = ("三", "四", "五", "六", "七", "八", "九", "十")  # five-year plans from 1966 on


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a word list: the shape of a title, the years it was used in, and what it would be deferred for."""

    text: str
    years: range
    is_file: bool
    ground: str

    @classmethod
    def read(cls, line: str, years: range, ground: str = "") -> Pattern:
        """A line as it stands in the YAML; without years of its own it takes those of the fonds."""
        *marks, text = line.split(" | ")
        for mark in marks:
            if mark != "卷":
                first, last = mark.split("-")
                years = range(int(first), int(last) + 1)
        return cls(text, years, "卷" in marks, ground)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A title made from a pattern, the bodies it begins with, and the slot that named the first of them ("" for none)."""

    title: str
    bodies: tuple[str, ...]
    lead: str


class Language:
    """The words of one fonds: its own lists and bodies over those all fonds share."""

    def __init__(self, fonds: dict[str, Any]) -> None:
        common, places = load("common"), load("places")
        self.traditional = bool(fonds.get("traditional"))
        script = int(self.traditional)
        self._lists: dict[str, list[str]] = {
            **common["lists"],
            "专": [names[script] for names in places["prefectures"]],
            "县": [f"{names[0]}县" for names in places["counties"]],
            "縣": [f"{names[1]}縣" for names in places["counties"]],
            "社名": places["communes"],
            "乡名": places["townships"],
            "河": places["rivers"],
            "库": places["reservoirs"],
            **fonds.get("lists", {}),
        }
        self._bodies = {
            name: [(_years(span), text) for span, text in names.items()]
            for name, names in {**common["bodies"], **fonds.get("bodies", {})}.items()
        }

    def body(self, slot: str, year: int) -> str:
        """The name a body bore in that year (it may hold slots). Raises KeyError where there was no such body then."""
        for years, text in self._bodies[slot]:
            if year in years:
                return text
        raise KeyError(f"{slot} {year}")

    def is_body(self, slot: str) -> bool:
        """True where the slot names a body, and not a word of a list."""
        return slot in self._bodies

    def can_say(self, pattern: Pattern, year: int) -> bool:
        """True where the pattern was in use that year and every body it names then existed."""
        bodies = (slot for slot in _SLOT.findall(pattern.text) if slot in self._bodies)
        return year in pattern.years and all(any(year in years for years, _ in self._bodies[slot]) for slot in bodies)

    def say(self, pattern: Pattern, year: int, rng: Random) -> Phrase:
        """A title of that year. Slots of one kind are filled with different words within one title."""
        used: set[str] = set()

        def fill(text: str) -> str:
            text = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), text)
            return _SLOT.sub(lambda found: fill(self._word(found[1], year, rng, used)), text)

        leading = _LEADING.match(pattern.text)
        slots = _SLOT.findall(leading[0]) if leading else []
        bodies = tuple(fill(f"{{{slot}}}") for slot in slots)
        rest = fill(pattern.text[leading.end() :] if leading else pattern.text)
        return Phrase("、".join(bodies) + rest, bodies, slots[0] if slots else "")

    def _word(self, slot: str, year: int, rng: Random, used: set[str]) -> str:
        if slot == "年":
            if self.traditional:
                return republican_numeral(year)
            return _digit_by_digit(year) if year < 1987 and rng.random() < 0.2 else str(year)
        if slot in _OF_THE_MOMENT:
            return _OF_THE_MOMENT[slot](year, rng)
        if slot == "人":
            return people.person(rng, traditional=self.traditional)
        if slot in self._bodies:
            return self.body(slot, year)
        word = rng.choice([word for word in self._lists[slot] if word not in used])
        used.add(word)
        return word


def republican_numeral(year: int) -> str:
    """The year of the Republic in Chinese numerals: 1947 is 三十六."""
    return numeral(year - 1911)


def numeral(number: int) -> str:
    """A number under a hundred as Chinese is spoken: 36 is 三十六, 10 is 十."""
    tens, units = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens]}十") + (
        "" if units == 0 else _NUMERALS[units]
    )


def _digit_by_digit(year: int) -> str:
    return "".join(_NUMERALS[int(digit)] for digit in str(year))


_OF_THE_MOMENT = {
    "下年": lambda year, rng: str(year + 1),
    "学年": lambda year, rng: f"{year}—{year + 1}",
    "数": lambda year, rng: str(rng.randint(3, 48)),
    "款": lambda year, rng: str(rng.choice((3, 5, 8, 10, 12, 15, 20, 25, 30, 45, 60, 80, 120))),
    "序": lambda year, rng: rng.choice("一二三四五六七八九"),
    "五": lambda year, rng: f"{_PLANS[(year - 1966) // 5]}五",
}


def _years(span: str) -> range:
    first, last = span.split("-")
    return range(int(first), int(last) + 1)
