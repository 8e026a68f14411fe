"""What every test lives by: no logged error passes, real data where it is, and a small world built by real operations."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from tests.world import World, make_world

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("QIFENG_FULL") == "1"


@pytest.fixture(autouse=True)
def no_error_is_logged():
    """A test during which an ERROR is logged fails, unless it asks for `errors_expected`."""
    seen: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = seen.append
    logging.getLogger().addHandler(handler)
    yield seen
    logging.getLogger().removeHandler(handler)
    assert not [record.getMessage() for record in seen], "an error was logged"


@pytest.fixture
def shared_data() -> Path:
    """The folder of real catalogues beside the project; the test is skipped aloud without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no folder of real catalogues at {folder}")
    return folder


@pytest.fixture(autouse=True)
def own_release_folders(settings, tmp_path):
    """Releases of a test go to its own folder."""
    settings.RELEASES_DIR = tmp_path / "releases"
    settings.OBJECTS_DIR = tmp_path / "objects"
    settings.INTAKES_DIR = tmp_path / "intakes"
    settings.LETTERS_DIR = tmp_path / "letters"
    settings.CATALOGUE_FILES_DIR = tmp_path / "catalogue"
    # Fast hashing: nothing here tests how slowly a password is checked.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db, tmp_path) -> World:
    """A fonds of twelve entries, two agencies and the cast, made by the real operations."""
    return make_world(tmp_path)


@pytest.fixture
def committed_world(transactional_db, tmp_path):
    """The same world, committed, for tests with several connections. Append-only tables are emptied behind it."""
    yield make_world(tmp_path)
    empty_tables()


def empty_tables() -> None:
    """Empty every table of the default database although triggers forbid it, and put the triggers back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            call_command("flush", verbosity=0, interactive=False)
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            tables = [table for (table,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            call_command("flush", verbosity=0, interactive=False)
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def pytest_collection_modifyitems(config, items):
    """Without --full, what is heavy to install is left out, and said."""
    if FULL:
        return
    for item in items:
        for mark in ("browser", "office", "verapdf"):
            if mark in item.keywords:
                item.add_marker(pytest.mark.skip(reason=f"{mark}: only with sh script/test --full"))


@pytest.fixture(autouse=True)
def _speaks_the_first_language():
    """Each test begins in the language of the settings: a page asked for in English leaves its thread in English."""
    translation.deactivate()
