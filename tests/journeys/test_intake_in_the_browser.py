"""A catalogue sent, mapped, read, looked at, saved and undone in a real browser; holdings, what is due, agencies."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review.models import Entry
from tests.journeys.browser import LANGUAGES, WIDTHS, House, by_the_menu

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "catalogue"]),
]

FILE = """级别,编号,上级档号,题名,形成日期,责任者,密级,库房,形成单位
类,Z001-甲,,救济类,,,,,
案卷,Z001-001-0050,Z001-甲,一九五六年救济卷,1956,示例省民政厅,,库三,示例省民政厅
件,Z001-001-0050-001,,关于寒衣救济的通知,1956-11-02,,,,
件,Z001-001-0050-002,,关于返乡安置的批复,1956-13-40,,,,
件,Z001-001-0051,,某处工程的报告,1999-05-01,示例省民政厅,绝密★30年,,示例省民政厅
件,Z001-001-0002,,关于进一步加强防汛工作的通知,1963-05-02,示例省民政厅,,,示例省民政厅
件,Z001-001-0052,,关于统计的函,1957,示例省民政厅,,,无名机关
"""


def test_a_catalogue_comes_in_by_clicking_and_goes_again(house: House, tmp_path):
    path = tmp_path / "民政厅目录.csv"
    path.write_text(FILE, encoding="utf-8")
    page = house.person("planner")
    by_the_menu(page, "目录接收")
    house.look(page, "intakes-empty")
    page.get_by_label("目录文件").set_input_files(path)
    page.get_by_role("button", name="上传").click()
    page.wait_for_url("**/intakes/*/")
    house.look(page, "intake-columns")
    page.get_by_label("编号", exact=True).select_option(label="档号")
    page.get_by_label("改动后的映射另存为").fill("民政厅旧目录")
    page.get_by_role("button", name="读取并核对").click()
    page.wait_for_load_state()
    house.look(page, "intake-read")
    text = page.inner_text("main")
    assert "1956-13-40" in text
    assert "某处工程的报告" not in text, "of a state secret nothing is shown"
    page.locator("nav.tabs a", has_text="更改").first.click()
    assert "关于进一步加强防汛工作的通知" in page.inner_text("main")
    house.look(page, "intake-changes")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载问题表").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_label("只保存合格的行").check()
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_load_state()
    house.look(page, "intake-saved")
    item = Entry.objects.get(reference_code="Z001-001-0050-001")
    assert (item.parent.reference_code, item.responsible_body) == ("Z001-001-0050", "示例省民政厅")

    for name, address in (
        ("holdings", reverse("holdings")),
        ("holdings-fonds", reverse("holdings-fonds", args=["Z001"])),
        ("holdings-entry", reverse("holdings-entry", args=["Z001", item.pk])),
        ("due", reverse("due")),
        ("agencies", reverse("agencies")),
        ("agency", reverse("agency", args=["MZT"])),
        ("proposals", reverse("proposals")),
        ("intakes", reverse("intakes")),
    ):
        page.goto(house.address + address)
        house.look(page, name)

    page.get_by_role("link", name="民政厅目录.csv").click()
    page.get_by_role("button", name="撤销这次导入").click()
    page.wait_for_load_state()
    assert "馆藏目录恢复到导入之前" in page.inner_text("main")
    assert not Entry.objects.filter(reference_code="Z001-001-0050-001").exists()
    assert house.faults == []
    assert len(list(house.pictures.glob("*.png"))) >= len(house.sights) * len(LANGUAGES) * len(WIDTHS)
