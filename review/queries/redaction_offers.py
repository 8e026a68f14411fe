"""What may be marked on a page: what the rules find in its text, and any words with the places where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from policies.outcomes import Suggestion
from policies.redacting import Box, Mark, words_kept
from policies.screening import Finding, Screener
from review.documents.page_words import Word, core_of, folded, places_of, text_of, words_of
from review.models import DigitalObject, Redaction
from review.queries.records import record_of
from review.queries.redactions import as_marks, file_of, marks_of, usual_of


@dataclass(frozen=True, slots=True)
class Offer:
    """Words on a page that a rule found, with their boxes; none where the file does not tell where they stand."""

    key: str
    page: int
    words: str
    rule: str
    ground: str
    opens_on: date | None
    boxes: tuple[Box, ...]
    marked: bool

    def marks(self, ground: str, opens_on: date | None) -> list[Mark]:
        """The marks that this offer becomes; what is given holds where the rule names no ground or no day."""
        day = self.opens_on or opens_on
        if day is None:
            return []
        words = words_kept(self.words)
        return [Mark(self.page, box, self.ground or ground, day, words, self.rule) for box in self.boxes]


def page_text(master: DigitalObject, page: int) -> str:
    """The text of one page: the file's own, else what was handed in with it."""
    own = text_of(*file_of(master)[:2], page).text
    if own.strip():
        return own
    handed_in = master.page_texts.filter(page=page).first()
    return handed_in.text if handed_in else ""


def offers_on(redaction: Redaction, page: int, today: date, screener: Screener) -> list[Offer]:
    """What the rules find on a page: in its text, and of the words found in the catalogue line those that stand on it."""
    master = redaction.master
    text = page_text(master, page)
    if not text.strip():
        return []
    entry = master.entry
    ground, day = usual_of(redaction)
    placed = text_of(*file_of(master)[:2], page)
    standing = [mark.box for mark in as_marks(marks_of(redaction).filter(page=page))]
    offers: dict[str, Offer] = {}
    for finding in _findings(screener.screen(record_of(entry, (text,)), today).findings, text):
        key = f"{page}:{finding.rule_id}:{finding.matched}"
        if key in offers:
            continue
        boxes = tuple(box for boxes in places_of(placed, finding.matched) for box in boxes)
        later = finding.opens_on if finding.opens_on and finding.opens_on > today else day
        offers[key] = Offer(
            key, page, finding.matched, finding.rule_id, finding.ground or ground, later, boxes,
            bool(boxes) and all(_covered(box, standing) for box in boxes),
        )  # fmt: skip
    return list(offers.values())


def offers_of_rule(redaction: Redaction, rule: str, today: date, screener: Screener) -> Iterator[Offer]:
    """What one rule finds in the whole file and is not marked yet."""
    for page in range(1, redaction.master.pages + 1):
        for offer in offers_on(redaction, page, today, screener):
            if offer.rule == rule and not offer.marked:
                yield offer


def places_in(redaction: Redaction, words: str, page: int | None) -> list[tuple[int, Box]]:
    """Where words stand in the file, or on one page of it, and are not marked yet."""
    master = redaction.master
    path, media_type, pages = file_of(master)
    standing: dict[int, list[Box]] = {}
    for mark in as_marks(marks_of(redaction)):
        standing.setdefault(mark.page, []).append(mark.box)
    return [
        (number, box)
        for number in ([page] if page else range(1, pages + 1))
        for boxes in places_of(text_of(path, media_type, number), words)
        for box in boxes
        if not _covered(box, standing.get(number, []))
    ]


def unmarked(redaction: Redaction) -> list[tuple[str, list[int]]]:
    """Marked words that still stand unmarked elsewhere in the file, with the pages: a copy with them is never verified."""
    found = []
    for words in sorted({mark.words for mark in as_marks(marks_of(redaction)) if mark.words}):
        if pages := sorted({page for page, _ in places_in(redaction, words, None)}):
            found.append((words, pages))
    return found


def phrases_on(redaction: Redaction, page: int) -> list[list[Word]]:
    """The words of a page, line by line, each of a length that is worth a tick: of Chinese up to the next stop."""
    path, media_type, _ = file_of(redaction.master)
    lines: list[list[Word]] = []
    for word in words_of(text_of(path, media_type, page)):
        if lines and _follows(lines[-1][-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [list(_joined(line)) for line in lines]


_STOPS = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕…—·,.;:?!()[]\"'")
_GAP = 2  # heights of a line: further apart are columns


def _follows(last: Word, word: Word) -> bool:
    core = core_of(last.box)
    same = core.y < word.box.y + word.box.height and word.box.y < core.y + core.height
    return same and word.box.x - last.box.x - last.box.width < _GAP * last.box.height


def _joined(line: list[Word]) -> Iterator[Word]:
    """Signs of Chinese that follow each other, as one, without the stops between them; words of letters as they are."""
    run: list[Word] = []
    for word in line:
        wide = len(word.text) == 1 and not word.text.isascii()
        if run and (not wide or word.text in _STOPS):
            yield _one(run)
            run = []
        if word.text in _STOPS:
            continue
        if wide:
            run.append(word)
        else:
            yield word
    if run:
        yield _one(run)


def _one(run: list[Word]) -> Word:
    first, last = run[0].box, run[-1].box
    top = min(word.box.y for word in run)
    bottom = max(word.box.y + word.box.height for word in run)
    return Word("".join(w.text for w in run), Box(first.x, top, last.x + last.width - first.x, bottom - top))


def _findings(found: tuple[Finding, ...], text: str) -> Iterator[Finding]:
    """Those that bar words of this page: found in it, or found in the catalogue line and standing on it too."""
    plain = folded(text)
    for finding in found:
        if finding.suggests == Suggestion.OPEN or not words_kept(finding.matched):
            continue
        if finding.field == "pages" or (finding.never_public and folded(finding.matched) in plain):
            yield finding


def _covered(box: Box, standing: list[Box]) -> bool:
    return any(mark.holds(core_of(box)) for mark in standing)
