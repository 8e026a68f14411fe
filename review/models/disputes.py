"""Differences and how they were settled: statements, minutes, rulings; and the authority's answer to a deferral list."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StatementKind(models.TextChoices):
    """What a statement on a difference is."""

    ARCHIVES = "archives", _("statement of the archives")
    AGENCY = "agency", _("statement of the forming unit")
    MINUTES = "minutes", _("minutes of the meeting")
    RULING = "ruling", _("ruling of the archives authority")
    REPLY = "reply", _("reply to a question of the forming unit")


class Statement(models.Model):
    """What one side said of one entry in difference, or what was agreed or ruled (规则: both sides are heard). Never changed."""

    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="statements")
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=StatementKind)
    agency = models.ForeignKey("review.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    met_on = models.DateField(null=True, help_text="of minutes: the day of the meeting")
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="statement_kind_known", condition=Q(kind__in=StatementKind.values)),
            models.CheckConstraint(name="statement_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="statement_of_an_agency_names_it",
                condition=Q(kind="agency", agency__isnull=False) | ~Q(kind="agency") & Q(agency__isnull=True),
            ),
            models.CheckConstraint(
                name="statement_minutes_have_a_day",
                condition=Q(kind="minutes", met_on__isnull=False) | ~Q(kind="minutes"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.batch_entry_id}"


class DeferralList(models.Model):
    """The list of records to stay closed, put to the archives authority of the same level (档案法实施条例 art. 31).

    Its answers are opinions of stage `consent` on each entry; a refused one goes back to reconciliation.
    """

    number = models.CharField(_("list number"), max_length=40, unique=True)
    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="deferral_lists")
    round = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="of its rows as they were put to the authority")
    entries = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    refused = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("deferral list")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["batch"], condition=Q(answered_at__isnull=True), name="deferral_list_one_open_a_batch"
            ),
            models.CheckConstraint(
                name="deferral_list_answered_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, refused__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, refused__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number
