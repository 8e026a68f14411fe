"""Regnal and Republican years (年号纪年): which year of our calendar 光绪三十四年 or 民国26年 is.

The years of the Qing are lunar and end some weeks into the next year of ours; to the year, the usual equation holds.
The Republic and Manchukuo (伪满洲国) counted years of our own calendar: their months and days are ours.
"""

from __future__ import annotations

import re

# Era: (the year of ours that is its first, how many years it counts). The Republic's count has no end of its own.
_ERAS: dict[str, tuple[int, int]] = {
    "顺治": (1644, 18),
    "康熙": (1662, 61),
    "雍正": (1723, 13),
    "乾隆": (1736, 60),
    "嘉庆": (1796, 25),
    "道光": (1821, 30),
    "咸丰": (1851, 11),
    "同治": (1862, 13),
    "光绪": (1875, 34),
    "宣统": (1909, 3),
    "民国": (1912, 188),
    "大同": (1932, 3),
    "康德": (1934, 12),
}
_OF_OUR_CALENDAR = ("民国", "大同", "康德")
_TRADITIONAL = str.maketrans("順慶鹹豐緒統國華偽滿號", "顺庆咸丰绪统国华伪满号")
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
_COUNT = r"(?P<year>元|[0-9]{1,3}|[〇零○一二三四五六七八九十廿卅百]{1,5})(?P<sign>年|(?=[至到~.-]|$))"
_LUNAR_DAY = r"(?P<rest>(?:闰?[正元一二三四五六七八九十冬腊0-9]{1,2}月)?(?:[初一二三四五六七八九十廿卅0-9]{1,3}日?)?)"
_REGNAL = re.compile(
    rf"(?:(?:大?清|中华|伪满洲国|满洲国|伪满|伪)?(?P<era>{'|'.join(_ERAS)})|(?<=[至到~-])){_COUNT}{_LUNAR_DAY}"
)
_has_era = re.compile("|".join(_ERAS)).search


class NoSuchYearError(ValueError):
    """The era did not count that far: 光绪四十年."""


def chinese_number(text: str) -> int:
    """一九五八 is 1958, 三十四 is 34, 廿六 is 26, 元 is 1; digits are read as they are. ValueError: no number."""
    if text == "元":
        return 1
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    try:
        if "十" in text:
            tens, units = text.split("十", 1)
            return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0)
        return int("".join(str(_DIGITS[sign]) for sign in text))
    except KeyError as error:
        raise ValueError(text) from error


def in_our_years(text: str) -> str:
    """The text with its regnal years replaced by ours: "民国26年7月7日" becomes "1937年7月7日".

    The end of a range takes its era from the beginning: 民国26年至28年. The lunar months and days of the Qing are
    dropped, for they are not those of our calendar. Raises NoSuchYearError for a year the era did not have.
    """
    if text.isascii():
        return text
    text = text.translate(_TRADITIONAL)
    if _has_era(text) is None:
        return text
    era = ""

    def ours(found: re.Match[str]) -> str:
        nonlocal era
        named = found["era"]
        era = named or era
        lunar = era not in _OF_OUR_CALENDAR
        if not era or (lunar and found.string[found.end() :].startswith(".")):
            return found[0]
        first, years = _ERAS[era]
        try:
            count = chinese_number(found["year"])
        except ValueError as error:
            raise NoSuchYearError(found[0]) from error
        if not 1 <= count <= years:
            if named is None:  # 民国三十七年至一九五〇年: the end is a year of ours
                return found[0]
            raise NoSuchYearError(found[0])
        return f"{first + count - 1}{found['sign']}{'' if lunar else found['rest']}"

    return _REGNAL.sub(ours, text)
