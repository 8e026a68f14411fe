"""The public title (公开题名) proposed for a record whose own title says too much. The title itself stays as it is.

A word that may not be public is replaced by [隐去] wherever it stands, in whatever script or width. The proposal is
screened as a title of its own and masked again until nothing is found. What is left must not tell what was hidden: all
masks are of one length; masks that enumerate are one, and the count behind them ("等三人") is hidden with them; so are
what remains of a name (王某, 建业同志). Where too little is left to read, the whole title is withheld.
Sources: 国家档案馆档案开放办法 art. 12 (catalogues of what is open are published); 个人信息保护法 arts. 4, 73 (anonymisation).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from policies.folding import fold
from policies.outcomes import Suggestion
from policies.records import Record
from policies.screening import Finding, Screener, Screening, is_readable
from policies.sentences import Sentence

WITHHELD = "[隐去]"
WHOLE = "[题名不公布]"

_STRICTER = (
    Suggestion.OPEN, Suggestion.OPEN_EARLY, Suggestion.LOOK, Suggestion.DEFER, Suggestion.REFER, Suggestion.NOT_DUE,
)  # fmt: skip
_LEAST = 4  # signs that must be left to read, particles not counted
_ROUNDS = 12  # of masking and screening again, after which the whole title is withheld
_HAN_NAME = re.compile("[\u3400-\u9fff]{3,4}")
_DOUBLE = re.compile("欧阳|司马|诸葛|上官|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木")
_STANDS_FOR_A_NAME = "(?:[某×○〇*＊△□]{1,3}|氏|同志|先生|女士|师傅|老师)"
# Between two masks of one enumeration, and after the last.
_BETWEEN = re.compile(r"[\s、，,;；·/和与及跟同暨]*(?:以及|或者|还有)?[\s、，,]*")
_COUNT = re.compile(
    r"\s*等?\s*[0-9〇一二两三四五六七八九十百千]+\s*[余多]?\s*(?:名|位|个)?\s*(?:人|同志)|\s*等\s*(?:人|同志)?(?![级待])"
)
_UNREAD = re.compile(r"[\W_]|关于|[的了之及与和对等]")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A public title to propose: its text, the spans of the title that it hides, whether that is all of it, and why."""

    text: str
    masked: tuple[tuple[int, int], ...]
    whole: bool
    why: Sentence


def surrogate(record: Record, screener: Screener, today: date) -> Proposal:
    """The public title to propose for a record: its title, with words masked, or withheld as a whole.

    What is hidden are the words of every never-public finding of the record whose period is not over, in whichever field
    it was found. Screened as the title of the record, the proposal meets no such rule and no stricter advice.
    """
    before = screener.screen(record, today)
    barred = _barred(before.findings)
    if not record.title or not is_readable(record.title):
        return _withheld(record.title, _UNREADABLE)
    spans = _occurrences(record.title, _telling(barred, screener))
    spans = _joined(record.title, [*spans, *((f.start, f.end) for f in barred if f.field == "title")])
    for _ in range(_ROUNDS):
        text, origin = _rendered(record.title, spans)
        after = screener.screen(replace(record, title=text), today)
        found = [finding for finding in _barred(after.findings) if finding.field == "title"]
        further = [(origin[finding.start][0], origin[finding.end - 1][1]) for finding in found]
        further += _occurrences(record.title, _telling(found, screener))
        wider = _joined(record.title, [*spans, *further])
        if not found:
            return _proposal(record, text, spans, before, after)
        if wider == spans:  # what is found is the mask itself
            break
        spans = wider
    return _withheld(record.title, _MORE)


