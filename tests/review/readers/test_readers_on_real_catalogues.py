"""Catalogues made by others: every line is read or complained of, and no damage to them makes the reader fall."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.sentences import Refusal, Sentence
from review.readers import PROFILES, Profile, Reading, read_catalogue

pytestmark = pytest.mark.shared_data

FOLDERS = ("ead-columbia-cjk", "ead-nyu", "ead-bentley", "ead-misc-us")

_IS_COMPONENT = " or ".join(
    ["self::*[local-name()='c']", *(f"self::*[local-name()='c{n:02}']" for n in range(1, 13))]
)
_HAS_PARTS = f"*[{_IS_COMPONENT}] or *[local-name()='dsc']/*[{_IS_COMPONENT}]"
COUNT = f"count(//*[{_IS_COMPONENT}][@level='file' or @level='item' or not({_HAS_PARTS})])"


def counted_by_xmllint(path: Path) -> int:
    command = ["xmllint", "--nonet", "--xpath", COUNT, str(path)]
    return int(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def test_every_component_of_real_finding_aids_is_a_row_or_a_complaint(shared_data):
    if shutil.which("xmllint") is None:
        pytest.skip("xmllint is not installed (Debian: libxml2-utils)")
    files = [path for folder in FOLDERS for path in sorted((shared_data / folder).glob("*.xml"))]
    assert len(files) >= 30
    table = []
    for path in files:
        reading = read_catalogue(path)
        complained = {complaint.row for complaint in reading.complaints}
        counted = counted_by_xmllint(path)
        undated = sum(row.span is None for row in reading.rows)
        coded = sum(bool(row.reference_code) for row in reading.rows)
        table.append((path.name, counted, len(reading.rows), len(complained), undated, coded))
        assert len(reading.rows) + len(complained) == counted, path.name
        assert len({row.row for row in reading.rows} | complained) == counted, path.name
        assert len(complained) <= 1, path.name  # none of these archives loses more than a nameless line
    print(f"\n{'finding aid':32}{'xmllint':>8}{'rows':>8}{'refused':>8}{'undated':>8}{'coded':>8}")  # noqa: T201
    for line in table:
        print("{:32}{:>8}{:>8}{:>8}{:>8}{:>8}".format(*line))  # noqa: T201


def test_a_review_vocabulary_in_accessrestrict_reaches_the_rows(shared_data):
    rows = read_catalogue(shared_data / "ead-columbia-cjk/as_ead_cul-7746709.xml").rows
    own = [row.access_condition.split(" | ")[0] for row in rows]
    assert own.count("[Unvetted]") == 988
    assert sum("[RESTRICTED UNTIL 2068]" in row.access_condition for row in rows) >= 26
    above = "restricted unless they have been vetted"
    cleared = [row for row in rows if row.access_condition == "[Vetted, open]"]
    assert 0 < len(cleared) < 60
    assert all(above in (row.notes if row in cleared else row.access_condition) for row in rows)


def test_the_invalid_finding_aid_is_read_but_for_its_nameless_component(shared_data):
    reading = read_catalogue(shared_data / "ead-misc-us/hartsfield558_invalid.xml")
    assert len(reading.rows) == 65
    assert [complaint.column for complaint in reading.complaints] == ["unittitle"]


def test_the_file_that_names_an_entity_on_the_network_is_refused_unfetched(shared_data):
    with pytest.raises(
        Refusal, match="没有著录单元"
    ):  # sockets are closed to the tests: a fetch would fail otherwise
        read_catalogue(shared_data / "ead-ehri-multilingual/CS-foto-188845-nl.xml")


@pytest.mark.parametrize("profile", ["house", "policy-titles"])
def test_every_policy_title_is_a_row_or_a_complaint(shared_data, profile):
    for name in ("Guangdong_Provincial_Government", "Henan_Provincial_Government", "State_Council"):
        path = shared_data / f"zh-policy-titles/{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            titles = [" ".join(line["title"].strip().splitlines()) for line in csv.DictReader(file)]
        reading = read_catalogue(path, PROFILES[profile])
        assert len(reading.rows) + len({complaint.row for complaint in reading.complaints}) == len(titles)
        assert {row.title for row in reading.rows} <= set(titles)
    assert len(titles) == 5781


TEXTS = Profile("melbourne", Sentence("墨尔本", "Melbourne"), {"textvalue": "title"})

DAMAGED = (
    "ead-columbia-cjk/as_ead_cul-14439340.xml",
    "ead-bentley/aabookfs.xml",
    "ead-ehri-multilingual/CS-foto-188845-nl.xml",
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
