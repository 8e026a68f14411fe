"""Dates as clerks have written them: whole and partial, with signs and without, in the years of the Republic."""

from __future__ import annotations

import re
from datetime import date, timedelta
from random import Random

from review.sample.phrases import numeral, republican_numeral

_MODERN = (  # how often in a hundred, and how a day is then written
    (72, lambda day: day.isoformat()),
    (14, lambda day: f"{day:%Y%m%d}"),
    (4, lambda day: f"{day:%Y.%m.%d}"),
    (3, lambda day: f"{day.year}年{day.month}月{day.day}日"),
    (3, lambda day: f"{day.year}年{day.month}月"),
    (2, lambda day: f"{day.year}"),
    (1, lambda day: f"[{day.year}?]"),
    (0.5, lambda day: f"{day.year // 10}0年代"),
    (0.5, lambda day: ""),
)
_REPUBLICAN = (
    (45, lambda day: f"民國{republican_numeral(day.year)}年"),
    (20, lambda day: f"民国{republican_numeral(day.year)}年"),
    (15, lambda day: f"民國{republican_numeral(day.year)}年{numeral(day.month)}月"),
    (10, lambda day: f"民国{day.year - 1911}年{day.month}月{day.day}日"),
    (7, lambda day: f"{day.year}"),
    (3, lambda day: f"[{day.year}?]"),
)
_SEASONS = tuple(  # words in a title, and the first and last month in which such a paper is written
    (re.compile(words), months)
    for words, months in (
        (r"一季度", (4, 4)),
        (r"上半年|“八一”", (7, 7)),
        (r"第三季度", (10, 10)),
        (r"夏荒", (5, 6)),
        (r"冬春", (10, 12)),
        (r"年.*(?:总结|情况的报告|统计|决算)|全年|元旦春节", (12, 12)),
        (r"要点|计划|预算|春节|春荒|工作安排", (1, 3)),
        (r"五月|六月|汛期|防汛", (5, 7)),
        (r"七月|八月|洪|水灾|教师节|招生|录取", (7, 9)),
    )
)


def season(title: str) -> tuple[int, int] | None:
    """The first and the last month that fit the title; None where it may stand in any month."""
    return next((months for words, months in _SEASONS if words.search(title)), None)


def some_day(year: int, title: str, rng: Random) -> date:
    """A day of that year on which a paper of that title may have been written."""
    first, last = season(title) or (1, 12)
    begin, end = date(year, first, 2), date(year, last, 28)
    return begin + timedelta(days=rng.randint(0, (end - begin).days))


def date_text(day: date, rng: Random, *, traditional: bool = False) -> str:
    """The day as it might stand in the column 形成日期; "" for an undated record."""
    shapes = _REPUBLICAN if traditional else _MODERN
    weights, writers = zip(*shapes, strict=True)
    return rng.choices(writers, weights)[0](day)


def file_date_text(year: int, rng: Random) -> str:
    """The dates of a whole file (案卷), which may run over the turn of the year."""
    first = min(year, 2000)  # nothing of the sample is later than 2001
    return rng.choice((f"{year}", f"{year}", f"{first}-{first + 1}", f"{year}年1月-{year}年12月"))
