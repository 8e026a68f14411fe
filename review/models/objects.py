"""Digital objects (数字对象): page images and PDFs of an entry, and the text of their pages."""

from django.db import models


class DigitalObject(models.Model):
    """One file that shows an entry, kept under its digest; `place` orders the objects of an entry."""

    entry = models.ForeignKey("review.Entry", on_delete=models.PROTECT, related_name="objects_attached")
    place = models.PositiveIntegerField()
    file_name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField(help_text="bytes")
    digest = models.CharField(max_length=64, help_text="SHA-256")
    pages = models.PositiveIntegerField(default=1)
    attached_at = models.DateTimeField()
    attached_by = models.ForeignKey("review.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["entry", "place"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="digital_object_place_once"),
            models.UniqueConstraint(fields=["entry", "digest"], name="digital_object_once_an_entry"),
        ]

    def __str__(self) -> str:
        return self.file_name


class PageText(models.Model):
    """The text of one page of an entry's objects, as it was handed in (OCR or typed)."""

    digital_object = models.ForeignKey(DigitalObject, on_delete=models.CASCADE, related_name="page_texts")
    page = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        default_permissions = ()
        ordering = ["digital_object", "page"]
        constraints = [models.UniqueConstraint(fields=["digital_object", "page"], name="page_text_once_a_page")]

    def __str__(self) -> str:
        return f"{self.digital_object_id}/{self.page}"
