"""What visitors ask: kept here until the archives have it, and then only what is needed to tell the answer."""

from django.db import models
from django.db.models import Q

KINDS = ("request", "complaint", "objection")


class VisitorRequest(models.Model):
    """A visitor's request, complaint or objection, under its receipt number.

    Who asked, how to reach them and what they wrote is erased here when the archives have registered it (`number`): the
    public machine keeps nobody's address longer than it must. `key_digest` is the SHA-256 of the key to the answer.
    """

    receipt = models.CharField(max_length=20, unique=True)
    key_digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10)
    fonds = models.CharField(max_length=100, blank=True)
    reference_code = models.CharField(max_length=200, blank=True)
    asker = models.CharField(max_length=80, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    made_at = models.DateTimeField()
    number = models.CharField(max_length=20, blank=True)
    registered_on = models.DateField(null=True)
    answer = models.CharField(max_length=12, blank=True)
    answer_text = models.TextField(blank=True)
    answered_on = models.DateField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], condition=Q(number=""), name="visitor_requests_waiting")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="visitor_request_kind_known"),
            models.CheckConstraint(
                condition=Q(number="", registered_on__isnull=True)
                | ~Q(number="") & Q(registered_on__isnull=False, asker="", contact="", text=""),
                name="visitor_request_registered_and_erased",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True) | ~Q(answer="") & Q(answered_on__isnull=False),
                name="visitor_request_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.receipt


class AskingTally(models.Model):
    """How often one address asked on one day. The address is not kept: `place` is a keyed hash, and goes the next day."""

    day = models.DateField()
    place = models.CharField(max_length=64)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["day", "place"], name="asking_tally_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.times}"
