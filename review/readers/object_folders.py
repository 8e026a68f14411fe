"""A folder of digital objects: one folder (or file) for each entry, named by its reference code.

    DIR/
      SHA256SUMS or manifest.csv      may be left out; then nothing is checked against it
      Z001-001-0001/
        1.jpg  2.jpg  10.jpg          page images and PDFs, in natural order
        1.txt                         the text of 1.jpg; of a PDF: its pages parted by form feeds
        text/0001.txt ...             or: the text of page 1, 2 ... counted through the folder
      Z001-001-0002.pdf               an entry of one file

Where a file system forbids a sign of the code, each of / \\ : * ? " < > | and · is written as _ or -.
`walk` looks at names only: whose folder it is must be known, and allowed, before `read_folder` opens a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from policies.catalogue_rows import Complaint, same_code
from policies.sentences import Refusal, Sentence
from review.readers.media_types import SUFFIXES
from review.readers.object_manifests import MANIFEST_NAMES, Expected, read_manifest

TEXT_FOLDER = "text"
_IGNORED = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
_FORBIDDEN = re.compile(r'[/\\:*?"<>|_·・•‧∙-]')
_DIGITS = re.compile(r"([0-9]+)")


@dataclass(slots=True)
class EntryFolder:
    """What stands under one name: the objects in their order, the texts, and what a manifest expects of them.

    `expected` None: there is no manifest. Its keys, like the names in complaints, are relative to `root`, with "/".
    """

    name: str
    root: Path
    objects: list[Path] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)
    expected: Mapping[str, Expected] | None = None
    complaints: list[Complaint] = field(default_factory=list)

    def relative(self, path: Path) -> str:
        return shown_name(path.relative_to(self.root).as_posix())

    def complain(self, file: str | None, sentence: Sentence, severity: str = "error") -> None:
        self.complaints.append(Complaint(None, shown_name(self.name), file, sentence, severity))


def code_on_disk(reference_code: str) -> str:
    """A reference code as a file system may hold it: signs that it forbids, and what stands for them, are one sign."""
    return _FORBIDDEN.sub("-", same_code(unicodedata.normalize("NFC", reference_code)))


def natural_order(name: str) -> tuple[tuple[tuple[int, int | str], ...], str]:
    """The key that puts 2 before 10; names that differ by case or width only keep a fixed order."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    parts = (part for part in _DIGITS.split(folded) if part)
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts), name


def shown_name(name: str) -> str:
    """A file name that can be shown and kept: composed, and without bytes that are no UTF-8."""
    return unicodedata.normalize("NFC", name).encode("utf-8", "replace").decode()


def walk(folder: Path) -> Iterator[EntryFolder]:
    """Each entry's folder in natural order, those that only a manifest names last. Only names are read, and manifests.

    Raises Refusal for a folder that is none and for a manifest that cannot be read.
    """
    if not folder.is_dir():
        raise Refusal(Sentence(f"没有文件夹“{folder}”。", f"There is no folder “{folder}”."))
    expected = _manifest_in(folder)
    paths = sorted((path for path in folder.iterdir() if not _is_ignored(path)), key=lambda p: natural_order(p.name))
    met = {name for path in paths if path.is_dir() and not path.is_symlink() for name in (path.name,)}
    for path in paths:
        if path.name in met:
            yield _of_folder(path, expected)
    files = sorted((path for path in paths if path.name not in met), key=lambda path: natural_order(path.stem))
    for stem, group in groupby(files, key=lambda path: path.stem):
        yield _of_files(folder, stem, list(group), expected)
        met |= {path.name for path in files if path.stem == stem}
    yield from _only_expected(folder, expected, {shown_name(name) for name in met})


def _of_folder(path: Path, expected: Mapping[str, Expected] | None) -> EntryFolder:
    found = EntryFolder(path.name, path)
    prefix = f"{shown_name(path.name)}/"
    listed = None
    if expected is not None:
        listed = {name.removeprefix(prefix): row for name, row in expected.items() if name.startswith(prefix)}
    try:
        own = _manifest_in(path)
    except Refusal as refusal:
        found.complain(None, refusal.sentence)
        own = None
    if own is not None:
        listed = {**(listed or {}), **own}
    found.expected = listed
    try:
        for child in sorted(path.iterdir(), key=lambda child: natural_order(child.name)):
            if not _is_ignored(child):
                _sort_in(found, child)
    except OSError:
        found.complain(None, UNREADABLE)
    return found


