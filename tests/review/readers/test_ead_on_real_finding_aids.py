"""Finding aids made by others: every component is a row or a complaint, counted by xmllint; titles as an XPath finds them."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from policies.sentences import Refusal
from review.documents.exports.ead3 import write_ead3
from review.documents.exports.ead2002 import write_ead2002
from review.documents.exports.fonds_header import FondsHeader
from review.readers import ead
from review.readers.ead import open_ead

pytestmark = pytest.mark.shared_data

FOLDERS = (
    "ead-archives-nationales-fr", "ead-bentley", "ead-columbia-cjk", "ead-ehri-multilingual", "ead-misc-us", "ead-nyu",
    "ead3-ncsu",
)  # fmt: skip
# Components known by a call number alone, and the odd one that nobody named; every other component is a row.
NAMELESS = {
    "its-gestapo-whole.xml": 467,
    "terezin.xml": 8,
    "bailey807.xml": 1,
    "hartsfield558_invalid.xml": 1,
}
WITHOUT_COMPONENTS = "CS-foto-188845-nl.xml"

_IS_COMPONENT = " or ".join(f"local-name()='{name}'" for name in ("c", *(f"c{n:02}" for n in range(1, 13))))


def finding_aids(shared_data: Path) -> list[Path]:
    files = [path for folder in FOLDERS for path in sorted((shared_data / folder).glob("*.xml"))]
    assert len(files) >= 57
    return [path for path in files if path.name != WITHOUT_COMPONENTS]


def counted_by_xmllint(path: Path) -> int:
    command = ["xmllint", "--nonet", "--xpath", f"count(//*[{_IS_COMPONENT}])", str(path)]
    return int(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))


def test_every_component_of_every_finding_aid_is_a_row_or_a_complaint(shared_data, read_ead):
    if shutil.which("xmllint") is None:
        pytest.skip("xmllint is not installed (Debian: libxml2-utils)")
    lines = []
    for path in finding_aids(shared_data):
        reading = read_ead(path)
        errors = [complaint for complaint in reading.complaints if complaint.severity == "error"]
        counted = counted_by_xmllint(path)
        assert sorted([row.row for row in reading.rows] + [error.row for error in errors]) == list(
            range(1, counted + 1)
        )
        assert {error.column for error in errors} <= {"unittitle"}, path.name
        assert len(errors) == NAMELESS.get(path.name, 0), path.name
        assert {row.parent_row for row in reading.rows} <= {None, *(row.row for row in reading.rows)}, path.name
        undated = sum(row.latest is None and row.date_text != "" for row in reading.rows)
        lines.append((path.name, reading.stream.format, counted, len(reading.rows), len(errors), undated))
    print(f"\n{'finding aid':32}{'format':>9}{'xmllint':>9}{'rows':>8}{'refused':>9}{'no span':>10}")  # noqa: T201
    for line in lines:
        print("{:32}{:>9}{:>9}{:>8}{:>9}{:>10}".format(*line))  # noqa: T201


def test_the_finding_aid_without_components_is_refused_and_its_entity_not_fetched(shared_data, read_ead):
    with pytest.raises(
        Refusal, match="没有著录单元"
    ):  # sockets are closed to the tests: a fetch would fail otherwise
        read_ead(shared_data / "ead-ehri-multilingual" / WITHOUT_COMPONENTS)


def test_titles_levels_and_nesting_are_those_an_xpath_finds(shared_data, read_ead):
    chance = random.Random(0)
    compared = 0
    for path in finding_aids(shared_data):
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        components = etree.parse(path, parser).xpath(f"//*[{_IS_COMPONENT}]")
        place = {component: ordinal for ordinal, component in enumerate(components, start=1)}
        rows = {row.row: row for row in read_ead(path).rows}
        for component in chance.sample(components, min(len(components), 150)):
            titles = component.xpath("*[local-name()='did']/*[local-name()='unittitle']")
            if len(titles) != 1 or not (title := re.sub(r"[ \t\r\n]+", " ", titles[0].xpath("string()")).strip(" ")):
                continue
            row = rows[place[component]]
            above = component.xpath(f"ancestor::*[{_IS_COMPONENT}][1]")
            assert re.sub(r"\s", "", row.title) == re.sub(r"\s", "", title), path.name
            assert row.parent_row == (place[above[0]] if above else None), path.name
            if component.get("level") in ("file", "item", "series"):
                assert row.level == component.get("level")
            compared += 1
    assert compared > 4_000


def test_every_word_of_a_component_is_somewhere_in_its_row(shared_data, read_ead):
    """Nothing is lost silently: but for heads, and the addresses of records inside some system, which are dropped."""
    shown = (
        ".//text()[not(ancestor::*[local-name()='head' or contains(@type, '_uri') or contains(@localtype, '_uri')])]"
    )
    for name in ("ead-nyu/mss_122.xml", "ead-misc-us/at-tracer.xml", "ead3-ncsu/mc00325.xml"):
        components = etree.parse(shared_data / name).xpath(f"//*[{_IS_COMPONENT}]")
        rows = {row.row: row for row in read_ead(shared_data / name).rows}
        for ordinal, component in enumerate(components, start=1):
            held = "\n".join(str(value) for value in rows[ordinal])
            for text in component.xpath(shown):
                around = text.getparent().getparent() if text.is_tail else text.getparent()
                if nearest(around) is component:
                    assert all(word in held for word in text.split()), (name, ordinal, text)


def nearest(element: etree._Element) -> etree._Element | None:
    while element is not None and not re.fullmatch(r"c(0[1-9]|1[0-2])?", etree.QName(element).localname):
        element = element.getparent()
    return element


def test_a_review_vocabulary_in_accessrestrict_reaches_the_rows(shared_data, read_ead):
    reading = read_ead(shared_data / "ead-columbia-cjk/as_ead_cul-7746709.xml")
    own = [row.access_condition for row in reading.rows]
    assert own.count("[Unvetted]") == 988
    assert sum("[RESTRICTED UNTIL 2068]" in condition for condition in own) >= 26
    assert 0 < own.count("[Vetted, open]") < 60
    assert "restricted unless they have been vetted" in reading.stream.above.access_condition


def test_a_reading_that_was_broken_off_anywhere_goes_on_to_the_same_rows(shared_data, read_ead, monkeypatch):
    monkeypatch.setattr(ead, "CHUNK_ROWS", 500)
    path = shared_data / "ead-nyu/tam_416.xml"
    chunks = list(open_ead(path, today=None))
    assert [chunk.read for chunk in chunks] == [500, 1000, 1436]
    assert [chunk.share for chunk in chunks] == sorted(chunk.share for chunk in chunks)
    for number, chunk in enumerate(chunks, start=1):
        rest = list(open_ead(path, today=None, skip=chunk.read))
        assert [each.rows for each in rest] == [each.rows for each in chunks[number:]]
        assert [each.complaints for each in rest] == [each.complaints for each in chunks[number:]]


@pytest.mark.parametrize("write", [write_ead2002, write_ead3])
def test_what_was_read_goes_out_as_ead_and_comes_in_again_as_it_was(shared_data, read_ead, tmp_path, write):
    header = FondsHeader("J1", "全宗", "某档案馆", "", "", "", "", date(2026, 11, 22))
    for path in finding_aids(shared_data):
        codes: Counter[str] = Counter()
        rows = []
        for row in read_ead(path).rows:  # an export wants a code for each, and each its own
            codes[row.reference_code] += 1
            own_code = row.reference_code and codes[row.reference_code] == 1
            rows.append(row if own_code else row._replace(reference_code=f"J1-{row.row:06}"))
        with (tmp_path / "out.xml").open("wb") as file:
            write(file, header, rows)
        again = read_ead(tmp_path / "out.xml")
        number = {row.row: place for place, row in enumerate(rows, start=1)}
        renumbered = [row._replace(row=number[row.row], parent_row=number.get(row.parent_row)) for row in rows]
        assert again.rows == renumbered, path.name
        assert again.complaints == []
