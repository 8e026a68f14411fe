"""The open catalogue (开放档案目录) as one PDF/A-3a file, entries.csv inside it.

The same edition gives the same bytes on every run (review/documents/typesetting.py).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from review.documents.catalogue_page import catalogue_html
from review.documents.edition import Edition, check_edition
from review.documents.entries_csv import entries_csv
from review.documents.typesetting import Enclosed, Progress, typeset
from review.documents.wording import words

__all__ = ["PdfFacts", "Progress", "write_catalogue"]


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What came out: pages, and seconds of wall clock from edition to file."""

    pages: int
    seconds: float


def write_catalogue(edition: Edition, path: Path, progress: Progress | None = None) -> PdfFacts:
    """Write the whole catalogue of `edition` to `path` (replaced if it is there) as PDF/A-3a, tagged, fonts embedded.

    Raises Refusal where the edition contradicts itself (check_edition), where the typesetting libraries are missing, and
    where anything could not be set as it should be; then nothing is written.
    """
    started = time.monotonic()
    check_edition(edition)
    entries = Enclosed("entries.csv", entries_csv(edition), words(edition.language)["catalogue"], edition.issued_on)
    made = typeset(catalogue_html(edition), "open_catalogue.css", enclosed=entries, progress=progress)
    path.write_bytes(made.pdf)
    return PdfFacts(pages=made.pages, seconds=time.monotonic() - started)
