"""The seal that this archives puts under its releases, and where the parts of catalogues that were set are kept."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from review.documents.demonstration_seal import demonstration_seal
from review.documents.seal import Seal, load_seal

_KEPT_DAYS = 90


def seal_of_the_archives() -> Seal:
    """The configured seal; a demonstration one where none is. Raises Refusal where it cannot be read."""
    path = settings.SEAL or demonstration_seal(settings.SEAL_DIR)
    return load_seal(path, settings.SEAL_PASSWORD, time_stamps=settings.TIME_STAMPS)


def parts_kept() -> Path:
    """The folder of parts that were set before, so that an unchanged one is not set again nor a broken-off build begun anew.

    Parts drawn more than ninety days ago are cleared away; who needs one draws it again.
    """
    folder = Path(settings.RELEASES_DIR) / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    before = time.time() - _KEPT_DAYS * 86_400
    for part in folder.iterdir():
        if part.is_file() and part.stat().st_mtime < before:
            part.unlink(missing_ok=True)
    return folder
