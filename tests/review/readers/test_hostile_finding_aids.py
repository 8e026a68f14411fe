"""Finding aids made to leak, to exhaust the memory or to hang: refused with a sentence, soon, and nothing is fetched."""

from __future__ import annotations

import os
import random
import resource
import socket
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from policies.sentences import Refusal
from review.readers import ead
from review.readers.ead import open_ead, peek_ead

SECRET = "绝密内容"
LAUGHS = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))


@pytest.fixture
def soon():
    """The test has to be done in seconds and in 250 MB more than before."""
    start = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.monotonic() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000  # KB


@pytest.fixture
def refusal(read_ead):
    def refused(path: Path) -> str:
        with pytest.raises(Refusal) as answer:
            read_ead(path)
        return answer.value.sentence.zh

    return refused


@pytest.mark.parametrize(
    "place",
    [
        "<c><did><unittitle>&x;</unittitle></did></c>",
        "<c><did><unittitle>甲</unittitle><note>&x;</note></did></c>",
        "<c><did><unittitle>甲</unittitle></did></c>&x;<c><did><unittitle>乙</unittitle></did></c>",
        "<head>&x;</head><c><did><unittitle>甲</unittitle></did></c>",
    ],
)
def test_an_external_entity_is_refused_and_its_file_is_not_read(ead_file, tmp_path, refusal, place, soon):
    secret = tmp_path / "secret.txt"
    os.mkfifo(secret)  # whoever opened it to read would wait for ever
    doctype = f'<!DOCTYPE ead [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert "实体“x”" in refusal(ead_file(place, doctype=doctype, namespace=""))


def test_nothing_of_an_external_entity_gets_into_the_refusal(ead_file, tmp_path, refusal):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    doctype = f'<!DOCTYPE ead [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert SECRET not in refusal(ead_file("<c><did><unittitle>&x;</unittitle></did></c>", doctype=doctype))


@pytest.mark.parametrize(
    "declaration",
    ['"http://127.0.0.1:{port}/ead.dtd"', '"ead.dtd" [<!ENTITY % p SYSTEM "http://127.0.0.1:{port}/p.ent"> %p;]'],
)
def test_no_dtd_and_no_parameter_entity_is_fetched(ead_file, read_ead, declaration):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        doctype = f"<!DOCTYPE ead SYSTEM {declaration.format(port=server.getsockname()[1])}>"
        path = ead_file("<c><did><unittitle>甲</unittitle></did></c>", doctype=doctype, namespace="")
        assert [row.title for row in read_ead(path).rows] == ["甲"]
        assert peek_ead(path).title == "全宗"
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "component",
    [
        "<c><did><unittitle>&l9;</unittitle></did></c>",
        '<c level="&l9;"><did><unittitle>甲</unittitle></did></c>',
        "<c><did><unittitle>甲</unittitle></did></c>",
    ],
)
def test_a_billion_laughs_are_refused_in_text_in_an_attribute_and_even_unused(ead_file, refusal, component, soon):
    doctype = f'<!DOCTYPE ead [<!ENTITY l0 "哈哈">{LAUGHS}]>'
    sentence = refusal(ead_file(component, doctype=doctype, namespace=""))
    assert "实体" in sentence or "XML" in sentence


def test_an_entity_that_only_the_dtd_would_explain_is_refused_rather_than_lost(ead_file, refusal):
    doctype = '<!DOCTYPE ead SYSTEM "ead.dtd">'
    path = ead_file("<c><did><unittitle>caf&eacute;</unittitle></did></c>", doctype=doctype, namespace="")
    assert "eacute" in refusal(path)


def test_components_nested_without_end_are_refused(ead_file, refusal, soon):
    assert "XML" in refusal(ead_file("<c>" * 100_000 + "</c>" * 100_000))


def test_components_nested_as_deep_as_the_parser_allows_are_read(ead_file, read_ead):
    deep = '<c level="file"><did><unittitle>甲</unittitle></did>' * 240 + "</c>" * 240
    assert len(read_ead(ead_file(deep)).rows) == 240


def test_too_many_components_are_refused(ead_file, refusal, monkeypatch):
    monkeypatch.setattr(ead, "MAX_ROWS", 1_000)
    assert "1000" in refusal(ead_file("<c/>" * 1_001))


