"""entries.csv: the entries of a release for machines, the same in the bundle and inside the PDF.

Texts are written exactly as released, for the public site reads them back and must show the very words that were signed
off. A title that begins with = + - @ or a tab is therefore NOT given a leading apostrophe against spreadsheet formulas:
that would change the title for every reader to protect one kind of program. The notice printed in the catalogue tells
readers to import all columns as text, with which no spreadsheet evaluates anything.
"""

from __future__ import annotations

import csv
import io

from review.documents.edition import Edition

HEADER = (
    "fonds_code",
    "fonds_title",
    "series_title",
    "reference_code",
    "public_title",
    "responsible_body",
    "date",
    "extent",
    "early_opening",
)


def entries_csv(edition: Edition) -> bytes:
    """All entries in printed order: UTF-8 with BOM, CRLF, RFC 4180 quoting, the header above, `early_opening` "1" or ""."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for fonds in edition.fonds:
        for series in fonds.series:
            for entry in series.entries:
                writer.writerow(
                    (
                        fonds.code,
                        fonds.title,
                        series.title,
                        entry.reference_code,
                        entry.public_title,
                        entry.responsible_body,
                        entry.date,
                        entry.extent,
                        "1" if entry.early else "",
                    )
                )
    return text.getvalue().encode("utf-8-sig")
