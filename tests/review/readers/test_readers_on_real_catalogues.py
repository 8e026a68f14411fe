"""Catalogues made by others: every line is read or complained of, and no damage to them makes the reader fall."""

from __future__ import annotations

import csv
import random
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.sentences import Refusal, Sentence
from review.readers import PROFILES, Profile, Reading, read_catalogue

pytestmark = pytest.mark.shared_data


@pytest.mark.parametrize("profile", ["house", "policy-titles"])
def test_every_policy_title_is_a_row_or_a_complaint(shared_data, profile):
    for name in ("Guangdong_Provincial_Government", "Henan_Provincial_Government", "State_Council"):
        path = shared_data / f"zh-policy-titles/{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            titles = [re.sub(r"[ \t\r\n]+", " ", line["title"]).strip(" ") for line in csv.DictReader(file)]
        reading = read_catalogue(path, PROFILES[profile])
        assert len(reading.rows) + len({complaint.row for complaint in reading.complaints}) == len(titles)
        assert {row.title for row in reading.rows} <= set(titles)
    assert len(titles) == 5781


TEXTS = Profile("melbourne", Sentence("墨尔本", "Melbourne"), {"textvalue": "title"})

DAMAGED = (
    "zh-policy-titles/State_Council.csv",
    "naa-closed-access/changes-2015-6.csv",
    "import-templates/melbourne-archives/64463_australian_foremen_stevedores_association.xlsx",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.sampled_from(DAMAGED), seed=st.integers(0, 2**32), hits=st.integers(1, 60), cut=st.booleans())
def test_damaged_bytes_give_a_reading_or_a_refusal_and_nothing_else(shared_data, source, seed, hits, cut):
    chance = random.Random(seed)
    data = bytearray(
        (shared_data / source).read_bytes()[:60_000] if ".csv" in source else (shared_data / source).read_bytes()
    )
    for _ in range(hits):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if cut:
        del data[chance.randrange(len(data)) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(source).name
        path.write_bytes(data)
        try:
            assert isinstance(read_catalogue(path), Reading)
        except Refusal as refusal:
            assert path.name in refusal.sentence.zh


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), hits=st.integers(1, 20))
def test_a_workbook_damaged_inside_its_parts_gives_a_reading_or_a_refusal(shared_data, seed, hits):
    chance = random.Random(seed)
    (source,) = (shared_data / "import-templates/melbourne-archives").glob("*.xlsx")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / source.name
        with zipfile.ZipFile(source) as sound, zipfile.ZipFile(path, "w") as damaged:
            hit = chance.choice(sound.namelist())
            for name in sound.namelist():
                part = bytearray(sound.read(name))
                for _ in range(hits if name == hit else 0):
                    part[chance.randrange(len(part))] = chance.randrange(256)
                damaged.writestr(name, bytes(part))
        try:
            assert isinstance(read_catalogue(path, TEXTS), Reading)
        except Refusal as refusal:
            assert path.name in refusal.sentence.zh


def test_that_workbook_undamaged_is_read_as_its_csv_is(shared_data):
    folder = shared_data / "import-templates/melbourne-archives"
    readings = [read_catalogue(path, TEXTS) for path in sorted(folder.glob("*stevedores*"))]
    assert len(readings) == 2
    titles = [[row.title for row in reading.rows] for reading in readings]
    assert len(titles[0]) > 100
    assert titles[0] == titles[1]
