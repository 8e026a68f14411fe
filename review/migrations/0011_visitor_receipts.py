"""Requests that visitors of the public site sent carry its receipt; an objection to what is published is a kind of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0010_closure_events"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="accessrequest", name="access_request_kind_known"),
        migrations.AddField(
            model_name="accessrequest",
            name="receipt",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AlterField(
            model_name="accessrequest",
            name="answer",
            field=models.CharField(
                blank=True, help_text="open, review, use, refused, upheld or taken_back", max_length=12
            ),
        ),
        migrations.AlterField(
            model_name="accessrequest",
            name="kind",
            field=models.CharField(help_text="request, complaint or objection", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["request", "complaint", "objection"])),
                name="access_request_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("receipt", ""), _negated=True),
                fields=("receipt",),
                name="access_request_once_a_receipt",
            ),
        ),
    ]
