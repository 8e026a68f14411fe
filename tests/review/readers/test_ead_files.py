"""EAD 2002: every component is a row of what it states itself, and nothing it states is lost."""

from __future__ import annotations

from datetime import date

import pytest

from policies.sentences import Refusal
from review.readers.ead import open_ead, peek_ead


def component(title: str, *inner: str, level: str = "file", did: str = "", attributes: str = "") -> str:
    unittitle = f"<unittitle>{title}</unittitle>" if title else ""
    return f'<c level="{level}" {attributes}><did>{unittitle}{did}</did>{"".join(inner)}</c>'


def restricted(text: str) -> str:
    return f"<accessrestrict><head>Conditions</head><p>{text}</p></accessrestrict>"


@pytest.mark.parametrize("namespace", ["urn:isbn:1-931666-22-9", ""])
def test_the_namespace_makes_no_difference(ead_file, read_ead, namespace):
    reading = read_ead(ead_file(component("甲", did="<unitdate>1962</unitdate>"), namespace=namespace))
    assert [(row.title, row.level, row.date_text) for row in reading.rows] == [("甲", "file", "1962")]
    assert (reading.stream.format, reading.stream.profile) == ("ead2002", "ead2002")


def test_every_component_is_a_row_that_points_at_the_one_around_it(ead_file, read_ead):
    items = component("件一", level="item"), component("件二", level="item")
    series = component("文书类", component("案卷", *items), component("空类", level="series"), level="series")
    assert [(row.row, row.parent_row, row.level, row.title) for row in read_ead(ead_file(series)).rows] == [
        (1, None, "series", "文书类"),
        (2, 1, "file", "案卷"),
        (3, 2, "item", "件一"),
        (4, 2, "item", "件二"),
        (5, 1, "series", "空类"),
    ]


def test_rows_come_as_components_end_and_are_counted_as_they_begin(ead_file):
    path = ead_file(component("类", component("甲"), component("乙"), level="series") + component("丙"))
    (chunk,) = open_ead(path, today=None)
    assert [(row.row, row.title) for row in chunk.rows] == [(2, "甲"), (3, "乙"), (1, "类"), (4, "丙")]
    assert (chunk.read, chunk.share, chunk.refused) == (4, 1.0, [])


@pytest.mark.parametrize(
    ("stated", "alone", "with_parts"),
    [
        ("item", "item", "item"),
        ("file", "file", "file"),
        *((word, "series", "series") for word in ("class", "fonds", "recordgrp", "subseries")),
        ("otherlevel", "file", "series"),
        ("", "file", "series"),
    ],
)
def test_the_level_is_as_stated_or_told_by_the_parts(ead_file, read_ead, stated, alone, with_parts):
    inner = component("件", level="item")
    first, second, _ = read_ead(ead_file(component("甲", level=stated) + component("乙", inner, level=stated))).rows
    assert (first.level, second.level) == (alone, with_parts)


def test_numbered_components_and_those_in_an_inner_dsc_are_found(ead_file, read_ead):
    inner = '<c01 level="series"><did><unittitle>类</unittitle></did><dsc><c02><did><unittitle>甲</unittitle></did></c02></dsc></c01>'
    assert [(row.title, row.parent_row) for row in read_ead(ead_file(inner)).rows] == [("类", None), ("甲", 1)]


def test_a_title_joins_its_inner_elements_and_folds_white_space(ead_file, read_ead):
    title = "致<title>东方\n   杂志</title>的<emph>信</emph>, <!-- 1 --><unitdate>1962</unitdate>"
    (row,) = read_ead(ead_file(component(title))).rows
    assert row.title == "致东方 杂志的信, 1962"
    assert row.latest == "1962-12-31"


def test_spaces_that_are_no_blanks_of_xml_stay_in_the_title(ead_file, read_ead):
    (row,) = read_ead(ead_file(component("\n 关于\u3000某事\u2002的\u00a0函 \t"))).rows
    assert row.title == "关于\u3000某事\u2002的\u00a0函"


def test_a_component_without_a_title_is_called_by_its_date(ead_file, read_ead):
    empty = '<c level="file"><did><unittitle/><unitdate>1962-1963</unitdate></did></c>'
    assert [row.title for row in read_ead(ead_file(empty)).rows] == ["1962-1963"]


