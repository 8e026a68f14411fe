"""Regnal and Republican years (年号纪年): which year of our calendar 光绪三十四年 or 民国26年 is.

The years of the Qing are lunar and end some weeks into the next year of ours; to the year, the usual equation holds.
"""

from __future__ import annotations

import re

# Era: (the year of ours that is its first, how many years it counts). The Republic's count has no end of its own.
_ERAS: dict[str, tuple[int, int]] = {
    "道光": (1821, 30),
    "咸丰": (1851, 11),
    "同治": (1862, 13),
    "光绪": (1875, 34),
    "宣统": (1909, 3),
    "民国": (1912, 188),
}
_TRADITIONAL = str.maketrans("鹹豐緒統國華", "咸丰绪统国华")
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
_REGNAL = re.compile(
    r"(?:清|中华)?(?P<era>道光|咸丰|同治|光绪|宣统|民国)(?P<year>元|[0-9]{1,3}|[〇零○一二三四五六七八九十廿卅百]{1,5})年"
)
_LUNAR_REST = re.compile(
    r"年(?:闰?[正元一二三四五六七八九十冬腊0-9]{1,2}月)?(?:[初一二三四五六七八九十廿卅0-9]{1,3}日?)?$"
)


class NoSuchYearError(ValueError):
    """The era did not count that far: 光绪四十年."""


def chinese_number(text: str) -> int:
    """一九五八 is 1958, 三十四 is 34, 廿六 is 26, 元 is 1; digits are read as they are."""
    if text == "元":
        return 1
    if text.isdecimal():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" in text:
        tens, units = text.split("十", 1)
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0)
    return int("".join(str(_DIGITS[sign]) for sign in text))


def in_our_years(text: str) -> str:
    """The text with its regnal years replaced by ours: "民国26年7月7日" becomes "1937年7月7日".

    The lunar months and days of the Qing are dropped, for they are not those of our calendar.
    Raises NoSuchYearError for a year the era did not have.
    """

    def ours(found: re.Match[str]) -> str:
        first, years = _ERAS[found["era"]]
        try:
            count = chinese_number(found["year"])
        except (KeyError, ValueError) as error:
            raise NoSuchYearError(found[0]) from error
        if not 1 <= count <= years:
            raise NoSuchYearError(found[0])
        return f"{first + count - 1}年"

    text = text.translate(_TRADITIONAL)
    named = _REGNAL.search(text)
    if named is None:
        return text
    told = _REGNAL.sub(ours, text)
    return told if named["era"] == "民国" else _LUNAR_REST.sub("年", told)
