"""A release bundle written by hand, as the format has it; and a catalogue that keeps its files in a folder of the test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from review.documents.demonstration_seal import AUTHORITY, demonstration_seal
from review.documents.seal import Seal, load_seal
from tests.review.catalogue.made_bundles import row, write_bundle


@pytest.fixture(scope="session")
def seal_folder(tmp_path_factory) -> Path:
    """The folder of a demonstration seal: authority.pem and seal.p12."""
    return demonstration_seal(tmp_path_factory.mktemp("seals") / "seal").parent


@pytest.fixture(scope="session")
def seal(seal_folder) -> Seal:
    return load_seal(demonstration_seal(seal_folder))


@pytest.fixture
def make_bundle(tmp_path: Path, seal: Seal) -> Callable[..., Path]:
    """make_bundle(rows, number="2026-1", change=None, **more): the folder of a bundle, as write_bundle makes it."""

    def make(
        rows: list[dict[str, str]],
        number: str = "2026-1",
        change: Callable[[dict], None] | None = None,
        **more: object,
    ) -> Path:
        folder = tmp_path / f"bundles{len(list(tmp_path.iterdir()))}" / number
        return write_bundle(folder, rows, change, **({"seal": seal} | more))

    return make


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings, seal_folder) -> Path:
    """Where the catalogue of this test keeps its files; it trusts the demonstration seal."""
    settings.TRUST = seal_folder / AUTHORITY
    settings.CATALOGUE_FILES_DIR = tmp_path / "kept"
    return settings.CATALOGUE_FILES_DIR


@pytest.fixture
def entry_row() -> Callable[..., dict[str, str]]:
    """entry_row(code, title, **columns): one row of entries.csv."""
    return row
