"""EAD 2002: which components are entries, and what each takes from those above it."""

from __future__ import annotations

from datetime import date

import pytest

from policies.sentences import Refusal
from review.readers import PROFILES, read_catalogue


def component(title: str, *inner: str, level: str = "file", did: str = "", attributes: str = "") -> str:
    unittitle = f"<unittitle>{title}</unittitle>" if title else ""
    return f'<c level="{level}" {attributes}><did>{unittitle}{did}</did>{"".join(inner)}</c>'


def restricted(text: str) -> str:
    return f"<accessrestrict><head>Conditions</head><p>{text}</p></accessrestrict>"


@pytest.mark.parametrize("namespace", ["urn:isbn:1-931666-22-9", ""])
def test_the_namespace_makes_no_difference(ead_file, namespace):
    reading = read_catalogue(ead_file(component("甲", did="<unitdate>1962</unitdate>"), namespace=namespace))
    assert [(row.title, row.level, row.date_text) for row in reading.rows] == [("甲", "file", "1962")]
    assert reading.profile == "ead2002"


def test_a_series_is_context_and_a_file_with_items_is_an_entry_beside_them(ead_file):
    items = component("件一", level="item"), component("件二", level="item")
    series = component("文书类", component("案卷", *items), component("空类", level="series"), level="series")
    rows = read_catalogue(ead_file(series)).rows
    assert [(row.row, row.level, row.title, row.series_title) for row in rows] == [
        (2, "file", "案卷", "文书类"),
        (3, "item", "件一", "文书类"),
        (4, "item", "件二", "文书类"),
        (5, "series", "空类", "文书类"),
    ]


def test_the_series_title_names_the_two_nearest_above(ead_file):
    leaf = component("甲")
    nested = component("一", component("二", component("三", leaf, level="subseries"), level="series"), level="class")
    (row,) = read_catalogue(ead_file(nested)).rows
    assert row.series_title == "二 / 三"


def test_numbered_components_and_those_in_an_inner_dsc_are_found(ead_file):
    inner = '<c01 level="series"><did><unittitle>类</unittitle></did><dsc><c02><did><unittitle>甲</unittitle></did></c02></dsc></c01>'
    assert [row.title for row in read_catalogue(ead_file(inner)).rows] == ["甲"]


def test_rows_on_one_line_of_xml_are_told_apart(ead_file):
    rows = read_catalogue(ead_file(component("甲") + component("乙"))).rows
    assert [row.row for row in rows] == [1, 2]


def test_a_title_joins_its_inner_elements_and_folds_white_space(ead_file):
    title = "致<title>东方\n   杂志</title>的<emph>信</emph>, <!-- 1 --><unitdate>1962</unitdate>"
    (row,) = read_catalogue(ead_file(component(title))).rows
    assert row.title == "致东方 杂志的信, 1962"
    assert row.span.latest == date(1962, 12, 31)


def test_a_component_without_a_title_is_called_by_its_date(ead_file):
    empty = '<c level="file"><did><unittitle/><unitdate>1962-1963</unitdate></did></c>'
    assert [row.title for row in read_catalogue(ead_file(empty)).rows] == ["1962-1963"]


def test_a_component_without_title_and_date_is_a_complaint_that_says_where(ead_file):
    reading = read_catalogue(ead_file(component("甲") + "\n" + component("")))
    assert [row.title for row in reading.rows] == ["甲"]
    (complaint,) = reading.complaints
    assert (complaint.row, complaint.column) == (2, "unittitle")
    assert "第 2 个著录单元（XML 第 2 行）" in complaint.sentence.zh


@pytest.mark.parametrize(
    ("dates", "earliest", "latest"),
    [
        ('<unitdate normal="1962-03-01/1963-05-02">六二年</unitdate>', date(1962, 3, 1), date(1963, 5, 2)),
        ('<unitdate normal="nonsense">1962</unitdate>', date(1962, 1, 1), date(1962, 12, 31)),
        ('<unitdate normal="1951-04-05/ ">1951-1953</unitdate>', date(1951, 1, 1), date(1953, 12, 31)),
        ("<unitdate>1962</unitdate><unitdate>1970</unitdate>", date(1962, 1, 1), date(1970, 12, 31)),
        ('<unitdate normal="1977/1977">April 4, 2016</unitdate>', date(1977, 1, 1), date(2016, 4, 4)),
    ],
)
def test_the_span_covers_all_that_the_dates_say(ead_file, dates, earliest, latest):
    (row,) = read_catalogue(ead_file(component("甲", did=dates))).rows
    assert (row.span.earliest, row.span.latest) == (earliest, latest)


