"""The database keeps the promise: what was adopted, and what the rules advised, cannot be changed or deleted by SQL.

An adopted ruleset and a second opinion's model are frozen. Advice does one thing only: fall when a later run takes its
place. A run is told its digests once, when it is complete.
"""

from django.db import migrations

REFUSED = "append-only: what was adopted or advised is neither changed nor deleted"

FROZEN = ("AdoptedRuleset", "SecondOpinionModel")
# The columns that may be written once, from what they hold at first.
ONCE = {
    "Suggested": {"replaced_by_id": "NULL"},
    "Finding": {"replaced_by_id": "NULL"},
    "ScreeningRun": {"records_digest": "''", "findings_digest": "''"},
}


def _kept(model, same: str) -> str:
    """True where an update touches no more than it may: every other column stays, and these hold what they held at first."""
    once = ONCE[model.__name__]
    columns = [field.column for field in model._meta.concrete_fields]
    kept = [f'NEW."{c}" {same} OLD."{c}"' for c in columns if c not in once]
    return " AND ".join(kept + [f'OLD."{c}" {same} {first}' for c, first in once.items()])


def _sqlite(name: str, table: str, may: str | None) -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    when = f"WHEN NOT ({may})" if may else ""
    return [
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {table} {when} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {table} {refuse}",
    ]


def _postgresql(name: str, table: str, may: str | None) -> list[str]:
    refuse = "EXECUTE FUNCTION review_refuse()"
    when = f"WHEN (NOT ({may}))" if may else ""
    return [
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {when} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_truncate()",
    ]


def forwards(apps, schema_editor) -> None:
    vendor = schema_editor.connection.vendor
    write, same = {"sqlite": (_sqlite, "IS"), "postgresql": (_postgresql, "IS NOT DISTINCT FROM")}[vendor]
    for label in (*FROZEN, *ONCE):
        model = apps.get_model("review", label)
        may = _kept(model, same) if label in ONCE else None
        for statement in write(label.lower(), model._meta.db_table, may):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("review", "0004_rulesets_and_replacement")]

    # No way back: taking the triggers away is what they are there to prevent.
    operations = [migrations.RunPython(forwards, elidable=False)]
