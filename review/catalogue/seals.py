"""Whether a release is sealed by somebody whom this site trusts: the signature in seal.json and those inside the PDFs.

Trust is a file of root certificates (`QIFENG_TRUST`). A certificate must have been valid on the issue day; one that has
expired since is fine.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification

from review.catalogue.refusals import BundleError

FORMAT = "qifeng-seal/1"
ALGORITHM = "RSA-PKCS1v15-SHA256"
LEAST_BITS = 2048

_HEX = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_CHUNK = 2**20
_DATA, _SHA256 = "data", "sha256"


class Seal:
    """A seal that was found true: its certificate, and the signed PDFs as it has them ({name: {"bytes", "sha256"}})."""

    def __init__(self, certificate: x509.Certificate, files: dict[str, dict]) -> None:
        self.certificate = certificate
        self.files = files


def check_seal(raw: bytes, manifest_digest: str, issued_on: date, trust: Path) -> Seal:
    """The seal in `raw`, over the manifest with that digest. BundleError for one that this site does not believe."""
    content, certificates = _read(raw)
    if content["manifest"] != manifest_digest:
        raise _refused("所盖的是另一份清单", "it was put on another manifest")
    signed = _canonical({key: value for key, value in content.items() if key != "signature"})
    _check_signature(certificates[0], base64.b64decode(content["signature"]), signed)
    _check_certificate(certificates, issued_on, trust)
    return Seal(certificates[0], content["files"])


def check_pdf(path: Path, unsigned_bytes: int, seal: Seal) -> None:
    """The signature inside a PDF covers all of it, stands after its first `unsigned_bytes` bytes, and is by the seal's key.

    BundleError. The bytes of the file were compared with the seal before.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(unsigned_bytes)
        appended = file.read()
        found = _RANGE.findall(appended)
        if len(found) != 1:
            raise _pdf_refused(path, "没有或者不止一个签名", "it holds no signature, or more than one")
        start, first, second, rest = map(int, found[0])
        if start or second + rest != size or not unsigned_bytes <= first < second:
            raise _pdf_refused(path, "签名没有覆盖整个文件", "its signature does not cover the whole file")
        contents = appended[first - unsigned_bytes : second - unsigned_bytes]
        digest = hashlib.sha256()
        for begin, length in ((0, first), (second, rest)):
            file.seek(begin)
            while file.tell() < begin + length:
                digest.update(file.read(min(_CHUNK, begin + length - file.tell())))
    try:
        if contents[:1] + contents[-1:] != b"<>":
            raise ValueError("no string")
        _check_cms(bytes.fromhex(contents[1:-1].decode("ascii")), digest.digest(), seal)
    except (ValueError, TypeError, KeyError, InvalidSignature) as error:
        raise _pdf_refused(path, "签名无效", "its signature does not hold") from error


def _read(raw: bytes) -> tuple[dict, list[x509.Certificate]]:
    """A seal.json that is exactly the canonical form of what it says."""
    keys = {"format", "manifest", "files", "algorithm", "certificates", "signature"}
    try:
        content = json.loads(raw.decode("utf-8"))
        if not isinstance(content, dict) or set(content) != keys:
            raise ValueError("keys")
        if (content["format"], content["algorithm"]) != (FORMAT, ALGORITHM):
            raise ValueError("format")
        certificates = [x509.load_pem_x509_certificate(pem.encode("ascii")) for pem in content["certificates"]]
        signature = base64.b64decode(content["signature"], validate=True)
        again = {
            "certificates": [one.public_bytes(Encoding.PEM).decode("ascii") for one in certificates],
            "signature": base64.b64encode(signature).decode("ascii"),
        }
        if not 0 < len(certificates) <= 9 or _canonical(content | again) != raw:
            raise ValueError("canonical")
        for facts in content["files"].values():
            if (
                set(facts) != {"bytes", "sha256"}
                or type(facts["bytes"]) is not int
                or not _HEX.fullmatch(facts["sha256"])
            ):
                raise ValueError("files")
        for certificate in certificates:  # read only when they are asked for
            certificate.public_key()
            certificate.subject.rfc4514_string()
            _validity(certificate)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, UnsupportedAlgorithm) as error:
        raise _refused(f"不合格式 {FORMAT}", f"it is not as {FORMAT} has it") from error
    return content, certificates


