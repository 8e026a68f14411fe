"""The lines of a release: each entry and each listed closed one, exactly as the format writes them."""

import json
import re
from json.encoder import encode_basestring as _quoted
from typing import NamedTuple

from review.catalogue.manifests import CLOSED, CONTROL, DIGEST, FORMAT, GROUND, HELP, LINES, is_day
from review.catalogue.refusals import BundleError

MOST_LINE_BYTES = 2**22

_TEXT = '"([^"\\\\\x00-\x1f\x7f\ufffe\uffff]*)"'
_PLAIN = re.compile(
    rf'\{{"date":{_TEXT},"early_opening":(true|false),"extent":{_TEXT},"fonds_code":{_TEXT},"fonds_title":{_TEXT},'
    rf'"public_title":{_TEXT},"redacted_copy":{_TEXT},"reference_code":{_TEXT},"responsible_body":{_TEXT},'
    rf'"series_title":{_TEXT}\}}\n'
)


class BundleEntry(NamedTuple):
    """One entry of a release; `redacted_copy` is the SHA-256 of the copy of one that opens in part, else ""."""

    fonds_code: str
    fonds_title: str
    series_title: str
    reference_code: str
    public_title: str
    responsible_body: str
    date: str
    extent: str
    early: bool
    redacted_copy: str = ""


class BundleClosed(NamedTuple):
    """One deferred entry that a release lists; `opens_on` is an ISO date, "" where no day is known."""

    fonds_code: str
    reference_code: str
    ground: str
    opens_on: str


def _entry_of(content: dict) -> BundleEntry:
    return BundleEntry(
        content["fonds_code"], content["fonds_title"], content["series_title"], content["reference_code"],
        content["public_title"], content["responsible_body"], content["date"], content["extent"], content["early_opening"],
        content["redacted_copy"],
    )  # fmt: skip


def read_entry(line: bytes) -> BundleEntry:
    """The entry of a line that was checked before."""
    plain = _PLAIN.fullmatch(line.decode())
    return _picked(plain.groups()) if plain else _entry_of(json.loads(line))


def checked_entry(line: bytes, number: int) -> BundleEntry:
    """The entry of a line, which is the `number`th. BundleError.

    The line must be what is written for its entry: that alone says that every field is a text and that no other is there. A
    line without any sign that JSON escapes is that where it has the shape; only the others are written again and compared.
    """
    try:
        plain = _PLAIN.fullmatch(line.decode())
        if plain:
            entry = _picked(plain.groups())
        else:
            entry = _entry_of(json.loads(line))
            if _line(entry) != line or CONTROL.search("".join(entry[:8])):
                raise ValueError
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise bad_line(LINES, number, "") from error
    reference, copy = entry.reference_code, entry.redacted_copy
    if not entry.public_title.strip():
        raise bad_line(LINES, number, reference[:80])
    if not 0 < len(reference) <= 200 or not 0 < len(entry.fonds_code) <= 100 or (copy and not DIGEST.fullmatch(copy)):
        raise bad_line(LINES, number, reference[:80])
    return entry


def _picked(groups: tuple[str, ...]) -> BundleEntry:
    day, early, extent, code, title, public, copy, reference, body, series = groups
    return BundleEntry(code, title, series, reference, public, body, day, extent, early == "true", copy)


def _line(entry: BundleEntry) -> bytes:
    """The entry as a line of entries.jsonl. TypeError where a field is of another type."""
    code, title, series, reference, public, body, day, extent, early, copy = entry
    if early is not True and early is not False:
        raise TypeError("early_opening")
    return (
        f'{{"date":{_quoted(day)},"early_opening":{"true" if early else "false"},"extent":{_quoted(extent)},'
        f'"fonds_code":{_quoted(code)},"fonds_title":{_quoted(title)},"public_title":{_quoted(public)},'
        f'"redacted_copy":{_quoted(copy)},"reference_code":{_quoted(reference)},"responsible_body":{_quoted(body)},'
        f'"series_title":{_quoted(series)}}}\n'
    ).encode()


def checked_closed(line: bytes, number: int) -> BundleClosed:
    """The listed closed entry of a line, which is the `number`th. BundleError."""
    try:
        content = json.loads(line)
        closed = BundleClosed(**content)
        again = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        if again.encode() != line or CONTROL.search("".join(closed)):
            raise ValueError
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise bad_line(CLOSED, number, "") from error
    if (
        not 0 < len(closed.reference_code) <= 200
        or not 0 < len(closed.fonds_code) <= 100
        or not GROUND.fullmatch(closed.ground)
        or not (closed.opens_on == "" or is_day(closed.opens_on))
    ):
        raise bad_line(CLOSED, number, closed.reference_code[:80])
    return closed


def bad_line(name: str, number: int, value: str) -> BundleError:
    """A line that is not as the format has it, and what stands there."""
    return BundleError(
        f"{name} 第 {number} 行不合格式 {FORMAT}：{value}。{HELP[0]}",
        f"Line {number} of {name} is not as {FORMAT} has it: {value}. {HELP[1]}",
    )
