"""Clocks: by when something must be answered, who is reminded and what silence leads to. And the notices they send."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Clock(models.Model):
    """One running time limit. Its ladder was written down when it began: a later procedure does not change it.

    `subject` is "kind:id" of what it runs for ("countersignature:12"). `next_on` is the day of the next rung that has
    not fired, empty while the clock is stopped, ended or has none left: `tick` looks at nothing else.
    """

    kind = models.CharField(max_length=30, help_text="a name in policies/clocks.py")
    subject = models.CharField(max_length=60)
    batch = models.ForeignKey("review.Batch", null=True, on_delete=models.PROTECT, related_name="clocks")
    fonds = models.ForeignKey("review.Fonds", null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey("review.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    began_on = models.DateField()
    due_on = models.DateField()
    next_on = models.DateField(null=True)
    extended_on = models.DateField(null=True, help_text="when it was extended; once only")
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=20, blank=True, help_text="met, lapsed or dropped")

    class Meta:
        verbose_name = _("clock")
        ordering = ["due_on", "id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["next_on"], name="clock_next", condition=Q(next_on__isnull=False)),
            models.Index(fields=["due_on"], name="clock_running", condition=Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(ended_at__isnull=True), name="clock_one_running_a_subject"
            ),
            models.CheckConstraint(
                name="clock_ended_both_or_neither",
                condition=Q(ended_at__isnull=True, ended_how="")
                | Q(ended_at__isnull=False, next_on__isnull=True) & ~Q(ended_how=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class ClockRung(models.Model):
    """One rung of a clock's ladder: on which day what is done, and when it was. It fires once."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="rungs")
    step = models.PositiveIntegerField()
    act = models.CharField(max_length=20, help_text="remind, escalate or lapse (policies/clocks.py)")
    to = models.CharField(max_length=30, help_text="the role that is told")
    on = models.DateField()
    fired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["clock", "step"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["clock", "step"], name="clock_rung_once")]

    def __str__(self) -> str:
        return f"{self.clock_id}/{self.step}"


class ClockPause(models.Model):
    """A time during which a clock stood still, and why. The days it lasted are added to everything still to come."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    from_day = models.DateField()
    to_day = models.DateField(null=True)
    because = models.TextField()
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(to_day__isnull=True), name="clock_stopped_once_at_a_time"
            ),
            models.CheckConstraint(name="clock_pause_says_why", condition=~Q(because="")),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.from_day}"


class Notice(models.Model):
    """One message to one person, shown in the site and sent by mail where the person has an address.

    `key` says what it is about and to whom; the same message is never made twice. No title of a closed record in it.
    """

    key = models.CharField(max_length=120, unique=True)
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="notices")
    instead_of = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    clock = models.ForeignKey(Clock, null=True, on_delete=models.PROTECT, related_name="notices")
    text_zh = models.TextField()
    text_en = models.TextField()
    link = models.CharField(max_length=200, blank=True, help_text="a path of this site")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    to_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True)
    mail_failure = models.TextField(blank=True)

    class Meta:
        verbose_name = _("notice")
        ordering = ["-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], name="notice_to_mail", condition=Q(to_mail=True, mailed_at__isnull=True)),
            models.Index(fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.key


class Delivery(models.Model):
    """Proof that a forming unit received what it was asked: how, when, and the document that shows it (送达证明)."""

    countersignature = models.ForeignKey(
        "review.Countersignature", on_delete=models.PROTECT, related_name="deliveries"
    )
    how = models.CharField(max_length=20, help_text="online, post, hand or mail")
    on = models.DateField()
    evidence = models.TextField()
    person = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.CheckConstraint(name="delivery_has_evidence", condition=~Q(evidence=""))]

    def __str__(self) -> str:
        return f"{self.countersignature_id} {self.how}"
