"""A PDF written from its first byte to its last, object by object: nothing of it stays in memory but where each object is.

Objects are numbered before they are written, so that they can name one another. Small ones go into object streams.
Source: ISO 32000-1, 7.5.7 (object streams) and 7.5.8 (cross-reference streams).
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from pathlib import Path

_IN_A_STREAM = 200


class PdfFile:
    """The file at `path` while it is written. Object 0 is never used; every reserved number has to be filled."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()
        self._at = 0
        self._kinds = bytearray(b"\0")
        self._where = array("Q", [0])
        self._places = array("H", [65535])
        self._waiting: list[tuple[int, bytes]] = []
        self._write(b"%PDF-1.7\n%\xe5\x90\xaf\xe5\xb0\x81\n")

    def reserve(self, count: int = 1) -> int:
        """The first of `count` new numbers in a row."""
        first = len(self._kinds)
        self._kinds.extend(bytes(count))
        self._where.extend([0] * count)
        self._places.extend([0] * count)
        return first

    def put(self, number: int, body: str) -> int:
        """The object `number` is `body`, PDF syntax in ASCII."""
        self._waiting.append((number, body.encode("ascii")))
        if len(self._waiting) == _IN_A_STREAM:
            self._put_waiting()
        return number

    def add(self, body: str) -> int:
        """A new object; its number."""
        return self.put(self.reserve(), body)

    def stream(
        self, data: bytes, entries: str = "", *, number: int = 0, packed: bool = False, plain: bool = False
    ) -> int:
        """A stream; its number. `packed`: the data are compressed already; `plain`: they stay as they are."""
        if not plain:
            data = data if packed else zlib.compress(data, 6)
            entries += "/Filter/FlateDecode"
        number = number or self.reserve()
        self._whole(number, f"<<{entries}/Length {len(data)}>>stream\n".encode("ascii") + data + b"\nendstream")
        return number

    def raw_stream(self, number: int, entries: str, data: bytes) -> None:
        """A stream as another file had it, with its own filters among `entries`."""
        self._whole(number, f"<<{entries}/Length {len(data)}>>stream\n".encode("ascii") + data + b"\nendstream")

    def close(self, root: int, info: int) -> None:
        """Writes the table of objects; the identifier is made from all that was written before."""
        self._put_waiting()
        empty = [number for number, kind in enumerate(self._kinds) if number and not kind]
        if empty:
            raise AssertionError(f"objects that were named and never written: {empty[:5]}")
        number = self.reserve()
        start = self._at
        self._kinds[number], self._where[number] = 1, start
        name = self._digest.hexdigest()[:32]
        rows = bytearray()
        before = bytes(8)
        for kind, where, place in zip(self._kinds, self._where, self._places, strict=True):
            row = bytes((kind,)) + where.to_bytes(5, "big") + place.to_bytes(2, "big")
            rows.append(2)  # each row as its difference from the one above (the PNG filter "up"): a tenth of the size
            rows += bytes([(one - other) & 0xFF for one, other in zip(row, before, strict=True)])
            before = row
        data = zlib.compress(bytes(rows), 6)
        self._write(
            f"{number} 0 obj\n<</Type/XRef/Size {number + 1}/W[1 5 2]/Root {root} 0 R/Info {info} 0 R/ID[<{name}><{name}>]"
            f"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 8>>/Length {len(data)}>>stream\n".encode("ascii")
            + data
            + f"\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n".encode("ascii")
        )
        self._file.close()

    def abandon(self) -> None:
        self._file.close()

    def _put_waiting(self) -> None:
        if not self._waiting:
            return
        number = self.reserve()
        places, bodies, at = [], [], 0
        for place, (waiting, body) in enumerate(self._waiting):
            self._kinds[waiting], self._where[waiting], self._places[waiting] = 2, number, place
            places.append(f"{waiting} {at}")
            bodies.append(body)
            at += len(body) + 1
        head = " ".join(places).encode("ascii") + b"\n"
        data = zlib.compress(head + b"\n".join(bodies), 6)
        entries = f"<</Type/ObjStm/N {len(bodies)}/First {len(head)}/Filter/FlateDecode/Length {len(data)}>>"
        self._waiting.clear()
        self._whole(number, entries.encode("ascii") + b"stream\n" + data + b"\nendstream")

    def _whole(self, number: int, body: bytes) -> None:
        self._kinds[number], self._where[number] = 1, self._at
        self._write(b"%d 0 obj\n" % number + body + b"\nendobj\n")

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._at += len(content)


def text_string(text: str) -> str:
    """A text as a string of PDF."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def references(numbers: list[int]) -> str:
    return "[" + " ".join([f"{number} 0 R" for number in numbers]) + "]"
