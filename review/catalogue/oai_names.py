"""Names in OAI-PMH: the identifier of a record, and the names of sets, from codes and back without loss."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, unquote

from review.catalogue.addresses import from_segment, to_segment
from review.catalogue.outlets import namespace

# What a setSpec may hold as it is (OAI-PMH 2.0, 2.7.2); anything else is written ~HEX~, as in addresses.
_PLAIN = re.compile(r"[A-Za-z0-9\-_.!*'()]")
_WRITTEN = re.compile("~([0-9A-F]{1,6})~")


def identifier_of(fonds: str, reference_code: str) -> str:
    """oai:{this site}:{fonds}/{reference code}, with the codes as in addresses."""
    return f"oai:{namespace()}:{_quoted(fonds)}/{_quoted(reference_code)}"


def code_of(identifier: str) -> tuple[str, str] | None:
    """The fonds and the reference code that `identifier_of` wrote; None for what it never writes."""
    scheme, _, rest = identifier.partition(f"oai:{namespace()}:")
    fonds, slash, code = rest.partition("/")
    if scheme or not slash:
        return None
    try:
        codes = from_segment(unquote(fonds)), from_segment(unquote(code))
    except ValueError:
        return None
    return codes if identifier_of(*codes) == identifier else None


@lru_cache(maxsize=1_000)  # the same fonds stands in record after record
def _quoted(code: str) -> str:
    return quote(to_segment(code), safe="")


@lru_cache(maxsize=1_000)
def fonds_spec(code: str) -> str:
    """The set of a fonds."""
    return f"fonds:{''.join(sign if _PLAIN.match(sign) else f'~{ord(sign):X}~' for sign in code)}"


def edition_spec(number: str) -> str:
    """The set of a release."""
    return f"release:{number}"


def read_spec(spec: str) -> tuple[str | None, str | None] | None:
    """What a set holds: (the code of a fonds, None) or (None, the number of a release). None: there is no such name.

    The sets `fonds` and `release` hold every record: (None, None).
    """
    kind, colon, name = spec.partition(":")
    if kind not in {"fonds", "release"} or (colon and not name):
        return None
    if not colon:
        return None, None
    if kind == "release":
        return None, name
    try:
        code = _WRITTEN.sub(lambda written: chr(int(written[1], 16)), name)
    except (ValueError, OverflowError):
        return None
    return (code, None) if fonds_spec(code) == spec else None
