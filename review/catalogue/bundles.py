"""Reading a release bundle: a folder of files that a sealed manifest holds by digest. Nothing here writes to a database.

The format is `qifeng-release/2`. Whatever is not exactly as the format says is refused: a bundle is the only thing that
crosses to the public, and in doubt nothing does. Entries are read line by line; a release may hold a million.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from review.catalogue.bundle_counts import Count
from review.catalogue.bundle_lines import BundleClosed, BundleEntry, read_entry
from review.catalogue.manifests import (
    CLOSED,
    CSV,
    FORMAT,
    HELP,
    LINES,
    MANIFEST,
    MOST_MANIFEST_BYTES,
    SEAL,
    is_number,
    read_manifest,
    signed_names,
)
from review.catalogue.refusals import BundleError
from review.catalogue.seals import Seal, check_pdf, check_seal

__all__ = ["CSV", "FORMAT", "LINES", "MANIFEST", "SEAL", "Bundle", "BundleClosed", "BundleEntry", "BundleError", "check_bundle", "take_in"]  # fmt: skip

MOST_SEAL_BYTES = 2**20
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was found whole: its manifest, the digest of that, where it lies, and who sealed it."""

    manifest: dict
    manifest_digest: str
    directory: Path
    seal: Seal

    @property
    def number(self) -> str:
        return self.manifest["number"]

    def entries(self) -> Iterator[BundleEntry]:
        """The entries in printed order, read line by line."""
        with (self.directory / LINES).open("rb") as file:
            for line in file:
                yield read_entry(line)

    def closed(self) -> Iterator[BundleClosed]:
        """The deferred entries that the release lists, read line by line."""
        with (self.directory / CLOSED).open("rb") as file:
            for line in file:
                yield BundleClosed(**json.loads(line))


def take_in(source: Path, copy: Path) -> Bundle:
    """Copy the bundle in `source` to the empty folder `copy`, and read and check the copy. BundleError if it is not whole.

    The copy is what is checked: nobody can change the files between the check and their use.
    """
    for name in _names_in(source):
        (copy / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(source / name, copy / name)
    return check_bundle(copy, source.name)


def check_bundle(directory: Path, named: str, trust: Path | None = None) -> Bundle:
    """The bundle in `directory`, which came as a folder called `named`; every file and every entry of it is checked.

    `trust` is a file of root certificates, that of the settings where none is named. BundleError.
    """
    present = _names_in(directory)
    raw = _read(directory / MANIFEST, MOST_MANIFEST_BYTES)
    manifest = read_manifest(raw)
    if is_number(named) and manifest["number"] != named:
        raise BundleError(
            f"文件夹名“{named}”不是其中清单的发布编号 {manifest['number']}。请勿改名；{HELP[0]}",
            f"The folder is called “{named}”, but its manifest is that of release {manifest['number']}. Do not rename "
            f"bundles. {HELP[1]}",
        )
    digest = hashlib.sha256(raw).hexdigest()
    issued_on = date.fromisoformat(manifest["issued_on"])
    seal = check_seal(_read(directory / SEAL, MOST_SEAL_BYTES), digest, issued_on, trust or Path(settings.TRUST))
    _check_present(present, manifest, seal)
    bundle = Bundle(manifest, digest, directory, seal)
    with ThreadPoolExecutor(1) as beside:  # hashing lets the reading of the entries go on
        hashed = beside.submit(_check_files, bundle)
        try:
            Count(bundle).check()
        except BundleError:
            hashed.result()  # a file that was changed is said to be that, and not what the change did to its lines
            raise
        hashed.result()
    for name in signed_names(manifest):
        check_pdf(directory / name, manifest["files"][name]["bytes"], seal)
    return bundle


def _names_in(directory: Path) -> set[str]:
    """The files of a folder and of its two folders, all plain files."""
    if not directory.is_dir():
        raise BundleError(f"找不到发布包文件夹：{directory}。", f"There is no bundle folder at {directory}.")
    names = set()
    for path in directory.rglob("*"):
        name = path.relative_to(directory).as_posix()
        folder = path.is_dir() and not path.is_symlink() and name in ("ead3", "copies") and any(path.iterdir())
        if path.is_symlink() or not (folder or path.is_file()) or name.count("/") > 1:
            raise BundleError(
                f"发布包里有不该有的东西：{name}。{HELP[0]}",
                f"The bundle holds something that does not belong there: {name}. {HELP[1]}",
            )
        if not folder:
            names.add(name)
    for name in (MANIFEST, SEAL):
        if name not in names:
            raise _missing(name)
    return names


def _read(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        raw = file.read(most + 1)
    if len(raw) > most:
        raise _changed(path.name)
    return raw


def _check_present(present: set[str], manifest: dict, seal: Seal) -> None:
    files = set(manifest["files"])
    if missing := files - present:
        raise _missing(min(missing))
    if strange := present - files - {MANIFEST, SEAL}:
        raise BundleError(
            f"发布包里有清单没有列出的文件：{min(strange)}。{HELP[0]}",
            f"The bundle holds a file that its manifest does not list: {min(strange)}. {HELP[1]}",
        )
    if set(seal.files) != signed_names(manifest):
        raise _changed(SEAL)


def _check_files(bundle: Bundle) -> None:
    """Each file has the size and the digests of the manifest; a signed PDF up to its signature, and whole those of the seal."""
    for name, facts in bundle.manifest["files"].items():
        whole = bundle.seal.files.get(name)
        path = bundle.directory / name
        sizes = [facts["bytes"]] if whole is None else [facts["bytes"], whole["bytes"]]
        if path.stat().st_size != sizes[-1] or sizes != sorted(sizes):
            raise _changed(name)
        sha, sm3 = hashlib.sha256(), _sm3()
        with path.open("rb") as file:
            left = facts["bytes"]
            while left and (block := file.read(min(_CHUNK, left))):
                left -= len(block)
                sha.update(block)
                if sm3 is not None:
                    sm3.update(block)
            if sha.hexdigest() != facts["sha256"] or (sm3 is not None and sm3.hexdigest() != facts["sm3"]):
                raise _changed(name)
            while block := file.read(_CHUNK):
                sha.update(block)
        if whole is not None and sha.hexdigest() != whole["sha256"]:
            raise _changed(name)


def _sm3() -> "hashlib._Hash | None":
    """SM3, where this machine has it; SHA-256 vouches for the file in either case."""
    try:
        return hashlib.new("sm3")
    except ValueError:
        return None


def _missing(name: str) -> BundleError:
    return BundleError(f"发布包缺少文件 {name}。{HELP[0]}", f"The bundle lacks the file {name}. {HELP[1]}")


def _changed(name: str) -> BundleError:
    return BundleError(
        f"{name} 与 {MANIFEST} 或印章所记的字节数、摘要不符，文件已被改动或残缺。{HELP[0]}",
        f"{name} does not have the size and digests that {MANIFEST} and the seal give: it was changed or cut short. {HELP[1]}",
    )
