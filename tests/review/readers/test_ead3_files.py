"""EAD3 where it differs from EAD 2002, and components that our own exports wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.catalogue_rows import LONGEST, CatalogueRow, on_its_lines, on_one_line

EAD3 = "http://ead3.archivists.org/schema/"


@pytest.fixture
def ead3_file(ead_file: Callable[..., Path]) -> Callable[[str], Path]:
    return lambda components: ead_file(components, namespace=EAD3)


def file(did: str, *parts: str) -> str:
    return f'<c level="file"><did><unittitle>甲</unittitle>{did}</did>{"".join(parts)}</c>'


@pytest.mark.parametrize("namespace", [EAD3, "http://ead3.archivists.org/schema/undeprecated/"])
def test_both_namespaces_of_ead3_are_read(ead_file, read_ead, namespace):
    reading = read_ead(ead_file(file(""), namespace=namespace))
    assert (reading.stream.format, [row.title for row in reading.rows]) == ("ead3", ["甲"])


@pytest.mark.parametrize(
    ("structured", "text", "earliest", "latest"),
    [
        ("<datesingle>1962</datesingle>", "1962", "1962-01-01", "1962-12-31"),
        ('<datesingle standarddate="1962-03-04">春</datesingle>', "春", "1962-03-04", "1962-03-04"),
        ('<datesingle notbefore="1960" notafter="1962">约</datesingle>', "约", "1960-01-01", "1962-12-31"),
        (
            "<daterange><fromdate>1928</fromdate><todate>2003</todate></daterange>",
            "1928-2003",
            "1928-01-01",
            "2003-12-31",
        ),
        (
            '<daterange><fromdate standarddate="1928-05">x</fromdate><todate standarddate="1930">y</todate></daterange>',
            "x-y",
            "1928-05-01",
            "1930-12-31",
        ),
        (
            "<dateset><datesingle>1940</datesingle><daterange><fromdate>1950</fromdate><todate>1951</todate></daterange></dateset>",
            "1940, 1950-1951",
            "1940-01-01",
            "1951-12-31",
        ),
        ("<daterange><fromdate>1928</fromdate></daterange>", "1928-", None, None),
        ("<daterange><fromdate>1928</fromdate><todate/></daterange>", "1928-", None, None),
        ("<daterange><fromdate>undated</fromdate><todate>2003</todate></daterange>", "undated-2003", None, None),
    ],
)
def test_structured_dates_are_read_to_their_last_day(ead3_file, read_ead, structured, text, earliest, latest):
    (row,) = read_ead(ead3_file(file(f"<unitdatestructured>{structured}</unitdatestructured>"))).rows
    assert (row.date_text, row.earliest, row.latest) == (text, earliest, latest)


def test_a_standard_date_of_a_unitdate_counts_like_normal(ead3_file, read_ead):
    (row,) = read_ead(ead3_file(file('<unitdate standarddate="1962/1963">六二年</unitdate>'))).rows
    assert (row.date_text, row.earliest, row.latest) == ("六二年", "1962-01-01", "1963-12-31")


def test_parts_of_names_and_of_extents_are_kept_apart(ead3_file, read_ead):
    did = (
        "<origination><persname><part>Smith</part><part>John</part></persname></origination>"
        '<physdescstructured coverage="whole" physdescstructuredtype="spaceoccupied"><quantity>98.25</quantity>'
        "<unittype>linear feet</unittype></physdescstructured>"
        '<container localtype="box">7</container><daoset><dao daotype="derived" href="a.tif"/></daoset>'
    )
    names = (
        "<controlaccess><persname><part>李四</part></persname><subject><part>水利</part></subject></controlaccess>"
    )
    (row,) = read_ead(ead3_file(file(did, names))).rows
    assert (row.responsible_body, row.extent) == ("Smith John", "98.25 linear feet")
    assert (row.persons, row.keywords) == ("李四", "水利")
    assert row.notes == "container: box 7\ndao: a.tif"


# Our own exports


def own(row: CatalogueRow, *, mark: str) -> str:
    """A row as review/readers/ead_own.py wants it written; by hand, to be independent of the exports."""

    def home(element: str, text: str, inner: str = "{}") -> str:
        return f"<{element}>{inner.format(escape(text))}</{element}>" if text else ""

    def lines(text: str) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))

    did = f"<unittitle>{escape(row.title)}</unittitle>" + home("unitid", row.reference_code)
    did += home("origination", row.responsible_body, "<name>{}</name>") + home("unitdate", row.date_text)
    did += home("physdesc", row.extent) + home("physloc", row.location)
    parts = home("accessrestrict", row.access_condition, "<p>{}</p>")
    parts += f"<scopecontent>{lines(row.scope)}</scopecontent>" if row.scope else ""
    at_home = (
        "row parent_row title level reference_code responsible_body date_text extent location access_condition scope"
    )
    for field, value in row._asdict().items():
        if field not in at_home.split() and (value not in ("", None) or field == "notes"):
            parts += f'<odd {mark}="qifeng:{field}">{lines(str(value))}</odd>'
    return f'<c level="{row.level}"><did>{did}</did>{parts}</c>'


characters = st.characters(blacklist_categories=("Cs", "Cc", "Cn"))
line = st.text(characters, max_size=20).map(on_one_line)
block = st.text(characters | st.just("\n"), max_size=40).map(on_its_lines)
day = st.dates(date(1900, 1, 1), date(2020, 12, 31)).map(date.isoformat)


@st.composite
def rows(draw: st.DrawFn) -> CatalogueRow:
    texts = {name: draw(line) for name in LONGEST if name not in ("scope", "notes")}
    span = sorted(draw(st.tuples(day, day) | st.just(())))
    return CatalogueRow(
        row=1, **{**texts, "title": texts["title"] or "甲"},
        level=draw(st.sampled_from(["series", "file", "item"])),
        earliest=span[0] if span else None, latest=span[1] if span else None,
        date_precision=draw(st.sampled_from(["", "day", "month", "year", "decade", "span"])),
        date_certainty=draw(st.sampled_from(["", "approximate", "inferred"])),
        pages=draw(st.none() | st.integers(0, 9999)),
        declassify_on=draw(st.none() | day), transfer_opinion_on=draw(st.none() | day),
        access_status=draw(st.sampled_from(["", "open", "deferred", "legacy_control", "not_reviewed"])),
        scope=draw(block), notes=draw(block),
    )  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=rows(), ead3=st.booleans())
def test_a_row_written_as_our_exports_do_is_read_as_it_was(ead_file, read_ead, row, ead3):
    written = own(row, mark="localtype" if ead3 else "altrender")
    reading = read_ead(ead_file(written, namespace=EAD3 if ead3 else "urn:isbn:1-931666-22-9"))
    assert (reading.rows, reading.complaints) == ([row], [])


def odd(field: str, text: str) -> str:
    return f'<odd localtype="qifeng:{field}"><p>{text}</p></odd>'


def test_of_a_component_of_ours_nothing_is_taken_twice_or_guessed(ead3_file, read_ead):
    others = "<bioghist><p>旁注</p></bioghist><controlaccess><persname>张三</persname></controlaccess>"
    (row,) = read_ead(ead3_file(file("<unitdate>1962</unitdate>", odd("notes", "附注"), others))).rows
    assert (row.notes, row.persons, row.date_text, row.earliest, row.latest) == ("附注", "", "1962", None, None)


def test_an_empty_date_of_ours_stays_empty_whatever_its_normal_form_says(ead3_file, read_ead):
    days = odd("earliest", "1962-01-01") + odd("latest", "1962-12-31")
    (row,) = read_ead(ead3_file(file('<unitdate normal="1962-01-01/1962-12-31"/>', days))).rows
    assert (row.date_text, row.earliest, row.latest) == ("", "1962-01-01", "1962-12-31")


def test_a_stub_of_a_classified_record_needs_no_title_and_shows_none(ead3_file, read_ead):
    stub = f'<c level="item"><did><unittitle/><unitid>J1-1</unitid></did>{odd("classification", "机密★30年")}</c>'
    reading = read_ead(ead3_file(stub))
    assert [(row.title, row.reference_code) for row in reading.rows] == [("", "J1-1")]
    reading = read_ead(ead3_file(stub.replace("<unittitle/>", f"<unittitle>{'密' * 2_001}</unittitle>")))
    assert [(complaint.column, complaint.value) for complaint in reading.complaints] == [("unittitle", "")]


@pytest.mark.parametrize(
    ("parts", "column"),
    [
        (odd("latest", "2000-01-01"), "qifeng:earliest"),
        (odd("earliest", "2000-02-30") + odd("latest", "2000-03-01"), "qifeng:earliest"),
        (odd("earliest", "2000-03-01") + odd("latest", "2000-02-01"), "qifeng:latest"),
        (odd("pages", "三"), "qifeng:pages"),
        (odd("access_status", "maybe"), "qifeng:access_status"),
        (odd("parent_row", "1"), "qifeng:parent_row"),
        (odd("colour", "红"), "qifeng:colour"),
        (odd("carrier", "纸") + odd("carrier", "胶片"), "qifeng:carrier"),
        (odd("earliest", "2030-01-01") + odd("latest", "2030-12-31"), "unitdate"),
    ],
)
def test_a_field_of_ours_that_was_spoilt_is_complained_of(ead3_file, read_ead, parts, column):
    reading = read_ead(ead3_file(file("", parts)), today=date(2026, 11, 22))
    assert reading.rows == []
    assert column in [complaint.column for complaint in reading.complaints]


def test_what_somebody_marked_internal_in_our_export_stays_closed(ead3_file, read_ead):
    marked = file("", "<accessrestrict><p>开放</p></accessrestrict>", odd("notes", "")).replace(
        "<c ", '<c audience="internal" '
    )
    (row,) = read_ead(ead3_file(marked)).rows
    assert row.access_condition == "开放 | audience=internal"
