"""A database of before rulesets were kept, brought up to date: of several runs over a batch the latest stands."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

OLD = "0003_holdings_and_intake"
SCRIPT = f"""
import datetime
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
call_command("migrate", "review", "{OLD}", verbosity=0)
old = MigrationExecutor(connection).loader.project_state(("review", "{OLD}")).apps
make = lambda name, **values: old.get_model("review", name).objects.create(**values)
now = datetime.datetime.now(datetime.UTC)
person = make("Person", username="a", full_name="a")
fonds = make("Fonds", code="Z1", title="z")
intake = make("Intake", fonds=fonds, file_name="a", size=1, digest="0" * 64, at=now, by=person)
entry = make("Entry", fonds=fonds, intake=intake, position=1, reference_code="1", code_key="1", title="t", level="item")
for number in ("one", "two"):
    batch = make("Batch", number=number, fonds=fonds, made_at=now, made_by=person)
    row = make("BatchEntry", batch=batch, entry=entry, position=1, live=number == "two")
    for _ in range(3 if number == "one" else 1):
        run = make("ScreeningRun", batch=batch, ruleset="cn-1", ruleset_digest="0" * 64, day=now.date(), at=now)
        make("Suggested", run=run, batch_entry=row, suggestion="open")
        make("Finding", run=run, batch_entry=row, rule="CN-101", field="title", start=0, end=1, matched="t", suggests="open")
call_command("migrate", verbosity=0)
from review.models import Finding, Suggested
for model in (Suggested, Finding):
    rows = model.objects.order_by("run").values_list("run", "replaced_by")
    print(list(rows))
"""


@pytest.fixture
def old_database(tmp_path, db):
    """The address of an empty database of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_old"
    given = connection.get_connection_params()
    given = {key: given[key] for key in ("host", "port", "user", "password") if given.get(key)}
    with psycopg.connect(**given, dbname="postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"')
        who = f"{given.get('user', '')}:{given.get('password', '')}@" if given.get("host") else ""
        place = f"{given['host']}:{given.get('port', 5432)}" if given.get("host") else ""
        yield f"postgres://{who}{place}/{name}"
        server.execute(f'DROP DATABASE "{name}"')


def test_of_several_runs_over_a_batch_the_latest_stands(old_database, tmp_path):
    environment = os.environ | {
        "DATABASE_URL": old_database, "QIFENG_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(Path(settings.BASE_DIR)),
    }  # fmt: skip
    environment.pop("CATALOGUE_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = "[(1, 2), (2, 3), (3, None), (4, None)]"
    assert done.stdout.splitlines() == [expected, expected]
