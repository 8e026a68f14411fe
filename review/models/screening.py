"""Screening: one pass of one adopted ruleset over one batch, what it advises and the words that made it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.outcomes import Suggestion


class ScreeningRun(models.Model):
    """One pass of one ruleset over one batch, over all of it or, when the rules changed, over a part.

    The digests are those of the records as they were screened and of what was found, for a replay; empty for runs of a
    part and for old ones.
    """

    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="screening_runs")
    ruleset = models.CharField(max_length=40)
    ruleset_digest = models.CharField(max_length=64)
    day = models.DateField(help_text="the day the terms were counted from")
    at = models.DateTimeField()
    whole = models.BooleanField(default=True, help_text="over the whole batch")
    records_digest = models.CharField(max_length=64, blank=True)
    findings_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"{self.batch_id} {self.ruleset}"


class Suggested(models.Model):
    """What the rules advise on one entry. Advice: nothing opens by machine.

    What stands is what no later run replaced; what a decision was made by can so be told for ever.
    """

    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="suggestions")
    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="suggestions")
    suggestion = models.CharField(max_length=20)
    ground = models.CharField(max_length=40, blank=True, help_text="the ground that keeps it closed longest")
    opens_on = models.DateField(null=True)
    replaced_by = models.ForeignKey(ScreeningRun, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "batch_entry"], name="suggested_once_a_run"),
            models.UniqueConstraint(
                fields=["batch_entry"], condition=Q(replaced_by__isnull=True), name="suggested_one_stands"
            ),
            models.CheckConstraint(name="suggested_known", condition=Q(suggestion__in=[s.value for s in Suggestion])),
        ]

    def __str__(self) -> str:
        return f"{self.batch_entry_id}: {self.suggestion}"


class Finding(models.Model):
    """The words of one entry that fired one rule, where they stand and what follows from them.

    `page` counts from 1 where `field` is "pages", else 0; `context` is what stood around the words when it was found.
    """

    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="findings")
    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="findings")
    rule = models.CharField(_("rule"), max_length=40)
    field = models.CharField(max_length=40)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    page = models.PositiveIntegerField(default=0)
    matched = models.TextField()
    context = models.TextField(blank=True)
    level = models.CharField(max_length=10, default="medium")
    suggests = models.CharField(max_length=20)
    ground = models.CharField(max_length=40, blank=True)
    opens_on = models.DateField(null=True)
    never_public = models.BooleanField(default=False)
    replaced_by = models.ForeignKey(ScreeningRun, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["batch_entry", "field", "start"]
        default_permissions = ()
        indexes = [models.Index(fields=["run", "rule"], name="finding_by_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.batch_entry_id}"
