"""Catalogue files in; rows, or complaints, out. Knows nothing of the database."""

from review.readers.catalogue_files import read_catalogue
from review.readers.catalogue_rows import CatalogueRow, Complaint, Reading
from review.readers.profiles import PROFILES, Profile, find_profile

__all__ = ["PROFILES", "CatalogueRow", "Complaint", "Profile", "Reading", "find_profile", "read_catalogue"]
