"""Batches: entries of one fonds put through review together. Where the work is, Viewflow knows; not these rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.sentences import Sentence

if TYPE_CHECKING:
    from review.models.releases import Release


class BatchKind(models.TextChoices):
    """Why entries are under review."""

    REVIEW = "review", _("review when due")
    REASSESSMENT = "reassessment", _("re-assessment of what is closed")
    ON_DEMAND = "on_demand", _("review on demand")


class Batch(models.Model):
    """Entries of one fonds under review together. It has no status: order is the flow, facts are the rows below."""

    kind = models.CharField(max_length=12, choices=BatchKind, default=BatchKind.REVIEW)
    procedure = models.ForeignKey(
        "review.Procedure",
        null=True,
        on_delete=models.PROTECT,
        related_name="batches",
        help_text="the procedure it is under; empty: the one that ships for its jurisdiction",
    )
    plan_line = models.ForeignKey("review.PlanLine", null=True, on_delete=models.PROTECT, related_name="batches")
    number = models.CharField(_("batch number"), max_length=40, unique=True)
    fonds = models.ForeignKey("review.Fonds", on_delete=models.PROTECT, related_name="batches")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("batch")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [models.CheckConstraint(name="batch_kind_known", condition=Q(kind__in=BatchKind.values))]

    def __str__(self) -> str:
        return self.number

    @property
    def release(self) -> Release | None:
        """The newest edition of what it opened; None while nothing of it is published."""
        return next(iter(self.releases.all()), None)


class BatchEntry(models.Model):
    """One entry in one batch. `live` until the batch is released; an entry is in one live batch at most."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="batch_entries")
    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="batch_entries")
    position = models.PositiveIntegerField()
    live = models.BooleanField(default=True)
    likeness = models.CharField(
        max_length=32,
        blank=True,
        db_index=True,
        help_text="the same for near-duplicate titles (policies/likeness.py)",
    )

    class Meta:
        ordering = ["batch", "position"]
        default_permissions = ()
        indexes = [models.Index(fields=["likeness"], condition=Q(live=False), name="batch_entry_alike_done")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "entry"], name="batch_entry_once_a_batch"),
            models.UniqueConstraint(fields=["entry"], condition=Q(live=True), name="batch_entry_one_live_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.entry_id}"


class BatchReturn(models.Model):
    """A batch sent back to first review, from which desk, why and by whom. Each return begins a new round."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="returns")
    round = models.PositiveIntegerField(help_text="the round that ended with this return")
    from_desk = models.CharField(max_length=20)
    reason = models.TextField()
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "round"], name="batch_return_once_a_round"),
            models.CheckConstraint(name="batch_return_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.round}"


class Countersignature(models.Model):
    """One agency asked to countersign one round of one batch, and when its answer was complete."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="countersignatures")
    agency = models.ForeignKey("review.Agency", on_delete=models.PROTECT, related_name="countersignatures")
    round = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    answered_for = models.ForeignKey(
        "review.Person", null=True, on_delete=models.PROTECT, related_name="+", help_text="on whose behalf"
    )
    on_paper = models.BooleanField(default=False, help_text="answered by a package that came back")
    return_reason = models.TextField(blank=True, help_text="why the agency asks for the batch to go back")
    silent_at = models.DateTimeField(null=True, help_text="when its time was over without an answer")
    silence = models.CharField(
        max_length=20, blank=True, help_text="what that means by the procedure (policies/profiles.py: Silence)"
    )

    class Meta:
        verbose_name = _("countersignature")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch", "agency", "round"], name="countersignature_once_a_round"),
            models.CheckConstraint(
                name="countersignature_answered_both_or_neither",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="countersignature_silent_or_answered",
                condition=Q(silent_at__isnull=True, silence="")
                | Q(silent_at__isnull=False, answered_at__isnull=True) & ~Q(silence=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.round} {self.agency_id}"


class AskedKind(models.TextChoices):
    """Who answers for an entry when its batch is countersigned (policies/succession.py); of the last two, nobody."""

    AGENCY = "agency", _("one agency")
    AGENCIES = "agencies", _("several agencies, all of them")
    ARCHIVES_ALONE = "archives_alone", _("the archives alone")
    UNKNOWN = "unknown", _("not known")


class Asked(models.Model):
    """Who was asked about one entry in one round, as it stood on the day of asking, and why that one.

    Kept, so that what becomes of an agency later does not change what was asked. Without a countersignature nobody was
    asked: the archives decide alone (档案法实施条例 art. 30), or it is not known who answers and the entry stays closed.
    """

    batch_entry = models.ForeignKey(BatchEntry, on_delete=models.PROTECT, related_name="asked")
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=AskedKind)
    countersignature = models.ForeignKey(Countersignature, null=True, on_delete=models.PROTECT, related_name="asked")
    why_zh = models.TextField()
    why_en = models.TextField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["batch_entry", "countersignature"], name="asked_once_an_agency"),
            models.UniqueConstraint(
                fields=["batch_entry", "round"],
                condition=Q(countersignature__isnull=True),
                name="asked_nobody_once_a_round",
            ),
            models.CheckConstraint(
                name="asked_agency_or_nobody",
                condition=Q(kind__in=["agency", "agencies"], countersignature__isnull=False)
                | Q(kind__in=["archives_alone", "unknown"], countersignature__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_entry_id}/{self.round} {self.kind}"

    @property
    def why(self) -> Sentence:
        """Why this one is asked, or nobody."""
        return Sentence(self.why_zh, self.why_en)
