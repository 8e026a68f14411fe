"""What a unit has from above and from within: in doubt later and more restricted, and its own values can be had back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.catalogue_rows import CatalogueRow, on_one_line
from policies.inheritance import INTERNAL, MAX_CONDITIONS, TOP, Context, Within, add_to, below, effective
from policies.sentences import Refusal


def series(title: str = "类", **stated: object) -> CatalogueRow:
    return CatalogueRow(row=1, title=title, level="series", **stated)


def item(title: str = "件", **stated: object) -> CatalogueRow:
    return CatalogueRow(row=9, title=title, **stated)


def inherited(row: CatalogueRow, *above: CatalogueRow) -> CatalogueRow:
    """The row as it is below these, the topmost first, with nothing in it."""
    context = TOP
    for unit in above:
        context = below(unit, context)
    return effective(row, context, Within())[0]


def with_parts(row: CatalogueRow, *parts: CatalogueRow) -> CatalogueRow:
    """The row as it is with these parts directly in it and nothing above."""
    within = Within()
    for part in parts:
        add_to(within, part, Within())
    return effective(row, TOP, within)[0]


def test_at_the_top_and_without_parts_a_row_is_what_it_states():
    row = item(date_text="夏天", access_condition="A | A")
    assert effective(row, TOP, Within()) == (row, {})


# From above


@pytest.mark.parametrize(
    "field", ["responsible_body", "retention", "classification", "agency", "carrier", "location"]
)
def test_what_holds_for_the_whole_holds_for_its_parts_unless_they_say_otherwise(field):
    outer, file = series(**{field: "上"}), CatalogueRow(row=2, title="卷", level="file")
    assert getattr(inherited(item(), outer, file), field) == "上"
    assert getattr(inherited(item(), outer, file._replace(**{field: "中"})), field) == "中"
    assert getattr(inherited(item(**{field: "自"}), outer, file), field) == "自"


def test_the_series_title_names_the_two_nearest_series_above():
    assert inherited(item(), series("一"), series("二"), series("三")).series_title == "二 / 三"
    assert inherited(item(series_title="自题"), series("一")).series_title == "自题"
    assert len(inherited(item(), series("长" * 400), series("长" * 400)).series_title) == 500


def test_the_title_of_a_file_is_no_heading_for_its_items():
    file = CatalogueRow(row=2, title="某人病历", level="file")
    assert inherited(item(), series("类"), file).series_title == "类"
    assert "病历" not in "".join(map(str, inherited(item(), series("类"), file)))


def test_the_title_of_a_secret_series_is_no_heading_either():
    assert (
        inherited(item(classification="公开"), series("类"), series("代号", classification="机密★30年")).series_title
        == "类"
    )
    assert inherited(item(), series("代号", classification="机密"), series("子代号")).series_title == ""
    assert inherited(item(), series("代号", classification="原机密件")).series_title == ""
    assert inherited(item(), series("类", classification="内部")).series_title == "类"


def test_a_date_is_inherited_whole_or_not_at_all():
    dated = series(
        date_text="约1962",
        earliest="1962-01-01",
        latest="1962-12-31",
        date_precision="year",
        date_certainty="approximate",
    )
    row, own = effective(item(), below(dated, TOP), Within())
    assert (row.date_text, row.earliest, row.latest) == ("约1962", "1962-01-01", "1962-12-31")
    assert (row.date_precision, row.date_certainty) == ("year", "approximate")
    assert own == {
        "series_title": "", "date_text": "", "earliest": None, "latest": None, "date_precision": "", "date_certainty": "",
    }  # fmt: skip
    assert inherited(item(earliest="1970-01-01", latest="1970-12-31"), dated).date_text == ""


def test_a_date_that_could_not_be_read_is_not_replaced_by_that_above():
    row = inherited(item(date_text="夏天"), series(earliest="1950-01-01", latest="1950-12-31"))
    assert (row.earliest, row.latest) == (None, None)
    undated = inherited(item(), series(earliest="1950-01-01", latest="1950-12-31"), series(date_text="undated"))
    assert (undated.date_text, undated.latest) == ("undated", None)


def test_restrictions_of_all_above_are_kept_beside_the_own():
    whole, part = series(access_condition="总限"), series(access_condition="类限 | 总限")
    assert inherited(item(access_condition="限至2068"), whole, part).access_condition == "限至2068 | 类限 | 总限"
    assert inherited(item(), whole, part).access_condition == "类限 | 总限"


@pytest.mark.parametrize("open_", ["[Vetted, open]", "Open", "open for research.", "已审核 开放", "开放"])
def test_an_own_statement_that_it_is_open_overrules_what_stands_above(open_):
    row, own = effective(
        item(access_condition=open_, notes="附注"), below(series(access_condition="总限"), TOP), Within()
    )
    assert row.access_condition == open_
    assert row.notes == "附注\naccessrestrict above: 总限"
    assert own == {"series_title": "", "notes": "附注"}
    file = CatalogueRow(row=2, title="卷", level="file", access_condition=open_)
    assert inherited(item(), series(access_condition="总限"), file).access_condition == open_


@pytest.mark.parametrize(
    "doubtful", ["Open until vetted", "开放，涉及个人隐私的除外", "open | 限至2068", "[Unvetted]", INTERNAL]
)
def test_what_is_not_wholly_open_overrules_nothing(doubtful):
    assert (
        inherited(item(access_condition=doubtful), series(access_condition="总限")).access_condition
        == f"{doubtful} | 总限"
    )


def test_that_a_unit_is_internal_is_never_overruled():
    above = series(access_condition=f"总限 | {INTERNAL}")
    assert inherited(item(access_condition="open"), above).access_condition == f"open | {INTERNAL}"
    own = item(access_condition=f"open | {INTERNAL}")
    assert inherited(own, series(access_condition="总限")).access_condition == f"open | {INTERNAL}"


def test_restrictions_without_end_are_refused_and_the_unit_is_named_without_its_title():
    many = series(access_condition=" | ".join(f"限{n}" for n in range(MAX_CONDITIONS)))
    assert inherited(item(), many).access_condition == many.access_condition
    with pytest.raises(Refusal, match="J1-2") as refused:
        inherited(item("密事", access_condition="另限", reference_code="J1-2"), many)
    assert "密事" not in str(refused.value)


def test_a_long_restriction_is_not_repeated_into_every_part():
    long = series(access_condition="长" * 100_000)
    assert effective(long, TOP, Within())[0] == long
    with pytest.raises(Refusal, match="20000"):
        inherited(item(), long)


# From within


def test_a_file_is_no_older_than_its_latest_part():
    file = CatalogueRow(
        row=2, title="卷", level="file", earliest="1960-01-01", latest="1960-12-31", date_precision="year"
    )
    late = with_parts(
        file, item(latest="1985-12-31", earliest="1985-01-01"), item(latest="1950-01-01", earliest="1950-01-01")
    )
    assert (late.earliest, late.latest, late.date_precision) == ("1960-01-01", "1985-12-31", "span")
    assert with_parts(file, item()) == file


def test_a_file_whose_date_is_not_known_gets_none_from_its_parts():
    file = CatalogueRow(row=2, title="卷", level="file", date_text="夏天")
    assert with_parts(file, item(earliest="1950-01-01", latest="1950-01-01")).latest is None


def test_an_inherited_date_is_no_older_than_the_parts_either():
    within = Within()
    add_to(within, item(earliest="1985-01-01", latest="1985-12-31"), Within())
    above = below(series(earliest="1950-01-01", latest="1950-12-31"), TOP)
    row, own = effective(CatalogueRow(row=2, title="卷", level="file"), above, within)
    assert (row.earliest, row.latest) == ("1950-01-01", "1985-12-31")
    assert own["latest"] is None


def test_a_file_keeps_the_restrictions_and_marks_of_all_that_is_in_it():
    inner = Within()
    add_to(inner, item(access_condition="限至2068", classification="机密★30年"), Within())
    outer = Within()
    add_to(outer, CatalogueRow(row=2, title="卷", level="file", access_condition="卷限"), inner)
    assert (
        effective(series(), TOP, outer)[0].access_condition
        == "within: 卷限 | within: 限至2068 | within: 密级：机密★30年"
    )
    assert effective(series(access_condition="卷限"), TOP, outer)[0].access_condition == (
        "卷限 | within: 限至2068 | within: 密级：机密★30年"
    )


def test_parts_that_are_open_or_no_secret_restrict_nothing():
    parts = item(access_condition="[Vetted, open]"), item(classification="公开"), item(classification="无")
    assert with_parts(series(), *parts).access_condition == ""
    assert with_parts(series(classification="秘密"), item(classification="秘密")).access_condition == ""


def test_more_restrictions_of_parts_than_one_text_can_hold_are_not_forgotten():
    many = with_parts(series(), *(item(access_condition=f"限{n}") for n in range(MAX_CONDITIONS + 1)))
    assert many.access_condition.endswith("within: 下级另有其他利用限制 further restrictions of parts")
    assert "within: 限7 | " in many.access_condition
    long = with_parts(series(), item(access_condition="长" * 30_000))
    assert long.access_condition == "within: 下级另有其他利用限制 further restrictions of parts"


# In general

text = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn")), max_size=6).map(on_one_line)
condition = st.lists(st.sampled_from(["总限", "限至2068", "open", "[Vetted, open]", INTERNAL]) | text, max_size=3)
year = st.integers(1900, 2020)


@st.composite
def units(draw: st.DrawFn, level: str | None = None) -> CatalogueRow:
    years = sorted(draw(st.tuples(year, year) | st.just(())))
    return CatalogueRow(
        row=draw(st.integers(1, 99)), title=draw(text), level=level or draw(st.sampled_from(["series", "file", "item"])),
        series_title=draw(text), responsible_body=draw(text), date_text=draw(text),
        earliest=f"{years[0]}-01-01" if years else None, latest=f"{years[1]}-12-31" if years else None,
        date_precision=draw(st.sampled_from(["", "year"])), retention=draw(text),
        classification=draw(st.sampled_from(["", "公开", "机密", "秘密★5年"]) | text), agency=draw(text),
        carrier=draw(text), location=draw(text), access_condition=" | ".join(draw(condition)), notes=draw(text),
    )  # fmt: skip


@st.composite
def surroundings(draw: st.DrawFn) -> tuple[Context, Within]:
    above = TOP
    for unit in draw(st.lists(units(), max_size=3)):
        above = below(unit, above)
    within = Within()
    for part in draw(st.lists(units(), max_size=3)):
        inner = Within()
        for nested in draw(st.lists(units("item"), max_size=2)):
            add_to(inner, nested, Within())
        add_to(within, part, inner)
    return above, within


def pieces(access_condition: str) -> set[str]:
    return set(filter(None, (piece.strip() for piece in access_condition.split(" | "))))


@given(row=units(), around=surroundings())
def test_the_own_values_laid_over_give_back_the_row(row, around):
    holds, own = effective(row, *around)
    assert holds._replace(**own) == row
    assert all(getattr(holds, name) != value for name, value in own.items())


@given(row=units(), around=surroundings())
def test_doubt_never_makes_a_unit_freer(row, around):
    above, within = around
    holds, _ = effective(row, above, within)
    assert pieces(row.access_condition) <= pieces(holds.access_condition)
    if row.latest:
        assert holds.earliest == row.earliest
        assert holds.latest >= max(row.latest, within.latest or "")
    elif row.date_text:
        assert holds.latest is None
    if holds.latest and within.latest:
        assert holds.latest >= within.latest
    own_open = any("open" in piece.lower() or "开放" in piece for piece in pieces(row.access_condition))
    if not own_open:
        assert set(above.conditions) <= pieces(holds.access_condition)
    if INTERNAL in above.conditions:
        assert INTERNAL in pieces(holds.access_condition)


@given(row=units(), around=surroundings())
def test_what_a_unit_states_itself_stays_but_for_its_latest_day_and_what_is_added(row, around):
    holds, _ = effective(row, *around)
    for name in CatalogueRow._fields:
        if (said := getattr(row, name)) and name not in ("latest", "date_precision", "access_condition", "notes"):
            assert getattr(holds, name) == said
    assert holds.access_condition.startswith(row.access_condition)
    assert holds.notes.startswith(row.notes)


@given(row=units(), around=surroundings())
def test_what_was_worked_out_once_is_not_added_again(row, around):
    holds, _ = effective(row, *around)
    again, _ = effective(holds, *around)
    assert again.access_condition == holds.access_condition
