"""What the redaction desk sends, as marks: boxes, words, ticked phrases, and what the rules offered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import QueryDict

from policies.redacting import WHOLE, Box, Mark, words_kept
from policies.sentences import Refusal, Sentence
from review.models import Redaction
from review.queries.redaction_offers import Offer, phrases_on, places_in

_NO_DAY = Sentence("请填写遮蔽到哪一天（年-月-日）。", "Write until which day it is withheld (year-month-day).")
_NOT_FOUND = Sentence(
    "页面文字中没有找到“{words}”，或都已标记。扫描图像没有文字位置的，请画框。",
    "“{words}” was not found in the text of the pages, or is marked already. In scans without text, draw a box.",
)
_NO_WORDS = Sentence("请写出要遮蔽的词语，至少一个字。", "Write the words that are to be withheld.")


def number_of(said: str) -> int:
    """A number as an address or a form gives it; 0 where it is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def day_of(said: str) -> date | None:
    """A day as a form gives it; None where it is none."""
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        return None


def chosen_marks(
    posted: QueryDict, verb: str, redaction: Redaction, page: int, offers: Sequence[Offer]
) -> list[Mark]:
    """The marks that a form chooses, by one of the ways: box, words, phrases, offers. Raises Refusal."""
    ground, day = posted.get("ground", ""), day_of(posted.get("opens_on", ""))
    if verb == "offers":
        chosen = set(posted.getlist("offer"))
        return [mark for offer in offers if offer.key in chosen for mark in offer.marks(ground, day)]
    if day is None:
        raise Refusal(_NO_DAY)
    everywhere = "everywhere" in posted
    if verb == "box":
        return [Mark(page, _box(posted), ground, day)]
    if verb == "words":
        return _words(redaction, posted.get("words", ""), page, ground, day, everywhere=everywhere)
    if verb == "phrases":
        ticked = set(posted.getlist("phrase"))
        lines = phrases_on(redaction, page)
        words = [w for line, row in enumerate(lines) for place, w in enumerate(row) if f"{line}.{place}" in ticked]
        if not everywhere:
            return [Mark(page, word.box, ground, day) for word in words]
        return [
            mark for text in dict.fromkeys(word.text for word in words)
            for mark in _words(redaction, text, page, ground, day, everywhere=True)
        ]  # fmt: skip
    return []


def _words(redaction: Redaction, words: str, page: int, ground: str, day: date, *, everywhere: bool) -> list[Mark]:
    """Marks on every place of these words; where they are marked everywhere, they must stand nowhere in the copy."""
    if not words.strip():
        raise Refusal(_NO_WORDS)
    places = places_in(redaction, words, None if everywhere else page)
    if not places:
        raise Refusal(_NOT_FOUND.filled(words=words.strip()[:40]))
    kept = words_kept(words) if everywhere else ""
    return [Mark(number, box, ground, day, kept) for number, box in places]


def _box(posted: QueryDict) -> Box:
    """The box of a form in hundredths of a percent; what is no number is a box that no page has."""

    def unit(name: str) -> int:
        try:
            return round(float(posted.get(name, "")) * WHOLE / 100)
        except (ValueError, OverflowError):
            return -1

    return Box(unit("x"), unit("y"), unit("width"), unit("height"))
