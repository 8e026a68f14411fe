"""The names of persons that the model and the grammar of titles find together; which model it is; and any text at all."""

import hashlib
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.quality import marked_names as real
from policies.folding import fold
from policies.name_grammar import correct, split
from policies.name_model import NameModel, installed_folder
from policies.name_tagger import FILES
from policies.sentences import Refusal

FOUND = {
    "关于给予王建国同志行政记过处分的决定": ["王建国"],
    "关于任免李明远、赵小兰等职务的通知": ["李明远", "赵小兰"],
    "关于免去高淳职务的通知": ["高淳"],
    "关于任免陈卫东 万群等职务的通知": ["陈卫东", "万群"],
    "关于聘任钱学礼、向宝林为县政府参事的通知": ["钱学礼", "向宝林"],
    "关于于立新任职的通知": ["于立新"],
    "關於給予陳國華同志記過處分的決定": ["陳國華"],
    "关于追认扎西次旦、王平、多杰同志为烈士的决定": ["扎西次旦", "王平", "多杰"],
    "关于授予欧阳文、司马长风等3名同志荣誉称号的决定": ["欧阳文", "司马长风"],
    "关于买买提·艾力同志任职的通知": ["买买提·艾力"],
    "孙立人，男，汉族，1950年出生，中共党员。": ["孙立人"],
    "佗文清，女，汉族": ["佗文清"],
    "张某某与李××离婚一案": ["张某某", "李××"],
    "马先生长期从事档案工作。": ["马"],
    "县委书记刘志强在全县工作会议上的讲话": ["刘志强"],
}
NONE = (
    "关于加强防汛工作的通知",
    "关于调整干部职务工资的通知",
    "关于任命工作人员的暂行办法",
    "关于高级职务评审工作的通知",
    "关于开放金沙港的批复",
    "关于江苏等3省粮食工作的报告",
    "关于表彰郑州海关的通报",
    "关于同意马家河水库除险加固工程的批复",
    "国务院关于严格执行安全生产责任制的决定",
    "关于授予先进集体荣誉称号的决定",
    "方案",
    "Minutes of the county committee, 1962",
    "",
)


@pytest.fixture(scope="module")
def model():
    folder = installed_folder()
    if folder is None:
        pytest.skip("the model of personal names is not installed: script/install.sh, install_model")
    return NameModel(folder)


def names_in(model, title):
    """What is found in a title, as it stands in the title."""
    return [title[start:end] for start, end in real.found_in(model.names, [title])[0]]


@pytest.mark.parametrize(("title", "names"), FOUND.items())
def test_the_names_of_persons_are_found_whole_and_nothing_else(model, title, names):
    assert names_in(model, title) == names


@pytest.mark.parametrize("title", NONE)
def test_an_ordinary_title_names_nobody(model, title):
    assert names_in(model, title) == []


def test_all_titles_at_once_have_the_same_names_as_one_by_one(model):
    titles = [fold(title).text for title in (*FOUND, *NONE)] * 5
    assert model.names(titles) == [model.names([title])[0] for title in titles]
    assert model.names([]) == []


def test_names_that_run_together_are_parted_at_the_likelier_family_name():
    together = "任免钟承林蔡竞等职务"
    assert [together[start:end] for start, end in split(together, 2, 7, (), {})] == ["钟承林", "蔡竞"]
    assert split("任免高级职务", 2, 4, (), {"高级": 5000}) is None


def test_what_the_network_takes_for_a_name_but_is_a_place_is_not_believed():
    counts = {"国家": 5000, "河南": 5000}
    for text, tagged in (("开放容奇港的批复", (2, 4)), ("同意沈大国家高新区", (2, 5)), ("治理洪汝河流域", (2, 5))):
        assert correct(text, [tagged], counts) == [], text
    assert correct("奖励王志勇河南省勇士", [(2, 5)], counts) == [(2, 5)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(), max_size=80)
        | st.text("关于任免王李欧阳建国等同志职务、，·男女先生某×的和 \n\0\ud800港河", max_size=300),
        max_size=4,
    )
)
@example(["\ud800王建国\udfff", "\0", "任免" * 400, "王" * 700, "、" * 300, "关于任命" + "王和" * 200 + "同志"])
def test_any_text_is_read_and_its_names_lie_inside_it_in_order_and_apart(model, texts):
    found = model.names(texts)
    assert len(found) == len(texts)
    for text, names in zip(texts, found, strict=True):
        ends = [0, *(place for span in names for place in span), len(text)]
        assert ends == sorted(ends)
        assert all(start < end for start, end in names)


def test_a_name_far_down_in_a_long_text_is_found(model):
    text = "本县防汛工作进展顺利，各乡已上报。" * 2000 + "经查，给予王建国同志记过处分。" + "无其他事项。" * 500
    assert [text[start:end] for start, end in model.names([text])[0]] == ["王建国"]


def test_a_model_with_a_file_missing_or_changed_is_refused_by_name(tmp_path):
    original = installed_folder()
    if original is None:
        pytest.skip("the model of personal names is not installed: script/install.sh, install_model")
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(original / name)
    for change in (lambda path: path.write_bytes(b"0\tO\n"), lambda path: None):
        changed = tmp_path / "conf/tag.dic"
        changed.unlink()
        change(changed)
        with pytest.raises(Refusal) as refused:
            NameModel(tmp_path)
        assert "conf/tag.dic" in refused.value.sentence.zh and "conf/tag.dic" in refused.value.sentence.en
        assert str(tmp_path) in refused.value.sentence.en
        changed.write_bytes(b"")


def test_the_digest_names_exactly_the_files_that_are_read(model):
    sums = (real.ROOT / "policies" / "name_model.sha256").read_bytes()
    assert model.digest == hashlib.sha256(sums).hexdigest()
    assert sorted(line.split("  ")[1] for line in sums.decode().splitlines()) == sorted(FILES)


def test_the_package_that_carries_the_model_is_never_imported(model):
    assert not {"LAC", "paddle"} & set(sys.modules)


@pytest.mark.shared_data
def test_nearly_all_names_of_real_careers_are_found_exactly(model, shared_data):
    texts, marked = zip(*real.resume("dev"), strict=True)
    right, found, there = real.compared(real.found_in(model.names, texts), marked)
    assert 2 * right / (found + there) >= 0.97


@pytest.mark.shared_data
def test_at_most_one_real_title_in_200_is_flagged_wrongly(model, shared_data):
    marked = real.marks("names_in_titles")
    titles = real.titles(real.GOVERNMENTS[0])[::4]
    wrongly = real.flagged_wrongly(
        real.found_in(model.names, titles), [marked.get(real.key(title), []) for title in titles]
    )
    assert wrongly <= len(titles) / 200


@pytest.mark.shared_data
def test_of_the_names_in_real_appointments_at_least_95_in_100_are_found(model, shared_data):
    by_key = {real.key(title): title for government in real.GOVERNMENTS for title in real.titles(government)}
    marked = real.marks("appointment_names")
    assert len(marked) >= 200
    right, _, there = real.compared(
        real.found_in(model.names, [by_key[each] for each in marked]), list(marked.values())
    )
    assert right / there >= 0.95
