"""Catalogue files in; rows, or complaints, out. Knows nothing of the database."""

from policies.catalogue_rows import CatalogueRow, Complaint
from review.readers.catalogue_files import cells_of, digest_of, open_stream, peek, read_catalogue
from review.readers.catalogue_rows import Reading
from review.readers.headings import PROFILES, find_profile
from review.readers.profiles import FIELDS, Profile, profile_from
from review.readers.streams import CHUNK_ROWS, MAX_FILE_BYTES, MAX_ROWS, Chunk, Peek, Stream

__all__ = [
    "CHUNK_ROWS",
    "FIELDS",
    "MAX_FILE_BYTES",
    "MAX_ROWS",
    "PROFILES",
    "CatalogueRow",
    "Chunk",
    "Complaint",
    "Peek",
    "Profile",
    "Reading",
    "Stream",
    "cells_of",
    "digest_of",
    "find_profile",
    "open_stream",
    "peek",
    "profile_from",
    "read_catalogue",
]
