"""The signature in a PDF (PAdES, by pyHanko) as bytes appended to it, without a clock and without chance."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from policies.sentences import Refusal, Sentence
from review.documents.seal import Seal

_NO_STAMP = Sentence(
    "时间戳服务器 {address} 没有应答，没有签章。请稍后重试，或者取消 QIFENG_TIME_STAMPS。",
    "The time-stamp server {address} did not answer, so nothing was signed. Try again later, or unset QIFENG_TIME_STAMPS.",
)


class _Appendix(IncrementalPdfFileWriter):
    """pyHanko would add the moment of signing to the metadata and a random identifier; neither is the same twice.

    The metadata stay as PDF/A has them; the identifier of the signed file is made from the file that is signed.
    """

    def _update_meta(self) -> None:
        pass

    @classmethod
    def _handle_id(cls, prev: object) -> generic.ArrayObject:
        stream = prev.stream  # type: ignore[attr-defined]
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").digest()[:16]
        first = prev.trailer["/ID"][0] if "/ID" in prev.trailer else None  # type: ignore[attr-defined]
        kept = getattr(first, "original_bytes", first) or digest
        return generic.ArrayObject([generic.ByteStringObject(kept), generic.ByteStringObject(digest)])


class _Key(signers.Signer):
    """The seal's key, which never leaves it."""

    def __init__(self, seal: Seal) -> None:
        others = SimpleCertificateStore.from_certs([_read(one) for one in seal.intermediates])
        super().__init__(signing_cert=_read(seal.certificate), cert_registry=others)
        self._seal = seal

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._seal.key.key_size // 8)
        return self._seal.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


async def signed_in_place(path: Path, seal: Seal, at: datetime, field: str) -> None:
    """Append the signature to the file at `path`, in the signature field `field`, dated `at`.

    Raises Refusal where a time-stamp server is named and does not answer as it should.
    """
    signer = _Key(seal)
    meta = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        cades_signed_attr_spec=CAdESSignedAttrSpec(),
    )
    stamper = HTTPTimeStamper(seal.time_stamps) if seal.time_stamps else None
    try:
        with path.open("r+b") as file:
            session = signers.PdfSigner(meta, signer, timestamper=stamper).init_signing_session(_Appendix(file))
            session.system_time = at
            validation = await session.perform_presign_validation(session.pdf_out)
            reserved = await session.estimate_signature_container_size(validation, tight=False)
            document = session.prepare_tbs_document(bytes_reserved=reserved, validation_info=validation)
            digest, _ = document.digest_tbs_document(in_place=True)
            await document.perform_signature(
                document_digest=digest.document_digest,
                pdf_cms_signed_attrs=PdfCMSSignedAttributes(
                    signing_time=at, cades_signed_attrs=meta.cades_signed_attr_spec
                ),
            )
    except TimestampRequestError as error:
        raise Refusal(_NO_STAMP.filled(address=seal.time_stamps)) from error


def _read(certificate: object) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))  # type: ignore[attr-defined]
