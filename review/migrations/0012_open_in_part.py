"""An entry may open in part: the outcome, the access status, and that both name a ground and a day.

SQLite makes the tables anew and loses their triggers, which are set again.
"""

from importlib import import_module

from django.db import migrations, models

kept = import_module("review.migrations.0007_kept_by_triggers")


def forwards(apps, schema_editor) -> None:
    vendor = schema_editor.connection.vendor
    write, same = {
        "sqlite": (kept._sqlite, "IS"),
        "postgresql": (kept._postgresql, "IS NOT DISTINCT FROM"),
    }[vendor]
    for label in ("Opinion", "TransferOpinion"):
        model = apps.get_model("review", label)
        for statement in write(label.lower(), model._meta.db_table, kept._kept(model, same)):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0011_visitor_receipts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_deferred_has_ground_and_day",
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_stub_says_nothing",
        ),
        migrations.RemoveConstraint(
            model_name="entry",
            name="entry_access_status_known",
        ),
        migrations.RemoveConstraint(
            model_name="opinion",
            name="opinion_deferral_has_ground_and_day",
        ),
        migrations.RemoveConstraint(
            model_name="opinion",
            name="opinion_outcome_known",
        ),
        migrations.RemoveConstraint(
            model_name="transferopinion",
            name="transfer_opinion_outcome_known",
        ),
        migrations.AlterField(
            model_name="entry",
            name="access_status",
            field=models.CharField(
                choices=[
                    ("not_reviewed", "not reviewed"),
                    ("open", "open"),
                    ("partial", "open in part"),
                    ("deferred", "deferred"),
                    ("suspended", "suspended"),
                    ("legacy_control", "restricted use (before 2020)"),
                ],
                default="not_reviewed",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "access_status__in",
                        ["not_reviewed", "open", "partial", "deferred", "suspended", "legacy_control"],
                    )
                ),
                name="entry_access_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("access_status__in", ("partial", "deferred")), _negated=True),
                    models.Q(models.Q(("ground", ""), _negated=True), ("opens_on__isnull", False)),
                    _connector="OR",
                ),
                name="entry_deferred_has_ground_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stub", False),
                    models.Q(
                        ("document_number", ""),
                        ("keywords", ""),
                        ("notes", ""),
                        ("persons", ""),
                        ("public_title", ""),
                        ("scope", ""),
                        ("title", ""),
                        models.Q(("access_status__in", ["open", "partial"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="entry_stub_says_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["open", "open_early", "partial", "defer", "refer"]),
                    models.Q(("answer__in", ["not_ours", "need_more_time"]), ("outcome", "")),
                    _connector="OR",
                ),
                name="opinion_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("outcome__in", ["partial", "defer"]),
                        models.Q(("ground", ""), _negated=True),
                        ("opens_on__isnull", False),
                    ),
                    models.Q(
                        models.Q(("outcome__in", ["partial", "defer"]), _negated=True), ("opens_on__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="opinion_deferral_has_ground_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferopinion",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["open", "open_early", "partial", "defer", "refer"])),
                name="transfer_opinion_outcome_known",
            ),
        ),
        migrations.RunPython(forwards, elidable=False),
    ]
