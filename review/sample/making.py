"""Filling the frames: a catalogue that reads like one, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from random import Random

from review.sample import people
from review.sample.cases import STUB_TITLE, case_entries
from review.sample.date_texts import date_text, file_date_text, season, some_day
from review.sample.fonds import SampleEntry, SampleFonds
from review.sample.frame import FONDS_CODES, Frame, frame
from review.sample.numbering import Numbering, retention
from review.sample.phrases import Pattern, Phrase

# How much paper a year left, in comparison: the years from 1967 left little; 2001 much, for what is not yet due.
_PAPER = {range(1930, 1949): 3, range(1949, 1950): 1, range(1950, 1958): 4, range(1958, 1967): 5}
_PAPER |= {range(1967, 1971): 1, range(1971, 1979): 2, range(1979, 2001): 6, range(2001, 2002): 15}
_DECEMBER_SHARE = 0.6  # of 2001, so that some entries are not yet due in the last weeks of 2026
_TWIN_SHARE = 0.01  # near-duplicates, which ought to be decided alike
_AUTHORS = ("优院", "福院", "童院", "院校", "中学", "医院", "厂")  # lists of bodies that stand among the word lists


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry before it has a code."""

    series: int
    day: date
    pattern: Pattern
    phrase: Phrase


def sample_fonds(seed: int = 27) -> tuple[SampleFonds, ...]:
    """The five fonds of the sample, 2,000 entries in all; the same seed gives the same entries."""
    return tuple(_fonds(frame(code), _dice(seed, code)) for code in FONDS_CODES)


def make_titles(n: int, seed: int = 27) -> tuple[str, ...]:
    """`n` titles of the sample's kinds, in any number; they may repeat where sample_fonds() would not."""
    rng = _dice(seed, "titles")
    frames = [frame(code) for code in FONDS_CODES]
    return tuple(
        _draft(fonds, rng).phrase.title for fonds in rng.choices(frames, [fonds.count for fonds in frames], k=n)
    )


def _dice(seed: int, purpose: str) -> Random:
    return Random(f"{seed}/{purpose}")  # noqa: S311 a sample has no secrets


def _fonds(fonds: Frame, rng: Random) -> SampleFonds:
    numbering = fonds.numbering()
    cases = [entry for _, entry in case_entries(fonds, numbering)]
    stubs = [_stub(fonds, numbering, rng) for _ in range(fonds.stubs)]
    seen = {entry.title for entry in cases}
    drafts: list[_Draft] = []
    wanted = fonds.count - len(cases) - len(stubs)
    while len(drafts) < wanted:
        draft = _draft(fonds, rng)
        if draft.phrase.title not in seen:
            seen.add(draft.phrase.title)
            drafts.append(draft)
            if rng.random() < _TWIN_SHARE:
                drafts.append(_twin(draft, rng))
    drafts = drafts[:wanted]
    drafts.sort(key=lambda draft: (draft.series, draft.day))
    entries = [*cases, *stubs, *(_entry(fonds, draft, numbering, rng) for draft in drafts)]
    return SampleFonds(
        fonds.code, fonds.title, fonds.agencies, tuple(sorted(entries, key=lambda entry: entry.reference_code))
    )


def _draft(fonds: Frame, rng: Random) -> _Draft:
    """A series, a year, a pattern that was in use then, and a title made from it."""
    while True:
        number, series = rng.choices(list(enumerate(fonds.series, 1)), [series.weight for series in fonds.series])[0]
        year = rng.choices(fonds.years, _paper(fonds.years))[0]
        closed = rng.random() < series.closed_share
        if patterns := _patterns(fonds, number, closed, year):
            pattern = rng.choice(patterns)
            phrase = fonds.language.say(pattern, year, rng)
            return _Draft(number, _day(year, phrase.title, rng), pattern, phrase)


@cache
def _patterns(fonds: Frame, number: int, closed: bool, year: int) -> list[Pattern]:
    """What the series of that number could have said that year."""
    series = fonds.series[number - 1]
    return [
        pattern for pattern in (series.closed if closed else series.plain) if fonds.language.can_say(pattern, year)
    ]


def _twin(draft: _Draft, rng: Random) -> _Draft:
    """The same paper once more, as a copy or an earlier text, such as files are full of."""
    again = rng.choice(("（抄件）", "（初稿）", "（送审稿）"))
    return replace(draft, phrase=replace(draft.phrase, title=draft.phrase.title + again))


@cache
def _paper(years: range) -> list[int]:
    """How much paper each of the years left."""
    return [next(weight for span, weight in _PAPER.items() if year in span) for year in years]


def _day(year: int, title: str, rng: Random) -> date:
    if year == 2001 and season(title) is None and rng.random() < _DECEMBER_SHARE:
        return date(2001, 12, rng.randint(1, 31))
    return some_day(year, title, rng)


