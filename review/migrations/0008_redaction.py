"""Partial opening: marks, copies and verdicts are kept as they were made, by the database too.

A mark may be withdrawn, once. A copy is verified only by a reading of that very copy that found nothing.
"""

from importlib import import_module

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

kept = import_module("review.migrations.0007_kept_by_triggers")
FROZEN = ("Redaction", "RedactedCopy", "RedactionCheck", "RedactionLook", "RedactionVerdict")
ONCE = ("withdrawn_at", "withdrawn_by_id")  # of a mark

UNREAD = "a copy is verified only by a reading of it that found nothing"
CLEAN = (
    "EXISTS (SELECT 1 FROM review_redactioncheck WHERE id = NEW.check_made_id AND copy_id = NEW.copy_id "
    "AND (faults = 0 OR NOT NEW.verified))"
)
READ = {
    "sqlite": [
        "CREATE TRIGGER redactionverdict_read BEFORE INSERT ON review_redactionverdict "
        f"WHEN NOT {CLEAN} BEGIN SELECT RAISE(ABORT, '{UNREAD}'); END",
    ],
    "postgresql": [
        "CREATE FUNCTION review_redaction_read() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT {CLEAN} THEN RAISE EXCEPTION '{UNREAD}'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER redactionverdict_read BEFORE INSERT ON review_redactionverdict "
        "FOR EACH ROW EXECUTE FUNCTION review_redaction_read()",
    ],
}


def _withdrawn_only(mark, same: str) -> str:
    """True where an update of a mark withdraws it, and does no more."""
    columns = [field.column for field in mark._meta.concrete_fields if field.column not in ONCE]
    return " AND ".join([f'NEW."{c}" {same} OLD."{c}"' for c in columns] + [f'OLD."{c}" {same} NULL' for c in ONCE])


def forwards(apps, schema_editor) -> None:
    vendor = schema_editor.connection.vendor
    write, same = {
        "sqlite": (kept._sqlite, "IS"),
        "postgresql": (kept._postgresql, "IS NOT DISTINCT FROM"),
    }[vendor]
    for label in (*FROZEN, "RedactionMark"):
        model = apps.get_model("review", label)
        may = _withdrawn_only(model, same) if label == "RedactionMark" else None
        for statement in write(label.lower(), model._meta.db_table, may):
            schema_editor.execute(statement, params=None)
    for statement in READ[vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0007_kept_by_triggers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("begun_at", models.DateTimeField()),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "master",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redaction",
                        to="review.digitalobject",
                    ),
                ),
            ],
            options={
                "verbose_name": "redaction",
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RedactedCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(help_text="SHA-256", max_length=64)),
                ("size", models.PositiveBigIntegerField(help_text="bytes")),
                (
                    "pages",
                    models.PositiveIntegerField(
                        help_text="those of the master; what explains the marks is bound behind them"
                    ),
                ),
                ("marks", models.PositiveIntegerField()),
                ("marks_digest", models.CharField(help_text="of the marks it was made from", max_length=64)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "redaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="review.redaction"
                    ),
                ),
            ],
            options={
                "verbose_name": "redacted copy",
                "ordering": ["id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RedactionCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("faults", models.PositiveIntegerField()),
                (
                    "found",
                    models.JSONField(
                        help_text="each fault: which (review/documents/redaction_check.py) and on which page"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "copy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="review.redactedcopy"
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
            },
        ),
        migrations.CreateModel(
            name="RedactionLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "copy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="looks", to="review.redactedcopy"
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
                "ordering": ["copy", "page", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RedactionMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.PositiveIntegerField()),
                ("x", models.PositiveSmallIntegerField()),
                ("y", models.PositiveSmallIntegerField()),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("words", models.TextField(blank=True)),
                (
                    "rule",
                    models.CharField(
                        blank=True, help_text="the rule that found the words, where one did", max_length=40
                    ),
                ),
                ("ground", models.CharField(max_length=40)),
                ("opens_on", models.DateField(help_text="until when it is withheld")),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "on_behalf",
                    models.ForeignKey(
                        help_text="who delegated the right",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "redaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="marks", to="review.redaction"
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["redaction", "page", "y", "x", "id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RedactionVerdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verified", models.BooleanField()),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "check_made",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="review.redactioncheck"
                    ),
                ),
                (
                    "copy",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="verdict", to="review.redactedcopy"
                    ),
                ),
                (
                    "on_behalf",
                    models.ForeignKey(
                        help_text="who delegated the right",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            },
        ),
        migrations.AddConstraint(
            model_name="redactedcopy",
            constraint=models.CheckConstraint(
                condition=models.Q(("marks__gte", 1)), name="redacted_copy_withholds_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="redactionlook",
            constraint=models.UniqueConstraint(fields=("copy", "page", "person"), name="redaction_look_once_a_page"),
        ),
        migrations.AddConstraint(
            model_name="redactionmark",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("redaction", "page", "x", "y", "width", "height"),
                name="redaction_mark_once_a_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="redactionmark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("height__gte", 1),
                    ("page__gte", 1),
                    ("width__gte", 1),
                    (
                        "x__lte",
                        django.db.models.expressions.CombinedExpression(models.Value(10000), "-", models.F("width")),
                    ),
                    (
                        "y__lte",
                        django.db.models.expressions.CombinedExpression(models.Value(10000), "-", models.F("height")),
                    ),
                ),
                name="redaction_mark_lies_on_its_page",
            ),
        ),
        migrations.AddConstraint(
            model_name="redactionmark",
            constraint=models.CheckConstraint(
                condition=models.Q(("ground", ""), _negated=True), name="redaction_mark_has_ground"
            ),
        ),
        migrations.AddConstraint(
            model_name="redactionmark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="redaction_mark_withdrawn_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="redactionverdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("verified", True), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="redaction_refused_says_why",
            ),
        ),
        # No way back: taking the triggers away is what they are there to prevent.
        migrations.RunPython(forwards, elidable=False),
    ]
