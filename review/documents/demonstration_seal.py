"""A seal for the demonstration and for tests: an authority and a certificate that say in their names that they prove nothing.

Made once, where no seal is configured. Whoever can read the folder can seal like the archives: it vouches for nobody.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from policies.sentences import Refusal, Sentence

AUTHORITY, SEAL = "authority.pem", "seal.p12"

# Invented releases are dated in any year.
_FROM, _UNTIL = datetime(1950, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)

_HALF = Sentence(
    "演示印章文件夹 {folder} 不完整（应有 {files}）。请删除该文件夹，系统会重新生成；此前用它签章的发布包要连同原 {authority} 保存。",
    "The folder of the demonstration seal, {folder}, is incomplete (it should hold {files}). Delete it and it is made anew; "
    "what was sealed with it before needs the old {authority}.",
)


def demonstration_seal(folder: Path) -> Path:
    """The PKCS#12 file (no password) of the demonstration seal in `folder`, made with its authority where it is missing.

    The folder appears in one step with both files. Raises Refusal where it is there and one of them is not.
    """
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _make(draft)
            draft.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was first, and its seal is as good
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    if not all((folder / name).is_file() for name in (AUTHORITY, SEAL)):
        raise Refusal(_HALF.filled(folder=folder, files=f"{AUTHORITY}, {SEAL}", authority=AUTHORITY))
    return folder / SEAL


def _make(folder: Path) -> None:
    authority_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    issuer, subject = _name("演示根证书 Demonstration Authority"), _name("演示印章 Demonstration Seal")
    authority = (
        _certificate(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    seal = (
        _certificate(subject, issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(b"seal", key, seal, None, serialization.NoEncryption())
    handle = os.open(folder / SEAL, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(packed)
    (folder / AUTHORITY).write_bytes(authority.public_bytes(serialization.Encoding.PEM))


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "启封演示 Qifeng demonstration, not an archives"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