def test_a_nameless_unit_is_called_by_its_code_if_parts_hang_on_it(ead_file, read_ead):
    code = "<unitid>572AP/81</unitid>"
    reading = read_ead(ead_file(component("", component("甲"), did=code, level="series")))
    assert [(row.title, row.reference_code) for row in reading.rows] == [("572AP/81", "572AP/81"), ("甲", "")]
    assert [(complaint.row, complaint.severity) for complaint in reading.complaints] == [(1, "warning")]


def test_a_component_without_title_and_date_is_a_complaint_that_says_where(ead_file, read_ead):
    reading = read_ead(ead_file(component("甲") + "\n" + component("", did="<unitid>7</unitid>")))
    assert [row.title for row in reading.rows] == ["甲"]
    (complaint,) = reading.complaints
    assert (complaint.row, complaint.column, complaint.severity, complaint.line) == (2, "unittitle", "error", 2)
    assert "第 2 个著录单元（XML 第 2 行）" in complaint.sentence.zh


@pytest.mark.parametrize(
    ("dates", "earliest", "latest"),
    [
        ('<unitdate normal="1962-03-01/1963-05-02">六二年</unitdate>', "1962-03-01", "1963-05-02"),
        ('<unitdate normal="nonsense">1962</unitdate>', "1962-01-01", "1962-12-31"),
        ('<unitdate normal="1951-04-05/ ">1951-1953</unitdate>', "1951-01-01", "1953-12-31"),
        ("<unitdate>1962</unitdate><unitdate>1970</unitdate>", "1962-01-01", "1970-12-31"),
        ('<unitdate normal="1977/1977">April 4, 2016</unitdate>', "1977-01-01", "2016-04-04"),
    ],
)
def test_the_span_covers_all_that_the_dates_say(ead_file, read_ead, dates, earliest, latest):
    (row,) = read_ead(ead_file(component("甲", did=dates))).rows
    assert (row.earliest, row.latest) == (earliest, latest)


@pytest.mark.parametrize(
    ("date_given", "certainty"),
    [
        ("<unitdate>1962</unitdate>", ""),
        ('<unitdate certainty="circa">1962</unitdate>', "approximate"),
        ('<unitdate certainty="certain">1962</unitdate>', ""),
        ('<unitdate certainty="inferred">1962</unitdate>', "inferred"),
        ('<unitdate normal="1962">circa 1962</unitdate>', "approximate"),
        ("<unitdate>[1962?]</unitdate>", "inferred"),
    ],
)
def test_how_certain_a_date_is_comes_from_its_attribute_and_its_words(ead_file, read_ead, date_given, certainty):
    (row,) = read_ead(ead_file(component("甲", did=date_given))).rows
    assert (row.date_certainty, row.date_precision) == (certainty, "year")


@pytest.mark.parametrize("dates", ["夏天", "1962</unitdate><unitdate>夏天"])
def test_a_date_that_cannot_be_read_leaves_no_span_and_is_warned_of(ead_file, read_ead, dates):
    reading = read_ead(ead_file(component("甲", did=f"<unitdate>{dates}</unitdate>")))
    assert [(row.earliest, row.latest, row.date_precision) for row in reading.rows] == [(None, None, "")]
    (complaint,) = reading.complaints
    assert (complaint.column, complaint.value, complaint.severity) == ("unitdate", "夏天", "warning")


def test_a_unit_that_says_it_is_undated_has_no_span_and_no_warning(ead_file, read_ead):
    reading = read_ead(ead_file(component("甲", did="<unitdate>undated</unitdate>")))
    assert [(row.date_text, row.latest) for row in reading.rows] == [("undated", None)]
    assert reading.complaints == []


def test_a_date_that_begins_after_today_is_an_error(ead_file, read_ead):
    path = ead_file(component("甲", did="<unitdate>2030</unitdate>") + component("乙"))
    reading = read_ead(path, today=date(2026, 11, 22))
    assert [row.title for row in reading.rows] == ["乙"]
    assert [(complaint.column, complaint.value) for complaint in reading.complaints] == [("unitdate", "2030")]


def test_rows_state_nothing_they_have_from_above_or_below(ead_file, read_ead):
    did = "<unitdate>1962</unitdate><origination>某局</origination>"
    late = component("乙", restricted("限至2068"), did="<unitdate>1990</unitdate>", level="item")
    reading = read_ead(ead_file(component("类", restricted("类限"), component("甲", late), did=did, level="series")))
    series, file, item = reading.rows
    assert (series.access_condition, series.latest, series.responsible_body) == ("类限", "1962-12-31", "某局")
    assert file == (2, "甲", "file", 1, *file[4:])
    assert not any(file[4:])
    assert (item.access_condition, item.latest, item.responsible_body) == ("限至2068", "1990-12-31", "")


