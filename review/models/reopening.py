"""What happens after a decision: re-assessment of what is closed, suspension of what is open, requests and complaints."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.reassessing import EVENTS
from policies.sentences import Sentence


class Reassessment(models.Model):
    """A closed entry's return: on which day it comes back and why, and the batch it came back in. One open an entry."""

    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="reassessments")
    due_on = models.DateField()
    because = models.CharField(max_length=20, help_text="opens, interval, secrecy or event (policies/reassessing.py)")
    ground = models.CharField(max_length=40, help_text="on which it is closed meanwhile")
    made_at = models.DateTimeField()
    batch = models.ForeignKey("review.Batch", null=True, on_delete=models.PROTECT, related_name="reassessments")
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True, help_text="opened or renewed")

    class Meta:
        verbose_name = _("re-assessment")
        ordering = ["due_on", "id"]
        default_permissions = ()
        indexes = [models.Index(fields=["due_on"], name="reassessment_due", condition=Q(done_at__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(done_at__isnull=True), name="reassessment_one_open_an_entry"
            ),
            models.CheckConstraint(
                name="reassessment_done_both_or_neither",
                condition=Q(done_at__isnull=True, outcome="") | Q(done_at__isnull=False) & ~Q(outcome=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.due_on}"


class ClosureEvent(models.Model):
    """What became known of a closed entry and may end its closure: a death, a consent (policies/reassessing.py: EVENTS).

    It opens nothing: the entry comes back to be assessed.
    """

    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="closure_events")
    kind = models.CharField(max_length=20, help_text="death, consent or relatives")
    day = models.DateField(help_text="on which it happened")
    evidence = models.TextField()
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["entry", "kind", "day"], name="closure_event_noted_once"),
            models.CheckConstraint(name="closure_event_has_evidence", condition=~Q(evidence="")),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.kind} {self.day}"

    @property
    def what(self) -> Sentence:
        """What happened, in words."""
        return EVENTS[self.kind]


class Suspension(models.Model):
    """An opened entry taken from public view at once because somebody doubts it (暂停利用), until a panel has decided."""

    number = models.CharField(_("suspension number"), max_length=20, unique=True)
    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="suspensions")
    release = models.ForeignKey("review.Release", null=True, on_delete=models.PROTECT, related_name="suspensions")
    flagged_at = models.DateTimeField()
    flagged_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    secret = models.BooleanField(default=False, help_text="perhaps a state secret: an incident (保密法实施条例)")
    withdrawn_at = models.DateTimeField(null=True, help_text="when the public site had withdrawn it")
    triaged_at = models.DateTimeField(null=True)
    triaged_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    triage = models.CharField(max_length=10, blank=True, help_text="panel or restore")
    cap_on = models.DateField(help_text="by this day it is restored or closed again")
    outcome = models.CharField(max_length=10, blank=True, help_text="restore or reclose")
    ground = models.CharField(max_length=40, blank=True)
    opens_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("suspension")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(ended_at__isnull=True), name="suspension_one_open_an_entry"
            ),
            models.CheckConstraint(name="suspension_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="suspension_ended_with_outcome",
                condition=Q(ended_at__isnull=True) | Q(outcome__in=["restore", "reclose"]),
            ),
            models.CheckConstraint(
                name="suspension_reclosed_on_a_ground",
                condition=~Q(outcome="reclose") | ~Q(ground="") & Q(opens_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PanelVote(models.Model):
    """One panel member's vote on a suspension. Never changed; one a member."""

    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, help_text="restore or reclose")
    ground = models.CharField(max_length=40, blank=True)
    opens_on = models.DateField(null=True)
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["suspension", "person"], name="panel_vote_once"),
            models.CheckConstraint(name="panel_vote_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.suspension_id} {self.person_id}"


class Erratum(models.Model):
    """A correction published to an issued release: an entry withdrawn from it, or put back (更正). Never changed."""

    number = models.CharField(max_length=24, unique=True)
    release = models.ForeignKey("review.Release", on_delete=models.PROTECT, related_name="errata")
    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="errata")
    kind = models.CharField(max_length=10, help_text="withdrawn, restored or reclosed")
    reference_code = models.CharField(max_length=200)
    issued_on = models.DateField()
    at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.number


class AccessRequest(models.Model):
    """A request for an unopened record (档案法 art. 29), a complaint that it is not open (art. 28), or an objection to one
    that is; and its answer. `receipt`: the public site's, where a visitor sent it from there.
    """

    number = models.CharField(_("request number"), max_length=20, unique=True)
    receipt = models.CharField(max_length=20, blank=True, default="")
    kind = models.CharField(max_length=10, help_text="request, complaint or objection")
    asker = models.CharField(max_length=80)
    contact = models.CharField(max_length=200)
    text = models.TextField()
    fonds = models.ForeignKey("review.Fonds", on_delete=models.PROTECT, related_name="access_requests")
    entry = models.ForeignKey("review.Entry", null=True, on_delete=models.PROTECT, related_name="access_requests")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey("review.Batch", null=True, on_delete=models.PROTECT, related_name="access_requests")
    answer = models.CharField(max_length=12, blank=True, help_text="open, review, use, refused, upheld or taken_back")
    answer_text = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("request")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="access_request_kind_known", condition=Q(kind__in=["request", "complaint", "objection"])
            ),
            models.UniqueConstraint(
                fields=["receipt"], condition=~Q(receipt=""), name="access_request_once_a_receipt"
            ),
            models.CheckConstraint(
                name="access_request_answered_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="") & ~Q(answer_text=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number
