"""Reference codes (档号) of both patterns of DA/T 13, as they are written and as they have been written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.catalogue_rows import same_code
from policies.reference_codes import ParsedCode, file_code_of, parse_code
from review.sample import sample_fonds

VOLUME = [
    # code, fonds, category, file, item
    ("C038-001-002-003", "C038", "001", "002", "003"),
    ("J019-ZY·JC·CC·2019·D30-001-001", "J019", "ZY JC CC 2019 D30", "001", "001"),
    ("J047-004-0015-003", "J047", "004", "0015", "003"),
    ("J047-004-0061", "J047", "004", "0061", None),
    ("Ｊ０４７－００４－００１５－００３", "J047", "004", "0015", "003"),
    ("J047—004—0015—003", "J047", "004", "0015", "003"),
    ("J047–004-0015−003", "J047", "004", "0015", "003"),
    ("J047--004--0015--003", "J047", "004", "0015", "003"),
    (" J047 - 004 - 0015 - 003 ", "J047", "004", "0015", "003"),
    ("J047/004/0015/003", "J047", "004", "0015", "003"),
    ("47-1-23-4", "47", "1", "23", "4"),
    ("1-2-345", "1", "2", "345", None),
    ("J1-1-23a-4", "J1", "1", "23a", "4"),
    ("J047-WS-0015-003", "J047", "WS", "0015", "003"),
    ("J047-民政-0015", "J047", "民政", "0015", None),
    ("J047-ZY•JC-001-001", "J047", "ZY JC", "001", "001"),
]
ITEM = [
    ("Z109-WS·2011·Y·办公室-0001", "Z109", "WS 2011 Y 办公室", "0001"),
    ("J047-WS·2001·Y·办公室-0001", "J047", "WS 2001 Y 办公室", "0001"),
    ("J047-WS・2001・D30・办公室-0001", "J047", "WS 2001 D30 办公室", "0001"),
    ("J047-WS.2001.Y.办公室-0001", "J047", "WS 2001 Y 办公室", "0001"),
    ("J047-WS〔2001〕Y-0001", "J047", "WS 2001 Y", "0001"),
    ("J047－ＷＳ·２００１·Ｙ－０００１", "J047", "WS 2001 Y", "0001"),
    ("J047-2001-Y-办公室-0001", "J047", "2001 Y 办公室", "0001"),
    ("J047-WS·2001-永久-0001", "J047", "WS 2001 永久", "0001"),
    ("J047-2001-D30-0007", "J047", "2001 D30", "0007"),
]
NEITHER = [
    "", " ", "-", "---", "J047", "J047-004", "J047-004-", "民发〔1998〕12号", "ua015_401", "mc00246", "A1, 1978/1234",
    "J047-004-x", "J047-·-0001", "-004-0015-003", "J047-1-2-3-4-5", "X" * 500, "\ud800", "J047-004-0015-\ud800",
]  # fmt: skip


@pytest.mark.parametrize(("code", "fonds", "category", "file", "item"), VOLUME)
def test_a_code_by_volume_is_read(code, fonds, category, file, item):
    assert parse_code(code) == ParsedCode(fonds, tuple(category.split()), file, item, "volume")


@pytest.mark.parametrize(("code", "fonds", "category", "item"), ITEM)
def test_a_code_by_item_is_read(code, fonds, category, item):
    assert parse_code(code) == ParsedCode(fonds, tuple(category.split()), None, item, "item")
    assert file_code_of(code) is None


@pytest.mark.parametrize("code", NEITHER)
def test_a_code_of_neither_pattern_stays_an_opaque_text(code):
    assert parse_code(code) is None
    assert file_code_of(code) is None


@pytest.mark.parametrize(("code", "fonds", "category", "file", "item"), VOLUME)
def test_an_item_by_volume_names_the_file_it_lies_in(code, fonds, category, file, item):
    found = file_code_of(code)
    if item is None:
        assert found is None
    else:
        assert parse_code(found, level="file") == ParsedCode(fonds, tuple(category.split()), file, None, "volume")
        assert same_code(code).startswith(found)


def test_the_level_says_what_three_parts_mean():
    assert parse_code("J047-WS-0001").pattern == "volume"
    assert parse_code("J047-WS-0001", level="item").pattern == "item"
    assert parse_code("J019-ZY·JC-001").pattern == "item"
    assert parse_code("J019-ZY·JC-001", level="file").file == "001"


def test_a_file_and_its_item_meet_although_they_are_written_differently():
    assert file_code_of("Ｊ０４７—００４—００１５—００３") == same_code("J047 - 004 – 0015")


def test_every_item_of_the_sample_is_read_and_leads_to_its_file():
    for entry in (entry for fonds in sample_fonds() for entry in fonds.entries):
        level = {"件": "item", "案卷": "file"}[entry.level]
        parsed = parse_code(entry.reference_code, level=level)
        assert parsed is not None
        assert parsed.text == entry.reference_code
        assert (parsed.item is None) == (level == "file")
        assert (file_code_of(entry.reference_code) is not None) == (level == "item" and parsed.pattern == "volume")


@given(st.text(max_size=200) | st.from_regex(r"[A-Z0-9一二\-—·.〔〕/ ]{1,40}", fullmatch=True))
def test_any_text_is_taken(text):
    for level in ("", "file", "item"):
        parsed = parse_code(text, level=level)
        assert parsed is None or (parsed.fonds and parsed.category and (parsed.file or parsed.item))
    found = file_code_of(text)
    assert found is None or same_code(text).startswith(found)


numbers = st.from_regex(r"[0-9]{1,5}", fullmatch=True)
categories = st.lists(st.from_regex(r"[A-Z]{2}[A-Z0-9]{0,3}|[0-9]{4}|办公室", fullmatch=True), min_size=1, max_size=4)


@given(st.from_regex(r"[A-Z][0-9]{3}", fullmatch=True), categories.map(tuple), numbers, numbers)
def test_a_formed_code_gives_its_parts_back(fonds, category, file, item):
    for formed, level in (
        (ParsedCode(fonds, category, file, item, "volume"), ""),
        (ParsedCode(fonds, category, file, None, "volume"), "file"),
        (ParsedCode(fonds, category, None, item, "item"), "item"),
    ):
        assert parse_code(formed.text, level=level) == formed
        assert file_code_of(formed.text) == (
            f"{fonds}-{'·'.join(category)}-{file}" if formed.file and formed.item else None
        )
