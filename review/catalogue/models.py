"""What the public may see: copies out of release bundles, with no way back to the records they were made from."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q


class TermsField(models.TextField):
    """The terms of an entry as PostgreSQL's text search keeps them; plain text elsewhere."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)


class Edition(models.Model):
    """One release (发布) as it was issued: who signed it, under which rules, and the digests that hold it.

    `corrects` names the edition that this one replaced, `superseded_by` the one that replaced it ("" for none). An
    edition that was replaced keeps its manifest and its seal for proof and holds no entry any more.
    """

    number = models.CharField(max_length=20, unique=True)
    corrects = models.CharField(max_length=20, blank=True, default="", db_index=True)
    superseded_by = models.CharField(max_length=20, blank=True, default="")
    archives_zh = models.CharField(max_length=200)
    archives_en = models.CharField(max_length=200)
    issued_on = models.DateField()
    signed_off_by = models.CharField(max_length=200)
    signed_off_on = models.DateField()
    ruleset_number = models.CharField(max_length=200)
    ruleset_digest = models.CharField(max_length=64)
    ledger_line = models.PositiveIntegerField()
    ledger_digest = models.CharField(max_length=64)
    code_version = models.CharField(max_length=200, blank=True, default="")
    # {"opened": n, "opened_early": n, "opened_in_part": n, "deferred": {ground code: n}, "referred": n, "not_due": n}
    counts = models.JSONField()
    holdings = models.JSONField(default=list)  # [{"code", "title", "entries"}]: what it opened, by fonds, as issued
    entries_count = models.PositiveIntegerField(default=0)  # as issued: opened and opened in part
    closed_count = models.PositiveIntegerField(default=0)  # deferred entries that it lists
    pages = models.PositiveIntegerField(default=0)  # of the catalogue, all volumes
    merkle_root = models.CharField(max_length=64, blank=True, default="")
    # Of each 1,024 lines of entries.jsonl: the offset of the first (8 bytes) and the root over them (32 bytes)
    proof_blocks = models.BinaryField(default=b"")
    # {"subject", "issuer", "serial", "not_before", "not_after", "sha256", "demonstration": bool}: the seal's certificate
    signer = models.JSONField(default=dict)
    manifest_digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def deferred_total(self) -> int:
        return sum(self.counts["deferred"].values())

    @property
    def opened_in_part(self) -> int:
        return self.counts.get("opened_in_part", 0)


