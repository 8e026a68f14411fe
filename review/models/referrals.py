"""Declassification referrals (解密移送), and opinions of forming units at transfer (到期开放意见)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.outcomes import Outcome
from policies.sentences import Sentence


class ReferralAnswer(models.TextChoices):
    """What the original classifier, or who stands in its place, decided."""

    DECLASSIFIED = "declassified", _("declassified")
    STILL_SECRET = "still_secret", _("still secret")
    NOT_OURS = "not_ours", _("not theirs to decide")


class Referral(models.Model):
    """One entry put to the body that may declassify it. It never lapses into open (保密法实施条例 arts. 22-23)."""

    number = models.CharField(_("referral number"), max_length=40, unique=True)
    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="referrals")
    batch = models.ForeignKey("review.Batch", null=True, on_delete=models.PROTECT, related_name="referrals")
    to = models.ForeignKey("review.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    to_name = models.CharField(
        max_length=200, help_text="the body asked, as named; with `to` empty it is on no register"
    )
    why_zh = models.TextField(help_text="why this body")
    why_en = models.TextField()
    level = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=150)
    answer = models.CharField(max_length=20, blank=True, choices=ReferralAnswer)
    secret_until = models.DateField(null=True, help_text="still secret: when it is to be asked again")
    evidence = models.TextField(blank=True, help_text="the document of the answer, by number")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("referral")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(answered_at__isnull=True), name="referral_one_open_an_entry"
            ),
            models.CheckConstraint(
                name="referral_answered_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="") & ~Q(evidence=""),
            ),
            models.CheckConstraint(
                name="referral_still_secret_has_a_day",
                condition=~Q(answer="still_secret") | Q(secret_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def why(self) -> Sentence:
        """Why this body is asked."""
        return Sentence(self.why_zh, self.why_en)


class TransferRequest(models.Model):
    """A forming unit asked for its opinion on records it will transfer (档案法 art. 30; 实施条例 art. 30)."""

    number = models.CharField(max_length=40, unique=True)
    fonds = models.ForeignKey("review.Fonds", on_delete=models.PROTECT, related_name="transfer_requests")
    agency = models.ForeignKey("review.Agency", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="transfer_request_done_both_or_neither",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.number


class TransferOpinion(models.Model):
    """A forming unit's own opinion on one entry at its transfer: input to a later review, never a decision.

    Never changed: only `standing` falls when a newer one takes its place.
    """

    request = models.ForeignKey(TransferRequest, on_delete=models.PROTECT, related_name="opinions")
    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="transfer_opinions")
    outcome = models.CharField(max_length=20)
    ground = models.CharField(max_length=40, blank=True)
    opens_on = models.DateField(null=True)
    disclosure = models.CharField(max_length=40, blank=True, help_text="政府信息公开情况")
    classification_change = models.TextField(blank=True, help_text="密级变更情况")
    reason = models.TextField(blank=True)
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    standing = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(standing=True), name="transfer_opinion_one_standing"
            ),
            models.CheckConstraint(
                name="transfer_opinion_outcome_known", condition=Q(outcome__in=[o.value for o in Outcome])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.outcome}"
