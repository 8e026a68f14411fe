"""The automaton finds every place of every term, counted in signs, whatever signs stand before it."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.joined import Joined
from policies.term_finder import TermFinder

# 一 is 4E 00 in UTF-16 and 丁 is 4E 01: halves of neighbours can look like a sign that is not there.
SIGNS = "一丁丄Nab\u0100\u4e4e\u004e😀𠀀\ud83d\ufffd█"
terms = st.lists(st.text("一丁Nab\u4e4e😀𠀀", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)
texts = st.text(SIGNS, max_size=40)


def everywhere(terms, text):
    return {
        (number, at, at + len(term))
        for number, term in enumerate(terms)
        for at in range(len(text))
        if text.startswith(term, at)
    }


@settings(deadline=None)
@given(terms, texts)
@example(["丁"], "\u014e\u014e")
@example(["\u4e4e"], "\u4e4e\u4e4e一")
def test_in_one_text(terms, text):
    found = TermFinder(terms).terms_in(text)
    assert set(found) == everywhere(terms, text)
    assert len(found) == len(set(found))
    assert [end for _, _, end in found] == sorted(end for _, _, end in found)


@settings(deadline=None)
@given(terms, st.lists(texts, min_size=1, max_size=5))
@example(["一"], ["😀", "一", "𠀀一"])
def test_in_many_texts_joined(terms, texts):
    joined = Joined(texts)
    found = list(zip(*(array.tolist() for array in TermFinder(terms).terms_in_all(joined)), strict=True))
    each = TermFinder(terms)
    assert found == [
        (term, begins + start, begins + end)
        for text, begins in zip(texts, joined.begins, strict=True)
        for term, start, end in each.terms_in(text)
    ]
