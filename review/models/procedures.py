"""The archives' own procedure (办理规程): which steps, who signs, which clocks; each batch keeps the one it began under."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Procedure(models.Model):
    """One numbered wording of the procedure (policies/procedure.py). Proposed by one person, adopted by another."""

    number = models.PositiveIntegerField(unique=True)
    text = models.TextField(help_text="YAML, as policies/procedure.py reads it")
    digest = models.CharField(max_length=64)
    why = models.TextField()
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, help_text="given up before it was adopted")

    class Meta:
        verbose_name = _("procedure")
        ordering = ["-number"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="procedure_adopted_both_or_neither",
                condition=Q(adopted_at__isnull=True, adopted_by__isnull=True)
                | Q(adopted_at__isnull=False, adopted_by__isnull=False, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="procedure_adopted_by_another",
                condition=Q(adopted_by__isnull=True) | ~Q(adopted_by=F("proposed_by")),
            ),
            models.CheckConstraint(name="procedure_says_why", condition=~Q(why="")),
        ]

    def __str__(self) -> str:
        return f"P-{self.number}"


class CalendarDay(models.Model):
    """One day that is not what its weekday says: a public holiday, or a weekend day that is worked (调休)."""

    day = models.DateField(unique=True)
    works = models.BooleanField()
    name = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["day"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {'works' if self.works else 'rests'}"
