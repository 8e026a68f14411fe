"""Files that a form brought: on disk under their digest, for as long as they are read."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from review.operations.packaging import CameBack

MOST_FAULTS = 500  # on a page; the rest shows when these are mended


@contextmanager
def on_disk(upload: UploadedFile, name: str) -> Iterator[CameBack]:
    """An upload as a file of its own with its digest, readable by its owner only; gone afterwards."""
    with TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        # The workbook reader goes by content, yet old formats are told apart by their ending.
        path = Path(folder) / f"{name}{Path(upload.name or '').suffix[:8]}"
        digest = hashlib.sha256()
        with path.open("wb") as file:
            upload.seek(0)
            shutil.copyfileobj(upload, file, 1 << 20)
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        yield CameBack(path, digest.hexdigest(), Path(upload.name or "").name)
