"""The root of the Merkle tree over the lines of a release (RFC 9162, section 2.1), one line after the other."""

from collections.abc import Iterable
from hashlib import sha256


class Tree:
    """The root, kept up line by line; memory holds one hash for each level. Proofs are in proofs.py."""

    def __init__(self) -> None:
        self.count = 0
        self._peaks: list[bytes] = []  # roots of the full subtrees, the largest first

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines, without their ends, as leaves."""
        peaks, count = self._peaks, self.count
        for line in lines:
            node = sha256(b"\0" + line).digest()
            full = count
            while full & 1:
                node = sha256(b"\1" + peaks.pop() + node).digest()
                full >>= 1
            peaks.append(node)
            count += 1
        self.count = count

    def root(self) -> bytes:
        """The root over what was added so far; that of no line is the hash of nothing."""
        if not self._peaks:
            return sha256().digest()
        *larger, node = self._peaks
        for peak in reversed(larger):
            node = sha256(b"\1" + peak + node).digest()
        return node
