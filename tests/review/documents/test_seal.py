import hashlib
import io
import json
import shutil
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from policies.sentences import Refusal
from review.documents.demonstration_seal import demonstration_seal
from review.documents.seal import SealRefused, check_seal, load_seal, seal_bytes, sign_pdf
from tests.review.catalogue.made_bundles import COPY
from tests.review.documents.sealing import Authority, authority, seal_by, self_made

DAY = date(2026, 11, 21)


@pytest.fixture
def pdf(tmp_path):
    path = tmp_path / "open-catalogue.pdf"
    path.write_bytes(COPY)
    return path


@pytest.fixture
def sealed(pdf, seal):
    return seal_bytes(b"{}", {pdf.name: pdf}, seal)


def test_a_signature_is_appended_and_what_was_there_stays(pdf, seal):
    sign_pdf(pdf, seal, DAY)
    assert pdf.read_bytes().startswith(COPY)


def test_the_same_file_gets_the_same_signature(pdf, seal):
    sign_pdf(pdf, seal, DAY)
    first = pdf.read_bytes()
    pdf.write_bytes(COPY)
    sign_pdf(pdf, seal, DAY)
    assert pdf.read_bytes() == first


def test_the_signature_is_pades_covers_the_whole_file_and_is_dated_the_issue_day(pdf, seal, trust):
    sign_pdf(pdf, seal, DAY)
    with pdf.open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        roots = ValidationContext(
            trust_roots=[load_cert_from_pemder(trust)],
            moment=datetime(2026, 11, 21, tzinfo=UTC),
            allow_fetching=False,
        )
        status = validate_pdf_signature(signature, signer_validation_context=roots)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.field_name == "Seal"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.sig_object["/M"] == "D:20261121000000Z"


def test_an_empty_field_that_was_prepared_is_the_one_that_is_signed(pdf, seal):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    writer = IncrementalPdfFileWriter(io.BytesIO(COPY))
    append_signature_field(writer, SigFieldSpec("Seal"))
    with pdf.open("wb") as file:
        writer.write(file)
    sign_pdf(pdf, seal, DAY)
    with pdf.open("rb") as file:
        reader = PdfFileReader(file)
        assert [field.get_object()["/T"] for field in reader.root["/AcroForm"]["/Fields"]] == ["Seal"]
        assert len(reader.embedded_signatures) == 1


def test_a_seal_says_what_it_was_put_on(sealed, pdf, trust):
    content = check_seal(sealed, DAY, trust)
    assert content["manifest"] == hashlib.sha256(b"{}").hexdigest()
    assert content["files"] == {pdf.name: {"bytes": len(COPY), "sha256": hashlib.sha256(COPY).hexdigest()}}


def test_a_seal_of_any_other_authority_or_none_is_not_trusted(pdf, trust):
    for stranger in (self_made(), seal_by(authority()), seal_by(authority("示例省档案馆 根证书"), steps=2)):
        with pytest.raises(SealRefused, match="authority"):
            check_seal(seal_bytes(b"", {}, stranger), DAY, trust)


def test_a_certificate_must_have_been_valid_on_the_issue_day_and_may_have_expired_since(root, trust):
    raw = seal_bytes(b"", {}, seal_by(root, years=(2010, 2015)))
    check_seal(raw, date(2012, 5, 1), trust)
    for day in (date(2009, 12, 31), date(2015, 1, 2)):
        with pytest.raises(SealRefused, match="2010-01-01"):
            check_seal(raw, day, trust)


def test_a_certificate_that_may_not_sign_others_vouches_for_nobody(root, trust):
    leaf = seal_by(root)
    under_it = seal_by(Authority(leaf.key, leaf.certificate))
    with pytest.raises(SealRefused, match="authority"):
        check_seal(seal_bytes(b"", {}, replace(under_it, intermediates=(leaf.certificate,))), DAY, trust)


def test_any_byte_of_a_seal_changed_is_found(sealed, trust):
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(SealRefused):
            check_seal(bytes(changed), DAY, trust)


@pytest.mark.parametrize("change", ["  ", "\n"], ids=["spaces", "another line"])
def test_a_seal_in_any_other_form_is_refused(sealed, trust, change):
    with pytest.raises(SealRefused):
        check_seal(sealed + change.encode(), DAY, trust)
    with pytest.raises(SealRefused):
        check_seal(json.dumps(json.loads(sealed)).encode(), DAY, trust)


def test_a_trust_file_that_is_none_is_refused(sealed, tmp_path):
    (tmp_path / "none.pem").write_text("nothing")
    for path in (tmp_path / "none.pem", tmp_path / "missing.pem"):
        with pytest.raises(SealRefused):
            check_seal(sealed, DAY, path)


def packed(path: Path, key, certificate, others=None, encryption=None) -> Path:
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"seal", key, certificate, others, encryption or NoEncryption())
    )
    return path


def test_a_seal_is_read_from_a_pkcs12_file_with_its_password(tmp_path, root):
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    made = seal_by(root, steps=2)
    others = [*made.intermediates, root.certificate]
    path = packed(tmp_path / "s.p12", made.key, made.certificate, others, BestAvailableEncryption(b"secret"))
    read = load_seal(path, "secret")
    assert (read.certificate, read.intermediates) == (made.certificate, made.intermediates)
    for password in ("", "wrong"):
        with pytest.raises(Refusal, match="QIFENG_SEAL_PASSWORD"):
            load_seal(path, password)


def test_a_file_that_holds_no_seal_of_the_format_is_refused(tmp_path, root):
    (tmp_path / "text").write_text("no seal")
    with pytest.raises(Refusal, match="QIFENG_SEAL"):
        load_seal(tmp_path / "text")
    with pytest.raises(Refusal, match="QIFENG_SEAL"):
        load_seal(tmp_path / "missing")
    good = seal_by(root)
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for key, certificate in ((good.key, None), (ec.generate_private_key(ec.SECP256R1()), None), (short, None)):
        with pytest.raises(Refusal, match="2048"):
            load_seal(packed(tmp_path / "s.p12", key, certificate))


def test_the_demonstration_seal_is_made_once_and_says_what_it_is(tmp_path):
    path = demonstration_seal(tmp_path / "var/seal")
    assert demonstration_seal(tmp_path / "var/seal").read_bytes() == path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    made = load_seal(path)
    for certificate in (
        made.certificate,
        x509.load_pem_x509_certificate((path.parent / "authority.pem").read_bytes()),
    ):
        assert "演示" in certificate.subject.rfc4514_string()
        assert "demonstration" in certificate.subject.rfc4514_string()
    check_seal(seal_bytes(b"", {}, made), DAY, path.parent / "authority.pem")
    assert [each.name for each in (tmp_path / "var").iterdir()] == ["seal"]


def test_half_a_demonstration_seal_is_refused_and_not_made_anew(tmp_path):
    folder = demonstration_seal(tmp_path / "seal").parent
    (folder / "seal.p12").unlink()
    with pytest.raises(Refusal, match=r"seal\.p12"):
        demonstration_seal(folder)
    shutil.rmtree(folder)
    demonstration_seal(folder)
