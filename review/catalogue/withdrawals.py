"""Taking an opened entry out of the open catalogue, and putting it back: small documents, each loaded once.

The row of a withdrawn entry is deleted, so that no page, list, count or search can show it by mistake; it is read again
from the edition's own file when the entry is restored. The edition's PDF and CSV, which still say the title, are not
served while it is withdrawn (views.release_file): in doubt closed.
"""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from review.catalogue.bundles import CSV, BundleEntry, BundleError, read_entries
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds, Withdrawal
from review.catalogue.router import ALIAS
from review.catalogue.rows import files_dir, row_of, search_text
from review.catalogue.searching import folded

FORMAT = "qifeng-withdrawal/1"
HIDDEN = "[题名不公布]"
KINDS = ("withdrawn", "restored", "reclosed")
MOST_BYTES = 64 * 2**10
LONG = 8  # a title of fewer signs may be part of a heading by chance; it is hidden where it is the whole of a part

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
    standing = Withdrawal.objects.filter(
        in_force=True, edition=notice.release, fonds=notice.fonds, reference_code=notice.reference_code
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
    made = Withdrawal.objects.create(
        number=notice.number,
        case=notice.case,
        kind=notice.kind,
        edition=notice.release,
        fonds=notice.fonds,
        reference_code=notice.reference_code,
        issued_on=notice.issued_on,
        digest=notice.digest,
        in_force=notice.kind != "restored",
    )
    fonds = ReleasedFonds.objects.filter(code=notice.fonds).first()
    if edition is not None and fonds is not None:
        titles: set[str] = set()
        if notice.kind == "restored":
            _put_back(edition, fonds, notice.reference_code)
        else:
            rows = edition.entries.filter(fonds=fonds, reference_code=notice.reference_code)
            titles = set(rows.values_list("public_title", flat=True))
            rows.delete()
        hide_headings(fonds, titles)
    return made


def _put_back(edition: Edition, fonds: ReleasedFonds, reference_code: str) -> None:
    """The entry's row again, as its edition's own file has it."""
    for place, entry in enumerate(_entries_of(edition), start=1):
        if (entry.fonds_code, entry.reference_code) == (fonds.code, reference_code):
            row_of(edition, fonds, place, entry).save(force_insert=True)
            return
    raise BundleError(
        f"发布 {edition.number} 的文件不在或已被改动，条目 {reference_code} 无法恢复。请重新装载该发布包。",
        f"The files of release {edition.number} are not here or were changed, so that entry {reference_code} cannot be "
        "put back. Load the bundle again.",
    )


def hide_headings(fonds: ReleasedFonds, titles: Collection[str] = ()) -> None:
    """Headings say no title of a withdrawn file (案卷) that others lie in; those that said one before say it again.

    `titles`: what is known to be withdrawn besides what the editions' files say. Where an edition's files are not here,
    a heading may only come to say less.
    """
    hidden = set(titles) | _withdrawn_titles(fonds)
    headings = fonds.entries.order_by().values_list("series_title", flat=True).distinct()
    doubtful = [each for each in headings if HIDDEN in each or shown_heading(each, hidden) != each]
    changed: list[ReleasedEntry] = []
    issued: dict[int, tuple[BundleEntry, ...]] = {}
    for row in fonds.entries.filter(series_title__in=doubtful).select_related("edition"):
        if row.edition_id not in issued:
            issued[row.edition_id] = _entries_of(row.edition)
        entries = issued[row.edition_id]
        original = entries[row.position - 1].series_title if entries else row.series_title
        heading = shown_heading(original, hidden)
        if heading != row.series_title:
            row.series_title = heading
            row.search_text = search_text(row)
            changed.append(row)
    ReleasedEntry.objects.bulk_update(changed, ["series_title", "search_text"], batch_size=300)


def shown_heading(heading: str, titles: Collection[str]) -> str:
    """A heading, any title of a withdrawn entry in it hidden: a part that is one, and a longer one anywhere in it."""
    for title in sorted(titles, key=len, reverse=True):
        if len(title) >= LONG:
            heading = heading.replace(title, HIDDEN)
    same = {_folded(title) for title in titles}
    return " / ".join(HIDDEN if _folded(part) in same else part for part in heading.split(" / "))


def _folded(text: str) -> str:
    return "".join(folded(text).split())


def _withdrawn_titles(fonds: ReleasedFonds) -> set[str]:
    """The public titles of what is withdrawn of a fonds and not opened anew, as the editions' own files have them."""
    codes: dict[str, set[str]] = {}
    standing = Withdrawal.objects.filter(in_force=True, fonds=fonds.code)
    for edition, code in standing.values_list("edition", "reference_code"):
        codes.setdefault(edition, set()).add(code)
    every = set().union(*codes.values())
    anew = set(fonds.entries.filter(reference_code__in=every).values_list("reference_code", flat=True))
    return {
        entry.public_title
        for edition in Edition.objects.filter(number__in=codes)
        for entry in _entries_of(edition)
        if entry.fonds_code == fonds.code and entry.reference_code in codes[edition.number] - anew
    }


def _entries_of(edition: Edition) -> tuple[BundleEntry, ...]:
    """The entries of an edition as they were issued; none where its file is not here unchanged."""
    path = files_dir() / edition.number / CSV
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != edition.files[CSV]["sha256"]:
        return ()
    return tuple(read_entries(path))
