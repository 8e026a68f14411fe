"""Rulesets of this archives: drafts, what a draft would change, what was adopted, and what became of running batches."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.outcomes import Suggestion


class AdoptedRuleset(models.Model):
    """A ruleset that a named person adopted for this archives. Frozen: the files as adopted, and their digest.

    The newest one is in force. Older ones stay, so that what was screened by them can be screened again.
    """

    number = models.CharField(_("number"), max_length=40, unique=True)
    jurisdiction = models.CharField(max_length=10)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    files = models.JSONField(help_text="file name to text, SHA256SUMS among them; empty: the shipped ruleset")
    digest = models.CharField(max_length=64)
    reason = models.TextField(help_text="why it was adopted")
    submitted_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    adopted_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("adopted ruleset")
        ordering = ["id"]
        default_permissions = ()
        get_latest_by = "id"
        permissions = [("keep_policies", "Draft and adopt rulesets")]
        constraints = [
            models.CheckConstraint(name="adopted_ruleset_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="adopted_ruleset_by_another_person",
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=models.F("adopted_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DraftState(models.TextChoices):
    """How far a draft has come."""

    OPEN = "open", _("being drafted")
    SUBMITTED = "submitted", _("submitted")
    ADOPTED = "adopted", _("adopted")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RulesetDraft(models.Model):
    """A ruleset being drafted: the next number, from which one it was copied, and how far it has come."""

    number = models.CharField(_("number"), max_length=40)
    base = models.CharField(max_length=40, help_text="the number of the ruleset it was copied from")
    base_digest = models.CharField(max_length=64)
    why = models.TextField(blank=True, help_text="what it changes and why, in the words of its author")
    state = models.CharField(max_length=12, choices=DraftState, default=DraftState.OPEN)
    made_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    submitted_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_digest = models.CharField(max_length=64, blank=True, help_text="what was submitted, and nothing later")

    class Meta:
        verbose_name = _("draft of a ruleset")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(state__in=["open", "submitted"]), name="draft_one_alive_a_number"
            ),
            models.CheckConstraint(
                name="draft_submitted_all_or_nothing",
                condition=Q(submitted_by__isnull=True, submitted_at__isnull=True, submitted_digest="")
                | (Q(submitted_by__isnull=False, submitted_at__isnull=False) & ~Q(submitted_digest="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DraftFile(models.Model):
    """One file of a draft as it stands now: a rule, a list of terms, the words of names, the head."""

    draft = models.ForeignKey(RulesetDraft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=100)
    text = models.TextField()
    changed_by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["draft", "name"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["draft", "name"], name="draft_file_once")]

    def __str__(self) -> str:
        return f"{self.draft_id}/{self.name}"


class Impact(models.Model):
    """What adopting a draft would change in all that is held, counted before anybody adopts it."""

    draft = models.ForeignKey(RulesetDraft, on_delete=models.CASCADE, related_name="impacts")
    base_digest = models.CharField(max_length=64, help_text="the ruleset in force that it was compared with")
    draft_digest = models.CharField(max_length=64)
    day = models.DateField(help_text="the day the terms were counted from")
    held = models.PositiveIntegerField(help_text="entries held")
    looked_at = models.PositiveIntegerField(help_text="entries that the change could touch, screened by both")
    changed = models.PositiveIntegerField(help_text="entries whose suggestion, grounds or findings differ")
    newly_hit_open = models.PositiveIntegerField(
        help_text="open entries that the draft advises to close or to look at"
    )
    by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        get_latest_by = "id"

    def __str__(self) -> str:
        return f"{self.draft_id} {self.day}"


class ImpactEntry(models.Model):
    """One entry that a draft would change: the advice before and after, and the rules that come and go."""

    impact = models.ForeignKey(Impact, on_delete=models.CASCADE, related_name="entries")
    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="+")
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    added = models.JSONField(default=list, help_text="rules that newly find something")
    removed = models.JSONField(default=list, help_text="rules that no longer find anything")
    was_open = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["impact", "entry"], name="impact_entry_once"),
            models.CheckConstraint(
                name="impact_suggestions_known",
                condition=Q(before__in=[s.value for s in Suggestion], after__in=[s.value for s in Suggestion]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.impact_id}:{self.entry_id}"


class MidBatch(models.TextChoices):
    """What becomes of a running batch when another ruleset is adopted (domain: policy changes mid-batch)."""

    CONTINUE = "continue", _("go on with the old rules")
    REBASE_UNDECIDED = "rebase_undecided", _("screen what is undecided by the new rules")
    REOPEN_AFFECTED = "reopen_affected", _("and decide again what the new rules judge otherwise")


class RulesChange(models.Model):
    """What was done with one running batch when a ruleset was adopted. Never silent: who chose it, and how many it met."""

    ruleset = models.ForeignKey(AdoptedRuleset, on_delete=models.PROTECT, related_name="changes")
    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="rules_changes")
    choice = models.CharField(max_length=20, choices=MidBatch)
    round = models.PositiveIntegerField()
    rescreened = models.PositiveIntegerField(default=0)
    affected = models.PositiveIntegerField(default=0, help_text="decided entries that the new rules judge otherwise")
    reopened = models.PositiveIntegerField(default=0, help_text="decided entries that must be decided again")
    must_return = models.BooleanField(
        default=False, help_text="past second review: the batch moves on only after a return to first review"
    )
    by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(
        null=True, help_text="when the choice was carried out; until then nothing is handed on"
    )

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["ruleset", "batch"], name="rules_change_once_a_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.choice}"


class SecondOpinionModel(models.Model):
    """A second opinion trained on this archives' own decisions, adopted by a named person. Frozen, like a ruleset."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    model = models.TextField(help_text="the model as JSON")
    digest = models.CharField(max_length=64)
    card_zh = models.TextField()
    card_en = models.TextField()
    adopted_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        get_latest_by = "id"

    def __str__(self) -> str:
        return self.number
