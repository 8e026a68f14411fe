"""Each kind of rule: what it finds, what it leaves alone, and what follows."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.dates import parse_date_span
from policies.joined import Joined
from policies.outcomes import Suggestion
from policies.records import Record, field_text
from policies.rulesets import FOLDER, build_ruleset, check_examples
from policies.screening import Screener
from policies.sentences import Refusal

DAY = date(2026, 11, 21)
HEAD = """\
number: cn-900
title: {zh: 试, en: A trial}
jurisdiction: CN
status: draft
adopted: 2026-11-21
adopted_by: {zh: 无, en: nobody}
"""
RULE = """\
id: CN-901
title: {zh: 试, en: A trial}
why: {zh: 试, en: A trial}
article: {zh: 档案法第二十七条, en: "Archives Law, art. 27"}
ground: CN-8-4
suggests: defer
closure: {years: 50, basis: policy}
false_alarms: {zh: 无, en: none}
status: draft
author: a person
date: 2026-11-21
"""


class Names:
    """A name model that knows one name."""

    digest = "0" * 64

    def names(self, texts):
        return [[(at, at + 3)] if (at := text.find("王建国")) >= 0 else [] for text in texts]


def built(looks_for, must, must_not, more="", files=None, base=RULE):
    """A ruleset of this one rule, as it is read from files. `more` is put over the lines of the base that it repeats."""
    said = {line.partition(":")[0] for line in more.splitlines()}
    lines = [line for line in base.splitlines() if line.partition(":")[0] not in said]
    text = "\n".join(
        [*lines, more, f"looks_for: {looks_for}", f"must_match: {must}", f"must_not_match: {must_not}", ""]
    )
    held = {
        "ruleset.yaml": HEAD.encode(),
        "person-names.yaml": (FOLDER / "cn-1/person-names.yaml").read_bytes(),
        "CN-901.yaml": text.encode(),
        **(files or {}),
    }
    return build_ruleset("cn-900", held)


def screener(*args, names=None, **values):
    return Screener(built(*args, **values), names)


def entry(title="关于召开会议的通知", created="1990-01-01", code="J047-001", **values):
    return Record(reference_code=code, title=title, span=parse_date_span(created), **values)


def test_a_category_finds_its_words_and_while_unverified_only_asks_to_look():
    rules = screener(
        "{kind: category, code: CU01, verified: false, terms: [边界纠纷], unless: [解决]}",
        "[某县边界纠纷]", "[某县边界纠纷的解决]", "suggests: look\nclosure: none\nground: ''",
    )  # fmt: skip
    assert rules.screen(entry("某县邊界糾紛"), DAY).suggestion is Suggestion.LOOK
    with pytest.raises(Refusal, match="may only suggest: look"):
        built("{kind: category, code: CU01, verified: false, terms: [边界]}", "[边界]", "[会议]")


def test_an_agency_is_met_by_its_whole_name_or_its_ending_and_by_no_title():
    rules = screener(
        "{kind: agency, names: [公安部], ending: [公安局]}",
        "[{responsible_body: 公安部}, {agency: 某县公安局}]", "[某县公安局, {agency: 某县公安局工会}]",
    )  # fmt: skip
    (finding,) = rules.screen(entry(agency="某縣公安 局"), DAY).findings
    assert (finding.field, finding.matched, finding.opens_on) == ("agency", "某縣公安 局", date(2040, 1, 1))
    assert rules.screen(entry(responsible_body="公安部工会"), DAY).suggestion is Suggestion.OPEN


def test_a_scope_holds_for_its_fonds_and_years_only():
    rules = screener(
        "{kind: scope}", "[{fonds: J047, created: 1962}]", "[{fonds: J048, created: 1962}, {fonds: J047, created: 1970}]",
        "applies_to: {fonds: [j047], created_to: 1965}\nclosure: {until: 2050-01-01, basis: policy}",
    )  # fmt: skip
    screening = rules.screen(entry(fonds="Ｊ047", created="1950"), DAY)
    assert (screening.suggestion, screening.opens_on) == (Suggestion.DEFER, date(2050, 1, 1))
    assert [(finding.field, finding.matched) for finding in screening.findings] == [("fonds", "Ｊ047")]
    assert rules.screen(entry(fonds="J047", created="1961-1970"), DAY).suggestion is Suggestion.OPEN


def test_a_rule_applies_to_its_reference_codes_and_series_only():
    rules = screener(
        "{kind: lexicon, terms: [名册]}",
        "[{title: 名册, reference_code: J047-12, series_title: 人事处}]",
        "[{title: 名册, reference_code: J048-12, series_title: 人事处}, {title: 名册, reference_code: J047-1}]",
        "applies_to: {reference_codes: [J047-], series: [人事]}",
    )  # fmt: skip
    assert rules.screen(entry("名册", series_title="人事处"), DAY).findings
    assert not rules.screen(entry("名册", series_title="人事处", code="K047-"), DAY).findings


def test_a_rule_that_reads_marks_has_no_scope_in_which_a_mark_would_go_unread():
    with pytest.raises(Refusal, match="has no applies_to"):
        built(
            "{kind: mark, words: [内部]}", "[{classification: 内部}]", "[会议]", "applies_to: {fonds: [J047]}\n"
            "fields: [classification]",
        )  # fmt: skip


def test_a_name_rule_finds_what_the_model_finds_and_says_when_there_is_no_model():
    ruleset = built(
        "{kind: name, unless: [任命], except: [王建国纪念馆]}", "[王建国来信]", "[任命王建国, 王建国纪念馆]"
    )
    check_examples(ruleset, Names())
    rules, without = Screener(ruleset, Names()), Screener(ruleset)
    titles = [entry("关于王建 國的调查"), entry("王建国纪念馆的报告"), entry("关于任命王建国的通知"), entry()]
    found = rules.screen_all(titles, DAY)
    assert [[finding.matched for finding in screening.findings] for screening in found] == [["王建 國"], [], [], []]
    assert (rules.without_names, without.without_names) == (False, True)
    assert without.screen(titles[0], DAY).findings == ()


def test_examples_that_contradict_a_name_rule_are_refused_where_there_is_a_model():
    with pytest.raises(Refusal, match="must match and does not"):
        check_examples(built("{kind: name}", "[李四来信]", "[会议]"), Names())


def test_a_pattern_is_called_up_by_its_trigger_without_a_run_of_digits():
    rules = screener(
        "{kind: pattern, pattern: '[a-z0-9]{1,20}@[a-z0-9]{1,20}[.]com', triggers: ['@']}",
        "[来信 wang＠example.com]", "[来信 wang at example.com]",
    )  # fmt: skip
    assert [f.matched for f in rules.screen(entry("来信wang@example.com"), DAY).findings] == ["wang@example.com"]


def test_an_expression_is_met_where_it_is_true_or_cannot_be_told():
    rules = screener(
        "{kind: expression, when: \"created.year < 1950 && record.fonds == 'j047'\"}",
        "[{fonds: J047, created: 1949}]", "[{fonds: J048, created: 1949}]",
        "closure: {event: death, years: 30, unknown: 100, basis: policy}",
    )  # fmt: skip
    (sure,) = rules.screen(entry(created="1949-10-01", fonds="Ｊ047"), DAY).findings
    assert (sure.level, sure.opens_on) == ("medium", date(2049, 10, 1))
    (unsure,) = rules.screen(entry(created="", fonds="J047"), DAY).findings
    assert (unsure.level, unsure.suggests, unsure.opens_on) == ("low", Suggestion.DEFER, None)


def test_a_misread_term_is_a_weak_finding():
    rules = screener("{kind: lexicon, terms: [土改运动], variants: [ocr]}", "[土改运动, 士改运动]", "[士兵改名运动]")
    assert [f.level for f in rules.screen(entry("土改运动"), DAY).findings] == ["medium"]
    assert [(f.level, f.matched) for f in rules.screen(entry("士改运动"), DAY).findings] == [("low", "士改运动")]


def test_full_text_is_read_page_by_page():
    rules = screener("{kind: lexicon, terms: [处分]}", "[{pages: [会议, 处分决定]}]", "[处分]", "fields: [pages]")
    (finding,) = rules.screen(entry(pages=("会议", "给予處 分", "")), DAY).findings
    assert (finding.field, finding.page, finding.start, finding.matched) == ("pages", 2, 2, "處 分")


def test_a_page_in_which_signs_were_lost_meets_the_rule_on_unreadable_pages():
    rules = screener(
        "{kind: unreadable_page}", '[{pages: [好, "坏\\ufffd"]}, {pages: ["", " "]}]', '[{pages: ["", 好]}]',
        "suggests: refer\nclosure: none",
    )  # fmt: skip
    screening = rules.screen(entry(pages=("好", "坏\ud800")), DAY)
    assert [(finding.page, finding.start) for finding in screening.findings] == [(2, 1)]
    assert screening.suggestion is Suggestion.REFER


def test_the_terms_of_a_list_are_terms_of_the_rule():
    listed = ("{kind: lexicon, terms_from: words.txt}", "[甲乙丙]", "[丙乙甲]")
    assert screener(*listed, files={"words.txt": "# 词\n甲乙\n\n乙丙\n".encode()}).terms == ("甲乙", "乙丙")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("甲乙\n丙丁".encode("gb18030"), 1, "not in UTF-8"),
        ("甲乙\n丙丁".encode("utf-16"), 1, "byte order mark"),
        ("甲乙\n丙丁\n甲 乙\n".encode(), 3, "line 1 already"),
        ("甲乙\n  \n".encode(), 2, "only spaces"),
        (b"# nothing\n", 1, "no term"),
    ],
)
def test_a_bad_list_is_refused_with_file_and_line(content, line, reason):
    with pytest.raises(Refusal) as refused:
        built("{kind: lexicon, terms_from: words.txt}", "[甲乙丙]", "[丙乙甲]", files={"words.txt": content})
    assert f"words.txt, line {line}: " in refused.value.sentence.en
    assert reason in refused.value.sentence.en


ALL_KINDS = {
    "CN-901": "{kind: lexicon, terms: [处分, 土改运动], variants: [ocr], unless: [表彰]}",
    "CN-902": "{kind: name, except: [王建国路]}",
    "CN-903": "{kind: person, beside: [检举]}",
    "CN-904": "{kind: pattern, pattern: '[a-z]{1,9}@[a-z]{1,9}', triggers: ['@']}",
    "CN-905": "{kind: agency, ending: [公安局]}",
    "CN-906": "{kind: expression, when: \"record.notes.contains('密') && created.year < 1995\"}",
    "CN-907": "{kind: unreadable_page}",
    "CN-908": "{kind: unreadable_title}",
}
EXAMPLES_OF = {
    "CN-901": ("[处分]", "[会议]"),
    "CN-902": ("[王建国]", "[会议]"),
    "CN-903": ("[群众检举王建国]", "[检举箱]"),
    "CN-904": ("[wang@example]", "[会议]"),
    "CN-905": ("[{agency: 县公安局}]", "[会议]"),
    "CN-906": ("[{notes: 密, created: 1990}]", "[会议]"),
    "CN-907": ('[{pages: ["\\ufffd"]}]', "[会议]"),
    "CN-908": ('["？？"]', "[会议]"),
}


def every_kind():
    """One ruleset with a rule of every kind that reads words, pages or the record."""
    files = {"ruleset.yaml": HEAD.encode(), "person-names.yaml": (FOLDER / "cn-1/person-names.yaml").read_bytes()}
    for number, (rule_id, looks_for) in enumerate(ALL_KINDS.items()):
        must, must_not = EXAMPLES_OF[rule_id]
        lines = [f"looks_for: {looks_for}", f"must_match: {must}", f"must_not_match: {must_not}"]
        if "pages" in must or number < 4:
            lines.append("fields: [title, series_title, notes, pages]")
        if number % 2 == 0:
            lines.append("never_public: true")
        files[f"{rule_id}.yaml"] = "\n".join([RULE.replace("CN-901", rule_id), *lines, ""]).encode()
    return Screener(build_ruleset("cn-900", files), Names())


WORDS = ["处分", "处 分", "士改运动", "土改运动", "王建国", "王建国路", "关于", "检举", "给予", "a@b", "Ａ@b", "表彰", "密", "\ufffd",
         "\ud800", "公安局", "１２３４５６７", "13800001234", "█", "·", "買買提", "𠮷", "\x00", " ", "？"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(WORDS), max_size=9).map("".join) | st.text(max_size=12)
ENTRIES = st.builds(
    Record, st.just("J047-1"), TEXTS, TEXTS, TEXTS, TEXTS, st.sampled_from(["", "1950", "1990", "2015"]).map(parse_date_span),
    agency=TEXTS, pages=st.lists(TEXTS, max_size=3).map(tuple), classification=TEXTS,
)  # fmt: skip
EVERY_KIND = every_kind()


@settings(deadline=None)
@given(st.lists(ENTRIES, max_size=7))
def test_screening_many_at_once_gives_what_each_alone_gives(records):
    alone = [EVERY_KIND.screen(record, DAY) for record in records]
    assert EVERY_KIND.screen_all(records, DAY) == alone
    assert (
        EVERY_KIND.screen_all([*records, entry("字" * 5000), entry("處分" + "字" * 5000)], DAY)[: len(records)]
        == alone
    )


@settings(deadline=None)
@given(ENTRIES)
def test_offsets_point_at_the_words_on_every_page_and_in_every_field(record):
    for finding in EVERY_KIND.screen(record, DAY).findings:
        assert field_text(record, finding.field, finding.page)[finding.start : finding.end] == finding.matched


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "关于",
                    "王",
                    "建",
                    "国",
                    "欧阳",
                    "司",
                    "马",
                    "某",
                    "给予",
                    "罪犯",
                    "同志",
                    "处分",
                    "的",
                    "，",
                    "安",
                    "·",
                    "×",
                    "𠮷",
                ]
            ),
            max_size=10,
        ).map("".join),
        min_size=1,
        max_size=5,
    )
)
def test_names_are_found_in_joined_texts_as_in_each(texts):
    finder, joined = EVERY_KIND._fields._finder, Joined(texts)
    places = finder.candidates(joined).tolist()
    for number, text in enumerate(texts):
        begins = joined.begins[number]
        own = [at - begins for at in places if begins <= at < begins + len(text)]
        assert finder.names_at(text, own) == finder.names(text)
