"""Long work (后台任务): a job and the shards it is cut into. Working state, not record: nothing here is a decision."""

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """One piece of long work, begun by somebody, done when all its shards are."""

    kind = models.CharField(max_length=40, help_text="a name in review/jobs/kinds.py")
    subject = models.CharField(max_length=200, help_text="what it works on, for the screen; no title of a record")
    by = models.ForeignKey("review.Person", null=True, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="all shards done, or given up")
    failure_zh = models.TextField(blank=True)
    failure_en = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Shard(models.Model):
    """One idempotent part of a job. Whoever holds the lease works on it; a lease that ran out may be taken over."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    arguments = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(null=True, help_text="when the latest attempt began")
    lease_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True)
    done = models.PositiveBigIntegerField(default=0, help_text="of `total`, in units of the kind")
    total = models.PositiveBigIntegerField(default=1)
    done_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["job", "number"]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="shard_number_once_a_job"),
            models.CheckConstraint(
                name="shard_lease_has_holder",
                condition=Q(lease_until__isnull=True, leased_by="")
                | (Q(lease_until__isnull=False) & ~Q(leased_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"


class Worker(models.Model):
    """A process that does background work (manage.py work), for as long as it says so."""

    name = models.CharField(max_length=80, unique=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="its latest heartbeat")

    class Meta:
        default_permissions = ()
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
