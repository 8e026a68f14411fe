"""Holdings (馆藏): agencies, fonds and the catalogue entries in them, in the terms of ISAD(G) and DA/T 18."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Level of description (ISAD(G) 3.1.4)."""

    SERIES = "series", _("series")
    FILE = "file", _("file")
    ITEM = "item", _("item")


class AccessStatus(models.TextChoices):
    """Access status 开放标识 (DA/T 18): the recorded outcome, not a state of the work."""

    NOT_REVIEWED = "not_reviewed", _("not reviewed")
    OPEN = "open", _("open")
    DEFERRED = "deferred", _("deferred")
    LEGACY_CONTROL = "legacy_control", _("restricted use (before 2020)")


class Agency(models.Model):
    """A creating, transferring or succeeding body (形成单位), as one that answers for entries."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("agency")
        ordering = ["code"]
        default_permissions = ()
        permissions = [("countersign_agency", "Countersign for this agency")]

    def __str__(self) -> str:
        return self.name


class Fonds(models.Model):
    """One creator's whole (全宗)."""

    code = models.CharField(_("fonds code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    creating_agency = models.ForeignKey(
        Agency,
        null=True,
        on_delete=models.PROTECT,
        related_name="fonds",
        help_text="answers for entries naming no other",
    )

    class Meta:
        verbose_name = _("fonds")
        ordering = ["code"]
        default_permissions = ()
        permissions = [
            ("plan_fonds", "Import into and cut batches of this fonds"),
            ("first_review_fonds", "First review of this fonds"),
            ("second_review_fonds", "Second review of this fonds"),
            ("reconcile_fonds", "Reconcile differences on this fonds"),
            ("sign_off_fonds", "Sign off batches of this fonds"),
            ("release_fonds", "Release open catalogues of this fonds"),
            ("audit_fonds", "Read everything about this fonds"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Intake(models.Model):
    """One catalogue file taken in: which, by whom, when, and what became of its rows."""

    fonds = models.ForeignKey(Fonds, on_delete=models.PROTECT, related_name="intakes")
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    profile = models.CharField(max_length=60)
    added = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.file_name


class Entry(models.Model):
    """One catalogue line: a file (案卷) or an item (件). `title` is internal; the public sees `public_title` alone."""

    fonds = models.ForeignKey(Fonds, on_delete=models.PROTECT, related_name="entries")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField(help_text="place in the source file; keeps the archival order")
    level = models.CharField(max_length=10, choices=Level)
    reference_code = models.CharField(max_length=120)
    series_title = models.CharField(max_length=500, blank=True)
    title = models.TextField()
    public_title = models.TextField(blank=True, help_text="empty: the title itself may be shown once opened")
    responsible_body = models.CharField(max_length=500, blank=True)
    date_text = models.CharField(max_length=200, blank=True)
    earliest = models.DateField(null=True)
    latest = models.DateField(null=True)
    extent = models.CharField(max_length=500, blank=True)
    retention = models.CharField(max_length=60, blank=True)
    classification = models.CharField(max_length=60, blank=True)
    access_condition = models.TextField(blank=True)
    document_number = models.CharField(max_length=120, blank=True)
    notes = models.TextField(blank=True)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="entries")
    access_status = models.CharField(max_length=20, choices=AccessStatus, default=AccessStatus.NOT_REVIEWED)
    ground = models.CharField(max_length=40, blank=True, help_text="why it is deferred, or opened early")
    opens_on = models.DateField(null=True, help_text="until when it is deferred")

    class Meta:
        verbose_name = _("entry")
        ordering = ["fonds", "position", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fonds", "reference_code"], name="entry_one_reference_code_a_fonds"),
            models.CheckConstraint(name="entry_reference_code_not_empty", condition=~models.Q(reference_code="")),
            models.CheckConstraint(
                name="entry_span_both_or_neither",
                condition=models.Q(earliest__isnull=True, latest__isnull=True)
                | models.Q(earliest__isnull=False, latest__isnull=False, earliest__lte=models.F("latest")),
            ),
            models.CheckConstraint(name="entry_level_known", condition=models.Q(level__in=Level.values)),
            models.CheckConstraint(
                name="entry_access_status_known", condition=models.Q(access_status__in=AccessStatus.values)
            ),
            models.CheckConstraint(
                name="entry_deferred_has_ground_and_day",
                condition=~models.Q(access_status=AccessStatus.DEFERRED)
                | (~models.Q(ground="") & models.Q(opens_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference_code

    @property
    def shown_date(self) -> str:
        """The date as it is shown: ISO when it is one day, else as it stands in the catalogue."""
        if self.earliest is not None and self.earliest == self.latest:
            return self.earliest.isoformat()
        return self.date_text

    @property
    def shown_title(self) -> str:
        """The title that may leave the house once the entry is open."""
        return self.public_title or self.title
