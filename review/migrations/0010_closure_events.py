"""What may end a closure, and is kept as it was noted."""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

kept = import_module("review.migrations.0007_kept_by_triggers")


def forwards(apps, schema_editor) -> None:
    write = {"sqlite": kept._sqlite, "postgresql": kept._postgresql}[schema_editor.connection.vendor]
    for statement in write("closureevent", "review_closureevent", None):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0009_desk_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClosureEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="death, consent or relatives", max_length=20)),
                ("day", models.DateField(help_text="on which it happened")),
                ("evidence", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="closure_events", to="review.entry"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "kind", "day"), name="closure_event_noted_once"),
                    models.CheckConstraint(
                        condition=models.Q(("evidence", ""), _negated=True), name="closure_event_has_evidence"
                    ),
                ],
            },
        ),
        migrations.RunPython(forwards, elidable=False),
    ]
