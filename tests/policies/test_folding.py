"""Folding equals its definition, sign by sign: the fast way through a text is never another way."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from policies import folding
from policies.folding import fold

# Signs at which the fast way takes a turn, and any others.
TELLING = "ab1 AZ~!  　\t\n\x00\x1c\x7f\x85\xa0Ａａ１．關关的處髮①⒈㍿ﾊﾞ豈⼀ﬁ\u200b\u200d\ufeff\ufe0f\ud800\udfff\ufffd\u3164￣é\u0301𠮷"
texts = st.lists(st.one_of(st.sampled_from(TELLING), st.characters()), max_size=30).map("".join)


def folded_sign(sign: str) -> str:
    """One sign as the rules write it; a space of any kind is " "."""
    if ord(sign) in folding._SINGLE:
        return folding._SINGLE[ord(sign)]
    if sign.isspace():
        return " "
    if not folding.ODD.match(sign) or sign == "\ufffd":
        return sign
    if unicodedata.category(sign) == "Cs":
        return "\ufffd"
    if unicodedata.category(sign) in ("Cc", "Cf", "Mn"):
        return ""
    plain = unicodedata.normalize("NFKC", sign).lower().strip()
    return "".join(folding._SINGLE.get(ord(one), one) for one in plain)


def slowly_folded(text: str) -> list[tuple[str, int]]:
    """Each folded sign with the place it came from; of a run of spaces the last stays, between two ASCII signs alone."""
    signs = [(one, at) for at, sign in enumerate(text) for one in folded_sign(sign)]
    kept = []
    for n, (sign, at) in enumerate(signs):
        if sign != " ":
            kept.append((sign, at))
        elif kept and n + 1 < len(signs) and kept[-1][0].isascii() and kept[-1][0] != " ":
            following = signs[n + 1][0]
            if following.isascii() and following != " ":
                kept.append((sign, at))
    return kept


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from([1, 30]))
def test_folding_is_what_it_says_sign_by_sign(text, times):
    text *= times  # long texts may be folded in another way than titles
    slow, fast = slowly_folded(text), fold(text)
    assert fast.text == "".join(sign for sign, _ in slow)
    for n, (_, at) in enumerate(slow):
        assert fast.original(n, n + 1) == (at, at + 1)


@given(texts)
def test_what_is_folded_is_folded_once_for_all(text):
    once = fold(text).text
    assert fold(once).text == once
