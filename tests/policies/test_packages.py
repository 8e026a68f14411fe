"""What a filled countersign sheet must hold: every fault is named with its place, and nothing passes unanswered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.outcomes import ANSWER_NAMES, Answer, Outcome
from policies.packages import (
    COLUMNS,
    HEAD,
    FilledPackage,
    FilledRow,
    Package,
    PackageRefused,
    PackageRow,
    choices,
    named,
    read_answers,
    texts_of,
)
from policies.profiles import PROFILES
from policies.reviewing import Decision

TODAY = date(2026, 11, 21)
CN = PROFILES["CN"]
ROWS = (
    PackageRow(11, "Z001-001-0001", "关于调整救济标准的通知", "", "1962-03-01", "省民政厅", Decision(Outcome.OPEN)),
    PackageRow(
        12, "Z001-001-0004", "关于给予某同志处分的决定", "关于给予[隐去]处分的决定", "1989-07-01", "省民政厅",
        Decision(Outcome.DEFER, "CN-8-3-PI", date(2040, 1, 1), "含个人信息"),
    ),
    PackageRow(13, "Z001-001-0005", "关于救灾款分配方案的批复", "", "1965", "省财政厅", Decision(Outcome.OPEN)),
)  # fmt: skip
ASKED = Package("ZQ-Z001-2026-01-1-MZT", "Z001-2026-01", "Z001 省民政厅", "省民政厅", ROWS)
AGREE = {"answer": "同意 Agree"}
OBJECT = {
    "answer": "不同意 Object",
    "wanted": "延期开放 Defer",
    "wanted_ground": "CN-8-2 涉及国家或社会重大利益 Major interest of state or society",
    "wanted_day": "2036-12-31",
    "why": "尚未了结",
}
FIRST = 11  # the row of the sheet in which the first entry stands


def sheet(*answers: dict[str, str], head: dict[str, str] | None = None, asked: Package = ASKED) -> FilledPackage:
    """The sheet of `asked` with these answers, the last of them for all further rows."""
    said = {
        "number": asked.number, "version": "1", "digest": asked.digest, "agency": asked.agency,
        "answer_by": "2026年12月11日前", "signed_by": "李文书",
    } | (head or {})  # fmt: skip
    rows = []
    for place, row in enumerate(asked.rows):
        texts = dict.fromkeys(COLUMNS, "") | texts_of(row, place + 1)
        rows.append(FilledRow(FIRST + place, texts | answers[min(place, len(answers) - 1)]))
    return FilledPackage({name: (n, said[name]) for n, name in enumerate(HEAD, 2)}, tuple(rows))


def faults(filled: FilledPackage, *, asked: Package = ASKED, version: int = 1) -> list[tuple[int | None, str | None]]:
    """The place of every fault; [] where the sheet is taken."""
    try:
        read_answers(asked, version, filled, CN, today=TODAY)
    except PackageRefused as refused:
        for fault in refused.complaints:
            assert fault.sentence.zh
            assert fault.sentence.en
        return [(fault.row, fault.column) for fault in refused.complaints]
    return []


def column(name: str) -> str:
    return named({**COLUMNS, **HEAD}[name])


def test_a_sheet_that_is_filled_in_gives_an_answer_for_every_entry_and_who_answered():
    later = {**OBJECT, "answer": "部分同意 Agree in part"}
    answers, who = read_answers(ASKED, 1, sheet(OBJECT, later, AGREE), CN, today=TODAY)
    assert who == "李文书"
    assert [answers[key].answer for key in (11, 12, 13)] == [Answer.OBJECT, Answer.AGREE_IN_PART, Answer.AGREE]
    wanted = Decision(Outcome.DEFER, "CN-8-2", date(2036, 12, 31), "尚未了结")
    assert answers[11].counter == answers[12].counter == wanted
    assert answers[13].counter is None


@given(st.sets(st.integers(0, len(ROWS) - 1)))
def test_untouched_is_not_approved(left):
    """Whatever is left empty, exactly that is missing, and nothing of the sheet is taken."""
    found = faults(sheet(*({} if place in left else AGREE for place in range(len(ROWS)))))
    assert found == [(FIRST + place, column("answer")) for place in sorted(left)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"answer": "大概同意"}, "answer"),
        ({"answer": "需延长时间 Need more time", "why": "人手不足"}, "answer"),
        ({"answer": " "}, "answer"),
        ({"answer": "同意", "wanted": "延期开放"}, "wanted"),
        ({"answer": "同意", "wanted_day": "2036-12-31"}, "wanted_day"),
        ({"answer": "非我单位"}, "why"),
        ({"answer": "部分同意"}, "why"),
        ({**OBJECT, "why": ""}, "why"),
        ({**OBJECT, "why": "长" * 1001}, "why"),
        ({**OBJECT, "wanted": ""}, "wanted"),
        ({**OBJECT, "wanted": "永不开放"}, "wanted"),
        ({**OBJECT, "wanted_ground": ""}, "wanted_ground"),
        ({**OBJECT, "wanted_ground": "CN-9-9"}, "wanted_ground"),
        ({**OBJECT, "wanted_ground": "CN-E-ECON"}, "wanted_ground"),
        ({**OBJECT, "wanted_day": ""}, "wanted_day"),
        ({**OBJECT, "wanted_day": "2036"}, "wanted_day"),
        ({**OBJECT, "wanted_day": "以后再说"}, "wanted_day"),
        ({**OBJECT, "wanted_day": "2026-11-21"}, "wanted_day"),
        ({**OBJECT, "wanted": "移送 Refer", "wanted_ground": ""}, "wanted_day"),
        ({**OBJECT, "wanted": "开放", "wanted_ground": "", "wanted_day": ""}, "answer"),
        ({**AGREE, "title": "另一个题名"}, "title"),
        ({**AGREE, "public_title": "公开题名"}, "public_title"),
        ({**AGREE, "proposal": "延期开放 Defer"}, "proposal"),
        ({**AGREE, "date": "1963-03-01"}, "date"),
        ({**AGREE, "responsible_body": ""}, "responsible_body"),
    ],
)
def test_each_fault_is_told_with_its_row_and_column(change, place):
    assert (FIRST, column(place)) in faults(sheet(change, AGREE))


def test_all_faults_are_told_at_once():
    found = faults(sheet({"answer": "？"}, {**AGREE, "title": "改"}, {}, head={"signed_by": ""}))
    assert found == [
        (7, column("signed_by")),
        (FIRST, column("answer")),
        (FIRST + 1, column("title")),
        (FIRST + 2, column("answer")),
    ]


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ({"number": "ZQ-Z001-2026-02-1-MZT"}, "number"),
        ({"number": "ZQ-Z001-2026-01-1-CZT"}, "number"),
        ({"version": "2"}, "version"),
        ({"version": ""}, "version"),
        ({"digest": "0" * 64}, "digest"),
    ],
)
def test_another_package_or_version_is_refused_and_nothing_else_of_it_is_asked(head, place):
    assert faults(sheet({}, head=head)) == [(list(HEAD).index(place) + 2, column(place))]


def test_a_sheet_of_an_older_version_is_refused():
    assert faults(sheet(AGREE), version=2) == [(3, column("version"))]


def test_rows_may_be_sorted_but_neither_lost_nor_added_nor_doubled():
    good = sheet(AGREE)
    assert not faults(replace(good, rows=good.rows[::-1]))
    assert faults(replace(good, rows=good.rows[1:])) == [(None, column("reference_code"))]
    assert faults(replace(good, rows=(*good.rows, replace(good.rows[0], row=99)))) == [(99, column("reference_code"))]
    other = FilledRow(99, {**good.rows[0].texts, "reference_code": "Z001-001-0009"})
    assert faults(replace(good, rows=(*good.rows, other))) == [(99, column("reference_code"))]


def test_a_sheet_without_a_heading_says_which():
    found = faults(replace(sheet(AGREE), missing=("wanted_day", "digest")))
    assert found == [(None, column("wanted_day")), (None, column("digest"))]


@pytest.mark.parametrize("answer", [a for a in Answer if a is not Answer.NEED_MORE_TIME])
def test_a_choice_may_be_written_as_the_list_has_it_or_in_either_language_or_as_its_code(answer):
    more = {} if answer is Answer.AGREE else OBJECT if answer is Answer.OBJECT else {"why": "见函"}
    name = ANSWER_NAMES[answer]
    for written in (named(name), name.zh, name.en, name.en.upper(), str(answer), f"  {name.zh}  "):
        answers, _ = read_answers(ASKED, 1, sheet({**more, "answer": written}, AGREE), CN, today=TODAY)
        assert answers[11].answer is answer


@pytest.mark.parametrize("jurisdiction", PROFILES)
def test_every_choice_of_a_list_means_one_code(jurisdiction):
    for offered in choices(PROFILES[jurisdiction]).values():
        assert len(set(offered.values())) == len(offered)


@given(st.sampled_from(["reference_code", "title", "public_title", "date", "responsible_body"]), st.text(min_size=1))
def test_the_digest_covers_everything_that_is_asked(name, text):
    first = ROWS[0]
    other = replace(first, **{name: getattr(first, name) + text})
    assert replace(ASKED, rows=(other, *ROWS[1:])).digest != ASKED.digest
    assert replace(ASKED, rows=ROWS[::-1]).digest != ASKED.digest
