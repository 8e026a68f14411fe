"""The database keeps the promise for the mechanism too: who decided, signed, sampled, voted or ruled cannot be changed by SQL.

SQLite made `review_opinion` anew in 0006 and lost its triggers; PostgreSQL's knew one column less. Both get them again.
"""

from django.db import migrations

REFUSED = "append-only: what was decided is neither changed nor deleted"

FROZEN = (
    "Statement", "Sample", "Sampled", "SampleVerdict", "Certificate", "PanelVote", "PackageReturn",
    "CountersignPackage", "Delivery",
)  # fmt: skip
# The columns that may be written once, from what they hold at first.
ONCE = {
    "Opinion": {"standing": "TRUE"},
    "SignOff": {"standing": "TRUE"},
    "TransferOpinion": {"standing": "TRUE"},
    "Procedure": {"adopted_at": "NULL", "adopted_by_id": "NULL", "withdrawn_at": "NULL"},
    "DeferralList": {"answered_at": "NULL", "answered_by_id": "NULL", "refused": "NULL"},
    "Erratum": {"delivered_at": "NULL"},
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
        f"DROP TRIGGER IF EXISTS {name}_no_update",
        f"DROP TRIGGER IF EXISTS {name}_no_delete",
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {table} {when} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {table} {refuse}",
    ]


def _postgresql(name: str, table: str, may: str | None) -> list[str]:
    refuse = "EXECUTE FUNCTION review_refuse()"
    when = f"WHEN (NOT ({may}))" if may else ""
    return [
        *(f"DROP TRIGGER IF EXISTS {name}_no_{what} ON {table}" for what in ("update", "delete", "truncate")),
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {when} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_truncate()",
    ]


def forwards(apps, schema_editor) -> None:
    vendor = schema_editor.connection.vendor
    write, same = {"sqlite": (_sqlite, "IS"), "postgresql": (_postgresql, "IS NOT DISTINCT FROM")}[vendor]
    on_table = " ON review_opinion" if vendor == "postgresql" else ""
    schema_editor.execute(f"DROP TRIGGER IF EXISTS opinion_only_falls{on_table}", params=None)
    for label in (*FROZEN, *ONCE):
        model = apps.get_model("review", label)
        may = _kept(model, same) if label in ONCE else None
        for statement in write(label.lower(), model._meta.db_table, may):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("review", "0006_the_mechanism")]

    # No way back: taking the triggers away is what they are there to prevent.
    operations = [migrations.RunPython(forwards, elidable=False)]
