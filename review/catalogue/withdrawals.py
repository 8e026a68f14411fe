"""Taking an opened entry out of the open catalogue, and putting it back: small documents, each loaded once.

The row of a withdrawn entry is deleted, so that no page, list, count or search can show it by mistake; it is read again
from the edition's own file when the entry is restored. The edition's files that still say the title are not served while
it is withdrawn (`withholds`): in doubt closed. What harvesters are told is a tombstone, without a title.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connections, transaction
from django.utils import timezone

from review.catalogue.bundles import BundleEntry, BundleError
from review.catalogue.headings import hide_headings
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds, Tombstone, Withdrawal
from review.catalogue.proofs import entries_of, entry_at
from review.catalogue.router import ALIAS
from review.catalogue.rows import columns_of, files_dir
from review.catalogue.writing import bodies, count, headings

FORMAT = "qifeng-withdrawal/1"
KINDS = ("withdrawn", "restored", "reclosed")
MOST_BYTES = 64 * 2**10
# The files of an edition that say no title: they are served whatever is withdrawn.
SAY_NO_TITLE = frozenset({"manifest.json", "seal.json", "closed.jsonl"})

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9A-Za-z.-]{1,24}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HELP = ("请重新取得该通知后再装载。", "Fetch the document again, then load it.")


@dataclass(frozen=True, slots=True)
class Notice:
    """A withdrawal document that was found whole."""

    number: str
    case: str
    kind: str
    release: str
    manifest: str
    fonds: str
    reference_code: str
    issued_on: date
    digest: str


def load_withdrawal(path: Path) -> Withdrawal:
    """Load the document at `path`; the same one again changes nothing.

    BundleError, with nothing changed: a document that is not whole, one whose number stands for another content, one for
    another content of its edition, or one that ends a withdrawal which was not loaded.
    """
    with path.open("rb") as file:
        return load_document(file.read(MOST_BYTES + 1))


def load_document(raw: bytes) -> Withdrawal:
    """Load a document from its bytes, as `load_withdrawal` does."""
    notice = read_document(raw)
    with transaction.atomic(using=ALIAS):
        known = Withdrawal.objects.filter(number=notice.number).first()
        if known is not None:
            if known.digest != notice.digest:
                raise BundleError(
                    f"更正 {notice.number} 已经装载，而此通知内容不同。请查明原因，以新的编号重新发出。",
                    f"Erratum {notice.number} is loaded already and this document differs from it. Find out why, and "
                    "issue it again under a new number.",
                )
            return known
        edition = Edition.objects.filter(number=notice.release).first()
        if edition is not None and edition.manifest_digest != notice.manifest:
            raise BundleError(
                f"通知 {notice.number} 所指的发布 {notice.release} 与本站装载的不是同一份。请核对两边的清单摘要。",
                f"The release {notice.release} that document {notice.number} speaks of is not the one loaded here. Compare "
                "the digests of the two manifests.",
            )
        return _apply(notice, edition)


def read_document(raw: bytes) -> Notice:
    """The document, every key of the format present, of its type, and no other. BundleError."""
    if len(raw) > MOST_BYTES:
        raise _bad("size", len(raw))
    try:
        content = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _bad("JSON", "") from error
    keys = {
        "format",
        "number",
        "case",
        "kind",
        "release",
        "manifest",
        "fonds",
        "reference_code",
        "issued_on",
        "digest",
    }
    if not isinstance(content, dict) or set(content) != keys or not all(isinstance(v, str) for v in content.values()):
        raise _bad("keys", sorted(map(str, content)) if isinstance(content, dict) else content)
    if content["format"] != FORMAT:
        raise _bad("format", content["format"])
    rest = {key: value for key, value in content.items() if key != "digest"}
    digest = hashlib.sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    if content["digest"] != digest:
        raise _bad("digest", content["digest"])
    for key in ("number", "case", "release"):
        if not _NUMBER.fullmatch(content[key]):
            raise _bad(key, content[key])
    for key, most in (("fonds", 100), ("reference_code", 200)):
        if not content[key].strip() or len(content[key]) > most or _CONTROL.search(content[key]):
            raise _bad(key, content[key])
    if content["kind"] not in KINDS or not _DIGEST.fullmatch(content["manifest"]):
        raise _bad("kind, manifest", (content["kind"], content["manifest"]))
    try:
        day = date.fromisoformat(content["issued_on"])
    except ValueError as error:
        raise _bad("issued_on", content["issued_on"]) from error
    texts = {key: value for key, value in rest.items() if key not in ("format", "issued_on")}
    return Notice(**texts, issued_on=day, digest=digest)


def _bad(place: str, value: object) -> BundleError:
    return BundleError(
        f"撤下通知的“{place}”不合格式 {FORMAT}，或在途中被改动：{str(value)[:80]}。{_HELP[0]}",
        f"In the withdrawal document, “{place}” is not as {FORMAT} has it, or was changed on its way: "
        f"{str(value)[:80]}. {_HELP[1]}",
    )


def _apply(notice: Notice, edition: Edition | None) -> Withdrawal:
    holders = _holders(notice)
    standing = Withdrawal.objects.filter(
        in_force=True, edition__in=holders, fonds=notice.fonds, reference_code=notice.reference_code
    ).first()
    if notice.kind == "withdrawn":
        if standing is not None:
            raise BundleError(
                f"条目 {notice.reference_code} 已由更正 {standing.number} 撤下。",
                f"Entry {notice.reference_code} is withdrawn already, by erratum {standing.number}.",
            )
    elif standing is None or standing.case != notice.case or standing.kind != "withdrawn":
        raise BundleError(
            f"通知 {notice.number} 了结的暂停（{notice.case}）没有装载。请先装载撤下的通知。",
            f"Document {notice.number} ends a suspension ({notice.case}) that was not loaded. Load its withdrawal first.",
        )
    else:
        standing.in_force = False
        standing.save(update_fields=["in_force"])
    row = ReleasedEntry.objects.select_related("edition").filter(
        edition__number__in=holders, fonds__code=notice.fonds, reference_code=notice.reference_code
    )
    open_row = row.first() if notice.kind != "restored" else None
    made = Withdrawal.objects.create(
        number=notice.number,
        case=notice.case,
        kind=notice.kind,
        # That of the edition which holds the entry now: one that was corrected stands for the one it corrected.
        edition=open_row.edition.number if open_row else standing.edition if standing else notice.release,
        fonds=notice.fonds,
        reference_code=notice.reference_code,
        leaf=open_row.leaf if open_row else standing.leaf if standing else None,
        issued_on=notice.issued_on,
        digest=notice.digest,
        in_force=notice.kind != "restored",
    )
    fonds = ReleasedFonds.objects.filter(code=notice.fonds).first()
    if edition is not None and fonds is not None:
        if notice.kind == "restored":
            _put_back(made, fonds)
        else:
            _take_out(made, open_row)
        count(fonds)
        hide_headings(fonds, withdrawn_titles(fonds, {open_row.public_title} if open_row else set()))
    return made


def _holders(notice: Notice) -> list[str]:
    """The edition that a document names, and those that took its place."""
    numbers = [notice.release]
    while following := Edition.objects.filter(corrects=numbers[-1]).values_list("number", flat=True).first():
        numbers.append(following)
    return numbers


def _take_out(made: Withdrawal, row: ReleasedEntry | None) -> None:
    """Delete the row and leave a tombstone; that of one closed again says so."""
    there = Tombstone.objects.filter(fonds=made.fonds, reference_code=made.reference_code)
    if row is not None:
        row.delete()
        Tombstone.objects.create(
            fonds=made.fonds,
            reference_code=made.reference_code,
            release=made.edition,
            kind=made.kind,
            changed_at=timezone.now(),
        )
    else:
        there.update(kind=made.kind, changed_at=timezone.now())


def _put_back(made: Withdrawal, fonds: ReleasedFonds) -> None:
    """The entry's row again, as its edition's own file has it."""
    edition = Edition.objects.get(number=made.edition)
    found = _issued(edition, made)
    if found is None:
        raise BundleError(
            f"发布 {edition.number} 的文件不在或已被改动，条目 {made.reference_code} 无法恢复。请重新装载该发布包。",
            f"The files of release {edition.number} are not here or were changed, so that entry {made.reference_code} "
            "cannot be put back. Load the bundle again.",
        )
    leaf, entry = found
    if not fonds.entries.filter(reference_code=made.reference_code).exists():
        columns = columns_of(
            entry,
            edition,
            fonds,
            headings(fonds).get([entry.series_title])[entry.series_title],
            bodies().get([entry.responsible_body])[entry.responsible_body] if entry.responsible_body else None,
            leaf=leaf,
            at=timezone.now(),
            terms=connections[ALIAS].vendor == "postgresql",
        )
        ReleasedEntry(**columns).save(force_insert=True)
    Tombstone.objects.filter(fonds=made.fonds, reference_code=made.reference_code).delete()


def _issued(edition: Edition, withdrawal: Withdrawal) -> tuple[int, BundleEntry] | None:
    """A withdrawn entry as it was issued, with its line; None where the edition's file does not vouch for it."""
    folder, wanted = files_dir() / edition.number, (withdrawal.fonds, withdrawal.reference_code)
    if withdrawal.leaf is not None:
        entry = entry_at(edition, folder, withdrawal.leaf)
        return (withdrawal.leaf, entry) if entry and (entry.fonds_code, entry.reference_code) == wanted else None
    for leaf, entry in entries_of(edition, folder):
        if (entry.fonds_code, entry.reference_code) == wanted:
            return leaf, entry
    return None


def withdrawn_titles(fonds: ReleasedFonds, known: set[str]) -> set[str | None]:
    """The public titles of what is withdrawn of a fonds and not opened anew, with those `known`, as the editions' own
    files have them; None in it stands for a title that cannot be read."""
    titles: set[str | None] = set(known)
    standing = list(Withdrawal.objects.filter(in_force=True, fonds=fonds.code))
    codes = [each.reference_code for each in standing]
    anew = set(fonds.entries.filter(reference_code__in=codes).values_list("reference_code", flat=True))
    editions = {each.number: each for each in Edition.objects.filter(number__in=[each.edition for each in standing])}
    for each in standing:
        if each.reference_code not in anew and each.edition in editions:
            found = _issued(editions[each.edition], each)
            titles.add(found[1].public_title if found else None)
    return titles


def withholds(edition: Edition) -> bool:
    """Whether the edition's files that say titles are not served: it was replaced, or an entry in it is withdrawn."""
    return bool(edition.superseded_by) or Withdrawal.objects.filter(edition=edition.number, in_force=True).exists()
