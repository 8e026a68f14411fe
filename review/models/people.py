"""The people who sign in. What a person may do is never on this row: it is granted on a fonds or an agency."""

from typing import NoReturn

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _


class Person(AbstractUser):
    """One human being. Never deleted, only deactivated: decisions point here (Viewflow would cascade)."""

    first_name = None
    last_name = None
    full_name = models.CharField(_("name"), max_length=80)
    post = models.CharField(_("post"), max_length=120, blank=True)

    REQUIRED_FIELDS = ["full_name"]

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        """Nobody is deleted: Viewflow would take the person's tasks along, and with them who did what."""
        raise ProtectedError("people are deactivated (is_active), never deleted", {self})

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def __str__(self) -> str:
        return self.get_full_name()
