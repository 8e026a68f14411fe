"""The database keeps the promise: ledger lines and opinions cannot be changed or deleted, whoever asks by SQL."""

from django.db import migrations

REFUSED = "append-only: what was decided is neither changed nor deleted"

# An opinion may do one thing only: fall from standing when a newer one takes its place.
_OPINION_COLUMNS = (
    "id", "batch_entry_id", "stage", "agency_id", "round", "answer", "outcome", "ground", "opens_on", "reason",
    "person_id", "at",
)  # fmt: skip


def _sqlite() -> list[str]:
    same = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in _OPINION_COLUMNS)
    raise_ = f"SELECT RAISE(ABORT, '{REFUSED}')"
    return [
        f"CREATE TRIGGER ledgerline_no_update BEFORE UPDATE ON review_ledgerline BEGIN {raise_}; END",
        f"CREATE TRIGGER ledgerline_no_delete BEFORE DELETE ON review_ledgerline BEGIN {raise_}; END",
        "CREATE TRIGGER ledgerhead_forward BEFORE UPDATE ON review_ledgerhead "
        f"WHEN NEW.line IS NOT OLD.line + 1 OR NEW.id IS NOT OLD.id BEGIN {raise_}; END",
        f"CREATE TRIGGER ledgerhead_no_delete BEFORE DELETE ON review_ledgerhead BEGIN {raise_}; END",
        f"CREATE TRIGGER opinion_no_delete BEFORE DELETE ON review_opinion BEGIN {raise_}; END",
        f"CREATE TRIGGER titling_no_update BEFORE UPDATE ON review_titling BEGIN {raise_}; END",
        f"CREATE TRIGGER titling_no_delete BEFORE DELETE ON review_titling BEGIN {raise_}; END",
        "CREATE TRIGGER opinion_only_falls BEFORE UPDATE ON review_opinion "
        f"WHEN NOT ({same} AND OLD.standing = 1 AND NEW.standing = 0) BEGIN {raise_}; END",
    ]


def _postgresql() -> list[str]:
    same = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in _OPINION_COLUMNS)
    statements = [
        "CREATE FUNCTION review_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$",
        # A table that is empty may be truncated: nothing is lost by it.
        "CREATE FUNCTION review_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ DECLARE held boolean; BEGIN EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', TG_TABLE_NAME) INTO held; "
        f"IF held THEN RAISE EXCEPTION '{REFUSED}'; END IF; RETURN NULL; END $$",
        "CREATE TRIGGER ledgerline_no_change BEFORE UPDATE OR DELETE ON review_ledgerline "
        "FOR EACH ROW EXECUTE FUNCTION review_refuse()",
        "CREATE TRIGGER ledgerhead_forward BEFORE UPDATE ON review_ledgerhead FOR EACH ROW "
        "WHEN (NEW.line IS DISTINCT FROM OLD.line + 1 OR NEW.id IS DISTINCT FROM OLD.id) "
        "EXECUTE FUNCTION review_refuse()",
        "CREATE TRIGGER ledgerhead_no_delete BEFORE DELETE ON review_ledgerhead "
        "FOR EACH ROW EXECUTE FUNCTION review_refuse()",
        "CREATE TRIGGER opinion_no_delete BEFORE DELETE ON review_opinion "
        "FOR EACH ROW EXECUTE FUNCTION review_refuse()",
        "CREATE TRIGGER titling_no_change BEFORE UPDATE OR DELETE ON review_titling "
        "FOR EACH ROW EXECUTE FUNCTION review_refuse()",
        "CREATE TRIGGER opinion_only_falls BEFORE UPDATE ON review_opinion FOR EACH ROW "
        f"WHEN (NOT ({same} AND OLD.standing AND NOT NEW.standing)) EXECUTE FUNCTION review_refuse()",
    ]
    for table in ("ledgerline", "ledgerhead", "opinion", "titling"):
        statements.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON review_{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION review_refuse_truncate()"
        )
    return statements


def forwards(apps, schema_editor) -> None:
    vendor = schema_editor.connection.vendor
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[vendor]():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial")]

    # No way back: taking the triggers away is what they are there to prevent.
    operations = [migrations.RunPython(forwards, elidable=False)]
