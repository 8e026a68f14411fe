"""Whether a release bundle is as it was sealed: every file, byte for byte, and nothing besides."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from policies.sentences import Refusal, Sentence
from review.documents.drafts import paths_in
from review.documents.file_digests import digests_of
from review.documents.seal import SealRefused, check_seal

FORMAT = "qifeng-release/2"
MANIFEST, SEAL, NOTICE = "manifest.json", "seal.json", "notice.pdf"
PDF = "open-catalogue.pdf"  # where it is in one volume

_NAME = re.compile(r"(?:(?:ead3|copies)/)?[^/\\\x00-\x1f.][^/\\\x00-\x1f]*")

_DIFFERS = Sentence(
    "发布包 {number} 已经不是发布时的原样：{file}（{what}）。请从备份恢复该发布包，并查明原因。",
    "The release bundle {number} is not as it was released: {file} ({what}). Restore the bundle from a backup and find "
    "out what happened.",
)
_MISSING = Sentence("文件缺失", "the file is missing")
_STRANGE = Sentence("多出的文件", "a file that does not belong here")
_CHANGED = Sentence("内容与清单所记摘要不符", "its content does not match the digest in the manifest")
_UNREADABLE = Sentence("清单无法读取", "the manifest cannot be read")
_OTHER_MANIFEST = Sentence("印章所盖的是另一份清单", "it was sealed over another manifest")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A sealed bundle: its folder, what manifest.json says, and the SHA-256 of manifest.json, which vouches for the rest."""

    directory: Path
    content: dict[str, Any]
    digest: str

    @property
    def pages(self) -> int:
        """How many pages the catalogue has, in all volumes."""
        return int(self.content["pages"])


def verify_bundle(directory: Path, trust: Path | None = None) -> Manifest:
    """The manifest of a bundle that is whole and unchanged; else Refusal names the first file that is not.

    The seal must fit; with `trust`, a file of root certificates, its certificate must come from one of them.
    """
    manifest = _manifest(directory)
    files = manifest.content["files"]
    present = {path.relative_to(directory).as_posix() for path in paths_in(directory)}
    for name in sorted({MANIFEST, SEAL, *files} - present):
        raise _refusal(directory, name, _MISSING)
    for name in sorted(present - {MANIFEST, SEAL, *files}):
        raise _refusal(directory, name, _STRANGE)
    signed = _check_seal(manifest, trust)
    firsts = {directory / name: files[name]["bytes"] if name in signed else None for name in files}
    for path, digests in digests_of(firsts).items():
        name = path.relative_to(directory).as_posix()
        said, whole = files[name], signed.get(name, files[name])
        if (
            path.is_symlink()
            or (digests.bytes, digests.sha256) != (said["bytes"], said["sha256"])
            or digests.sm3 not in ("", said["sm3"])
            or (digests.whole_bytes, digests.whole) != (whole["bytes"], whole["sha256"])
        ):
            raise _refusal(directory, name, _CHANGED)
    return manifest


def signed_names(files: dict[str, Any]) -> set[str]:
    """The files of a manifest that carry a signature of their own: the catalogue's volumes and the notice."""
    return {name for name in files if name.endswith(".pdf") and "/" not in name}


def canonical(content: dict[str, Any]) -> bytes:
    """JSON as manifest.json and seal.json are written."""
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()


def _manifest(directory: Path) -> Manifest:
    try:
        raw = (directory / MANIFEST).read_bytes()
        content = json.loads(raw)
        if (content["format"], content["number"]) != (FORMAT, directory.name) or canonical(content) != raw:
            raise ValueError
        date.fromisoformat(content["issued_on"])
        for name, facts in content["files"].items():
            if not _NAME.fullmatch(name) or set(facts) != {"bytes", "sha256", "sm3"} or name in (MANIFEST, SEAL):
                raise ValueError
    except FileNotFoundError:
        raise _refusal(directory, MANIFEST, _MISSING) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _refusal(directory, MANIFEST, _UNREADABLE) from None
    return Manifest(directory, content, hashlib.sha256(raw).hexdigest())


def _check_seal(manifest: Manifest, trust: Path | None) -> dict[str, Any]:
    """The signed PDFs as the seal has them."""
    directory, content = manifest.directory, manifest.content
    try:
        sealed = check_seal((directory / SEAL).read_bytes(), date.fromisoformat(content["issued_on"]), trust)
    except SealRefused as error:
        raise _refusal(directory, SEAL, error.sentence) from error
    if sealed["manifest"] != manifest.digest or set(sealed["files"]) != signed_names(content["files"]):
        raise _refusal(directory, SEAL, _OTHER_MANIFEST)
    return dict(sealed["files"])


def _refusal(directory: Path, name: str, what: Sentence) -> Refusal:
    return Refusal(
        Sentence(
            _DIFFERS.zh.format(number=directory.name, file=name, what=what.zh),
            _DIFFERS.en.format(number=directory.name, file=name, what=what.en),
        )
    )
