"""Editions that correct one another, their files, headings and bodies as rows; what is listed as closed; tombstones."""

import django.db.models.deletion
from django.db import migrations, models

from review.catalogue.models import TermsField

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_withdrawals")]

    operations = [
        migrations.RenameField("edition", "files", "old_files"),
        migrations.AddField(
            "edition", "corrects", models.CharField(blank=True, db_index=True, default="", max_length=20)
        ),
        migrations.AddField("edition", "superseded_by", models.CharField(blank=True, default="", max_length=20)),
        migrations.AddField("edition", "code_version", models.CharField(blank=True, default="", max_length=200)),
        migrations.AddField("edition", "holdings", models.JSONField(default=list)),
        migrations.AddField("edition", "entries_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("edition", "closed_count", models.PositiveIntegerField(default=0)),
        migrations.AddField("edition", "pages", models.PositiveIntegerField(default=0)),
        migrations.AddField("edition", "merkle_root", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("edition", "proof_blocks", models.BinaryField(default=b"")),
        migrations.AddField("edition", "signer", models.JSONField(default=dict)),
        migrations.AddField("edition", "loaded_at", models.DateTimeField(null=True)),
        migrations.AddField("releasedfonds", "size", models.PositiveIntegerField(default=0)),
        migrations.AddField("withdrawal", "leaf", models.PositiveIntegerField(null=True)),
        migrations.CreateModel(
            name="ReleasedFile",
            fields=[
                ID,
                ("name", models.CharField(max_length=300)),
                ("bytes", models.BigIntegerField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("sm3", models.CharField(blank=True, default="", max_length=64)),
                ("signed_bytes", models.BigIntegerField()),
                ("signed_sha256", models.CharField(db_index=True, max_length=64)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="catalogue.edition"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("edition", "name"), name="file_named_once")],
            },
        ),
        migrations.CreateModel(
            name="ReleasedSeries",
            fields=[
                ID,
                ("key", models.CharField(max_length=64)),
                ("title", models.TextField()),
                ("size", models.PositiveIntegerField(default=0)),
                (
                    "fonds",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="series",
                        to="catalogue.releasedfonds",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "released series",
                "ordering": ["fonds__code", "pk"],
                "constraints": [models.UniqueConstraint(fields=("fonds", "key"), name="series_once_in_its_fonds")],
            },
        ),
        migrations.CreateModel(
            name="ReleasedBody",
            fields=[
                ID,
                ("key", models.CharField(max_length=64, unique=True)),
                ("name", models.TextField()),
            ],
            options={"verbose_name_plural": "released bodies", "ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ID,
                ("fonds", models.CharField(max_length=100)),
                ("reference_code", models.CharField(max_length=200)),
                ("release", models.CharField(db_index=True, max_length=20)),
                ("kind", models.CharField(max_length=10)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["changed_at", "pk"],
                "indexes": [models.Index(fields=["changed_at", "id"], name="tombstones_by_change")],
                "constraints": [
                    models.UniqueConstraint(fields=("fonds", "reference_code"), name="tombstone_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["withdrawn", "reclosed", "superseded"])),
                        name="tombstone_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListedClosed",
            fields=[
                ID,
                ("fonds", models.CharField(max_length=100)),
                ("reference_code", models.CharField(max_length=200)),
                ("code_key", models.CharField(db_index=True, max_length=500)),
                ("ground", models.CharField(max_length=40)),
                ("opens_on", models.DateField(null=True)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="closed", to="catalogue.edition"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "listed closed entries",
                "ordering": ["fonds", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("fonds", "reference_code"), name="closed_entry_listed_once")
                ],
            },
        ),
        migrations.RenameField("releasedentry", "position", "leaf"),
        migrations.RenameField("releasedentry", "series_title", "old_series_title"),
        migrations.AddField(
            "releasedentry",
            "series",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="catalogue.releasedseries",
            ),
        ),
        migrations.AddField(
            "releasedentry",
            "body",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.releasedbody",
            ),
        ),
        migrations.AddField("releasedentry", "decade", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "releasedentry", "redacted_copy", models.CharField(blank=True, default="", max_length=64)
        ),
        migrations.AddField("releasedentry", "changed_at", models.DateTimeField(null=True)),
        migrations.AddField("releasedentry", "search_terms", TermsField(blank=True, default="")),
    ]
