"""Exported finding aids are valid against the published schemas, by validators that are not ours."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from review.documents.exports import FondsHeader, write_ead3, write_ead2002
from tests.review.documents.exports.trees import HEADER, broad_tree, chain_of_units, trees

pytestmark = pytest.mark.shared_data

SHAPES = {"broad": broad_tree(400), "deep": chain_of_units(200), "empty": []}
BARE = FondsHeader("J001", "", "", "", "", "", "", HEADER.made_on)


@pytest.fixture
def schemas(shared_data) -> Path:
    return shared_data / "schemas"


def checked_by(program: str, *arguments: str | Path, catalog: Path | None = None) -> None:
    """Runs a validator; the test is skipped aloud where it is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    environment = {**os.environ, "XML_CATALOG_FILES": str(catalog or "")}
    told = subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, env=environment, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:] + told.stdout[-2000:]


@pytest.fixture(params=[(shape, header) for shape in SHAPES for header in (HEADER, BARE)], ids=lambda p: p[0])
def described(request):
    shape, header = request.param
    return header, SHAPES[shape]


def written(tmp_path: Path, write, described) -> Path:
    path = tmp_path / "目录.xml"
    with path.open("wb") as file:
        write(file, *described)
    return path


@pytest.mark.parametrize("schema", [["--schema", "ead3.xsd"], ["--relaxng", "ead3.rng"]], ids=["xsd", "rng"])
def test_ead3_is_valid_for_xmllint(tmp_path, schemas, described, schema):
    kind, name = schema
    path = written(tmp_path, write_ead3, described)
    checked_by("xmllint", "--nonet", "--noout", kind, schemas / "ead3" / name, path)


def test_ead3_is_valid_for_jing(tmp_path, schemas, described):
    checked_by("jing", schemas / "ead3" / "ead3.rng", written(tmp_path, write_ead3, described))


def test_ead_2002_is_valid_by_its_schema(tmp_path, schemas, described):
    folder = schemas / "ead2002"
    path = written(tmp_path, write_ead2002, described)
    catalog = folder / "catalog.xml"
    checked_by("xmllint", "--nonet", "--noout", "--schema", folder / "ead.xsd", path, catalog=catalog)


def test_ead_2002_is_valid_by_its_dtd(tmp_path, schemas, described):
    """The DTD knows no namespace; but for its declaration the document is the same."""
    path = written(tmp_path, write_ead2002, described)
    plain = path.read_bytes().replace(b' xmlns="urn:isbn:1-931666-22-9"', b"", 1)
    path.write_bytes(plain)
    checked_by("xmllint", "--nonet", "--noout", "--dtdvalid", schemas / "ead2002" / "ead.dtd", path)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=trees())
def test_any_tree_is_valid_ead3(schemas, rows):
    out = BytesIO()
    write_ead3(out, HEADER, rows)
    ead3_schema(schemas).assertValid(etree.fromstring(out.getvalue()).getroottree())


@cache
def ead3_schema(schemas: Path) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(schemas / "ead3" / "ead3.rng"))