def _check_signature(certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    key = certificate.public_key()
    try:
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < LEAST_BITS:
            raise InvalidSignature
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise _refused(
            "签名与所附证书不符", "the signature is not one by the certificate that comes with it"
        ) from error


def _check_certificate(certificates: list[x509.Certificate], issued_on: date, trust: Path) -> None:
    moment = datetime.combine(issued_on, time(), UTC)
    first = certificates[0]
    subject = first.subject.rfc4514_string()
    since, until = _validity(first)
    if not since <= moment <= until:
        raise _refused(
            f"证书（{subject}）的有效期是 {since.date()} 至 {until.date()}，在签发日 {issued_on} 无效",
            f"the certificate ({subject}) is valid from {since.date()} to {until.date()} and was not on the issue day {issued_on}",
        )
    try:
        roots = x509.load_pem_x509_certificates(trust.read_bytes())
    except (OSError, ValueError) as error:
        raise BundleError(
            f"读不了信任文件 {trust}，无法核对印章。请用 QIFENG_TRUST 指明装有档案馆根证书的 PEM 文件。",
            f"The trust file {trust} cannot be read, so no seal can be checked. Name the PEM file with the archives' root "
            "certificate by QIFENG_TRUST.",
        ) from error
    permitted, agnostic = verification.ExtensionPolicy.permit_all(), verification.Criticality.AGNOSTIC
    policy = verification.PolicyBuilder().store(verification.Store(roots)).time(moment)
    policy = policy.extension_policies(
        ca_policy=permitted.require_present(x509.BasicConstraints, agnostic, None).may_be_present(
            x509.KeyUsage, agnostic, _may("key_cert_sign")
        ),
        ee_policy=permitted.may_be_present(x509.KeyUsage, agnostic, _may("digital_signature", "content_commitment")),
    )
    try:
        policy.build_client_verifier().verify(first, certificates[1:])
    except verification.VerificationError as error:
        raise _refused(
            f"证书（{subject}）不出自本站信任的根证书（{trust.name}）",
            f"the certificate ({subject}) does not come from an authority that this site trusts ({trust.name})",
        ) from error


def _validity(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def _may(*uses: str) -> Callable[..., None]:
    def check(_: object, __: object, usage: x509.KeyUsage | None) -> None:
        if usage is not None and not any(getattr(usage, use) for use in uses):
            raise ValueError("the certificate is for another use")

    return check


def _check_cms(der: bytes, digest: bytes, seal: Seal) -> None:
    """A CMS signature by the seal's key over a content with that SHA-256. ValueError, InvalidSignature."""
    signed = cms.ContentInfo.load(der)["content"]
    (signer,) = signed["signer_infos"]
    attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
    named = [choice.chosen.dump() for choice in signed["certificates"]]
    if (
        signer["digest_algorithm"]["algorithm"].native != _SHA256
        or [value.native for value in attributes["content_type"]] != [_DATA]
        or [value.native for value in attributes["message_digest"]] != [digest]
        or seal.certificate.public_bytes(Encoding.DER) not in named
    ):
        raise ValueError("another content or another signer")
    key = seal.certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidSignature
    key.verify(signer["signature"].native, signer["signed_attrs"].untag().dump(), padding.PKCS1v15(), hashes.SHA256())


def _canonical(content: dict) -> bytes:
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def _refused(zh: str, en: str) -> BundleError:
    return BundleError(
        f"发布包的印章不可信：{zh}。没有装载；请向发布方核实来源，重新取得发布包。",
        f"The seal of the bundle is not to be trusted: {en}. Nothing was loaded; ask the publisher where it comes from, and "
        "fetch the bundle again.",
    )


def _pdf_refused(path: Path, zh: str, en: str) -> BundleError:
    return BundleError(
        f"{path.name} 的签名不可信：{zh}。请重新取得完整的发布包。",
        f"The signature of {path.name} is not to be trusted: {en}. Fetch the whole bundle again.",
    )
