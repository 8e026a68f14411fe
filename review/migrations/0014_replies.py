"""The archives' reply to a unit's question is a statement too. SQLite makes the table anew; its triggers are set again."""

from importlib import import_module

from django.db import migrations, models

kept = import_module("review.migrations.0007_kept_by_triggers")


def forwards(apps, schema_editor) -> None:
    write = {"sqlite": kept._sqlite, "postgresql": kept._postgresql}[schema_editor.connection.vendor]
    for statement in write("statement", "review_statement", None):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0013_corrected_editions"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="statement",
            name="statement_kind_known",
        ),
        migrations.AlterField(
            model_name="statement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("archives", "statement of the archives"),
                    ("agency", "statement of the forming unit"),
                    ("minutes", "minutes of the meeting"),
                    ("ruling", "ruling of the archives authority"),
                    ("reply", "reply to a question of the forming unit"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["archives", "agency", "minutes", "ruling", "reply"])),
                name="statement_kind_known",
            ),
        ),
        migrations.RunPython(forwards, elidable=False),
    ]
