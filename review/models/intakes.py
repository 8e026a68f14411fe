"""Intakes (目录接收): files taken in, what they changed, and what they only propose."""

from django.db import models
from django.db.models import Q


class ColumnMapping(models.Model):
    """Which heading of a file means which field, as this archives saved it under a name."""

    name = models.CharField(max_length=60, unique=True)
    columns = models.JSONField(help_text="heading to field of CatalogueRow; an empty field: kept in the notes")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """One catalogue file: received, read, then saved or given up, and perhaps undone. There is no status column:
    where it stands is which of its times are set. The rows wait in a file of their own (review/staging)."""

    fonds = models.ForeignKey("review.Fonds", on_delete=models.PROTECT, related_name="intakes")
    file_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    digest = models.CharField(max_length=64)
    profile = models.CharField(max_length=60, blank=True, help_text="column mapping, or the format's name")
    stubs_only = models.BooleanField(default=False, help_text="keep stubs of rows that are still state secrets")
    keep_good = models.BooleanField(default=False, help_text="save the good rows although others are refused")
    by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="received")
    read_at = models.DateTimeField(null=True, help_text="read, checked and compared")
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    given_up_at = models.DateTimeField(null=True)
    given_up_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    stubs = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0, help_text="held, and not in this file")

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="intake_saved_or_given_up", condition=Q(saved_at__isnull=True) | Q(given_up_at__isnull=True)
            ),
            models.CheckConstraint(
                name="intake_undone_after_saved", condition=Q(undone_at__isnull=True) | Q(saved_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class EntryChange(models.Model):
    """What one intake changed in a held entry: the values before, so that the intake can be undone."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="changes")
    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="changes")
    before = models.JSONField(help_text="column of Entry to the value it had")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["intake", "entry"], name="entry_change_once_an_intake")]

    def __str__(self) -> str:
        return f"{self.intake_id}:{self.entry_id}"


class SeriesChange(models.Model):
    """What one intake changed in a held series: the values before."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="series_changes")
    series = models.ForeignKey("review.Series", on_delete=models.PROTECT, related_name="changes")
    before = models.JSONField(help_text="column of Series to the value it had")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["intake", "series"], name="series_change_once_an_intake")]

    def __str__(self) -> str:
        return f"{self.intake_id}:{self.series_id}"


class Proposal(models.Model):
    """A change that an intake would make to an entry under review or decided: proposed, then accepted or declined."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="proposals")
    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="proposals")
    changes = models.JSONField(help_text="column of Entry to [value then, value proposed]")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    accepted = models.BooleanField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "entry"], name="proposal_once_an_intake"),
            models.CheckConstraint(
                name="proposal_settled_whole",
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, accepted__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False, accepted__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake_id}:{self.entry_id}"
