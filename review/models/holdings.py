"""Holdings (馆藏): fonds, series and the catalogue entries in them, in the terms of ISAD(G) and DA/T 18."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from policies.catalogue_rows import LONGEST


class Level(models.TextChoices):
    """Level of description (ISAD(G) 3.1.4)."""

    SERIES = "series", _("series")
    FILE = "file", _("file")
    ITEM = "item", _("item")


class AccessStatus(models.TextChoices):
    """Access status 开放标识 (DA/T 18): the recorded outcome, not a state of the work."""

    NOT_REVIEWED = "not_reviewed", _("not reviewed")
    OPEN = "open", _("open")
    PARTIAL = "partial", _("open in part")
    DEFERRED = "deferred", _("deferred")
    SUSPENDED = "suspended", _("suspended")
    LEGACY_CONTROL = "legacy_control", _("restricted use (before 2020)")


# What is kept from the public, in whole or but for a redacted copy: it comes back to be assessed again.
CLOSED = (AccessStatus.PARTIAL, AccessStatus.DEFERRED)
DECIDED = (AccessStatus.OPEN, *CLOSED, AccessStatus.SUSPENDED)


class Fonds(models.Model):
    """One creator's whole (全宗). A combined fonds (联合全宗) has further creators, each with its days."""

    code = models.CharField(_("fonds code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    creating_agency = models.ForeignKey(
        "review.Agency",
        null=True,
        on_delete=models.PROTECT,
        related_name="fonds",
        help_text="answers for entries naming no other",
    )
    transferring_agency = models.ForeignKey(
        "review.Agency", null=True, on_delete=models.PROTECT, related_name="transferred_fonds"
    )
    custodial_unit = models.ForeignKey(
        "review.Agency", null=True, on_delete=models.PROTECT, related_name="kept_fonds"
    )

    class Meta:
        verbose_name = _("fonds")
        ordering = ["code"]
        default_permissions = ()
        permissions = [
            ("plan_fonds", "Import into and cut batches of this fonds"),
            ("first_review_fonds", "First review of this fonds"),
            ("second_review_fonds", "Second review of this fonds"),
            ("sample_fonds", "Sample reviews of this fonds"),
            ("reconcile_fonds", "Reconcile differences on this fonds"),
            ("sign_off_fonds", "Sign off batches of this fonds"),
            ("approve_plan_fonds", "Approve plans for this fonds"),
            ("oversee_fonds", "Coordinate, and consent to deferrals, on this fonds"),
            ("refer_fonds", "Refer secrets of this fonds to their classifiers"),
            ("panel_fonds", "Judge suspended entries of this fonds"),
            ("answer_requests_fonds", "Answer requests and complaints about this fonds"),
            ("manage_fonds", "Reassign work on this fonds"),
            ("release_fonds", "Release open catalogues of this fonds"),
            ("audit_fonds", "Read everything about this fonds"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class FondsCreator(models.Model):
    """A further creator of a combined fonds, and the days of which its records are."""

    fonds = models.ForeignKey(Fonds, on_delete=models.PROTECT, related_name="creators")
    agency = models.ForeignKey("review.Agency", on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField(null=True)
    to_day = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["fonds", "from_day", "id"]
        constraints = [
            models.UniqueConstraint(fields=["fonds", "agency", "from_day"], name="fonds_creator_once"),
            models.CheckConstraint(
                name="fonds_creator_days_in_order",
                condition=models.Q(from_day__isnull=True)
                | models.Q(to_day__isnull=True)
                | models.Q(from_day__lte=models.F("to_day")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fonds_id}:{self.agency_id}"


class Description(models.Model):
    """A unit of description: what a series and an entry have in common.

    The columns hold what *holds* for the unit. `own` has the unit's own value of each field that is inherited from above
    or joined with what stands above or below (policies/inheritance.py), so that the two can be told apart.
    """

    intake = models.ForeignKey("review.Intake", on_delete=models.PROTECT, related_name="%(class)s_set")
    position = models.PositiveIntegerField(help_text="place in the source file; keeps the archival order")
    reference_code = models.CharField(max_length=LONGEST["reference_code"])
    code_key = models.CharField(max_length=LONGEST["reference_code"], help_text="as codes are compared: same_code")
    title = models.TextField()
    responsible_body = models.CharField(max_length=LONGEST["responsible_body"], blank=True)
    date_text = models.CharField(max_length=LONGEST["date_text"], blank=True)
    earliest = models.DateField(null=True)
    latest = models.DateField(null=True)
    date_precision = models.CharField(max_length=10, blank=True)
    date_certainty = models.CharField(max_length=12, blank=True)
    extent = models.CharField(max_length=LONGEST["extent"], blank=True)
    carrier = models.CharField(max_length=LONGEST["carrier"], blank=True)
    location = models.CharField(max_length=LONGEST["location"], blank=True, help_text="where the record lies")
    retention = models.CharField(max_length=LONGEST["retention"], blank=True)
    classification = models.CharField(max_length=LONGEST["classification"], blank=True)
    access_condition = models.TextField(blank=True)
    scope = models.TextField(blank=True)
    keywords = models.TextField(blank=True)
    persons = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    agency = models.ForeignKey("review.Agency", null=True, on_delete=models.PROTECT, related_name="%(class)s_set")
    own = models.JSONField(default=dict)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference_code


SPAN = models.Q(earliest__isnull=True, latest__isnull=True) | models.Q(
    earliest__isnull=False, latest__isnull=False, earliest__lte=models.F("latest")
)


class Series(Description):
    """A series (目录、类别) or another heading that has entries below it. It is context: never reviewed or released."""

    fonds = models.ForeignKey(Fonds, on_delete=models.PROTECT, related_name="series")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")

    class Meta:
        verbose_name = _("series")
        ordering = ["fonds", "position", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["fonds", "code_key"], name="series_one_reference_code_a_fonds"),
            models.CheckConstraint(name="series_span_both_or_neither", condition=SPAN),
        ]


class Entry(Description):
    """One catalogue line: a file (案卷) or an item (件). `title` is internal; the public sees `public_title` alone.

    A `stub` stands for a record that is still a state secret: code, holder, mark and review day, nothing that it says
    (保守国家秘密法 art. 31: no state secret in an unclassified system). The database itself refuses more.
    """

    fonds = models.ForeignKey(Fonds, on_delete=models.PROTECT, related_name="entries")
    series = models.ForeignKey(Series, null=True, on_delete=models.PROTECT, related_name="entries")
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="parts", help_text="the file an item lies in"
    )
    level = models.CharField(max_length=10, choices=Level)
    series_title = models.CharField(max_length=LONGEST["series_title"], blank=True)
    public_title = models.TextField(blank=True, help_text="empty: the title itself may be shown once opened")
    pages = models.PositiveIntegerField(null=True)
    document_number = models.CharField(max_length=LONGEST["document_number"], blank=True)
    public_attribute = models.CharField(max_length=LONGEST["public_attribute"], blank=True)
    transfer_opinion = models.CharField(max_length=LONGEST["transfer_opinion"], blank=True)
    transfer_opinion_on = models.DateField(null=True)
    stub = models.BooleanField(default=False)
    original_classifier = models.CharField(max_length=LONGEST["original_classifier"], blank=True)
    declassify_on = models.DateField(null=True, help_text="when declassification is to be reviewed")
    access_status = models.CharField(max_length=20, choices=AccessStatus, default=AccessStatus.NOT_REVIEWED)
    ground = models.CharField(max_length=40, blank=True, help_text="why it is deferred, or opened early")
    opens_on = models.DateField(null=True, help_text="until when it is deferred")

    class Meta:
        verbose_name = _("entry")
        ordering = ["fonds", "position", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["fonds", "latest"], name="entry_due")]
        constraints = [
            models.UniqueConstraint(fields=["fonds", "code_key"], name="entry_one_reference_code_a_fonds"),
            models.CheckConstraint(name="entry_reference_code_not_empty", condition=~models.Q(reference_code="")),
            models.CheckConstraint(name="entry_span_both_or_neither", condition=SPAN),
            models.CheckConstraint(name="entry_level_known", condition=models.Q(level__in=Level.values)),
            models.CheckConstraint(
                name="entry_access_status_known", condition=models.Q(access_status__in=AccessStatus.values)
            ),
            models.CheckConstraint(
                name="entry_deferred_has_ground_and_day",
                condition=~models.Q(access_status__in=CLOSED)
                | (~models.Q(ground="") & models.Q(opens_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="entry_stub_says_nothing",
                condition=models.Q(stub=False)
                | models.Q(
                    title="", public_title="", scope="", keywords="", persons="", notes="", document_number=""
                )
                & ~models.Q(access_status__in=[AccessStatus.OPEN, AccessStatus.PARTIAL]),
            ),
        ]  # fmt: skip

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


class JointMaker(models.Model):
    """A further maker of a joint document (联合发文): `Entry.agency` leads and answers, these are told (GIR art. 10)."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="joint_makers")
    agency = models.ForeignKey("review.Agency", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "agency"], name="joint_maker_once_an_entry")]

    def __str__(self) -> str:
        return f"{self.entry_id}:{self.agency_id}"
