"""Digital objects as they are kept: whose folder a name means, where a file lies, and whether it is still what it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from policies.catalogue_rows import same_code
from policies.secrecy import still_classified
from policies.sentences import Sentence
from review.models import CLOSED, AccessStatus, BatchEntry, DigitalObject, Entry, Fonds, Opinion, RedactedCopy
from review.queries.decisions import round_of
from review.readers.object_contents import digest_of
from review.readers.object_folders import code_on_disk

_AT_ONCE = 500


def objects_dir() -> Path:
    """The folder of all kept objects."""
    return Path(settings.OBJECTS_DIR)


def kept_at(digest: str) -> Path:
    """Where the file of a digest lies: under the first two signs of its digest, named by the whole of it."""
    return objects_dir() / digest[:2] / digest


def entries_by_name(fonds: Fonds, names: Iterable[str]) -> dict[str, list[int]]:
    """The entries (by id) of a fonds that folders of these names can mean: none, one, or several where it is doubtful.

    A name is first taken as the code itself (policies.catalogue_rows.same_code), else as the code with the signs that file
    systems forbid replaced. Few queries; the codes of the fonds are gone through once at most.
    """
    names = list(names)
    found: dict[str, list[int]] = {}
    keys = {name: same_code(name) for name in names}
    exact: dict[str, int] = {}
    for first in range(0, len(names), _AT_ONCE):
        part = [keys[name] for name in names[first : first + _AT_ONCE]]
        exact |= dict(fonds.entries.filter(code_key__in=part).order_by().values_list("code_key", "pk"))
    escaped: dict[str, list[str]] = {}
    for name in names:
        if keys[name] in exact:
            found[name] = [exact[keys[name]]]
        else:
            escaped.setdefault(code_on_disk(name), []).append(name)
            found[name] = []
    if escaped:
        for pk, key in fonds.entries.order_by().values_list("pk", "code_key").iterator(chunk_size=5000):
            for name in escaped.get(code_on_disk(key), ()):
                found[name].append(pk)
    return found


def is_secret(entry: Entry, today: date) -> bool:
    """Whether an entry carries a secrecy mark whose term runs, or cannot be told to be over."""
    said = f"{entry.notes} {entry.access_condition}"
    latest = entry.latest.isoformat() if entry.latest else None
    return entry.stub or bool(
        entry.classification and still_classified(entry.classification, latest, today, said=said)
    )


def is_decided(entry: Entry) -> bool:
    """Whether an entry is open, in whole or in part, or deferred, or an opinion stands on it in the current round of its running batch."""
    if entry.access_status in (AccessStatus.OPEN, *CLOSED):
        return True
    live = BatchEntry.objects.filter(entry=entry, live=True).select_related("batch").first()
    return live is not None and Opinion.objects.filter(
        batch_entry=live, round=round_of(live.batch), standing=True
    ).exists()  # fmt: skip


class Fault(NamedTuple):
    """A kept file that is not what it was: its digest, an entry that it shows, and what is wrong."""

    digest: str
    reference_code: str
    sentence: Sentence


_GONE = Sentence("文件不在了，请从备份恢复", "the file is gone; restore it from a backup")
_CHANGED = Sentence("内容与摘要不符，请从备份恢复", "its content is not that of its digest; restore it from a backup")


def verify_kept() -> Iterator[Fault | None]:
    """Reads every kept object and redacted copy there is an entry for, once each: None for a good one, else its fault."""
    last = ""
    masters = DigitalObject.objects.order_by("digest", "pk").values_list("digest", "entry__reference_code")
    copies = RedactedCopy.objects.order_by("digest", "pk").values_list(
        "digest", "redaction__master__entry__reference_code"
    )
    for digest, code in chain(masters.iterator(chunk_size=2000), copies.iterator(chunk_size=2000)):
        if digest == last:
            continue
        last = digest
        path = kept_at(digest)
        if not path.is_file():
            yield Fault(digest, code, _GONE)
        else:
            yield None if digest_of(path) == digest else Fault(digest, code, _CHANGED)
