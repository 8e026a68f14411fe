"""Titles that differ in names, numbers and dates only have one key; small edits are alike; what is not alike is not."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.likeness import ALIKE, alike, alike_groups, core_of, likeness, likeness_of

SAME = [
    ("关于给予王建业同志行政记过处分的决定", "关于给予李国强、陈志明同志行政记过处分的决定"),
    ("关于给予王建业同志行政记过处分的决定", "關於給予 王建業 同志行政記過處分之決定"),
    ("关于召开1962年工作会议的通知", "关于召开１９７５年工作会议的通知"),
    ("关于召开第三次工作会议的通知", "关于召开第15次工作会议的通知。"),
    ("民国二十六年统计表", "民国元年统计表"),
    ("《关于加强防汛工作的通知》", "加强防汛工作通知"),
    ("Minutes of the meeting, 12 March 1962", "MINUTES OF MEETING (3rd May 1971)"),
]
OTHERS = [
    ("关于给予王建业同志行政记过处分的决定", "关于给予王建业同志开除公职处分的决定"),
    ("关于加强防汛工作的通知", "关于加强防疫工作的通知"),
    ("会议记录", "会议纪要"),
    ("Minutes of the meeting", "Papers of the meeting"),
]
TITLES = st.text("关于给予王建业同志记过处分的决定通知会议12、 ", max_size=24)


@pytest.mark.parametrize(("first", "second"), SAME)
def test_what_differs_in_names_numbers_dates_signs_or_script_has_one_key(first, second):
    assert likeness_of(first) == likeness_of(second)
    assert alike(first, second) and likeness(first, second) == 1


@pytest.mark.parametrize(("first", "second"), OTHERS)
def test_what_differs_in_its_matter_has_another_key(first, second):
    assert likeness_of(first) != likeness_of(second)


@pytest.mark.parametrize("title", ["", "1962年", "（三）", "[题名不公布]", "[隐去]", "   "])
def test_a_title_of_which_nothing_is_left_is_alike_to_nothing(title):
    assert likeness_of(title) == ""
    assert not alike(title, title)
    assert alike_groups([title, title]) == []


def test_a_small_edit_is_alike_and_a_short_title_has_to_be_the_same():
    assert alike("关于下达救灾款物分配方案的批复（民政）", "关于下达救灾款物分配方案的批示（民政）")
    assert not alike("防汛工作总结", "防疫工作总结")


@given(st.text(max_size=60))
def test_any_text_has_a_key_of_32_signs_or_none(title):
    key = likeness_of(title)
    assert key == "" or (len(key) == 32 and set(key) <= set("0123456789abcdef"))
    assert bool(key) == bool(core_of(title))


@given(TITLES, st.integers(1, 9999), st.sampled_from([" ", "\u3000", "，", "—", "（", "。"]))
def test_a_number_or_a_sign_more_never_changes_the_key(title, number, sign):
    assert likeness_of(f"{title}{sign}{number}") == likeness_of(f"{title}{sign}{number + 7}")


@given(TITLES, TITLES)
def test_likeness_is_symmetric_and_greatest_with_itself(first, second):
    assert likeness(first, second) == likeness(second, first) <= likeness(first, first) == 1
    assert alike(first, second) == alike(second, first)


@given(st.lists(TITLES, max_size=25))
@settings(deadline=None)
def test_groups_are_those_of_comparing_all_with_all(titles):
    cores = list(dict.fromkeys(filter(None, map(core_of, titles))))
    led: list[list[str]] = []
    for core in cores:
        own = next((group for group in led if alike(group[0], core)), None)
        if own is None:
            led.append([core])
        else:
            own.append(core)
    expected = [[place for place, title in enumerate(titles) if core_of(title) in group] for group in led]
    assert alike_groups(titles) == [group for group in expected if len(group) > 1]


@pytest.mark.shared_data
def test_real_titles_fall_into_groups_that_are_alike(shared_data):
    with (shared_data / "zh-policy-titles" / "Henan_Provincial_Government.csv").open(encoding="utf-8-sig") as file:
        titles = [row["title"] for row in csv.DictReader(file)][:3_000]
    groups = alike_groups(titles)
    assert groups
    for places in groups:
        assert all(likeness(titles[places[0]], titles[place]) >= ALIKE for place in places)