def _entry(fonds: Frame, draft: _Draft, numbering: Numbering, rng: Random) -> SampleEntry:
    year, whole = draft.day.year, draft.pattern.is_file or fonds.traditional
    keep = retention(year, rng.choices(("永久", "长期", "短期"), (60, 32, 8))[0])
    body = _responsible_body(fonds, draft.phrase, year)
    on_file = draft.pattern.is_file and not fonds.traditional
    return SampleEntry(
        level="案卷" if whole else "件",
        reference_code=numbering.file(draft.series) if whole else numbering.item(draft.series, year, keep),
        series_title=fonds.series_title(draft.series, year),
        title=draft.phrase.title,
        responsible_body=body,
        date_text=file_date_text(year, rng) if on_file else date_text(draft.day, rng, traditional=fonds.traditional),
        extent=str(rng.randint(24, 210) if whole else rng.choice((1, 2, 2, 3, 3, 4, 5, 6, 8, 11, 15))),
        retention=keep,
        classification=_lapsed_mark(draft, rng),
        access_status=_access_status(draft, rng),
        agency=fonds.agency(body.split("；")[0], year),
        document_number="" if whole else _document_number(fonds, draft, rng),
        notes=_notes(draft, rng),
        ground=draft.pattern.ground,
    )


def _responsible_body(fonds: Frame, phrase: Phrase, year: int) -> str:
    """Whoever the title begins with: bodies, or the writer of a letter; else the fonds' own body."""
    if phrase.lead == "人" and phrase.title[len(phrase.bodies[0]) :].startswith(("来信", "要求")):
        return phrase.bodies[0]
    if phrase.lead in _AUTHORS or fonds.language.is_body(phrase.lead):
        return "；".join(f"示例{body}" if body.startswith("省") else body for body in phrase.bodies)
    return fonds.own_name(year)


def _document_number(fonds: Frame, draft: _Draft, rng: Random) -> str:
    """The number of a paper the fonds' own body sent out, as it was written then; not every paper carries one."""
    if draft.phrase.lead != fonds.own or "关于" not in draft.phrase.title or rng.random() < 0.25:
        return ""
    year, number = draft.day.year, draft.day.timetuple().tm_yday // 3 + rng.randint(1, 5)
    if year < 1981:
        return f"（{year % 100}）{fonds.mark}字第{number}号"
    kind = "函" if draft.phrase.title.endswith(("函", "批复")) else "发"
    return f"示{fonds.mark}{kind}〔{year}〕{number}号"


def _lapsed_mark(draft: _Draft, rng: Random) -> str:
    """A secrecy mark (密级) on few papers, whose term is over; papers still secret are stubs. Terms were written from 1990."""
    if draft.day.year < 1950 or rng.random() > 0.025:
        return ""
    return rng.choice(("秘密★10年", "机密★10年", "秘密★5年") if draft.day.year >= 1990 else ("秘密", "机密", "内部"))


def _access_status(draft: _Draft, rng: Random) -> str:
    """The mark of earlier reviews (开放标识): old deferrals read 控制, and most papers were never looked at."""
    if draft.day.year > 1985:
        return "未审核"
    shares = (("控制", 0.45), ("", 0.1)) if draft.pattern.ground else (("控制", 0.03), ("开放", 0.02), ("", 0.1))
    dice = rng.random()
    for status, share in shares:
        if dice < share:
            return status
        dice -= share
    return "未审核"


def _notes(draft: _Draft, rng: Random) -> str:
    year, personal = draft.day.year, draft.pattern.ground == "CN-8-3-PI"
    dice = rng.random()
    if personal and year > 1986 and dice < 0.08:
        return f"附身份证复印件，号码{people.identity_number(rng, digits=15 if year < 2000 else 18)}。"
    if personal and year > 1986 and dice < 0.16:
        return f"联系电话{people.telephone(rng)}。"
    if year > 1984 and dice < 0.28:
        return "移交时意见：延期开放。" if draft.pattern.ground else "移交时意见：到期开放。"
    if dice > 0.93:
        return rng.choice(("附件2件。", "附统计表。", "复印件。", "首页残损。", "手写稿。", "与原稿合订。"))
    return ""


def _stub(fonds: Frame, numbering: Numbering, rng: Random) -> SampleEntry:
    """An entry still secret: code, holder, mark and review date. Its title is not made at all, so it cannot leak."""
    year = rng.randint(1997, 1999)
    holder = fonds.agency("", year)
    return SampleEntry(
        level="件",
        reference_code=numbering.item(1, year, "永久"),
        series_title=fonds.series_title(1, year),
        title=STUB_TITLE,
        responsible_body="",
        date_text=str(year),
        retention="永久",
        classification="绝密★30年",
        access_status="未审核",
        agency=holder,
        notes=f"原定密机关：{holder}；复核日期：{year + 30}-12-31。",
        ground="CN-8-1",
    )
