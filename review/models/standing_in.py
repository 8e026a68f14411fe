"""Standing in (代办): who is away, and who acts for whom, for how long, over what, with which proof."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Absence(models.Model):
    """Days on which a person is away: nothing is mailed meanwhile, and the stand-in is told instead."""

    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="absences")
    from_day = models.DateField()
    to_day = models.DateField()
    stand_in = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("absence")
        ordering = ["-from_day", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="absence_days_in_order", condition=Q(from_day__lte=F("to_day"))),
            models.CheckConstraint(
                name="absence_stand_in_is_another",
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("person")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.from_day}"


class Delegation(models.Model):
    """One right of one person given to another for some days, over one fonds or agency (授权委托).

    Whoever acts under it inherits the giver's conflicts: what the giver may not do after an earlier hand, neither may they.
    """

    giver = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="given")
    receiver = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="received")
    permission = models.CharField(max_length=60, help_text='"review.sign_off_fonds"')
    fonds = models.ForeignKey("review.Fonds", null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("review.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField()
    to_day = models.DateField()
    reason = models.TextField()
    proof = models.TextField(help_text="the document that gives the power, by number or digest")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("delegation")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="delegation_days_in_order", condition=Q(from_day__lte=F("to_day"))),
            models.CheckConstraint(name="delegation_to_another", condition=~Q(giver=F("receiver"))),
            models.CheckConstraint(
                name="delegation_over_one_record",
                condition=Q(fonds__isnull=True, agency__isnull=False) | Q(fonds__isnull=False, agency__isnull=True),
            ),
            models.CheckConstraint(name="delegation_has_proof", condition=~Q(proof="") & ~Q(reason="")),
            models.CheckConstraint(
                name="delegation_revoked_both_or_neither",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id}>{self.receiver_id} {self.permission}"
