"""Screening: one pass of one adopted ruleset over one batch, what it advises and the words that made it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.outcomes import Suggestion


class ScreeningRun(models.Model):
    """One pass of one ruleset over one batch."""

    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="screening_runs")
    ruleset = models.CharField(max_length=40)
    ruleset_digest = models.CharField(max_length=64)
    day = models.DateField(help_text="the day the terms were counted from")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.ruleset}"


class Suggested(models.Model):
    """What the rules advise on one entry. Advice: nothing opens by machine."""

    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="suggestions")
    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="suggestions")
    suggestion = models.CharField(max_length=20)
    ground = models.CharField(max_length=40, blank=True, help_text="the ground that keeps it closed longest")
    opens_on = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "batch_entry"], name="suggested_once_a_run"),
            models.CheckConstraint(name="suggested_known", condition=Q(suggestion__in=[s.value for s in Suggestion])),
        ]

    def __str__(self) -> str:
        return f"{self.batch_entry_id}: {self.suggestion}"


class Finding(models.Model):
    """The words of one entry that fired one rule, where they stand and what follows from them."""

    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="findings")
    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(_("rule"), max_length=40)
    field = models.CharField(max_length=40)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    matched = models.TextField()
    suggests = models.CharField(max_length=20)
    ground = models.CharField(max_length=40, blank=True)
    opens_on = models.DateField(null=True)
    never_public = models.BooleanField(default=False)

    class Meta:
        ordering = ["batch_entry", "field", "start"]
        default_permissions = ()
        indexes = [models.Index(fields=["run", "rule"], name="finding_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.batch_entry_id}"
