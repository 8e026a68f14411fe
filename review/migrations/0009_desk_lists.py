"""Working lists of the review desks, and opinions that their person took back: those are kept as they are."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

kept = import_module("review.migrations.0007_kept_by_triggers")


def forwards(apps, schema_editor) -> None:
    write = {"sqlite": kept._sqlite, "postgresql": kept._postgresql}[schema_editor.connection.vendor]
    for statement in write("takenback", "review_takenback", None):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0008_redaction"),
    ]

    operations = [
        migrations.CreateModel(
            name="DeskEntry",
            fields=[
                (
                    "batch_entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="desk_entry",
                        serialize=False,
                        to="review.batchentry",
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("suggestion", models.CharField(max_length=20)),
                ("ground", models.CharField(max_length=40)),
                ("series", models.CharField(max_length=500)),
                ("agency", models.PositiveBigIntegerField(help_text="0: not known")),
                ("decade", models.CharField(help_text="196 for the 1960s", max_length=3)),
                ("likeness", models.CharField(max_length=32)),
                ("alike", models.PositiveIntegerField(help_text="entries of the batch with this likeness")),
                ("said", models.CharField(help_text="at second review: what first review decided", max_length=20)),
                ("day", models.DateField(null=True)),
                ("text", models.TextField(help_text="what a filter looks through")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DeskLeft",
            fields=[
                (
                    "batch_entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="desk_left",
                        serialize=False,
                        to="review.batchentry",
                    ),
                ),
                ("position", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DeskList",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="desk_list",
                        serialize=False,
                        to="review.batch",
                    ),
                ),
                ("stage", models.CharField(max_length=20)),
                ("round", models.PositiveIntegerField()),
                ("run", models.PositiveBigIntegerField(help_text="the last screening run then")),
                ("entries", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DeskTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=520)),
                ("count", models.PositiveIntegerField()),
                ("left", models.PositiveIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                (
                    "opinion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="taken_back",
                        serialize=False,
                        to="review.opinion",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="batchentry",
            index=models.Index(
                condition=models.Q(("live", False)), fields=["likeness"], name="batch_entry_alike_done"
            ),
        ),
        migrations.AddIndex(
            model_name="opinion",
            index=models.Index(fields=["person", "at"], name="opinion_by_person"),
        ),
        migrations.AddField(
            model_name="deskentry",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="review.batch",
            ),
        ),
        migrations.AddField(
            model_name="deskleft",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="review.batch",
            ),
        ),
        migrations.AddField(
            model_name="desktally",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="review.batch",
            ),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(fields=["batch", "position"], name="desk_by_position"),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(fields=["batch", "suggestion", "position"], name="desk_by_suggestion"),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(fields=["batch", "ground", "position"], name="desk_by_ground"),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(fields=["batch", "series", "position"], name="desk_by_series"),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(fields=["batch", "agency", "position"], name="desk_by_agency"),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(fields=["batch", "decade", "position"], name="desk_by_decade"),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(fields=["batch", "day", "position"], name="desk_by_day"),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(
                condition=models.Q(("alike__gt", 1)),
                fields=["batch", "likeness", "position"],
                name="desk_by_likeness",
            ),
        ),
        migrations.AddIndex(
            model_name="deskentry",
            index=models.Index(
                condition=models.Q(("said", ""), _negated=True),
                fields=["batch", "said", "position"],
                name="desk_by_said",
            ),
        ),
        migrations.AddIndex(
            model_name="deskleft",
            index=models.Index(fields=["batch", "position"], name="desk_left_by_position"),
        ),
        migrations.AddConstraint(
            model_name="desktally",
            constraint=models.UniqueConstraint(fields=("batch", "key"), name="desk_tally_once_a_group"),
        ),
        # No way back: taking the triggers away is what they are there to prevent.
        migrations.RunPython(forwards, elidable=False),
    ]
