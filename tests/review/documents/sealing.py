"""Seals of every kind for tests: true ones, one of another authority, expired and not yet valid ones, and one of two steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from review.documents.seal import Seal


@dataclass(frozen=True)
class Authority:
    """A root certificate with its key."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def trusted_in(self, folder: Path) -> Path:
        """A trust file with this authority alone."""
        path = folder / f"{self.certificate.serial_number:x}.pem"
        path.write_bytes(self.pem())
        return path


def authority(name: str = "示例省档案馆 根证书") -> Authority:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Authority(key, _certificate(name, name, key.public_key(), key, ca=True, years=(2000, 2099)))


def seal_by(
    root: Authority, name: str = "示例省档案馆 印章", years: tuple[int, int] = (2020, 2035), *, steps: int = 1
) -> Seal:
    """A seal whose certificate comes from `root`, over `steps - 1` intermediate authorities."""
    signer, issuer = root.key, root.certificate
    between = []
    for step in range(1, steps):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        issuer = _certificate(
            f"中间证书 {step}", _common(issuer), key.public_key(), signer, ca=True, years=(2000, 2099)
        )
        signer = key
        between.append(issuer)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = _certificate(name, _common(issuer), key.public_key(), signer, ca=False, years=years)
    return Seal(key, certificate, tuple(reversed(between)))


def self_made() -> Seal:
    """A seal that vouches for itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = "示例省档案馆 印章"
    return Seal(key, _certificate(name, name, key.public_key(), key, ca=False, years=(2020, 2035)))


def _common(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def _certificate(subject: str, issuer: str, key, signer, *, ca: bool, years: tuple[int, int]) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(years[0], 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(years[1], 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca, content_commitment=not ca, key_cert_sign=ca, crl_sign=ca, **usage
            ),
            critical=True,
        )
        .sign(signer, hashes.SHA256())
    )
