"""What a text cites, in both ways in which this house writes it, and what leads nowhere."""

import pytest

from policies.citations import Citation, citations_in, number_of
from policies.laws import INSTRUMENTS


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("档案法第二十七条", ["AL 27"]),
        ("档案法实施条例第三十条第一款、第三十一条", ["AR 30", "AR 31"]),
        ("国家档案馆档案开放办法 arts. 12-13, 17(2); 实施条例 art. 29", ["D19 12", "D19 13", "D19 17", "AR 29"]),
        ("Source: 保守国家秘密法实施条例 arts. 22-23; 实施条例 art. 26", ["SSR 22", "SSR 23", "SSR 26"]),
        ("民法典第一千零三十二条、第一千一百一十条", ["CC 1032", "CC 1110"]),
        ("Under art. 29 of the Archives Law and art. 34 of its Implementing Regulations", ["AL 29", "AR 34"]),
        ("Measures on opening archives, art. 8(1); Law on Guarding State Secrets, arts. 20, 23", ["D19 8", "SSL 20", "SSL 23"]),
        ("英国2000年信息自由法第40(2)条", ["FOIA-UK 40"]),
        ("Executive Order 13526, s. 3.3", ["EO 3"]),
        ("DA/T 18—2022 and ISAD(G) 3.1.4", ["DAT18 -", "ISAD -"]),
        ("the order of 12 Acts, part 3", []),
    ],
)  # fmt: skip
def test_citations_are_read_in_both_languages(text, cited):
    found, lost = citations_in(text)
    assert [f"{one.instrument} {one.article or '-'}" for one in found] == cited
    assert not lost


@pytest.mark.parametrize(
    "text",
    ["档案法第九十九条", "Archives Law, art. 0", "某某管理条例第三条", "Imaginary Records Act 1999, s. 3", "（art. 30 says so）",
     "国家秘密解密暂行办法 art. 9"],
)  # fmt: skip
def test_a_citation_that_leads_nowhere_is_found(text):
    _found, lost = citations_in(text)
    assert lost


def test_an_article_without_its_law_means_what_is_cited_around_it():
    around = [Citation("AL", 30), Citation("D19", 15)]
    assert citations_in("(art. 15: by agreement)", about=around)[0] == [Citation("D19", 15)]
    assert citations_in("(art. 27)", about=around)[0] == [Citation("AL", 27)]


@pytest.mark.parametrize(
    ("text", "number"), [("八", 8), ("十", 10), ("二十七", 27), ("一百零一", 101), ("一千一百一十", 1110)]
)
def test_chinese_numbers(text, number):
    assert number_of(text) == number


def test_no_two_instruments_share_a_name():
    names = [alias for law in INSTRUMENTS.values() for alias in {*law.aliases}]
    assert len(names) == len(set(names))
