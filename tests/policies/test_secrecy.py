"""State secrets stay out: which records are still classified, what a stub may say, and that nothing tells the title."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.catalogue_rows import CatalogueRow
from policies.dates import parse_date_span
from policies.outcomes import Suggestion
from policies.records import Record
from policies.rulesets import load_ruleset
from policies.screening import Screener
from policies.secrecy import as_stub, more_than_a_stub, says_more, still_classified
from review.sample import CASES, sample_fonds

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("mark", "latest", "still"),
    [
        ("绝密", "1996-11-21", False),
        ("绝密", "1996-11-22", True),
        ("机密", "2006-11-21", False),
        ("机密", "2006-11-22", True),
        ("秘密", "2016-11-21", False),
        ("秘密", "2016-11-22", True),
        ("绝密★30年", "1998-06-03", True),
        ("机密★10年", "1990-12-05", False),
        ("机密★10年", "2016-11-22", True),
        ("绝密★6个月", "2020-01-01", False),
        ("秘密★30年", "2000-06-01", True),
        ("绝密★至2030-06-01", "1995-01-01", True),
        ("绝密★至2020-06-01", "1995-01-01", False),
        ("机密★长期", "1950-01-01", True),
        ("绝密★长期", "1966-03-22", True),
        ("絶密★長期", "1950-01-01", True),
        ("絕密", "1998-01-01", True),
        ("（绝密）", "1998-01-01", True),
        ("绝 密 ★ ３０ 年", "1998-06-03", True),
        ("JM", "2010-01-01", True),
        ("UM", "1990-01-01", False),
        ("top secret", "2000-01-01", True),
        ("Secret", "1990-01-01", False),
        ("机密", "", True),
        ("机密", None, True),
        ("秘密★5年", None, True),
        ("机密", "kein Datum", True),
        ("机密 内部掌握", "2010-01-01", True),
        ("机密 内部掌握", "1950-01-01", True),
        ("极机密", "1937-01-01", False),
        ("极机密", "2010-01-01", True),
        ("机密/绝密", "2000-01-01", True),
        ("机密，长期保密", "1950-01-01", True),
        ("密", "2010-01-01", True),
        ("密件", "1937-01-01", False),
        ("密件", None, True),
        ("涉密", "2010-01-01", True),
        ("", "2010-01-01", False),
        (" ", None, False),
        ("内部", "2010-01-01", False),
        ("内部", None, False),
        ("公开", None, False),
        ("工作秘密", None, False),
        ("商业秘密", None, False),
        ("非机密", None, False),
        ("unclassified", None, False),
        ("declassified", None, False),
        ("已解密", None, False),
        ("限制", "2010-01-01", False),
        ("长期", "2010-01-01", False),
        ("?", None, False),
    ],
)
def test_a_record_is_still_classified_until_its_term_has_certainly_ended(mark, latest, still):
    assert still_classified(mark, latest, TODAY) is still


@pytest.mark.parametrize("mark", ["绝密★启用前", "机密★公布前", "绝密（启用前）", "秘密★发布之前"])
def test_a_condition_that_comes_about_by_itself_is_met_when_the_record_is_due(mark):
    assert not still_classified(mark, "1998-10-24", TODAY)
    assert not still_classified(mark, date(2001, 11, 21), TODAY)
    assert still_classified(mark, "2001-11-22", TODAY)
    assert still_classified(mark, None, TODAY)


@pytest.mark.parametrize(
    ("said", "lifted"),
    [
        ("2005年经原定密机关示例省水利厅审核，提前解密。", True),
        ("已解密", True),
        ("已于2005年3月解密", True),
        ("已经示例省水利厅解密", True),
        ("解密日期：2005-03-01", True),
        ("2005年解除密级。", True),
        ("經審核不再保密，準予解密。", True),
        ("附件2件。2005年提前解密。", True),
        ("Declassified 2005-03-01", True),
        ("", False),
        ("附件2件", False),
        ("未解密", False),
        ("尚未解密", False),
        ("不予解密", False),
        ("拟提前解密", False),
        ("拟于2020年报原定密机关审核，提前解密", False),
        ("建议提前解密", False),
        ("待解密", False),
        ("到期自行解密", False),
        ("可提前解密", False),
        ("部分已解密", False),
        ("2030年提前解密", False),
        ("解密日期：2030-01-01", False),
        ("解密日期：待定", False),
        ("原定密机关：示例省民政厅；解密复核日期：2020-06-03。", False),
        ("not declassified", False),
        ("to be declassified", False),
    ],
)
def test_a_note_that_the_mark_was_lifted_counts_only_without_reserve(said, lifted):
    assert still_classified("绝密★30年", "1998-07-06", TODAY, said=said) is not lifted
    assert still_classified("机密★长期", "1998-07-06", TODAY, said=said) is not lifted


def test_what_the_house_would_refer_as_a_secret_is_never_more_open_here_but_for_conditions_met_by_nature():
    """Over every mark and age: where this says that the secret is over, rule CN-111 does not hold it either."""
    screener = Screener(load_ruleset("cn-1"))
    for mark in ("绝密", "机密", "秘密", "绝密★30年", "机密★长期", "秘密★5年", "绝密★至2030年", "JM", "(机密★20年)"):
        for year in range(1940, 2027, 3):
            record = Record("J047-1", "关于水利工作的通知", span=parse_date_span(str(year)), classification=mark)
            found = [finding for finding in screener.screen(record, TODAY).findings if finding.rule_id == "CN-111"]
            held = any(finding.suggests is not Suggestion.OPEN for finding in found)
            assert still_classified(mark, f"{year}-12-31", TODAY) == held


def row(**values):
    return CatalogueRow(2, **{"reference_code": "J047-001-0050-001", "classification": "绝密★30年", **values})


FULL = row(
    title="关于某水库防守部署的报告",
    latest="1998-06-03",
    earliest="1998-06-03",
    date_text="19980603",
    retention="永久",
    agency="示例省水利厅",
    responsible_body="示例省水利厅",
    series_title="防汛",
    scope="部署的内容",
    persons="王某某",
    keywords="水库",
    document_number="水密〔1998〕3号",
    notes="附图2幅。",
    access_condition="说到内容的限制",
    transfer_opinion="因内容不宜开放",
    extent="5页",
    pages=5,
    location="3库",
)


@pytest.mark.parametrize(
    "title",
    ["", " ", "（涉密条目，题名不入库）", "[题名不公布]", "题名不公布", "涉密", "Classified", "[Title withheld]", "***",
     "绝密", "（涉密）", "題名不公布"],
)  # fmt: skip
def test_a_title_that_says_nothing_may_stand_in_a_stub(title):
    assert says_more(row(title=title)) == ()


@pytest.mark.parametrize(
    "title", ["关于防汛的通知", "涉密：关于防汛的通知", "会议记录", "classified report on dams", "A"]
)
def test_any_other_title_may_not(title):
    assert says_more(row(title=title)) == ("title",)


@pytest.mark.parametrize("field", ["scope", "persons", "keywords", "document_number"])
def test_no_field_that_tells_of_the_content_may_stand_in_a_stub(field):
    assert says_more(row(**{field: "某事"})) == (field,)


@pytest.mark.parametrize(
    ("notes", "classifier", "review"),
    [
        ("原定密机关：示例省民政厅；复核日期：2028-06-03。", "示例省民政厅", "2028-06-03"),
        ("原定密机关：示例省水利厅；复核日期：2027-12-31。", "示例省水利厅", "2027-12-31"),
        ("原定密机关：示例省革命委员会民政组（职能由示例省民政厅承接）；复核日期：待原定密机关确认。",
         "示例省革命委员会民政组", None),
        ("原定密机关：示例省农村社会主义教育工作队（已撤销）；复核日期：待指定单位确认。",
         "示例省农村社会主义教育工作队", None),
        ("原定密机关:示例省民政厅;解密复核日期:2028年", "示例省民政厅", "2028-12-31"),
        ("复核日期：2028年6月", "", "2028-06-30"),
        ("原定密機關：示例縣政府", "示例縣政府", None),
        ("Original classifier: Ministry of Water\nReview date: 2028-06-03", "Ministry of Water", "2028-06-03"),
        ("", "", None),
    ],
)  # fmt: skip
def test_notes_that_name_only_classifier_and_review_day_go_into_their_columns(notes, classifier, review):
    assert says_more(row(notes=notes)) == ()
    stub = as_stub(row(notes=notes))
    assert (stub.original_classifier, stub.declassify_on, stub.notes) == (classifier, review, "")


@pytest.mark.parametrize(
    "notes",
    [
        "附件2件。",
        "原定密机关：示例省民政厅；复核日期：2028-06-03。内容涉及边防部署。",
        "原定密机关：关于边防部署的报告",
        "原定密机关：示例省民政厅；复核日期：见边防部署方案。",
        "内容：边防部署",
    ],
)
def test_notes_that_say_anything_else_may_not_stand_in_a_stub(notes):
    assert says_more(row(notes=notes)) == ("notes",)
    assert as_stub(row(notes=notes)).notes == ""


def test_what_the_columns_say_already_is_not_replaced_from_the_notes():
    stub = as_stub(
        row(original_classifier="甲厅", declassify_on="2027-01-01", notes="原定密机关：乙厅；复核日期：2028-06-03")
    )
    assert (stub.original_classifier, stub.declassify_on) == ("甲厅", "2027-01-01")


def test_a_full_row_says_more_and_its_stub_says_nothing():
    assert says_more(FULL) == ("title", "scope", "persons", "keywords", "document_number", "notes")
    stub = as_stub(FULL)
    assert says_more(stub) == ()
    assert stub == row(
        latest="1998-06-03", earliest="1998-06-03", date_text="19980603", retention="永久", agency="示例省水利厅",
        responsible_body="示例省水利厅", series_title="防汛",
    )  # fmt: skip


def test_the_sentence_names_columns_and_never_what_stands_in_them():
    sentence = more_than_a_stub(says_more(FULL))
    for text in (FULL.title, FULL.scope, FULL.persons, FULL.keywords, FULL.document_number, FULL.notes):
        assert text not in sentence.zh
        assert text not in sentence.en
    assert "题名" in sentence.zh
    assert "title" in sentence.en


texts = st.text(max_size=40)


@given(
    st.builds(
        CatalogueRow, st.just(2), title=texts, scope=texts, persons=texts, keywords=texts, document_number=texts,
        notes=texts, access_condition=texts, original_classifier=texts,
    )
)  # fmt: skip
def test_whatever_a_row_holds_its_stub_is_a_stub(any_row):
    stub = as_stub(any_row)
    assert says_more(stub) == ()
    assert as_stub(stub) == stub
    assert (stub.title, stub.scope, stub.persons, stub.keywords, stub.document_number, stub.notes) == ("",) * 6


@given(texts, texts | st.none() | st.dates(), st.dates(date(1990, 1, 1), date(2050, 1, 1)), texts)
def test_any_mark_is_judged(classification, latest, today, said):
    assert still_classified(classification, latest, today, said=said) in (True, False)


SECRET_CASES = {
    "绝密未满三十年，只存条目": True,
    "绝密未标期限": True,
    "密级标注长期": True,
    "定密机关已撤销，无承接单位": True,
    "机密十年，期限早已届满": False,
    "以启用前为保密期限": False,
    "内部文件": False,
    "题名谈保密而内容不涉密": False,
    "未满三十年的绝密已提前解密": False,
}


def as_row(entry):
    span = parse_date_span(entry.date_text)
    return CatalogueRow(
        2, entry.title, reference_code=entry.reference_code, classification=entry.classification, notes=entry.notes,
        access_condition=entry.access_condition, latest=span and span.latest.isoformat(),
        document_number=entry.document_number,
    )  # fmt: skip


def test_the_cases_of_the_sample_are_stubs_where_they_are_still_secret_and_full_where_they_are_not():
    entries = {entry.reference_code: entry for fonds in sample_fonds() for entry in fonds.entries}
    cases = {case.name.zh: as_row(entries[case.reference_code]) for case in CASES if case.name.zh in SECRET_CASES}
    assert cases.keys() == SECRET_CASES.keys()
    for name, still in SECRET_CASES.items():
        said = f"{cases[name].notes} {cases[name].access_condition}"
        assert still_classified(cases[name].classification, cases[name].latest, TODAY, said=said) is still, name
        assert not still or says_more(cases[name]) == (), name


def test_no_record_of_the_sample_that_is_still_secret_says_more_than_a_stub():
    marked = 0
    for entry in (entry for fonds in sample_fonds() for entry in fonds.entries if entry.classification):
        marked += 1
        one = as_row(entry)
        if still_classified(one.classification, one.latest, TODAY, said=f"{one.notes} {one.access_condition}"):
            assert says_more(one) == ()
    assert marked > 20
