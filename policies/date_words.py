"""The words of dates in the languages that catalogues are written in: English, Chinese, French, German and Dutch.

All are lower case, in NFC, as they stand in a text that was made so (policies/date_texts.py).
"""

from __future__ import annotations

import re

# The names of January to December, then short forms of them; one spelling never means two months.
_NAMES = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv fevrier mars avr mai juin juil aout sept octobre novembre decembre",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jänner feber mär april mai juni juli aug september okt november dez",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan févr mrt april mei juni juli aug september okt november déc",
)
MONTHS = {name: number for names in _NAMES for number, name in enumerate(names.split(), start=1)}
MONTH = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
SEASON = r"(?:spring|summer|autumn|fall|winter|printemps|été|automne|hiver|frühjahr|frühling|sommer|herbst)"

# The whole text says that no date is known; or a part of it does.
UNDATED = re.compile(
    r"undated?s?|unknown(?: dates?)?|dates? unknown|n\.? ?d\.?|no dates?|s\.? ?d\.?|sans date|non datée?s?"
    r"|ohne datum|undatiert|o\. ?d\.?|zonder datum|ongedateerd|z\. ?d\.?"
    r"|无日期|无时间|未注日期|未注明日期|(?:日期|时间|年代|年月)(?:不详|不明|不清)|不详|不明|无"
)
UNDATED_PART = re.compile(
    r"undated|\bunknown dates?\b|\bn\. ?d\.|\bsans date\b|\bnon datée?s?\b|\bohne datum\b|\bundatiert"
    r"|\bzonder datum\b|\bongedateerd|无日期|(?:日期|时间|年代)(?:不详|不明)"
)

# The date is about right.
ABOUT = re.compile(
    r"\b(?:circa|zirka|ca?\.?(?= ?\d)|about|around|approximately|approx\.?|vers|environ|env\.|um|etwa|ungefähr"
    r"|omstreeks|rond)[ -]+|\bca?\.? ?(?=\d)|\bca?\. ?|大约|大概|约|(?<=[0-9年月日])(?:左右|前后)"
)
# Where in the decade or the year: it stays that decade, that year.
EARLY_OR_LATE = re.compile(
    r"\b(?:early-mid|mid-late|early|mid|late|later|début|fin|anfang|mitte|ende|begin|eind)[ -]+"
)
# Somebody worked it out, or doubts it.
INFERRED = re.compile(r"[\[\]〔〕【】?]|\b(?:maybe|possibly|probably|perhaps|vermutlich|wohl)\b|可能|疑为")
DOUBT = re.compile(r"\b(?:maybe|possibly|probably|perhaps|vermutlich|wohl)\b ?|可能|疑为")
# "1972 (possibly 1973)" names a second date: it counts like one of a list.
OR_ELSE = re.compile(r" ?[\[(](?:possibly|probably|maybe|perhaps|or) ")
# What says nothing of when: the bulk of the papers, "(scattered)", "[sic]".
ASIDES = re.compile(r"\(?,? ?\bbulk\b[^)]*\)?|\(?\b(?:scattered|inclusive)(?: dates)?\b\)?|[\[(]sic[\])]")
