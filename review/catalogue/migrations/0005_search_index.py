"""What every row must have, and the index that the search asks: FTS5 on SQLite, GIN over pairs of signs on PostgreSQL."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# The index follows its rows by triggers: a row that is deleted, by whatever hand, is found no more.
SQLITE = (
    "CREATE VIRTUAL TABLE catalogue_words USING fts5("
    "search_text, content='catalogue_releasedentry', content_rowid='id', tokenize=\"unicode61 remove_diacritics 0\")",
    "CREATE TRIGGER words_added AFTER INSERT ON catalogue_releasedentry BEGIN "
    "INSERT INTO catalogue_words(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER words_removed AFTER DELETE ON catalogue_releasedentry BEGIN "
    "INSERT INTO catalogue_words(catalogue_words, rowid, search_text) VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER words_changed AFTER UPDATE OF search_text ON catalogue_releasedentry BEGIN "
    "INSERT INTO catalogue_words(catalogue_words, rowid, search_text) VALUES ('delete', old.id, old.search_text); "
    "INSERT INTO catalogue_words(rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE INDEX entries_facets ON catalogue_releasedentry (id, fonds_id, series_id, edition_id, year, body_id)",
)
POSTGRESQL = ("CREATE INDEX entries_words ON catalogue_releasedentry USING gin (search_terms)",)


def create_index(apps, schema_editor):
    # The words as they are folded now, for the rows that were there before.
    from review.catalogue.rows import reindex  # noqa: PLC0415

    reindex(apps.get_model("catalogue", "ReleasedEntry"), schema_editor.connection)
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("INSERT INTO catalogue_words(catalogue_words) VALUES ('rebuild')")


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_old_rows")]

    operations = [
        migrations.AlterModelOptions(
            "releasedentry",
            {"verbose_name_plural": "released entries", "ordering": ["fonds__code", "series_id", "pk"]},
        ),
        migrations.RemoveField("edition", "old_files"),
        migrations.RemoveField("releasedentry", "old_series_title"),
        migrations.AlterField(
            "releasedentry",
            "series",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="catalogue.releasedseries",
            ),
        ),
        migrations.AlterField("releasedentry", "changed_at", models.DateTimeField()),
        migrations.AlterField("releasedentry", "year", models.PositiveSmallIntegerField(null=True)),
        migrations.AlterField(
            "releasedentry",
            "fonds",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="catalogue.releasedfonds",
            ),
        ),
        migrations.AddIndex(
            "releasedentry", models.Index(fields=["fonds", "series", "id"], name="entries_as_printed")
        ),
        migrations.AddIndex("releasedentry", models.Index(fields=["changed_at", "id"], name="entries_by_change")),
        migrations.AddIndex(
            "releasedentry",
            models.Index(fields=["redacted_copy"], condition=~Q(redacted_copy=""), name="entries_with_a_copy"),
        ),
        migrations.RunPython(create_index, migrations.RunPython.noop),
    ]
