"""What the public may see: copies out of release bundles, with no way back to the records they were made from."""

from django.db import models
from django.db.models import Q


class Edition(models.Model):
    """One release (发布) as it was issued: who signed it, under which rules, and the digests that hold it."""

    number = models.CharField(max_length=20, unique=True)
    archives_zh = models.CharField(max_length=200)
    archives_en = models.CharField(max_length=200)
    issued_on = models.DateField()
    signed_off_by = models.CharField(max_length=200)
    signed_off_on = models.DateField()
    ruleset_number = models.CharField(max_length=200)
    ruleset_digest = models.CharField(max_length=64)
    ledger_line = models.PositiveIntegerField()
    ledger_digest = models.CharField(max_length=64)
    # {"opened": n, "opened_early": n, "deferred": {ground code: n}, "referred": n, "not_due": n}; opened counts both
    counts = models.JSONField()
    # {file name: {"bytes": n, "sha256": hex}}
    files = models.JSONField()
    manifest_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def deferred_total(self) -> int:
        return sum(self.counts["deferred"].values())


class ReleasedFonds(models.Model):
    """A fonds (全宗) of which something is open. Its title is that of the bundle loaded last."""

    code = models.CharField(max_length=100, unique=True)
    title = models.TextField()

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "released fonds"

    def __str__(self) -> str:
        return self.code


class ReleasedEntry(models.Model):
    """One open entry (条目): its public fields and no others."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="entries")
    fonds = models.ForeignKey(ReleasedFonds, on_delete=models.PROTECT, related_name="entries")
    series_title = models.TextField()
    reference_code = models.CharField(max_length=200)
    public_title = models.TextField()
    responsible_body = models.TextField()
    date = models.TextField()
    year = models.PositiveSmallIntegerField(null=True, db_index=True)  # the first year in `date`, for the search
    extent = models.TextField()
    early = models.BooleanField()
    position = models.PositiveIntegerField()  # its row in the bundle, the order of the printed catalogue
    search_text = models.TextField()

    class Meta:
        ordering = ["fonds__code", "series_title", "edition_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["fonds", "reference_code"], name="entry_opened_once"),
            models.CheckConstraint(condition=~Q(reference_code=""), name="entry_has_a_code"),
        ]
        verbose_name_plural = "released entries"

    def __str__(self) -> str:
        return self.reference_code


class Withdrawal(models.Model):
    """One erratum (更正) to an edition: an entry taken out of it, put back, or closed again. No title in it.

    `in_force` while it keeps the entry from the public: that of "withdrawn" falls when a later one of its case arrives.
    The edition is named and not pointed at: an erratum may arrive before the edition that it corrects.
    """

    number = models.CharField(max_length=24, unique=True)
    case = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=10)
    edition = models.CharField(max_length=20, db_index=True)
    fonds = models.CharField(max_length=100)
    reference_code = models.CharField(max_length=200)
    issued_on = models.DateField()
    digest = models.CharField(max_length=64)
    in_force = models.BooleanField()

    class Meta:
        ordering = ["-issued_on", "-pk"]
        indexes = [models.Index(fields=["fonds", "reference_code"], name="withdrawal_of_an_entry")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["withdrawn", "restored", "reclosed"]), name="withdrawal_kind_known"
            ),
            models.CheckConstraint(condition=~Q(kind="restored", in_force=True), name="withdrawal_restored_is_over"),
            models.UniqueConstraint(
                fields=["edition", "fonds", "reference_code"],
                condition=Q(in_force=True),
                name="withdrawal_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.number
