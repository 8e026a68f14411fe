"""Partial opening (部分开放): marks on the pages of a master, the redacted copy made of it, and who verified that copy.

Where a redaction stands follows from these rows; none of them says so itself. The master stays as closed as it was.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from policies.redacting import WHOLE


class Redaction(models.Model):
    """The redaction of one master: begun once, then marks are added and withdrawn, and copies made. Never changed."""

    master = models.OneToOneField("review.DigitalObject", on_delete=models.PROTECT, related_name="redaction")
    begun_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()

    class Meta:
        verbose_name = _("redaction")
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.master_id}"


class RedactionMark(models.Model):
    """One place of one page that is withheld, on which ground and until when. Never changed; it can be withdrawn once.

    The box is in ten-thousandths of the page as it is shown, from its upper left. `words` are what must stand nowhere in
    the copy; empty where the box alone says what is withheld.
    """

    redaction = models.ForeignKey(Redaction, on_delete=models.PROTECT, related_name="marks")
    page = models.PositiveIntegerField()
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    rule = models.CharField(max_length=40, blank=True, help_text="the rule that found the words, where one did")
    ground = models.CharField(max_length=40)
    opens_on = models.DateField(help_text="until when it is withheld")
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    on_behalf = models.ForeignKey(
        "review.Person", null=True, on_delete=models.PROTECT, related_name="+", help_text="who delegated the right"
    )
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["redaction", "page", "y", "x", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["redaction", "page", "x", "y", "width", "height"],
                condition=Q(withdrawn_at__isnull=True),
                name="redaction_mark_once_a_place",
            ),
            models.CheckConstraint(
                name="redaction_mark_lies_on_its_page",
                condition=Q(page__gte=1, width__gte=1, height__gte=1)
                & Q(x__lte=WHOLE - F("width"), y__lte=WHOLE - F("height")),
            ),
            models.CheckConstraint(name="redaction_mark_has_ground", condition=~Q(ground="")),
            models.CheckConstraint(
                name="redaction_mark_withdrawn_by_somebody",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.redaction_id}/{self.page}"


class RedactedCopy(models.Model):
    """A file made anew of a master, without what was marked (遮蔽件), kept under its digest. Never changed."""

    redaction = models.ForeignKey(Redaction, on_delete=models.PROTECT, related_name="copies")
    digest = models.CharField(max_length=64, help_text="SHA-256")
    size = models.PositiveBigIntegerField(help_text="bytes")
    pages = models.PositiveIntegerField(help_text="those of the master; what explains the marks is bound behind them")
    marks = models.PositiveIntegerField()
    marks_digest = models.CharField(max_length=64, help_text="of the marks it was made from")
    made_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("redacted copy")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="redacted_copy_withholds_something", condition=Q(marks__gte=1)),
        ]

    def __str__(self) -> str:
        return self.digest


class RedactionCheck(models.Model):
    """What a reading of the finished copy found of that which it must not hold. Without faults it may be verified."""

    copy = models.ForeignKey(RedactedCopy, on_delete=models.PROTECT, related_name="checks")
    faults = models.PositiveIntegerField()
    found = models.JSONField(help_text="each fault: which (review/documents/redaction_check.py) and on which page")
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.copy_id}: {self.faults}"


class RedactionLook(models.Model):
    """A person looked at one page of a copy beside its master and saw nothing that should be withheld. Never changed."""

    copy = models.ForeignKey(RedactedCopy, on_delete=models.PROTECT, related_name="looks")
    page = models.PositiveIntegerField()
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["copy", "page", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["copy", "page", "person"], name="redaction_look_once_a_page"),
        ]

    def __str__(self) -> str:
        return f"{self.copy_id}/{self.page}"


class RedactionVerdict(models.Model):
    """Another person's word on a copy: verified, after a reading without faults and every page; or refused, with why.

    Never changed, one a copy. The database refuses a verified one whose reading found a fault.
    """

    copy = models.OneToOneField(RedactedCopy, on_delete=models.PROTECT, related_name="verdict")
    check_made = models.ForeignKey(RedactionCheck, on_delete=models.PROTECT, related_name="+")
    verified = models.BooleanField()
    reason = models.TextField(blank=True)
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    on_behalf = models.ForeignKey(
        "review.Person", null=True, on_delete=models.PROTECT, related_name="+", help_text="who delegated the right"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="redaction_refused_says_why", condition=Q(verified=True) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.copy_id} {self.verified}"
