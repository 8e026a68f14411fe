"""Is this file, this entry, part of a release, unchanged, and sealed by whom: what the verification page knows."""

import re
from dataclasses import dataclass

from review.catalogue.finding import find
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFile, Withdrawal
from review.catalogue.proofs import entry_at
from review.catalogue.rows import files_dir
from review.catalogue.searching import Query, Word
from review.catalogue.spelling import atoms, code_key

MOST = 20  # answers that are shown
_DIGEST = re.compile(r"[0-9a-f]{64}")
_RELEASE = re.compile(r"\d{4}-\d{1,6}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of what was asked: files of releases, open entries, releases, and entries that were taken back."""

    files: tuple[ReleasedFile, ...] = ()
    entries: tuple[ReleasedEntry, ...] = ()
    editions: tuple[Edition, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    digest: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.files or self.entries or self.editions or self.withdrawn)


def verdict_on(asked: str) -> Verdict:
    """What is known of a digest (SHA-256, in groups or not), of a reference code in any spelling, or of a release."""
    text = asked.replace("\x00", " ").strip()
    packed = "".join(text.split()).lower().removeprefix("sha256:")
    if _DIGEST.fullmatch(packed):
        return of_digest(packed)
    if _RELEASE.fullmatch(packed):
        found = Verdict(editions=tuple(Edition.objects.filter(number=packed)))
        if found.is_known:
            return found
    return of_code(text)


def of_digest(digest: str) -> Verdict:
    """The files and releases that have this digest: of the file as it is served, or of a PDF before it was signed."""
    files = ReleasedFile.objects.select_related("edition").defer("edition__proof_blocks")
    found = {
        file.pk: file for file in [*files.filter(signed_sha256=digest)[:MOST], *files.filter(sha256=digest)[:MOST]]
    }
    editions = Edition.objects.filter(merkle_root=digest)[:MOST] if not found else ()
    return Verdict(files=tuple(found.values()), editions=tuple(editions), digest=digest)


def of_code(code: str) -> Verdict:
    """The open entries of a reference code, and those that were taken back."""
    key, word = code_key(code), tuple(atoms(code))
    if not word:
        return Verdict()
    keys = [hit.pk for hit in find(Query(words=(Word((word,)),))).hits[:200]]
    rows = ReleasedEntry.objects.select_related("fonds", "edition", "series").defer("search_text", "search_terms")
    entries = [row for row in rows.filter(pk__in=keys) if code_key(row.reference_code) == key]
    withdrawn = [
        each
        for each in Withdrawal.objects.filter(in_force=True, reference_code=code)[:MOST]
        if code_key(each.reference_code) == key
    ]
    return Verdict(entries=tuple(entries[:MOST]), withdrawn=tuple(withdrawn))


def is_as_issued(row: ReleasedEntry) -> bool:
    """Whether the row says what its line in the release says, and that line is among those the seal vouches for.

    A heading that hides the title of a withdrawn file says less than its line, and is not compared.
    """
    issued = entry_at(row.edition, files_dir() / row.edition.number, row.leaf)
    return issued is not None and (
        issued.fonds_code,
        issued.reference_code,
        issued.public_title,
        issued.responsible_body,
        issued.date,
        issued.extent,
        issued.early,
        issued.redacted_copy,
    ) == (
        row.fonds.code,
        row.reference_code,
        row.public_title,
        row.responsible_body,
        row.date,
        row.extent,
        row.early,
        row.redacted_copy,
    )
