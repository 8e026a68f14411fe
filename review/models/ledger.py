"""The ledger: one act a line, each line holding the digest of the one before."""

from django.db import models


class LedgerLine(models.Model):
    """One act. Written by review.ledger alone; triggers refuse to change or delete it. No secret text in it."""

    line = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=160, help_text="kind and public number as text, no foreign key")
    facts = models.TextField(help_text="JSON: counts, codes, numbers")
    ruleset_digest = models.CharField(max_length=64, blank=True)
    rows_digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["line"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.line} {self.act}"


class LedgerHead(models.Model):
    """The end of the ledger: how many lines and the last digest. Without it a lost tail would go unnoticed."""

    line = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.line)
