import pytest

from review.sample import CASES, STUB_TITLE, sample_fonds


@pytest.fixture(scope="module", params=[27, 1])
def by_code(request):
    return {entry.reference_code: entry for fonds in sample_fonds(request.param) for entry in fonds.entries}


def test_every_case_is_an_entry_of_the_sample_whatever_the_seed(by_code):
    assert {case.reference_code for case in CASES} <= set(by_code)


def test_every_case_has_its_own_name_and_its_own_entry():
    assert len({case.name.zh for case in CASES}) == len({case.name.en for case in CASES}) == len(CASES)
    assert len({case.reference_code for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("name", "field", "holds"),
    [
        ("形成单位已撤销，有职能承接单位", "agency", "示例省革命委员会民政组"),
        ("联合行文", "responsible_body", "；"),
        ("绝密未满三十年，只存条目", "title", STUB_TITLE),
        ("机密十年，期限早已届满", "classification", "机密★10年"),
        ("题名本身敏感（被收养人姓名）", "title", "收养"),
        ("备注含电话号码", "notes", "1540000"),
        ("今日到期", "date_text", "2001-11-21"),
        ("原为控制使用", "access_status", "控制"),
        ("捐赠者约定限制", "access_condition", "捐赠者"),
        ("民国纪年", "date_text", "民国三十六年"),
    ],
)
def test_a_case_shows_what_its_name_says(by_code, name, field, holds):
    (case,) = [case for case in CASES if case.name.zh == name]
    assert holds in getattr(by_code[case.reference_code], field)
