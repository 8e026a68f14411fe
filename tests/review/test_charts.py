"""Pictures of numbers: as high as the numbers, nothing lost, and names that do not run into one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.views.charts import HEIGHT, Point, bar, columns_of, parts

counts = st.dictionaries(st.sampled_from(["open", "deferred"]), st.integers(0, 2_000_000), max_size=2)


@given(st.lists(counts, max_size=120))
def test_every_block_lies_in_the_picture_and_says_its_number(found):
    chart = columns_of([Point(str(1950 + n), one) for n, one in enumerate(found)], ("open", "deferred"))
    assert [column.total for column in chart.columns] == [sum(one.values()) for one in found]
    for column in chart.columns:
        assert sum(block.count for block in column.blocks) == column.total
        for block in column.blocks:
            assert float(block.y) >= 0
            assert float(block.y) + float(block.height) <= HEIGHT + 2
    assert chart.lines[-1][1] >= max((column.total for column in chart.columns), default=0)


@pytest.mark.parametrize("columns", [1, 5, 12, 30, 61, 86, 120])
def test_of_many_names_only_so_many_are_written_as_have_room(columns):
    chart = columns_of([Point(str(1950 + n), {"open": 1}) for n in range(columns)], ("open",))
    assert sum(column.named for column in chart.columns) <= 25
    assert sum(column.named_on_a_phone for column in chart.columns) <= 8
    assert all(column.named for column in chart.columns if column.named_on_a_phone)


def test_a_bar_is_a_share_of_the_longest_and_what_there_is_can_be_seen():
    assert (bar(5, 10), bar(10, 10), bar(0, 10), bar(0, 0)) == ("50.000%", "100.000%", "0.000%", "0.000%")
    assert bar(1, 1_000_000) == "0.600%"


def test_the_parts_of_a_whole_follow_one_another():
    assert parts({"open": 1, "deferred": 0, "later": 3}, 4) == [
        ("open", "0.000%", "25.000%", 1),
        ("later", "25.000%", "75.000%", 3),
    ]
    assert parts({"open": 0}, 0) == []