@pytest.mark.parametrize(
    "dates", ["<unitdate>undated</unitdate>", "<unitdate>1962</unitdate><unitdate>夏天</unitdate>"]
)
def test_a_date_that_cannot_be_read_leaves_no_span_and_a_note(ead_file, dates):
    above = '<c level="series"><did><unittitle>类</unittitle><unitdate>1950</unitdate></did>'
    (row,) = read_catalogue(ead_file(above + component("甲", did=dates) + "</c>")).rows
    assert row.span is None
    assert "date not read: " in row.notes


def test_a_component_without_a_date_has_that_of_the_nearest_above_and_says_so(ead_file):
    series = component("类", component("甲"), level="series", did="<unitdate>1962</unitdate>")
    (row,) = read_catalogue(ead_file(series)).rows
    assert row.span.latest == date(1962, 12, 31)
    assert row.notes == "date inherited: 1962"


def test_a_file_is_no_older_than_its_latest_item(ead_file):
    item = component("件", level="item", did="<unitdate>1985</unitdate>")
    file, _ = read_catalogue(ead_file(component("卷", item, did="<unitdate>1960-1962</unitdate>"))).rows
    assert (file.span.earliest, file.span.latest) == (date(1960, 1, 1), date(1985, 12, 31))
    assert "1985-12-31" in file.notes


def test_restrictions_of_all_above_are_kept_beside_the_own(ead_file):
    series = component(
        "类", restricted("类限"), component("甲", restricted("限至2068")), component("乙"), level="series"
    )
    first, second = read_catalogue(ead_file(series, archdesc=restricted("总限"))).rows
    assert first.access_condition == "限至2068 | 类限 | 总限"
    assert second.access_condition == "类限 | 总限"


def test_a_restriction_may_stand_in_a_group_or_after_the_components(ead_file):
    grouped = f"<descgrp>{restricted('组限')}</descgrp>"
    path = ead_file(component("甲", grouped))
    path.write_text(path.read_text("utf-8").replace("</dsc>", f"</dsc>{restricted('后限')}"), "utf-8")
    (row,) = read_catalogue(path).rows
    assert row.access_condition == "组限 | 后限"


def test_a_file_keeps_the_restrictions_of_its_items(ead_file):
    file, item = read_catalogue(ead_file(component("卷", component("件", restricted("限至2068"), level="item")))).rows
    assert file.access_condition == "within: 限至2068"
    assert item.access_condition == "限至2068"


@pytest.mark.parametrize(
    "components",
    [
        component("甲", attributes='audience="internal"'),
        component("类", component("甲"), level="series", attributes='audience="internal"'),
        component(
            "类", component("属", component("甲"), level="class"), level="series", attributes='audience="internal"'
        ),
        '<c level="file"><did audience="internal"><unittitle>甲</unittitle></did></c>',
        '<c level="file"><did><unittitle audience="internal">甲</unittitle></did></c>',
        '<c level="file"><did><unittitle>甲<persname audience="internal">乙</persname></unittitle></did></c>',
    ],
)
def test_what_is_internal_is_marked(ead_file, components):
    (row,) = read_catalogue(ead_file(components)).rows
    assert row.access_condition == "audience=internal"


def test_an_internal_container_does_not_mark_the_entry(ead_file):
    (row,) = read_catalogue(ead_file(component("甲", did='<physloc audience="internal">架</physloc>'))).rows
    assert row.access_condition == ""


def test_unitid_extent_and_origination_are_taken_and_the_maker_is_inherited(ead_file):
    did = (
        '<unitid type="aspace_uri">/repositories/2/1</unitid><unitid>J047-1</unitid>'
        "<physdesc><extent>3 页</extent></physdesc>"
    )
    maker = "<origination><corpname>某县人民委员会</corpname></origination>"
    (row,) = read_catalogue(ead_file(component("类", component("甲", did=did), level="series", did=maker))).rows
    assert (row.reference_code, row.extent, row.responsible_body) == ("J047-1", "3 页", "某县人民委员会")
    assert "repositories" not in row.notes