def test_what_the_finding_aid_says_of_the_whole_is_above_the_stream(ead_file, read_ead):
    archdesc = restricted("总限") + "<odd><p>全宗说明</p></odd>"
    path = ead_file(component("甲"), archdesc=archdesc)
    path.write_text(path.read_text("utf-8").replace("</dsc>", f"</dsc>{restricted('后限')}"), "utf-8")
    stream = read_ead(path).stream
    above = stream.above
    assert (above.row, above.level, above.title) == (0, "series", "全宗")
    assert (above.access_condition, above.notes) == ("总限 | 后限", "odd: 全宗说明")
    assert stream.codes_identify is False


def test_a_restriction_may_stand_in_a_group_or_after_the_components(ead_file, read_ead):
    grouped = f"<descgrp>{restricted('组限')}</descgrp>"
    item = component("件", restricted("件限"), level="item")
    reading = read_ead(ead_file(component("甲", grouped, item, restricted("后限"))))
    assert [row.access_condition for row in reading.rows] == ["组限 | 后限", "件限"]
    (warning,) = reading.stream.warnings
    assert "次序" in warning.zh


@pytest.mark.parametrize(
    "components",
    [
        component("甲", attributes='audience="internal"'),
        '<c level="file"><did audience="internal"><unittitle>甲</unittitle></did></c>',
        '<c level="file"><did><unittitle audience="internal">甲</unittitle></did></c>',
        '<c level="file"><did><unittitle>甲<persname audience="internal">乙</persname></unittitle></did></c>',
        component("甲", '<scopecontent><p audience="internal">乙</p></scopecontent>'),
    ],
)
def test_what_is_internal_is_marked(ead_file, read_ead, components):
    (row,) = read_ead(ead_file(components)).rows
    assert row.access_condition == "audience=internal"


def test_a_list_that_is_internal_marks_what_is_in_it_and_a_unit_only_itself(ead_file, read_ead):
    listed = '<c level="series"><did><unittitle>类</unittitle></did><dsc audience="internal">{}</dsc></c>'
    marked = component("类", component("甲"), level="series", attributes='audience="internal"')
    conditions = [row.access_condition for row in read_ead(ead_file(listed.format(component("甲")) + marked)).rows]
    assert conditions == ["", "audience=internal", "audience=internal", ""]


def test_an_internal_container_does_not_mark_the_entry(ead_file, read_ead):
    (row,) = read_ead(ead_file(component("甲", did='<physloc audience="internal">架</physloc>'))).rows
    assert (row.access_condition, row.location) == ("", "架")


def test_what_has_a_place_in_the_row_stands_there(ead_file, read_ead):
    did = (
        '<unitid type="aspace_uri">/repositories/2/1</unitid><unitid>J047-1</unitid><unitid type="old">旧1</unitid>'
        "<physdesc><extent>3 页</extent></physdesc><physloc>三库</physloc><abstract>摘要</abstract>"
        "<origination><corpname>某县人民委员会</corpname></origination>"
    )
    content = "<scopecontent><head>内容</head><p>病历</p><p>信函</p></scopecontent>"
    names = "<controlaccess><head>名</head><persname>张三</persname><controlaccess><subject>水利</subject><geogname>长沙</geogname></controlaccess></controlaccess>"
    (row,) = read_ead(ead_file(component("甲", content, names, did=did))).rows
    assert (row.reference_code, row.extent, row.location) == ("J047-1", "3 页", "三库")
    assert row.responsible_body == "某县人民委员会"
    assert row.scope == "摘要\n病历\n信函"
    assert (row.persons, row.keywords) == ("张三", "水利; 长沙")
    assert row.notes == "unitid: 旧1"


def test_codes_of_a_finding_aid_may_repeat_and_are_given_as_they_stand(ead_file, read_ead):
    reading = read_ead(
        ead_file(component("甲", did="<unitid>1</unitid>") + component("乙", did="<unitid>1</unitid>"))
    )
    assert [row.reference_code for row in reading.rows] == ["1", "1"]
    assert reading.complaints == []


