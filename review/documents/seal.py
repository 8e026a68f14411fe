"""The seal of a release (印章): a key and its certificate, the signature over a bundle's manifest, and that in each PDF.

seal.json can be checked with nothing but OpenSSL: RSA PKCS#1 v1.5 over SHA-256. It is exactly the canonical form of its own
content, so that no byte of it can change unnoticed. No clock: the same key and the same files give the same bytes.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509 import verification

from policies.sentences import Refusal, Sentence

FORMAT = "qifeng-seal/1"
ALGORITHM = "RSA-PKCS1v15-SHA256"
FIELD = "Seal"  # of the signature in a PDF
LEAST_BITS = 2048

_NO_FILE = Sentence(
    "读不了印章文件 {path}：{why}。请核对 QIFENG_SEAL 与 QIFENG_SEAL_PASSWORD。",
    "The seal file {path} cannot be read: {why}. Check QIFENG_SEAL and QIFENG_SEAL_PASSWORD.",
)
_NO_RSA = Sentence(
    "印章文件 {path} 里应有一个不短于 {bits} 位的 RSA 私钥和它的证书。",
    "The seal file {path} should hold an RSA private key of at least {bits} bits and its certificate.",
)
_NOT_THEN = Sentence(
    "印章证书（{subject}）的有效期是 {since} 至 {until}，不含签发日 {on} 零时（协调世界时）。请改用当日有效的证书，或者更改签发日。",
    "The certificate of the seal ({subject}) is valid from {since} to {until}, not at the start (UTC) of the issue day {on}. "
    "Use a certificate that is valid on that day, or another issue day.",
)
_NOT_CANONICAL = Sentence("印章文件不合格式 qifeng-seal/1", "the seal file is not as qifeng-seal/1 has it")
_NOT_SIGNED = Sentence("签名不是所附证书的签名", "the signature is not one by the certificate that comes with it")
_NOT_TRUSTED = Sentence(
    "证书（{subject}）不出自信任文件所列的根证书",
    "the certificate ({subject}) does not come from any authority in the trust file",
)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a release is signed with. `intermediates` lead from the certificate to its authority, which is not among them.

    `time_stamps`: the address of a time-stamp server (RFC 3161) for the signatures in the PDFs, "" for none.
    """

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    intermediates: tuple[x509.Certificate, ...] = ()
    time_stamps: str = ""


class SealRefused(Exception):
    """A seal that vouches for nothing; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def load_seal(path: Path, password: str = "", *, time_stamps: str = "") -> Seal:
    """The seal in a PKCS#12 file. Raises Refusal where there is none, or none that this format can be signed with."""
    try:
        packed = path.read_bytes()
        key, certificate, others = pkcs12.load_key_and_certificates(packed, password.encode() or None)
    except (OSError, ValueError) as error:
        raise Refusal(_NO_FILE.filled(path=path, why=error)) from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < LEAST_BITS or certificate is None:
        raise Refusal(_NO_RSA.filled(path=path, bits=LEAST_BITS))
    between = tuple(other for other in others if other.subject != other.issuer)
    return Seal(key, certificate, between, time_stamps)


def signing_time(on: date) -> datetime:
    """The moment that a release is signed at: the start of its issue day, whenever it is made."""
    return datetime.combine(on, time(), UTC)


def check_valid_on(seal: Seal, on: date) -> None:
    """Raises Refusal where the certificate is not valid on the issue day: nobody could ever verify such a release."""
    if not _valid_at(seal.certificate, signing_time(on)):
        raise Refusal(_NOT_THEN.filled(on=on, **_names(seal.certificate)))


