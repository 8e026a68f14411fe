"""Proving that an entry is part of a release: the Merkle tree over the lines of entries.jsonl (RFC 9162, section 2.1).

The roots over each 1,024 lines are kept with the edition. A proof reads the block of its entry and the roots of the
others, whatever the size of the release; and a line is believed only where its block still has its root.
"""

import hashlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from review.catalogue.bundle_lines import BundleEntry, read_entry
from review.catalogue.manifests import LINES
from review.catalogue.models import Edition

BLOCK = 1024  # lines; a power of two, so that every block is a subtree
_RECORD = 8 + 32


def leaf_hash(line: bytes) -> bytes:
    """The hash of a line without its end, as a leaf."""
    return hashlib.sha256(b"\0" + line).digest()


def root_of(hashes: list[bytes]) -> bytes:
    """The root over leaves or over whole subtrees of one size."""
    if not hashes:
        return hashlib.sha256().digest()
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        hashes = above + hashes[len(above) * 2 :]
    return hashes[0]


def path_of(hashes: list[bytes], at: int) -> list[tuple[str, bytes]]:
    """The inclusion path of a leaf, from below: each sibling with its side."""
    path = []
    while len(hashes) > 1:
        if (other := at ^ 1) < len(hashes):
            path.append(("left" if other < at else "right", hashes[other]))
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        above = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs]
        hashes, at = above + hashes[len(above) * 2 :], at // 2
    return path


def blocks_of(path: Path) -> bytes:
    """What `Edition.proof_blocks` keeps of an entries.jsonl."""
    kept = bytearray()
    with path.open("rb") as file:
        offset = 0
        while lines := list(islice(file, BLOCK)):
            kept += offset.to_bytes(8, "big") + root_of([leaf_hash(line.rstrip(b"\n")) for line in lines])
            offset += sum(map(len, lines))
    return bytes(kept)


def roots_in(blocks: bytes) -> list[bytes]:
    """The roots that were kept, block by block."""
    return [bytes(blocks[at + 8 : at + _RECORD]) for at in range(0, len(blocks), _RECORD)]


def block_lines(edition: Edition, folder: Path, number: int) -> list[bytes] | None:
    """The lines of one block, without their ends; None where the file is not here or they are not as they were issued."""
    blocks = bytes(edition.proof_blocks)
    kept = blocks[number * _RECORD : (number + 1) * _RECORD]
    if not kept:
        return None
    try:
        with (folder / LINES).open("rb") as file:
            file.seek(int.from_bytes(kept[:8], "big"))
            lines = [line.rstrip(b"\n") for line in islice(file, BLOCK)]
    except OSError:
        return None
    return lines if root_of([leaf_hash(line) for line in lines]) == kept[8:] else None


def entry_at(edition: Edition, folder: Path, leaf: int) -> BundleEntry | None:
    """The entry of a line as it was issued; None where the file does not vouch for it."""
    lines = block_lines(edition, folder, leaf // BLOCK)
    return read_entry(lines[leaf % BLOCK] + b"\n") if lines is not None and leaf % BLOCK < len(lines) else None


def entries_of(edition: Edition, folder: Path) -> Iterator[tuple[int, BundleEntry]]:
    """Every entry as it was issued, with its line, as far as the file vouches for them."""
    for number in range(len(roots_in(bytes(edition.proof_blocks)))):
        for at, line in enumerate(block_lines(edition, folder, number) or ()):
            yield number * BLOCK + at, read_entry(line + b"\n")


def inclusion(edition: Edition, folder: Path, leaf: int) -> dict | None:
    """The proof that a line is part of the release, to be checked with nothing but SHA-256; None where it cannot be made."""
    lines = block_lines(edition, folder, leaf // BLOCK)
    if lines is None or leaf % BLOCK >= len(lines):
        return None
    roots = roots_in(bytes(edition.proof_blocks))
    path = path_of([leaf_hash(line) for line in lines], leaf % BLOCK) + path_of(roots, leaf // BLOCK)
    line = lines[leaf % BLOCK]
    return {
        "format": "qifeng-proof/1",
        "release": edition.number,
        "manifest": edition.manifest_digest,
        "merkle_root": edition.merkle_root,
        "entries": edition.entries_count,
        "leaf": leaf,
        "line": line.decode(),
        "leaf_hash": leaf_hash(line).hex(),
        "path": [{"side": side, "hash": each.hex()} for side, each in path],
    }


def holds(proof: dict) -> bool:
    """Whether a proof leads from its line to its root."""
    found = leaf_hash(proof["line"].encode())
    for step in proof["path"]:
        other = bytes.fromhex(step["hash"])
        found = hashlib.sha256(b"\1" + (other + found if step["side"] == "left" else found + other)).digest()
    return found.hex() == proof["merkle_root"]
