"""What was loaded before: its headings, bodies and files become rows, its words are indexed anew."""

import hashlib

from django.db import migrations
from django.db.models import Count, F
from django.utils import timezone


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def carry_over(apps, schema_editor):
    alias = schema_editor.connection.alias
    model = {
        name: apps.get_model("catalogue", name).objects.using(alias)
        for name in ("Edition", "ReleasedFile", "ReleasedFonds", "ReleasedSeries", "ReleasedBody", "ReleasedEntry")
    }
    now = timezone.now()
    for edition in model["Edition"].all():
        for name, facts in edition.old_files.items():
            model["ReleasedFile"].create(
                edition=edition,
                name=name,
                bytes=facts["bytes"],
                sha256=facts["sha256"],
                signed_bytes=facts["bytes"],
                signed_sha256=facts["sha256"],
            )
        named = model["ReleasedEntry"].filter(edition=edition).values_list("fonds__code", "fonds__title")
        holdings = named.order_by("fonds__code").annotate(n=Count("pk"))
        edition.holdings = [{"code": code, "title": title, "entries": n} for code, title, n in holdings]
        edition.entries_count = edition.counts["opened"]
        edition.loaded_at = now
        edition.save()
    entries = model["ReleasedEntry"]
    for fonds in model["ReleasedFonds"].all():
        rows = entries.filter(fonds=fonds)
        for title, size in rows.order_by("old_series_title").values_list("old_series_title").annotate(n=Count("pk")):
            series = model["ReleasedSeries"].create(fonds=fonds, key=_key(title), title=title, size=size)
            rows.filter(old_series_title=title).update(series=series)
        fonds.size = rows.count()
        fonds.save()
    for name in entries.exclude(responsible_body="").order_by().values_list("responsible_body", flat=True).distinct():
        body = model["ReleasedBody"].create(key=_key(name), name=name)
        entries.filter(responsible_body=name).update(body=body)
    entries.update(leaf=F("leaf") - 1, decade=F("year") / 10 * 10, changed_at=now)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_editions_that_correct")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