def test_a_unitid_that_repeats_is_no_code_and_goes_to_the_notes(ead_file):
    parts = [component("甲", did="<unitid>1</unitid>"), component("乙", did="<unitid>１</unitid>")]
    reading = read_catalogue(ead_file("".join(parts) + component("丙", did="<unitid>2</unitid>")))
    assert [(row.reference_code, row.notes) for row in reading.rows] == [
        ("", "unitid: 1"),
        ("", "unitid: １"),
        ("2", ""),
    ]
    assert reading.complaints == ()


def test_what_describes_the_content_is_kept_to_be_screened(ead_file):
    content = "<scopecontent><head>内容</head><p>病历</p><p>信函</p></scopecontent>"
    (row,) = read_catalogue(ead_file(component("甲", content, did='<container type="box">7</container>'))).rows
    assert row.notes == "container: box 7\nscopecontent: 病历 信函"


def test_texts_too_long_for_their_place_are_cut_there_and_whole_in_the_notes(ead_file):
    long = "长" * 600
    (row,) = read_catalogue(ead_file(component("甲", did=f"<physdesc>{long}</physdesc>"))).rows
    assert len(row.extent) == 500
    assert row.notes == f"physdesc: {long}"


def test_a_plain_doctype_is_fine_and_its_dtd_is_not_wanted(ead_file):
    path = ead_file(component("甲"), doctype='<!DOCTYPE ead SYSTEM "no/such/ead.dtd">', namespace="")
    assert len(read_catalogue(path).rows) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<ead><archdesc></ead>", "XML"),
        (b"title\nplain text", "XML"),
        (b"<ead/>", "著录单元"),
        (b"<ead><archdesc><dsc/></archdesc></ead>", "著录单元"),
        (b"<mets><c><did/></c></mets>", "mets"),
        (b'<ead xmlns="http://ead3.archivists.org/schema/"><archdesc/></ead>', "EAD3"),
    ],
)
def test_what_is_no_finding_aid_is_refused(tmp_path, content, words):
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=words):
        read_catalogue(path)


def test_a_column_mapping_for_a_finding_aid_is_refused_not_ignored(ead_file):
    with pytest.raises(Refusal, match="列映射"):
        read_catalogue(ead_file(component("甲")), PROFILES["house"])


def test_a_components_own_statement_that_it_is_open_overrules_what_stands_above(tmp_path):
    path = tmp_path / "one.xml"
    path.write_text(
        """<ead><archdesc level="collection"><did><unittitle>C</unittitle><unitdate>1980</unitdate></did>
        <accessrestrict><p>Restricted unless vetted.</p></accessrestrict><dsc>
        <c level="file"><did><unittitle>A</unittitle></did><accessrestrict><p>[Vetted, open]</p></accessrestrict></c>
        <c level="file"><did><unittitle>B</unittitle></did><accessrestrict><p>Open until vetted</p></accessrestrict></c>
        <c level="file"><did><unittitle>D</unittitle></did></c></dsc></archdesc></ead>""",
        encoding="utf-8",
    )
    rows = {row.title: row for row in read_catalogue(path).rows}
    assert rows["A"].access_condition == "[Vetted, open]"
    assert "Restricted unless vetted." in rows["A"].notes
    assert rows["B"].access_condition == "Open until vetted | Restricted unless vetted."
    assert rows["D"].access_condition == "Restricted unless vetted."


def test_the_title_of_a_file_is_no_heading_for_its_items(tmp_path):
    path = tmp_path / "one.xml"
    path.write_text(
        """<ead><archdesc level="collection"><did><unittitle>C</unittitle></did><dsc>
        <c level="series"><did><unittitle>S</unittitle></did><c level="file"><did><unittitle>Secret file</unittitle></did>
        <c level="item"><did><unittitle>Open item</unittitle></did></c></c></c></dsc></archdesc></ead>""",
        encoding="utf-8",
    )
    rows = {row.title: row for row in read_catalogue(path).rows}
    assert rows["Open item"].series_title == "S"
    assert "part of: Secret file" in rows["Open item"].notes
    assert rows["Secret file"].series_title == "S"
