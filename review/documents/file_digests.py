"""The digests of files: SHA-256 and SM3 (GB/T 32905), both in one reading, two files at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from policies.sentences import Refusal, Sentence

CHUNK = 2**20

_NO_SM3 = Sentence(
    "本机的 OpenSSL 没有国密算法 SM3，编不成发布包。请换用带 SM3 的 OpenSSL（3.0 及以上通常带有）。",
    "OpenSSL on this machine lacks the digest SM3, so no bundle can be made. Use an OpenSSL that has it (3.0 and later "
    "usually do).",
)


class Digests(NamedTuple):
    """A file's size and digests in hexadecimal. `whole` is the SHA-256 of all of it where the others are of its beginning.

    `sm3` is "" where this machine cannot tell.
    """

    bytes: int
    sha256: str
    sm3: str
    whole: str
    whole_bytes: int


def has_sm3() -> bool:
    """Whether this machine's OpenSSL knows SM3."""
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True


def check_sm3() -> None:
    """Raises Refusal where it does not."""
    if not has_sm3():
        raise Refusal(_NO_SM3)


def digests_of(files: Mapping[Path, int | None]) -> dict[Path, Digests]:
    """The digests of each file, or of its first so many bytes where a number is given."""
    sm3 = has_sm3()
    # The large ones first: hashing lets the other thread run.
    ordered = sorted(files, key=lambda path: -path.stat().st_size)
    with ThreadPoolExecutor(2) as threads:
        return dict(
            zip(ordered, threads.map(lambda path: _digests(path, files[path], sm3=sm3), ordered), strict=True)
        )


def _digests(path: Path, first: int | None, *, sm3: bool) -> Digests:
    sha, other = hashlib.sha256(), hashlib.new("sm3") if sm3 else None
    with path.open("rb") as file:
        beginning = 0
        while block := file.read(CHUNK if first is None else min(CHUNK, first - beginning)):
            beginning += len(block)
            sha.update(block)
            if other is not None:
                other.update(block)
        digest = sha.hexdigest()
        size = beginning
        while block := file.read(CHUNK):
            size += len(block)
            sha.update(block)
    return Digests(beginning, digest, other.hexdigest() if other else "", sha.hexdigest(), size)
