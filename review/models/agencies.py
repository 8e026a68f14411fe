"""Agencies (机构) and what became of them: who answers today for what they left (档案法实施条例 art. 30)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Agency(models.Model):
    """A creating, transferring, custodial or succeeding body (形成单位), as one that answers for entries."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200, unique=True)
    from_day = models.DateField(null=True, help_text="first day it existed; empty: not known")
    to_day = models.DateField(null=True, help_text="last day it existed; empty: it exists, or not known")

    class Meta:
        verbose_name = _("agency")
        ordering = ["code"]
        default_permissions = ()
        permissions = [
            ("countersign_agency", "Countersign for this agency"),
            ("approve_agency", "Approve and seal what this agency answers"),
        ]
        constraints = [
            models.CheckConstraint(
                name="agency_days_in_order",
                condition=models.Q(from_day__isnull=True)
                | models.Q(to_day__isnull=True)
                | models.Q(from_day__lte=models.F("to_day")),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ChangeKind(models.TextChoices):
    """What can become of an agency."""

    RENAMED = "renamed", _("renamed")
    MERGED = "merged", _("merged into another")
    SPLIT = "split", _("split")
    ABOLISHED = "abolished", _("abolished")
    FUNCTIONS_MOVED = "functions_moved", _("functions moved")


class AgencyChange(models.Model):
    """One dated change of an agency, with its evidence. A mistaken one is withdrawn with a reason, never deleted."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=20, choices=ChangeKind)
    day = models.DateField(help_text="the first day on which it holds")
    evidence = models.CharField(max_length=500, help_text="the document that says so")
    superior = models.ForeignKey(
        Agency, null=True, on_delete=models.PROTECT, related_name="+", help_text="declassifies where nobody succeeds"
    )
    designated = models.ForeignKey(
        Agency, null=True, on_delete=models.PROTECT, related_name="+", help_text="named by the secrecy authority"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["agency", "day", "id"]
        constraints = [
            models.CheckConstraint(name="agency_change_kind_known", condition=models.Q(kind__in=ChangeKind.values)),
            models.CheckConstraint(name="agency_change_has_evidence", condition=~models.Q(evidence="")),
            models.CheckConstraint(
                name="agency_change_withdrawn_whole",
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by="", withdrawn_because="")
                | models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_by="") & ~models.Q(withdrawn_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.kind} {self.day}"


class Successor(models.Model):
    """A body that continues functions of an agency after a change; `function` empty: all that no other line names."""

    change = models.ForeignKey(AgencyChange, on_delete=models.PROTECT, related_name="successors")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    function = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["change", "agency", "function"], name="successor_once_a_change")
        ]

    def __str__(self) -> str:
        return f"{self.change_id}:{self.agency_id}"
