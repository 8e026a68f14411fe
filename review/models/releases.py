"""Releases: issued open catalogues (公布目录), each sealed as a bundle."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Release(models.Model):
    """An issued open catalogue of one batch. Its files are the sealed bundle; this row says which and by whom.

    A corrected edition is a release of its own, under its own number: it replaces another without what was closed again.
    """

    number = models.CharField(_("release number"), max_length=20, unique=True)
    batch = models.ForeignKey("review.Batch", on_delete=models.PROTECT, related_name="releases")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    issued_on = models.DateField()
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    manifest_digest = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    counts = models.JSONField()
    delivered_at = models.DateTimeField(null=True, help_text="when the public site had it")

    class Meta:
        verbose_name = _("release")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["batch"], condition=models.Q(corrects__isnull=True), name="release_one_first_edition_a_batch"
            ),
        ]

    def __str__(self) -> str:
        return self.number
