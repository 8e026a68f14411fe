"""Who sealed an edition, as its certificate says it. Whether the seal is true was asked when the bundle was taken in."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

_DEMONSTRATION = ("演示", "demonstration")


def signer_of(certificate: x509.Certificate) -> dict:
    """The certificate of a seal in words: {"subject", "issuer", "serial", "not_before", "not_after", "sha256",
    "demonstration"}."""
    subject, issuer = _name(certificate.subject), _name(certificate.issuer)
    return {
        "subject": subject,
        "issuer": issuer,
        "serial": f"{certificate.serial_number:X}",
        "not_before": certificate.not_valid_before_utc.date().isoformat(),
        "not_after": certificate.not_valid_after_utc.date().isoformat(),
        "sha256": certificate.fingerprint(hashes.SHA256()).hex(),
        "demonstration": any(word in f"{subject} {issuer}".casefold() for word in _DEMONSTRATION),
    }


def _name(name: x509.Name) -> str:
    """The common name with the organisation, where there is one; else all of it."""
    parts = [
        str(attribute.value)
        for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for attribute in name.get_attributes_for_oid(kind)
    ]
    return ", ".join(dict.fromkeys(parts)) or name.rfc4514_string()