def test_everything_else_is_kept_in_the_notes(ead_file, read_ead):
    did = '<container type="box">7</container><langmaterial>中文</langmaterial>'
    parts = (
        "<bioghist><head>简历</head><p>一</p><p>二</p></bioghist><userestrict><p>不得复制</p></userestrict>"
        '<dao xmlns:x="http://www.w3.org/1999/xlink" x:href="objects/1.tif"><daodesc><p>扫描件</p></daodesc></dao>'
        '<daogrp><daoloc href="2.tif"/><daoloc href="3.tif"/></daogrp><strange>怪</strange>'
    )
    reading = read_ead(ead_file(component("甲", parts, did=did)))
    assert reading.rows[0].notes.split("\n") == [
        "container: box 7",
        "langmaterial: 中文",
        "bioghist: 一 二",
        "userestrict: 不得复制",
        "dao: objects/1.tif",
        "dao: 扫描件",
        "dao: 2.tif",
        "dao: 3.tif",
        "strange: 怪",
    ]
    (warning,) = reading.stream.warnings
    assert "strange" in warning.en


def test_texts_too_long_for_their_place_are_cut_there_and_whole_in_the_notes(ead_file, read_ead):
    long = "长" * 600
    (row,) = read_ead(ead_file(component("甲", did=f"<physdesc>{long}</physdesc>"))).rows
    assert len(row.extent) == 500
    assert row.notes == f"physdesc: {long}"


def test_what_is_too_long_even_for_the_notes_is_cut_and_said(ead_file, read_ead):
    reading = read_ead(ead_file(component("甲", f"<odd><p>{'长' * 100_001}</p></odd>")))
    assert len(reading.rows[0].notes) == 100_000
    assert [complaint.severity for complaint in reading.complaints] == ["warning"]


def test_a_title_too_long_is_an_error_and_is_not_shown_whole(ead_file, read_ead):
    reading = read_ead(ead_file(component("长" * 2_001) + component("乙")))
    assert [row.title for row in reading.rows] == ["乙"]
    assert [len(complaint.value) for complaint in reading.complaints] == [200]


def test_a_plain_doctype_is_fine_and_its_dtd_is_not_wanted(ead_file, read_ead):
    path = ead_file(component("甲"), doctype='<!DOCTYPE ead SYSTEM "no/such/ead.dtd">', namespace="")
    assert len(read_ead(path).rows) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_the_encoding_is_what_the_xml_says(ead_file, read_ead, encoding):
    path = ead_file(component("启封"))
    text = path.read_text("utf-8").replace("UTF-8", encoding.upper())
    path.write_bytes(text.encode(encoding))
    assert [row.title for row in read_ead(path).rows] == ["启封"]


@pytest.mark.parametrize("skip", [0, 1, 2, 3, 4, 9])
def test_reading_goes_on_after_the_records_already_read(ead_file, read_ead, skip):
    parts = component("甲"), component("", did="<unitid>无题名</unitid>")
    path = ead_file(component("类", *parts, level="series") + component("丙"), archdesc=restricted("总限"))
    whole, rest = read_ead(path), read_ead(path, skip=skip)
    ended = [2, 3, 1, 4]  # the third record is a complaint
    assert [row for row in whole.rows if row.row in ended[skip:]] == rest.rows
    assert [c for c in whole.complaints if c.row in ended[skip:]] == rest.complaints
    assert rest.stream.above == whole.stream.above


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<ead><archdesc></ead>", "XML"),
        (b"title\nplain text", "XML"),
        (b"<ead/>", "著录单元"),
        (b"<ead><archdesc><dsc/></archdesc></ead>", "著录单元"),
        (b"<mets><c><did/></c></mets>", "mets"),
        (b'<eac-cpf xmlns="urn:isbn:1-931666-33-4"><c/></eac-cpf>', "eac-cpf"),
        (b"<eag><c/></eag>", "eag"),
        (b'<ead xmlns="http://example.org/"><c/></ead>', "example.org"),
    ],
)
def test_what_is_no_finding_aid_is_refused(tmp_path, read_ead, content, words):
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=words):
        read_ead(path)


def test_a_peek_tells_format_and_title_without_reading_on(ead_file):
    path = ead_file(component("甲") * 3_000)
    path.write_text(path.read_text("utf-8") + "broken", "utf-8")
    peeked = peek_ead(path)
    assert (peeked.format, peeked.profile, peeked.title, peeked.headings) == ("ead2002", "ead2002", "全宗", ())
