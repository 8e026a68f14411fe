"""The year's plan (审核计划): what is to be reviewed when, approved before any batch of it is cut."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Plan(models.Model):
    """One plan of one year. Approved by another person than made it; then its batches are cut line by line."""

    number = models.CharField(_("plan number"), max_length=20, unique=True)
    year = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    returned_because = models.TextField(blank=True, help_text="why it was sent back last; empty: it was not")
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("plan")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="plan_approved_both_or_neither",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_approved_by_another",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=models.F("made_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PlanLine(models.Model):
    """Entries to be reviewed together: of one fonds, of a series and an agency where named, at most `size` a batch."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    fonds = models.ForeignKey("review.Fonds", on_delete=models.PROTECT, related_name="plan_lines")
    series = models.ForeignKey("review.Series", null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("review.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, help_text="due, overdue or early (review/queries/due.py)")
    due_to = models.DateField(null=True, help_text="what falls due by this day")
    size = models.PositiveIntegerField(help_text="at most so many entries a batch")
    entries = models.PositiveIntegerField(help_text="how many there were when the line was written")
    begin_by = models.DateField()
    asked_for = models.ForeignKey("review.AccessRequest", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["plan", "position"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="plan_line_once"),
            models.CheckConstraint(name="plan_line_has_size", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.position}"
