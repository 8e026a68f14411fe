"""Whether an edition is in order: asked before any file of it is written, so that nobody signs what contradicts itself."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

from policies.grounds import DEFERRAL_GROUNDS
from policies.sentences import Refusal, Sentence
from review.documents.edition import Edition, EditionEntry
from review.documents.release_ead3 import ead3_name

MOST_CODE, MOST_FONDS_CODE, MOST_NAME = 200, 100, 200
MOST_FILE_NAME = 250  # bytes, of the finding aid that is named by the code of its fonds

_NUMBER = re.compile(r"[0-9]{4}-[1-9][0-9]{0,5}")
# What no XML file can carry, halves of signs, and what moves the pen without being seen.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def check_edition(edition: Edition) -> None:
    """An edition that is in order passes; else Refusal names what disagrees, before any file is written.

    The number must be able to name a folder; counts must agree with the entries, so that nobody signs other figures than
    those printed; every entry has a code of its own in its fonds, a title, and texts that every file can carry; each redacted
    copy is there, unchanged and used; nothing that is listed as closed is opened whole. The entries pass by once.
    """
    for number in (edition.number, edition.corrects or edition.number):
        if not _NUMBER.fullmatch(number):
            raise Refusal(_BAD_NUMBER.filled(number=_shown(number)))
    if edition.corrects == edition.number:
        raise Refusal(_CORRECTS_ITSELF.filled(number=edition.number))
    _check_names(edition)
    counts = edition.counts
    for code in counts.deferred:
        if code not in DEFERRAL_GROUNDS:
            raise Refusal(_UNKNOWN_GROUND.filled(code=code))
    opened, early, in_part, used = _check_entries(edition)
    said = (counts.opened, counts.opened_early, counts.opened_in_part)
    if (opened, early, in_part) != said or in_part > sum(counts.deferred.values()):
        raise Refusal(
            _COUNTS.filled(
                opened=opened,
                early=early,
                part=in_part,
                said=said[0],
                said_early=said[1],
                said_part=said[2],
            )
        )
    _check_copies(edition, used)


def _check_names(edition: Edition) -> None:
    """Everything but the entries that is printed by name can be printed."""
    for name in (edition.archives.zh, edition.archives.en, edition.signed_off_by, edition.ruleset_number):
        if not name.strip() or len(name) > MOST_NAME or _UNWRITABLE.search(name):
            raise Refusal(_BAD_NAME.filled(name=_shown(name), most=MOST_NAME))
    codes: set[str] = set()
    for fonds in edition.fonds:
        code = fonds.code
        if (
            not code.strip()
            or len(code) > MOST_FONDS_CODE
            or _UNWRITABLE.search(code + fonds.title)
            or len(ead3_name(code).encode()) > MOST_FILE_NAME
        ):
            raise Refusal(_BAD_FONDS.filled(code=_shown(code), most=MOST_FONDS_CODE))
        if code in codes:
            raise Refusal(_FONDS_TWICE.filled(code=code))
        codes.add(code)
        for series in fonds.series:
            if _UNWRITABLE.search(series.title):
                raise Refusal(_BAD_SERIES.filled(code=code, title=_shown(series.title)))


def _check_entries(edition: Edition) -> tuple[int, int, int, set[str]]:
    """How many entries open whole, open early and open in part, and the copies they name; each is in order."""
    whole, early, part = 0, 0, 0
    used: set[str] = set()
    # 8 bytes a code: a million codes do not lie in memory. What two codes share by chance is looked at again.
    marks, whole_marks = array("q"), array("q")
    for fonds in edition.fonds:
        for entry in fonds.entries():
            _check_entry(entry)
            mark = hash((fonds.code, entry.reference_code))
            marks.append(mark)
            early += entry.early
            if entry.copy:
                part += 1
                used.add(entry.copy)
            else:
                whole += 1
                whole_marks.append(mark)
    if suspects := _twice(marks):
        _refuse_twice(_entry_codes(edition, suspects), _TWICE)
    del marks
    _check_closed(edition, whole_marks)
    return whole, early, part, used


def _check_entry(entry: EditionEntry) -> None:
    code, title = entry.reference_code, entry.public_title
    if not title.strip() or not code.strip():
        raise Refusal(_NO_TITLE.filled(code=_shown(code), title=_shown(title)))
    if len(code) > MOST_CODE:
        raise Refusal(_LONG_CODE.filled(code=_shown(code[:MOST_CODE]), most=MOST_CODE))
    if _UNWRITABLE.search(f"{code}{title}{entry.responsible_body}{entry.date}{entry.extent}"):
        raise Refusal(_UNWRITABLE_ENTRY.filled(code=_shown(code)))


def _check_closed(edition: Edition, whole_marks: array[int]) -> None:
    """Each listed closed entry has a ground that is known, stands once, and is not one that opens whole."""
    marks = array("q")
    for closed in edition.closed:
        if closed.ground not in DEFERRAL_GROUNDS:
            raise Refusal(_UNKNOWN_GROUND.filled(code=closed.ground))
        if (
            not 0 < len(closed.reference_code.strip()) <= MOST_CODE
            or not 0 < len(closed.fonds_code.strip()) <= MOST_FONDS_CODE
            or _UNWRITABLE.search(closed.fonds_code + closed.reference_code)
        ):
            raise Refusal(_UNWRITABLE_ENTRY.filled(code=_shown(closed.reference_code)))
        marks.append(hash((closed.fonds_code, closed.reference_code)))
    if suspects := _twice(marks):
        codes = ((c.fonds_code, c.reference_code) for c in edition.closed)
        _refuse_twice((each for each in codes if hash(each) in suspects), _CLOSED_TWICE)
    whole_marks.extend(marks)
    if suspects := _twice(whole_marks):
        closed_codes = {(c.fonds_code, c.reference_code) for c in edition.closed} if suspects else set()
        for fonds_code, code in _entry_codes(edition, suspects, whole_only=True):
            if (fonds_code, code) in closed_codes:
                raise Refusal(_OPEN_AND_CLOSED.filled(code=code))


def _check_copies(edition: Edition, used: set[str]) -> None:
    """The copies that entries name are those at hand, and each is the very file that its digest names."""
    if strange := used ^ set(edition.copies):
        raise Refusal((_NO_COPY if min(strange) in used else _UNUSED_COPY).filled(digest=_shown(min(strange))))
    for digest, path in sorted(edition.copies.items()):
        try:
            with path.open("rb") as file:
                whole = file.read(5) == b"%PDF-"
                file.seek(0)
                whole = whole and hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError as error:
            raise Refusal(_UNREADABLE_COPY.filled(digest=digest, why=error.strerror)) from error
        if not whole:
            raise Refusal(_CHANGED_COPY.filled(digest=digest, path=Path(path).name))


def _twice(marks: array[int]) -> set[int]:
    """The marks that come more than once."""
    import numpy as np  # noqa: PLC0415  slow to import, and only who publishes needs it

    ordered = np.sort(np.frombuffer(marks, dtype=np.int64)) if marks else np.empty(0, dtype=np.int64)
    return set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())


def _entry_codes(edition: Edition, suspects: set[int], *, whole_only: bool = False) -> Iterator[tuple[str, str]]:
    for fonds in edition.fonds:
        for entry in fonds.entries():
            code = (fonds.code, entry.reference_code)
            if hash(code) in suspects and not (whole_only and entry.copy):
                yield code


def _refuse_twice(codes: Iterable[tuple[str, str]], sentence: Sentence) -> None:
    seen: set[tuple[str, str]] = set()
    for code in codes:
        if code in seen:
            raise Refusal(sentence.filled(code=code[1]))
        seen.add(code)


def _shown(text: str) -> str:
    """A text that may be anything, as it can stand in a message."""
    return text[:80].encode("utf-8", "replace").decode() + ("…" if len(text) > 80 else "")


_BAD_NUMBER = Sentence(
    "发布编号“{number}”不合规范：应为年份加顺序号，例如 2026-1。",
    "The release number “{number}” is not in order: a year and a serial number are expected, such as 2026-1.",
)
_CORRECTS_ITSELF = Sentence(
    "发布 {number} 不能更正它自己。",
    "Release {number} cannot correct itself.",
)
_BAD_NAME = Sentence(
    "名称“{name}”为空、超过 {most} 字或者含有控制字符，不能印入目录，请先更正。",
    "The name “{name}” is empty, longer than {most} signs or holds control characters; correct it first.",
)
_BAD_FONDS = Sentence(
    "全宗“{code}”的代码为空、过长（最多 {most} 字）或者代码、名称含有控制字符，请先更正。",
    "The fonds “{code}” has no code, one that is too long (at most {most} signs), or a control character in its code or "
    "title; correct it first.",
)
_FONDS_TWICE = Sentence(
    "全宗 {code} 在目录中出现两次，应合为一处。",
    "Fonds {code} stands in the catalogue twice; it should stand once.",
)
_BAD_SERIES = Sentence(
    "全宗 {code} 的类目“{title}”含有控制字符或残缺的字符，请先更正。",
    "The series “{title}” of fonds {code} holds control characters or broken ones; correct it first.",
)
_COUNTS = Sentence(
    "统计数与条目不符：目录列有 {opened} 条（其中提前开放 {early} 条），另部分开放 {part} 条；统计数为 {said} 条"
    "（其中提前开放 {said_early} 条），另部分开放 {said_part} 条。请重新汇总后再发布。",
    "The counts disagree with the entries: the catalogue lists {opened} ({early} opened early) and {part} in part, the counts "
    "say {said} ({said_early} opened early) and {said_part} in part. Count again before releasing.",
)
_UNKNOWN_GROUND = Sentence(
    "延期依据“{code}”不在依据表中，请改用表中的代码。",
    "The ground “{code}” is not in the table of grounds; use a code of that table.",
)
_NO_TITLE = Sentence(
    "条目“{code}”（公开题名“{title}”）缺档号或者公开题名，不能列入目录，请先补全。",
    "The entry “{code}” (public title “{title}”) lacks its code or its public title and cannot be listed; complete it first.",
)
_LONG_CODE = Sentence(
    "档号“{code}”超过 {most} 字，不能列入目录，请先更正。",
    "The reference code “{code}” is longer than {most} signs and cannot be listed; correct it first.",
)
_UNWRITABLE_ENTRY = Sentence(
    "条目“{code}”含有控制字符或者残缺的字符编码，无法写入文件，请更正该条目后重试。",
    "The entry “{code}” holds a control character or a broken character code that no file can carry; correct it first.",
)
_TWICE = Sentence(
    "档号“{code}”在目录中出现两次，请先更正。",
    "The reference code “{code}” stands in the catalogue twice; correct it first.",
)
_CLOSED_TWICE = Sentence(
    "档号“{code}”在延期清单中出现两次，请先更正。",
    "The reference code “{code}” stands twice in the list of closed entries; correct it first.",
)
_OPEN_AND_CLOSED = Sentence(
    "档号“{code}”既列为开放又列为延期，请先更正。",
    "The reference code “{code}” is listed both as open and as closed; correct it first.",
)
_NO_COPY = Sentence(
    "部分开放的条目所指的遮盖复制件（{digest}）没有随附，请重新汇总后再发布。",
    "The redacted copy {digest}, which an entry names, is not at hand. Prepare the release again.",
)
_UNUSED_COPY = Sentence(
    "遮盖复制件（{digest}）不属于任何条目，不能放入发布包。",
    "The redacted copy {digest} belongs to no entry and cannot go into the bundle.",
)
_UNREADABLE_COPY = Sentence(
    "遮盖复制件（{digest}）读不出来：{why}。",
    "The redacted copy {digest} cannot be read: {why}.",
)
_CHANGED_COPY = Sentence(
    "遮盖复制件 {path} 与核验时的摘要（{digest}）不符，不能公布。请重新制作并核验。",
    "The redacted copy {path} is not the file that was verified ({digest}) and cannot be published. Make and verify it again.",
)
