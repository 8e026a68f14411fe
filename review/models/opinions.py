"""Opinions: what one person at one desk decided on one entry. Rows are added; a later one takes the place of an earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.outcomes import Answer, Outcome, Stage
from policies.reviewing import Decision
from review.models.agencies import Agency
from review.models.bulk import insert_rows
from review.models.people import Person

CLOSING = [outcome.value for outcome in Outcome if outcome.closes]


class Opinion(models.Model):
    """One decision on one entry. It is never changed: only `standing` falls when a newer opinion takes its place."""

    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="opinions")
    stage = models.CharField(max_length=20)
    agency = models.ForeignKey("review.Agency", null=True, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveIntegerField()
    answer = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    ground = models.CharField(max_length=40, blank=True)
    opens_on = models.DateField(null=True)
    reason = models.TextField(blank=True)
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="opinions")
    on_behalf = models.ForeignKey(
        "review.Person", null=True, on_delete=models.PROTECT, related_name="+", help_text="who delegated the right"
    )
    at = models.DateTimeField()
    standing = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("opinion")
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["person", "at"], name="opinion_by_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["batch_entry", "stage", "round"],
                condition=Q(standing=True, agency__isnull=True),
                name="opinion_one_standing_a_stage",
            ),
            models.UniqueConstraint(
                fields=["batch_entry", "stage", "round", "agency"],
                condition=Q(standing=True, agency__isnull=False),
                name="opinion_one_standing_an_agency",
            ),
            models.CheckConstraint(name="opinion_stage_known", condition=Q(stage__in=[s.value for s in Stage])),
            models.CheckConstraint(
                name="opinion_outcome_known",
                condition=Q(outcome__in=[o.value for o in Outcome])
                | Q(outcome="", answer__in=[a.value for a in Answer if not a.says_outcome]),
            ),
            models.CheckConstraint(
                name="opinion_answer_belongs_to_an_agency",
                condition=Q(stage=Stage.COUNTERSIGN.value, agency__isnull=False, answer__in=[a.value for a in Answer])
                | Q(stage=Stage.CONSENT.value, agency__isnull=True, answer__in=["agree", "object"])
                | (~Q(stage__in=[Stage.COUNTERSIGN.value, Stage.CONSENT.value]) & Q(agency__isnull=True, answer="")),
            ),
            models.CheckConstraint(
                name="opinion_deferral_has_ground_and_day",
                condition=(Q(outcome__in=CLOSING) & ~Q(ground="") & Q(opens_on__isnull=False))
                | (~Q(outcome__in=CLOSING) & Q(opens_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="opinion_open_has_no_ground",
                condition=~Q(outcome=Outcome.OPEN.value) | Q(ground=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.batch_entry_id}: {self.outcome or self.answer}"


class NewOpinion(NamedTuple):
    """An opinion that stands, as the columns of its row: what a desk records of many entries at once."""

    batch_entry_id: int
    stage: str
    round: int
    outcome: str
    ground: str
    opens_on: date | None
    reason: str
    person_id: int
    on_behalf_id: int | None
    at: datetime
    agency_id: int | None = None
    answer: str = ""
    standing: bool = True


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose opinions are written down: at which stage of which round, by whom and for whom, when."""

    stage: Stage
    round: int
    by: Person
    on_behalf: Person | None
    at: datetime
    agency: Agency | None = None

    def gives(
        self, batch_entry: int, decision: Decision | None, *, answer: str = "", reason: str | None = None
    ) -> NewOpinion:
        """Its opinion on one entry; `reason` where it is not the decision's own. Without a decision an answer alone."""
        return NewOpinion(
            batch_entry,
            str(self.stage),
            self.round,
            str(decision.outcome) if decision else "",
            decision.ground if decision else "",
            decision.opens_on if decision else None,
            reason if reason is not None else (decision.reason if decision else ""),
            self.by.pk,
            self.on_behalf.pk if self.on_behalf else None,
            self.at,
            self.agency.pk if self.agency else None,
            str(answer),
        )


def insert_opinions(rows: Sequence[NewOpinion]) -> None:
    """Write opinions down at the speed of the database; they do not learn their keys."""
    moments = {row.at: connection.ops.adapt_datetimefield_value(row.at) for row in rows}
    insert_rows(
        Opinion,
        NewOpinion._fields,
        ((*row[:5], row.opens_on and str(row.opens_on), *row[6:9], moments[row.at], *row[10:]) for row in rows),
    )


class TakenBack(models.Model):
    """One opinion that whoever gave it took back; it counts as never given when an earlier one is looked for."""

    opinion = models.OneToOneField(Opinion, on_delete=models.PROTECT, primary_key=True, related_name="taken_back")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.opinion_id)


class Titling(models.Model):
    """One wording of an entry's public title, by whom and when; never changed. The entry shows the newest."""

    batch_entry = models.ForeignKey("review.BatchEntry", on_delete=models.PROTECT, related_name="titlings")
    text = models.TextField(blank=True, help_text="empty: the title itself may be shown")
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_entry_id}: {self.text}"


class SignOff(models.Model):
    """One signature (确认) under one round of one batch: every settled outcome, by its digest.

    How many are needed, and of whom, the procedure says. `standing` falls when what was signed changes: when the
    authority refuses a deferral, everyone signs again.
    """

    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="sign_offs")
    round = models.PositiveIntegerField()
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    on_behalf = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    standing = models.BooleanField(default=True)
    decisions_digest = models.CharField(max_length=64)
    counts = models.JSONField()
    ledger_line = models.PositiveBigIntegerField()
    ledger_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "round", "person"], condition=Q(standing=True), name="sign_off_once_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.round}"