class ReleasedFile(models.Model):
    """One file of an edition, by its name in the bundle, with what holds it.

    `bytes`, `sha256` and `sm3` are those of the manifest. Of a signed PDF they are of the file before its signature was
    appended, and `signed_bytes` and `signed_sha256` are of the whole file as it is served; of other files those are the
    same again.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=300)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    sm3 = models.CharField(max_length=64, blank=True, default="")
    signed_bytes = models.BigIntegerField()
    signed_sha256 = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["edition", "name"], name="file_named_once")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.name}"

    @property
    def is_signed(self) -> bool:
        return self.sha256 != self.signed_sha256


class ReleasedFonds(models.Model):
    """A fonds (全宗) of which something is open. Its title is that of the bundle loaded last."""

    code = models.CharField(max_length=100, unique=True)
    title = models.TextField()
    size = models.PositiveIntegerField(default=0)  # its open entries, counted when they change

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "released fonds"

    def __str__(self) -> str:
        return self.code


class ReleasedSeries(models.Model):
    """A heading (类目) under which entries of a fonds stand, in the order in which headings came.

    `key` is the SHA-256 of the heading as it was issued; `title` what may be shown of it: it says no title of a
    withdrawn file (withdrawals.hide_headings).
    """

    fonds = models.ForeignKey(ReleasedFonds, on_delete=models.CASCADE, related_name="series")
    key = models.CharField(max_length=64)
    title = models.TextField()
    size = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["fonds__code", "pk"]
        constraints = [models.UniqueConstraint(fields=["fonds", "key"], name="series_once_in_its_fonds")]
        verbose_name_plural = "released series"

    def __str__(self) -> str:
        return self.title


class ReleasedBody(models.Model):
    """A responsible body (责任者) as entries name it; `key` is the SHA-256 of the name."""

    key = models.CharField(max_length=64, unique=True)
    name = models.TextField()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "released bodies"

    def __str__(self) -> str:
        return self.name


class ReleasedEntry(models.Model):
    """One open entry (条目): its public fields and no others.

    `leaf` is its line in its edition's entries.jsonl, from 0: its place among the leaves of the Merkle tree and in the
    printed catalogue. `redacted_copy` is the SHA-256 of the copy that may be read where only that is open, else "".
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="entries")
    fonds = models.ForeignKey(ReleasedFonds, on_delete=models.PROTECT, related_name="entries", db_index=False)
    series = models.ForeignKey(ReleasedSeries, on_delete=models.PROTECT, related_name="entries", db_index=False)
    leaf = models.PositiveIntegerField()
    reference_code = models.CharField(max_length=200)
    public_title = models.TextField()
    responsible_body = models.TextField()
    body = models.ForeignKey(ReleasedBody, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    date = models.TextField()
    year = models.PositiveSmallIntegerField(null=True)  # the first year in `date`, for the search
    decade = models.PositiveSmallIntegerField(null=True)  # 1960 for the years 1960 to 1969
    extent = models.TextField()
    early = models.BooleanField()
    redacted_copy = models.CharField(max_length=64, blank=True, default="")
    changed_at = models.DateTimeField()  # when this site came to show it as it is
    # What the search looks through (searching.index_text); `search_terms` is kept where the database is PostgreSQL.
    search_text = models.TextField()
    search_terms = TermsField(blank=True, default="")

    class Meta:
        ordering = ["fonds__code", "series_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fonds", "reference_code"], name="entry_opened_once"),
            models.CheckConstraint(condition=~Q(reference_code=""), name="entry_has_a_code"),
        ]
        indexes = [
            models.Index(fields=["fonds", "series", "id"], name="entries_as_printed"),
            models.Index(fields=["changed_at", "id"], name="entries_by_change"),
            models.Index(fields=["redacted_copy"], condition=~Q(redacted_copy=""), name="entries_with_a_copy"),
        ]
        verbose_name_plural = "released entries"

    def __str__(self) -> str:
        return self.reference_code

    @property
    def series_title(self) -> str:
        return self.series.title

    @property
    def copy_name(self) -> str:
        """The name of its redacted copy among the files of its edition."""
        return f"copies/{self.redacted_copy}.pdf"


class Tombstone(models.Model):
    """An entry that was open and is so no more: what harvesters are told of it, for ever. No title in it.

    `release` is the edition that had opened it; `kind` whether it was withdrawn, closed again, or left out of the
    edition that corrected its own. It goes when the entry is open again.
    """

    fonds = models.CharField(max_length=100)
    reference_code = models.CharField(max_length=200)
    release = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=10)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["changed_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["fonds", "reference_code"], name="tombstone_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["withdrawn", "reclosed", "superseded"]), name="tombstone_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["changed_at", "id"], name="tombstones_by_change")]

    def __str__(self) -> str:
        return self.reference_code


class ListedClosed(models.Model):
    """A deferred entry that an edition lists: that it is there, why it is closed, and until when. Never a title."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="closed")
    fonds = models.CharField(max_length=100)
    reference_code = models.CharField(max_length=200)
    code_key = models.CharField(max_length=500, db_index=True)  # the code in one spelling (searching.code_key)
    ground = models.CharField(max_length=40)
    opens_on = models.DateField(null=True)

    class Meta:
        ordering = ["fonds", "pk"]
        constraints = [models.UniqueConstraint(fields=["fonds", "reference_code"], name="closed_entry_listed_once")]
        verbose_name_plural = "listed closed entries"

    def __str__(self) -> str:
        return self.reference_code


class Withdrawal(models.Model):
    """One erratum (更正) to an edition: an entry taken out of it, put back, or closed again. No title in it.

    `in_force` while it keeps the entry from the public: that of "withdrawn" falls when a later one of its case arrives.
    The edition is named and not pointed at: an erratum may arrive before the edition that it corrects. `leaf` is the
    entry's line in that edition's entries.jsonl, once it is known.
    """

    number = models.CharField(max_length=24, unique=True)
    case = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=10)
    edition = models.CharField(max_length=20, db_index=True)
    fonds = models.CharField(max_length=100)
    reference_code = models.CharField(max_length=200)
    leaf = models.PositiveIntegerField(null=True)
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


# Django looks for models here.
from review.catalogue.models_asking import AskingTally, VisitorRequest  # noqa: E402, F401
