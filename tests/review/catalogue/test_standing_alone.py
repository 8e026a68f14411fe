"""The public site by itself: its own settings, its own database, and no way to another."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from review.documents.demonstration_seal import AUTHORITY
from tests.review.catalogue.test_loading import zipped

ROOT = Path(__file__).resolve().parents[3]

# What a server does, in one process: the site answers, and of the house nothing is there that could ask the record.
SERVE = """
import json, sys
from config.public_wsgi import application
from django.test import Client
client = Client()
def status(path):
    answer = client.get(path, headers={"Accept-Language": "en"})
    b"".join(answer)
    return answer.status_code
pages = ["/open/", "/open/search/?q=防汛", "/open/J047/", "/open/J047/A-1/", "/open/J047/J047-002-0113-100/", "/open/releases/",
         "/open/releases/2026-1/", "/open/releases/2026-1/entries.csv", "/open/verify/?q=A-1", "/open/J047/A-1/proof.json",
         "/open/J999/X/", "/desk/", "/sign-in/"]
loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("workflows", "policies", "viewflow", "guardian", "weasyprint")
                or (name.startswith("review.") and not name.startswith(("review.catalogue", "review.views"))))
from django.db import connections
print(json.dumps({"statuses": [status(page) for page in pages], "loaded": loaded, "databases": sorted(connections.databases),
                  "found": "<mark>防汛</mark>" in client.get(pages[1]).content.decode()}))
"""


@pytest.fixture
def alone(tmp_path, seal_folder):
    """Run Python where nothing of the review's settings is there, and its database would be unreachable."""
    place = {
        key: value for key, value in os.environ.items() if not key.startswith("QIFENG") and "DATABASE" not in key
    }
    place |= {
        "QIFENG_VAR": str(tmp_path / "public"),
        "QIFENG_TRUST": str(seal_folder / AUTHORITY),
        "DJANGO_SETTINGS_MODULE": "config.public",
        "QIFENG_HOSTS": "testserver",
        # Whoever asked it after all would hear of it.
        "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/none",
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=place,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_public_site_is_set_up_fed_and_served_without_the_reviews_database(
    alone, make_bundle, entry_row, tmp_path
):
    bundle = zipped(make_bundle([entry_row("A-1")]), tmp_path / "2026-1.zip")
    alone("manage.py", "migrate", "--database", "catalogue", "--verbosity", "0")
    assert alone("manage.py", "publish_release", str(bundle)).strip() == "2026-1: 1"
    said = json.loads(alone("-c", SERVE))
    assert said["statuses"] == [200] * 10 + [404] * 3
    assert said["found"]
    assert said["loaded"] == [], "the porch has pulled in a part of the house"
    assert said["databases"] == ["catalogue", "default"]
    assert sorted(path.name for path in (tmp_path / "public").iterdir() if "sqlite3" not in path.name) == [
        "catalogue",
        "public_secret_key",
    ]


def test_a_check_of_the_public_settings_finds_nothing_and_no_migration_is_missing(alone):
    alone("-W", "error", "manage.py", "check")
    alone("manage.py", "makemigrations", "catalogue", "--check", "--dry-run")
