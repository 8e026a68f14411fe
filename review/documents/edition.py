"""What a release document says: values only, and public ones only. Nothing closed can be said with these types.

Source of what an open entry and a release notice carry: DA/T 18 and 档案法实施条例 art. 29.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from policies.sentences import Sentence

_YEAR = re.compile(r"(?<![0-9])(1[0-9]{3}|20[0-9]{2})(?![0-9])")

USUAL_CONDITIONS = Sentence(
    "单位和个人持有合法证明，可以利用本目录所列档案。利用档案涉及知识产权、个人信息的，应当遵守有关法律、行政法规的规定；"
    "公布所利用的档案，依照《中华人民共和国档案法》第三十二条办理。",
    "Any organisation or person with valid identification may use the records listed here. Use that touches intellectual "
    "property or personal information must respect the laws on them; publishing a record's text is governed by article 32 "
    "of the Archives Law.",
)
USUAL_ENQUIRY = Sentence(
    "请向本馆查阅服务窗口提出，查阅时报出档号即可。",
    "Please ask at the reading-room desk of the archives and give the reference code.",
)


@dataclass(frozen=True, slots=True)
class EditionEntry:
    """One opened entry, as the public may read it. `date` is text as it is to be printed (ISO where it is exact).

    `copy`: of an entry that opens in part (部分开放), the SHA-256 of the redacted copy that may be read; its master stays
    closed.
    """

    reference_code: str
    public_title: str
    responsible_body: str = ""
    date: str = ""
    extent: str = ""
    early: bool = False
    copy: str = ""


@dataclass(frozen=True, slots=True)
class ClosedEntry:
    """One deferred entry as a release may list it: that it is there, why it is closed, and until when. Never a title."""

    fonds_code: str
    reference_code: str
    ground: str
    opens_on: date | None


@dataclass(frozen=True, slots=True)
class SeriesPart:
    """The opened entries of one series (类目), in the order in which they are to be printed.

    `entries` has a length and can be gone through again and again; it need not lie in memory.
    """

    title: str
    entries: Sequence[EditionEntry]


@dataclass(frozen=True, slots=True)
class FondsPart:
    """The opened series of one fonds (全宗)."""

    code: str
    title: str
    series: tuple[SeriesPart, ...]

    def entries(self) -> Iterator[EditionEntry]:
        for series in self.series:
            yield from series.entries


@dataclass(frozen=True, slots=True)
class EditionCounts:
    """How the reviewed entries were decided. `opened` includes `opened_early`; `deferred` counts by ground code.

    `opened_in_part`: entries listed with a redacted copy. They are among the deferred, for their masters stay closed.
    """

    opened: int
    opened_early: int
    deferred: Mapping[str, int]
    referred: int
    not_due: int
    opened_in_part: int = 0

    @property
    def reviewed(self) -> int:
        return self.opened + sum(self.deferred.values()) + self.referred + self.not_due


@dataclass(frozen=True, slots=True)
class Edition:
    """One release (开放批次) as it goes out: what opens, by whose signature, under which rules, at which ledger line.

    Digests are SHA-256 in hexadecimal. `language` is that of the PDF's own words ("en...": English, else Chinese).
    `corrects`: the number of the edition that this one replaces, "" for a first one. `closed`: the deferred entries that
    may be listed. `copies`: the file of each redacted copy, by its digest. `public_url`: where the public site stands, ""
    where that is not known; the verification page of the release is `{public_url}releases/{number}/verify/`. `vertical_title`: the
    cover says the catalogue's name from top to bottom, as old books do.
    """

    number: str
    archives: Sentence
    issued_on: date
    signed_off_by: str
    signed_off_on: date
    ruleset_number: str
    ruleset_digest: str
    ledger_line: int
    ledger_digest: str
    fonds: tuple[FondsPart, ...]
    counts: EditionCounts
    code_version: str
    conditions: Sentence = USUAL_CONDITIONS
    enquiry: Sentence = USUAL_ENQUIRY
    language: str = "zh-hans"
    corrects: str = ""
    closed: Sequence[ClosedEntry] = ()
    copies: Mapping[str, Path] = field(default_factory=dict)
    public_url: str = ""
    vertical_title: bool = False

    def entries(self) -> Iterator[EditionEntry]:
        for fonds in self.fonds:
            yield from fonds.entries()


def years_of(texts: Iterable[str]) -> tuple[int, int] | None:
    """The first and the last year (1000 to 2099) that the date texts name; None where they name none."""
    years = [int(year) for text in texts for year in _YEAR.findall(text)]
    return (min(years), max(years)) if years else None
