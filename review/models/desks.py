"""The working list of a review desk: a batch laid out by what it can be looked at by. Made of the record, never the record.

It may be thrown away at any time and is laid out anew (review/desk_lists.py); nothing is decided by it.
"""

from django.db import models
from django.db.models import Q


class DeskList(models.Model):
    """For which stage and round, and after which screening, a batch is laid out; other than now: it is laid out anew."""

    batch = models.OneToOneField("review.Batch", on_delete=models.CASCADE, primary_key=True, related_name="desk_list")
    stage = models.CharField(max_length=20)
    round = models.PositiveIntegerField()
    run = models.PositiveBigIntegerField(help_text="the last screening run then")
    entries = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id} {self.stage}/{self.round}"


class DeskEntry(models.Model):
    """One entry of the list by what it is found by: one index a way to look, each in archival order."""

    batch_entry = models.OneToOneField(
        "review.BatchEntry",
        on_delete=models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="desk_entry",
    )
    batch = models.ForeignKey(
        "review.Batch", on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    position = models.PositiveIntegerField()
    suggestion = models.CharField(max_length=20)
    ground = models.CharField(max_length=40)
    series = models.CharField(max_length=500)
    agency = models.PositiveBigIntegerField(help_text="0: not known")
    decade = models.CharField(max_length=3, help_text="196 for the 1960s")
    likeness = models.CharField(max_length=32)
    alike = models.PositiveIntegerField(help_text="entries of the batch with this likeness")
    said = models.CharField(max_length=20, help_text="at second review: what first review decided")
    day = models.DateField(null=True)
    text = models.TextField(help_text="what a filter looks through")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["batch", "position"], name="desk_by_position"),
            models.Index(fields=["batch", "suggestion", "position"], name="desk_by_suggestion"),
            models.Index(fields=["batch", "ground", "position"], name="desk_by_ground"),
            models.Index(fields=["batch", "series", "position"], name="desk_by_series"),
            models.Index(fields=["batch", "agency", "position"], name="desk_by_agency"),
            models.Index(fields=["batch", "decade", "position"], name="desk_by_decade"),
            models.Index(fields=["batch", "day", "position"], name="desk_by_day"),
            models.Index(fields=["batch", "likeness", "position"], condition=Q(alike__gt=1), name="desk_by_likeness"),
            models.Index(fields=["batch", "said", "position"], condition=~Q(said=""), name="desk_by_said"),
        ]

    def __str__(self) -> str:
        return str(self.batch_entry_id)


class DeskLeft(models.Model):
    """One entry of the list that has no opinion yet."""

    batch_entry = models.OneToOneField(
        "review.BatchEntry", on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="desk_left"
    )
    batch = models.ForeignKey(
        "review.Batch", on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    position = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["batch", "position"], name="desk_left_by_position")]

    def __str__(self) -> str:
        return str(self.batch_entry_id)


class DeskTally(models.Model):
    """How many entries of the list one group has ("rule:CN-131"), and how many of them without an opinion."""

    batch = models.ForeignKey(
        "review.Batch", on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    key = models.CharField(max_length=520)
    count = models.PositiveIntegerField()
    left = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="desk_tally_once_a_group")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.key}: {self.left}/{self.count}"