def _sort_in(found: EntryFolder, child: Path) -> None:
    """Put one thing of an entry's folder where it belongs, or complain of it."""
    if child.is_symlink() or not (child.is_file() or child.is_dir()):
        found.complain(found.relative(child), _LINK)
    elif child.is_dir() and child.name == TEXT_FOLDER:
        for text in sorted(child.iterdir(), key=lambda text: natural_order(text.name)):
            if text.is_file() and not text.is_symlink() and text.suffix.lower() == ".txt":
                found.texts.append(text)
            elif not _is_ignored(text):
                found.complain(found.relative(text), _NOT_HERE)
    elif child.is_dir():
        found.complain(found.relative(child), _NO_FOLDERS)
    elif child.suffix.lower() in SUFFIXES:
        found.objects.append(child)
    elif child.suffix.lower() == ".txt":
        found.texts.append(child)
    else:
        found.complain(found.relative(child), _NOT_HERE)


def _of_files(folder: Path, stem: str, files: list[Path], expected: Mapping[str, Expected] | None) -> EntryFolder:
    """An entry whose files lie in the folder of all: DIR/CODE.pdf, and CODE.txt beside it."""
    found = EntryFolder(stem, folder)
    for path in files:
        _sort_in(found, path)
    if expected is not None:
        names = {found.relative(path) for path in files}
        found.expected = {name: row for name, row in expected.items() if name in names}
    return found


def _only_expected(folder: Path, expected: Mapping[str, Expected] | None, met: set[str]) -> Iterator[EntryFolder]:
    """What a manifest lists under names that are not there."""
    missing: dict[str, list[str]] = {}
    for name in expected or ():
        if (first := name.partition("/")[0]) not in met:
            missing.setdefault(first if "/" in name else Path(first).stem, []).append(name)
    for first, names in missing.items():
        found = EntryFolder(first, folder)
        for name in names:
            found.complain(name, MISSING)
        yield found


def _manifest_in(folder: Path) -> dict[str, Expected] | None:
    """The rows of the manifests in a folder; None where there is none."""
    present = [folder / name for name in MANIFEST_NAMES if (folder / name).is_file()]
    if not present:
        return None
    rows: dict[str, Expected] = {}
    for path in present:
        for name, row in read_manifest(path).items():
            known = rows.get(name)
            if known is not None and known.digest and row.digest and known.digest != row.digest:
                raise Refusal(_TWO_DIGESTS.filled(name=name))
            rows[name] = row if known is None else Expected(row.digest or known.digest, row.pages or known.pages)
    return rows


def _is_ignored(path: Path) -> bool:
    return path.name.startswith(".") or path.name.casefold() in _IGNORED or path.name in MANIFEST_NAMES


MISSING = Sentence(
    "清单中有此文件，文件夹里没有。请补齐文件，或改正清单。",
    "The manifest lists this file, and it is not there. Add the file or correct the manifest.",
)
UNREADABLE = Sentence(
    "文件或文件夹无法读取。请检查是否还在、有无读取权限。",
    "A file or the folder cannot be read. See whether it is still there and may be read.",
)
_LINK = Sentence(
    "是链接，不是文件，不予读取。请放入文件本身。", "This is a link, and is not followed. Put the file itself here."
)
_NOT_HERE = Sentence(
    "不是可挂接的文件。应为图像（jpg、png、tif、webp）、PDF 或 txt 文本。请移出。",
    "This cannot be attached. Expected are images (jpg, png, tif, webp), PDF, or text (txt). Take it away.",
)
_NO_FOLDERS = Sentence(
    "条目文件夹内只应有名为 text 的文件夹。请把其中的文件移到条目文件夹，或另建条目文件夹。",
    "Inside an entry's folder only a folder named “text” is expected. Move its files up, or give them their own folder.",
)
_TWO_DIGESTS = Sentence(
    "两份清单对“{name}”所记的摘要不同。请核对后只留一份。",
    "Two manifests give “{name}” different digests. Keep the right one.",
)
