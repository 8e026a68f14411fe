"""Quality: what was looked at again by another person, what was found, and the certificate that says what it bounds."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Sample(models.Model):
    """A random sample of one stratum of one round of a batch; drawn by a seed that is kept, so that it can be drawn again."""

    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="samples")
    round = models.PositiveIntegerField()
    stratum = models.CharField(max_length=60, help_text="open, early, defer:CN-8-2, refer ... (policies/sampling.py)")
    population = models.PositiveIntegerField()
    allowed = models.PositiveIntegerField(help_text="so many errors still pass")
    seed = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "round", "stratum"], name="sample_once_a_stratum")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.round} {self.stratum}"


class Sampled(models.Model):
    """One entry of a sample and the verdict on it. A new verdict is a new row; the newest counts. Never changed."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="sampled")
    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="sampled")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["sample", "position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["sample", "batch_entry"], name="sampled_once")]

    def __str__(self) -> str:
        return f"{self.sample_id}:{self.batch_entry_id}"


class SampleVerdict(models.Model):
    """What the quality leader found on one sampled entry: right, or which error. Never changed; the newest counts."""

    sampled = models.ForeignKey(Sampled, on_delete=models.PROTECT, related_name="verdicts")
    right = models.BooleanField()
    missed_ground = models.CharField(
        max_length=40, blank=True, help_text="the ground that was missed; empty: over-closed or other"
    )
    note = models.TextField(blank=True)
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="sample_error_says_which", condition=Q(right=True) | ~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.sampled_id} {self.right}"


class Certificate(models.Model):
    """The quality certificate (质量合格证) of one round of a batch: what was sampled, found, and what that bounds. Never changed."""

    number = models.CharField(_("certificate number"), max_length=40, unique=True)
    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="certificates")
    round = models.PositiveIntegerField()
    passed = models.BooleanField()
    facts = models.JSONField(help_text="stratum by stratum: population, looked at, errors, upper bound")
    digest = models.CharField(max_length=64)
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "round"], name="certificate_once_a_round")]

    def __str__(self) -> str:
        return self.number