def shows(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that a text shows, in whatever script, width or spacing."""
    wanted = [(word, folded) for word in words if (folded := fold(word).text)]
    plain = fold(text).text if wanted else ""
    return tuple(word for word, folded in wanted if folded in plain)


def _proposal(
    record: Record, text: str, spans: list[tuple[int, int]], before: Screening, after: Screening
) -> Proposal:
    if not spans:
        return Proposal(text, (), False, _AS_IT_IS)
    if _STRICTER.index(after.suggestion) > _STRICTER.index(before.suggestion):
        return _withheld(record.title, _CALLS_FOR_MORE)
    if len(_UNREAD.sub("", text.replace(WITHHELD, ""))) < _LEAST:
        return _withheld(record.title, _LITTLE)
    barred = _barred(before.findings)
    rules = "、".join(dict.fromkeys(finding.rule_id for finding in barred))
    elsewhere = shows(record.reference_code, (finding.matched for finding in barred))
    why = (_ALSO_IN_THE_CODE if elsewhere else _MASKED).filled(count=len(spans), rules=rules)
    return Proposal(text, tuple(spans), False, why)


def _withheld(title: str, why: Sentence) -> Proposal:
    return Proposal(WHOLE, ((0, len(title)),) if title else (), True, why)


def _barred(findings: Iterable[Finding]) -> list[Finding]:
    """The findings whose words may not be public; a period that is over bars no longer."""
    return [finding for finding in findings if finding.never_public and finding.suggests is not Suggestion.OPEN]


def _telling(findings: Iterable[Finding], screener: Screener) -> list[re.Pattern[str]]:
    """What tells a hidden word, in a folded text: the word, and of a name its parts."""
    patterns: dict[str, None] = {}
    for finding in findings:
        word = fold(finding.matched).text
        if not word:
            continue
        patterns[re.escape(word)] = None
        kind = screener.ruleset.by_id[finding.rule_id].looks_for.kind
        if kind in ("person", "name") and _HAN_NAME.fullmatch(word):
            family = 2 if _DOUBLE.match(word) and len(word) > 3 else 1
            if len(word) - family > 1:
                patterns[re.escape(word[family:])] = None
            patterns[f"[老小]?{re.escape(word[:family])}{_STANDS_FOR_A_NAME}"] = None
    return [re.compile(pattern) for pattern in patterns]


def _occurrences(title: str, patterns: Iterable[re.Pattern[str]]) -> list[tuple[int, int]]:
    folded = fold(title)
    return [
        folded.original(*found.span())
        for pattern in patterns
        for found in pattern.finditer(folded.text)
        if found.start() < found.end()
    ]


def _joined(title: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order: what overlaps, touches or enumerates is one, with the count that follows it."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and (start <= joined[-1][1] or _BETWEEN.fullmatch(title, joined[-1][1], start)):
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    counted = [(start, _COUNT.match(title, end)) for start, end in joined]
    widened = [
        (start, count.end() if count else end) for (start, count), (_, end) in zip(counted, joined, strict=True)
    ]
    return widened if widened == joined else _joined(title, widened)


def _rendered(title: str, spans: Iterable[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The title with each span as one mask; and, sign by sign, the span of the title that it stands for."""
    parts: list[str] = []
    origin: list[tuple[int, int]] = []
    for start, end, text in _pieces(title, spans):
        parts.append(text)
        origin += [(start, end)] * len(text) if text == WITHHELD else [(at, at + 1) for at in range(start, end)]
    return "".join(parts), origin


def _pieces(title: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    at = 0
    for start, end in spans:
        yield at, start, title[at:start]
        yield start, end, WITHHELD
        at = end
    yield at, len(title), title[at:]


_AS_IT_IS = Sentence("题名可照原样公布。", "The title may be published as it stands.")
_MASKED = Sentence("依规则 {rules} 隐去 {count} 处。", "Hidden in {count} places, by {rules}.")
_ALSO_IN_THE_CODE = Sentence(
    "依规则 {rules} 隐去 {count} 处；档号中也有同样的内容，只改题名不足以公布。",
    "Hidden in {count} places, by {rules}; the reference code shows the same, so another title alone is not enough.",
)
_UNREADABLE = Sentence("题名无法辨读，整题不公布。", "The title cannot be read; all of it is withheld.")
_MORE = Sentence(
    "隐去后仍有不得公开的内容，整题不公布。", "Masking leaves words that may not be public; all is withheld."
)
_CALLS_FOR_MORE = Sentence(
    "隐去后反而须从严审核，整题不公布。", "Masked, it would call for stricter advice; all is withheld."
)
_LITTLE = Sentence("隐去后所余无几，整题不公布。", "Little would be left to read; all is withheld.")
