"""Countersign packages for units on another network: what went out, and what came back."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CountersignPackage(models.Model):
    """One version of the package that an agency was sent: a workbook and a letter. An older version is not taken back."""

    countersignature = models.ForeignKey("review.Countersignature", on_delete=models.PROTECT, related_name="packages")
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, help_text="of its rows: codes, proposals, public fields")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("countersign package")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["countersignature", "version"], name="countersign_package_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.countersignature_id} v{self.version}"


class PackageReturn(models.Model):
    """A filled package that was taken back: the file and the scanned, stamped letter, by their digests. Never changed."""

    package = models.ForeignKey(CountersignPackage, on_delete=models.PROTECT, related_name="returned")
    file_digest = models.CharField(max_length=64)
    letter_digest = models.CharField(max_length=64, blank=True)
    letter_name = models.CharField(max_length=200, blank=True)
    signed_by = models.CharField(max_length=80, help_text="who of the unit answered, as the file says")
    answers = models.PositiveIntegerField()
    person = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.package_id} {self.at:%Y-%m-%d}"