def seal_bytes(manifest: bytes, files: Mapping[str, Path], seal: Seal) -> bytes:
    """seal.json over the manifest (its bytes) and the whole signed PDFs, by their names in the bundle."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "manifest": hashlib.sha256(manifest).hexdigest(),
        "files": {name: {"bytes": path.stat().st_size, "sha256": _digest(path)} for name, path in files.items()},
        "algorithm": ALGORITHM,
        "certificates": [_pem(certificate) for certificate in (seal.certificate, *seal.intermediates)],
    }
    signature = seal.key.sign(_canonical(content), padding.PKCS1v15(), hashes.SHA256())
    return _canonical(content | {"signature": base64.b64encode(signature).decode()})


def check_seal(raw: bytes, on: date, trust: Path | None) -> dict[str, Any]:
    """What a seal.json says, once its signature holds; with `trust` (PEM) its certificate must come from an authority there.

    Raises SealRefused.
    """
    content, certificates = _read(raw)
    signed = _canonical({key: value for key, value in content.items() if key != "signature"})
    first = certificates[0]
    key = first.public_key()
    try:
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < LEAST_BITS:
            raise InvalidSignature
        key.verify(base64.b64decode(content["signature"]), signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise SealRefused(_NOT_SIGNED) from None
    if not _valid_at(first, signing_time(on)):
        raise SealRefused(_NOT_THEN.filled(on=on, **_names(first)))
    if trust is not None:
        _check_chain(certificates, on, trust)
    return content


def sign_pdf(path: Path, seal: Seal, on: date) -> None:
    """Append a PAdES signature to a PDF, in its field `Seal` (added where there is none); what was there stays as it was.

    The signature covers the whole file. Without a time-stamp server the same file gets the same bytes.
    """
    from review.documents.pdf_signing import signed_in_place  # noqa: PLC0415  pyHanko is slow to import

    asyncio.run(signed_in_place(path, seal, signing_time(on), FIELD))


def _read(raw: bytes) -> tuple[dict[str, Any], list[x509.Certificate]]:
    try:
        content = json.loads(raw)
        keys = {"format", "manifest", "files", "algorithm", "certificates", "signature"}
        if set(content) != keys or (content["format"], content["algorithm"]) != (FORMAT, ALGORITHM):
            raise ValueError
        certificates = [x509.load_pem_x509_certificate(pem.encode("ascii")) for pem in content["certificates"]]
        signature = base64.b64encode(base64.b64decode(content["signature"], validate=True)).decode()
        as_read = content | {"certificates": [_pem(one) for one in certificates], "signature": signature}
        if not certificates or _canonical(as_read) != raw:
            raise ValueError
        for facts in content["files"].values():
            if set(facts) != {"bytes", "sha256"}:
                raise ValueError
        for certificate in certificates:  # read only when they are asked for
            certificate.public_key()
            _names(certificate)
    except (ValueError, TypeError, AttributeError, KeyError, binascii.Error, RecursionError, UnsupportedAlgorithm):
        raise SealRefused(_NOT_CANONICAL) from None
    return content, certificates


def _check_chain(certificates: list[x509.Certificate], on: date, trust: Path) -> None:
    try:
        roots = verification.Store(x509.load_pem_x509_certificates(trust.read_bytes()))
        everything = verification.ExtensionPolicy.permit_all()
        agnostic = verification.Criticality.AGNOSTIC
        policy = verification.PolicyBuilder().store(roots).time(signing_time(on))
        policy = policy.extension_policies(
            ca_policy=everything.require_present(x509.BasicConstraints, agnostic, None).may_be_present(
                x509.KeyUsage, agnostic, _signs_certificates
            ),
            ee_policy=everything.may_be_present(x509.KeyUsage, agnostic, _signs_documents),
        )
        policy.build_client_verifier().verify(certificates[0], certificates[1:])
    except (verification.VerificationError, OSError, ValueError) as error:
        raise SealRefused(_NOT_TRUSTED.filled(subject=_names(certificates[0])["subject"])) from error


def _signs_certificates(_: object, __: object, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("this certificate may not sign others")


def _signs_documents(_: object, __: object, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ValueError("this certificate may not sign documents")


def _canonical(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def _names(certificate: x509.Certificate) -> dict[str, object]:
    return {
        "subject": certificate.subject.rfc4514_string(),
        "since": certificate.not_valid_before_utc.date(),
        "until": certificate.not_valid_after_utc.date(),
    }
