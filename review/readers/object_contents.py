"""What lies in an entry's folder, opened: each object with its digest, kind and pages, each page's text.

Called only when it is known whose folder it is and that objects may be attached (policies/attaching.py).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from policies.catalogue_rows import CONTROLS
from policies.sentences import Sentence
from review.readers.media_types import PDF, SUFFIXES, look_at
from review.readers.object_folders import MISSING, TEXT_FOLDER, UNREADABLE, EntryFolder, shown_name

MAX_TEXT_BYTES = 20_000_000
MAX_NAME = 255


class ObjectFile(NamedTuple):
    """One file to attach; `texts` are pairs of page (within the object, from 1) and text."""

    path: Path
    file_name: str
    media_type: str
    size: int
    digest: str
    pages: int
    texts: tuple[tuple[int, str], ...] = ()


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_folder(folder: EntryFolder) -> list[ObjectFile]:
    """The objects of a folder in order. What is wrong is added to `folder.complaints`; with an error take none of them."""
    try:
        return _read(folder)
    except OSError:
        folder.complain(None, UNREADABLE)
        return []


def _read(folder: EntryFolder) -> list[ObjectFile]:
    if not folder.objects:
        folder.complain(None, _NOTHING)
    found = [_object(folder, path) for path in folder.objects]
    digests: dict[str, str] = {}
    for file in found:
        if file.digest in digests:
            folder.complain(file.file_name, _TWICE.filled(other=digests[file.digest]))
        digests[file.digest] = file.file_name
    _check_manifest(folder, found)
    texts = _texts(folder, found)
    return [file._replace(texts=tuple(sorted(texts.get(place, ())))) for place, file in enumerate(found)]


def _object(folder: EntryFolder, path: Path) -> ObjectFile:
    name = folder.relative(path)
    seen = look_at(path)
    if seen.fault:
        folder.complain(name, seen.fault)
    elif SUFFIXES[path.suffix.lower()] != seen.media_type:
        folder.complain(name, _OTHER_KIND.filled(kind=seen.media_type), "warning")
    if shown_name(path.name) != path.name and "?" in shown_name(path.name):
        folder.complain(name, _BAD_NAME)
    if len(path.name) > MAX_NAME:
        folder.complain(name, _BAD_NAME)
    expected = (folder.expected or {}).get(name)
    pages = seen.pages
    if pages is None and not seen.fault:
        folder.complain(name, _PAGES_UNKNOWN, "warning")
        pages = expected.pages if expected else None
    return ObjectFile(path, shown_name(path.name), seen.media_type, path.stat().st_size, digest_of(path), pages or 1)


def _check_manifest(folder: EntryFolder, found: Sequence[ObjectFile]) -> None:
    """Every file of the folder against the manifest: none missing, none extra, none changed, pages as counted there."""
    if folder.expected is None:
        return
    digests = {folder.relative(file.path): file.digest for file in found}
    digests |= {folder.relative(path): digest_of(path) for path in folder.texts}
    pages = {folder.relative(file.path): file.pages for file in found}
    for name in digests.keys() - folder.expected.keys():
        folder.complain(name, _EXTRA)
    for name, expected in folder.expected.items():
        if name not in digests:
            folder.complain(name, MISSING)
        elif expected.digest and expected.digest != digests[name]:
            folder.complain(name, _CHANGED)
        elif expected.pages is not None and expected.pages != pages.get(name, expected.pages):
            folder.complain(name, _OTHER_COUNT.filled(expected=expected.pages, found=pages[name]))


def _texts(folder: EntryFolder, found: Sequence[ObjectFile]) -> dict[int, list[tuple[int, str]]]:
    """The texts by place of their object: those of one stem with it, else those of `text/` counted through the folder."""
    stems = Counter(file.path.stem for file in found)
    by_stem = {file.path.stem: place for place, file in enumerate(found)}
    pages = [(place, page) for place, file in enumerate(found) for page in range(1, file.pages + 1)]
    inside = [path for path in folder.texts if path.parent.name == TEXT_FOLDER and path.parent != folder.root]
    by_name = all(path.stem in by_stem for path in inside)
    result: dict[int, list[tuple[int, str]]] = {}
    taken: set[tuple[int, int]] = set()
    for path in folder.texts:
        text = _text(folder, path)
        if path in inside and not by_name:
            number = int(path.stem) if path.stem.isascii() and path.stem.isdecimal() and len(path.stem) < 9 else 0
            places = [(*pages[number - 1], text.rstrip("\f"))] if 0 < number <= len(pages) else []
        elif stems[path.stem] == 1:
            places = _by_page(by_stem[path.stem], found[by_stem[path.stem]], text)
        else:
            places = []
        if not places or any((place, page) in taken for place, page, _ in places):
            folder.complain(folder.relative(path), _WHOSE_TEXT)
        for place, page, part in places:
            taken.add((place, page))
            if part.strip():
                result.setdefault(place, []).append((page, part))
    return result


def _by_page(place: int, file: ObjectFile, text: str) -> list[tuple[int, int, str]]:
    """The text of one object by its pages; form feeds part the pages of a PDF. Too many parts: none."""
    parts = text.rstrip("\f").split("\f") if file.media_type == PDF or file.pages > 1 else [text.rstrip("\f")]
    if len(parts) > file.pages:
        return []
    return [(place, page, part) for page, part in enumerate(parts, 1)]


def _text(folder: EntryFolder, path: Path) -> str:
    """The text of a file; "" with a complaint where it is none."""
    if path.stat().st_size > MAX_TEXT_BYTES:
        folder.complain(folder.relative(path), _LONG_TEXT)
        return ""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        folder.complain(folder.relative(path), _NOT_UTF8)
        return ""
    if CONTROLS.search(text.replace("\f", "")):
        folder.complain(folder.relative(path), _CONTROL_SIGNS)
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n")


_NOTHING = Sentence(
    "没有可挂接的图像或 PDF。请放入文件，或删去空文件夹。",
    "No image and no PDF is here. Add the files or take the folder away.",
)
_TWICE = Sentence(
    "与“{other}”内容完全相同。请删去重复的文件；确为两页的，请重新扫描。",
    "The content is that of “{other}” to the byte. Take one away; if they are two pages, scan one again.",
)
_OTHER_KIND = Sentence(
    "内容是 {kind}，与扩展名不符；按内容挂接。",
    "The content is {kind}, other than the name says; it is taken for what it is.",
)
_BAD_NAME = Sentence(
    "文件名过长或不是 UTF-8。请改名后再挂接。", "The file name is too long or not UTF-8. Rename the file."
)
_PAGES_UNKNOWN = Sentence(
    "无法数出此 PDF 的页数（加密或结构特殊）；清单未写页数的按 1 页计。",
    "The pages of this PDF cannot be counted (encrypted or of an odd build); without a manifest it counts as one page.",
)
_EXTRA = Sentence(
    "清单中没有此文件。请补入清单，或把文件移出。", "The manifest does not list this file. List it or take it away."
)
_CHANGED = Sentence(
    "内容与清单所记的摘要不符：文件被改动或复制有误。请重新复制。",
    "The content is not the one whose digest the manifest gives: it was changed or copied badly. Copy it again.",
)
_OTHER_COUNT = Sentence(
    "清单记 {expected} 页，实有 {found} 页。请核对文件或改正清单。",
    "The manifest says {expected} pages, {found} are there. Check the file or correct the manifest.",
)
_WHOSE_TEXT = Sentence(
    "看不出是哪一页的文本。txt 应与图像同名，或放在 text 文件夹内以页码命名；PDF 各页以换页符分开，不多于其页数。",
    "Whose text this is cannot be told. A .txt has the name of its image, or lies in “text” named by its page number; "
    "the pages of a PDF are parted by form feeds, no more than it has.",
)
_LONG_TEXT = Sentence("文本超过 20 MB。请按页分开。", "The text is larger than 20 MB. Give it page by page.")
_NOT_UTF8 = Sentence("不是 UTF-8 文本。请另存为 UTF-8。", "This is not UTF-8 text. Save it as UTF-8.")
_CONTROL_SIGNS = Sentence(
    "文本中有不可见的控制字符。请删去后再挂接。", "The text has invisible control signs. Remove them, then attach it."
)