@pytest.mark.parametrize(
    "filling", ["<odd><p>甲</p></odd>", '<odd audience="internal"/>', "<p/>"], ids=["texts", "attributes", "tags"]
)
def test_a_component_that_does_not_end_is_refused_before_it_fills_the_memory(ead_file, refusal, filling, soon):
    path = ead_file(f"<c>{filling * (5_000_000 // len(filling.encode()))}</c>")
    assert "4 MB" in refusal(path)


def test_a_file_that_never_comes_to_its_root_is_refused(tmp_path, refusal, soon):
    path = tmp_path / "a.xml"
    path.write_bytes(b"<!DOCTYPE ead [" + b'<!ENTITY % x "y">' * 600_000)
    assert refusal(path)


def test_statements_between_components_do_not_pile_up(ead_file, refusal, soon):
    assert "1000" in refusal(ead_file("<c/><head/>" * 5_000))


def test_memory_is_bounded_by_depth_and_not_by_size(tmp_path, soon):
    path = tmp_path / "a.xml"
    item = "<c level='item'><did><unittitle>关于某事的通知</unittitle></did><odd><p>{}</p></odd></c>".format(
        "附注" * 80
    )
    series = f"<c level='series'><did><unittitle>类</unittitle></did>{item * 500}</c>"
    with path.open("w", encoding="utf-8") as file:
        file.write("<ead><archdesc><did/><dsc>")
        for _ in range(60):
            file.write(series)
        file.write("</dsc></archdesc></ead>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(len(chunk.rows) for chunk in open_ead(path, today=None)) == 60 * 501
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # KB, of a file of 17 MB


def test_a_restriction_above_is_not_repeated_into_the_memory(ead_file, read_ead, soon):
    long = f"<accessrestrict><p>{'x' * 100_000}</p></accessrestrict>"
    own = "<c><did><unittitle>甲</unittitle></did><accessrestrict><p>own</p></accessrestrict></c>"
    reading = read_ead(ead_file(own * 10_000, archdesc=long))
    assert {row.access_condition for row in reading.rows} == {"own"}
    assert len(reading.stream.above.access_condition) == 100_000


DAMAGED = (
    "ead-columbia-cjk/as_ead_cul-14439340.xml",
    "ead-bentley/aabookfs.xml",
    "ead-ehri-multilingual/CS-foto-188845-nl.xml",
    "ead-ehri-multilingual/YV_m19_heb.xml",
    "ead3-ncsu/mc00325.xml",
)


@pytest.mark.shared_data
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.sampled_from(DAMAGED), seed=st.integers(0, 2**32), hits=st.integers(1, 40), cut=st.booleans())
def test_damaged_bytes_give_rows_or_a_refusal_and_nothing_else(shared_data, source, seed, hits, cut):
    chance = random.Random(seed)
    data = bytearray((shared_data / source).read_bytes())
    marks = [place for place in range(len(data)) if data[place] in b'<>"=/&']
    for _ in range(hits):
        place = chance.choice(marks) if chance.random() < 0.3 else chance.randrange(len(data))
        # A letter for a letter leaves XML well-formed and reaches the reader of the rows.
        data[place] = chance.randrange(97, 123) if chance.random() < 0.8 else chance.randrange(256)
    if cut:
        del data[chance.randrange(len(data)) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xml"
        path.write_bytes(data)
        try:
            peek_ead(path)
            for chunk in open_ead(path, today=None):
                assert all(row.title for row in chunk.rows)
        except Refusal as refusal:
            assert refusal.sentence.zh


@pytest.mark.shared_data
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.sampled_from(DAMAGED), seed=st.integers(0, 2**32), hits=st.integers(1, 40))
def test_elements_torn_out_and_put_elsewhere_are_read_all_the_same(shared_data, source, seed, hits):
    chance = random.Random(seed)
    tree = etree.parse(shared_data / source, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    for _ in range(hits):
        elements = [element for element in tree.iter("*") if element.getparent() is not None]
        moved, place = chance.choice(elements), chance.choice(elements)
        if chance.random() < 0.3:
            moved.tag = place.tag
        if place is not moved and moved not in place.iterancestors():
            place.insert(chance.randrange(len(place) + 1), moved)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xml"
        path.write_bytes(etree.tostring(tree.getroot()))
        names = ["c", *(f"c{n:02}" for n in range(1, 13))]
        counted = sum(etree.QName(element).localname in names for element in tree.iter("*"))
        try:
            chunks = list(open_ead(path, today=None))
        except Refusal:
            return
        complained = {c.row for chunk in chunks for c in chunk.complaints if c.severity == "error"}
        assert sum(len(chunk.rows) for chunk in chunks) + len(complained) == counted
