"""What a release document says: values only, and public ones only. Nothing closed can be said with these types.

Source of what an open entry and a release notice carry: DA/T 18 and 档案法实施条例 art. 29.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

from policies.grounds import DEFERRAL_GROUNDS
from policies.sentences import Refusal, Sentence

_NUMBER = re.compile(r"[0-9]{4}-[0-9]{1,6}")
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
    where that is not known; the verification page of the release is `{public_url}releases/{number}/verify/`.
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

    def entries(self) -> Iterator[EditionEntry]:
        for fonds in self.fonds:
            yield from fonds.entries()


def check_edition(edition: Edition) -> None:
    """An edition that is in order passes; else Refusal names what disagrees, before any file is written.

    The number must be able to name a folder; counts must agree with the entries, so that nobody signs other figures than
    those printed; every entry has a code of its own and a title; every text can be written in UTF-8.
    """
    if not _NUMBER.fullmatch(edition.number):
        raise Refusal(
            Sentence(
                "发布编号“{number}”不合规范：应为年份加顺序号，例如 2026-1。",
                "The release number “{number}” is not in order: a year and a serial number are expected, such as 2026-1.",
            ).filled(number=edition.number)
        )
    _check_counts(edition)
    seen: set[str] = set()
    for entry in edition.entries():
        _check_entry(entry, seen)


def _check_counts(edition: Edition) -> None:
    opened = sum(1 for _ in edition.entries())
    early = sum(entry.early for entry in edition.entries())
    if (opened, early) != (edition.counts.opened, edition.counts.opened_early):
        raise Refusal(
            Sentence(
                "统计数与条目不符：目录列有 {opened} 条（其中提前开放 {early} 条），统计数为 {said} 条（其中提前开放 {said_early} 条）。"
                "请重新汇总后再发布。",
                "The counts disagree with the entries: the catalogue lists {opened} ({early} opened early), the counts say "
                "{said} ({said_early} opened early). Count again before releasing.",
            ).filled(opened=opened, early=early, said=edition.counts.opened, said_early=edition.counts.opened_early)
        )
    for code in edition.counts.deferred:
        if code not in DEFERRAL_GROUNDS:
            raise Refusal(
                Sentence(
                    "统计数中的延期依据“{code}”不在依据表中，请改用表中的代码。",
                    "The counts name the ground “{code}”, which is not in the table of grounds; use a code of that table.",
                ).filled(code=code)
            )


def _check_entry(entry: EditionEntry, seen: set[str]) -> None:
    code = entry.reference_code
    if not code.strip() or not entry.public_title.strip():
        raise Refusal(
            Sentence(
                "条目“{code}”（公开题名“{title}”）缺档号或者公开题名，不能列入目录，请先补全。",
                "The entry “{code}” (public title “{title}”) lacks its code or its public title and cannot be listed; "
                "complete it first.",
            ).filled(code=code, title=entry.public_title)
        )
    if code in seen:
        raise Refusal(
            Sentence(
                "档号“{code}”在目录中出现两次，请先更正。",
                "The reference code “{code}” stands in the catalogue twice; correct it first.",
            ).filled(code=code)
        )
    seen.add(code)
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
            raise Refusal(
                Sentence(
                    "条目“{code}”含有残缺的字符编码，无法写入文件，请更正该条目后重试。",
                    "The entry “{code}” holds a broken character code that no file can carry; correct the entry first.",
                ).filled(code=code.encode("utf-8", "replace").decode())
            )


def years_of(texts: Iterable[str]) -> tuple[int, int] | None:
    """The first and the last year (1000 to 2099) that the date texts name; None where they name none."""
    years = [int(year) for text in texts for year in _YEAR.findall(text)]
    return (min(years), max(years)) if years else None
