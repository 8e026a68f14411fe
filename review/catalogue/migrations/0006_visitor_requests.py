"""What visitors ask, until the archives have it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0005_search_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskingTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("place", models.CharField(max_length=64)),
                ("times", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("day", "place"), name="asking_tally_once_a_day")],
            },
        ),
        migrations.CreateModel(
            name="VisitorRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receipt", models.CharField(max_length=20, unique=True)),
                ("key_digest", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=10)),
                ("fonds", models.CharField(blank=True, max_length=100)),
                ("reference_code", models.CharField(blank=True, max_length=200)),
                ("asker", models.CharField(blank=True, max_length=80)),
                ("contact", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("made_at", models.DateTimeField()),
                ("number", models.CharField(blank=True, max_length=20)),
                ("registered_on", models.DateField(null=True)),
                ("answer", models.CharField(blank=True, max_length=12)),
                ("answer_text", models.TextField(blank=True)),
                ("answered_on", models.DateField(null=True)),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [
                    models.Index(condition=models.Q(("number", "")), fields=["id"], name="visitor_requests_waiting")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("request", "complaint", "objection"))),
                        name="visitor_request_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", ""), ("registered_on__isnull", True)),
                            models.Q(
                                models.Q(("number", ""), _negated=True),
                                ("asker", ""),
                                ("contact", ""),
                                ("registered_on__isnull", False),
                                ("text", ""),
                            ),
                            _connector="OR",
                        ),
                        name="visitor_request_registered_and_erased",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_on__isnull", True)),
                            models.Q(models.Q(("answer", ""), _negated=True), ("answered_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="visitor_request_answered_whole",
                    ),
                ],
            },
        ),
    ]
