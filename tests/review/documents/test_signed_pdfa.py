"""A signature takes no promise of the PDF away, as the genuine veraPDF engine judges it."""

import pytest

from review.documents.bundle import seal_bundle
from tests.verapdf import failed_clauses

pytestmark = pytest.mark.verapdf


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_signed_pdfs_are_pdf_a_3a_and_pdf_ua_1(tmp_path, everything, seal, flavour):
    seal_bundle(everything, tmp_path / "2026-1", seal=seal)
    files = [tmp_path / "2026-1" / name for name in ("open-catalogue.pdf", "notice.pdf")]
    assert failed_clauses(flavour, files) == [[], []]
