import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.documents.entries_csv import HEADER, entries_csv

TITLES = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=5)


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_a_bom_and_the_agreed_header_and_ends_its_lines_with_crlf(make_edition):
    content = entries_csv(make_edition(["甲", "乙"]))
    assert content.startswith(
        b"\xef\xbb\xbffonds_code,fonds_title,series_title,reference_code,public_title,"
        b"responsible_body,date,extent,early_opening,redacted_copy\r\n"
    )
    assert content.count(b"\r\n") == content.count(b"\n") == 3


def test_an_entry_that_opens_early_says_so(make_edition):
    assert [row[-2] for row in rows(entries_csv(make_edition(["甲", "乙"])))[1:]] == ["", "1"]


@given(titles=TITLES)
def test_every_title_is_read_back_exactly(make_edition, titles):
    read = rows(entries_csv(make_edition(titles)))
    assert read[0] == list(HEADER)
    assert [row[4] for row in read[1:]] == titles


@pytest.mark.parametrize("title", ['=HYPERLINK("http://a","b")', "+1", "-- [无题]", "@x", "\t=1", "'甲"])
def test_a_title_that_looks_like_a_formula_is_released_as_it_was_signed_off(make_edition, title):
    assert rows(entries_csv(make_edition([title])))[1][4] == title
