"""A bundle that came as one .zip: unpacked into a folder of its own, and nothing outside it."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from review.catalogue.bundles import BundleError

MOST_BYTES = 20 * 2**30
MOST_FILES = 100_000
_PIECE = 1 << 20


def unpacked(source: Path, aside: Path) -> Path:
    """The folder of a bundle: `source` itself, or where it is a .zip, what it holds, unpacked under `aside`.

    BundleError for a .zip that is damaged, holds a link, a name that leaves its folder or stands twice, or is beyond all
    measure. The files may lie in it by themselves or in one folder.
    """
    if source.suffix.lower() != ".zip" or not source.is_file():
        return source
    target = aside / "unpacked" / source.stem
    try:
        with zipfile.ZipFile(source) as packed:
            members = [each for each in packed.infolist() if not each.is_dir()]
            _check(members)
            for each in members:
                path = target / each.filename
                path.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(each) as file, path.open("xb") as out:
                    left = each.file_size
                    while piece := file.read(min(_PIECE, left + 1)):
                        left -= len(piece)
                        if left < 0:
                            raise _bad(each.filename)
                        out.write(piece)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, FileExistsError, ValueError) as error:
        raise _bad(str(error)[:80]) from error
    inside = list(target.iterdir())
    # In one folder of its own, or by themselves in a .zip named by the release.
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else target


def _check(members: list[zipfile.ZipInfo]) -> None:
    names = [each.filename for each in members]
    if len(members) > MOST_FILES or sum(each.file_size for each in members) > MOST_BYTES or not members:
        raise _bad(f"{len(members)}")
    if len(set(names)) != len(names):
        raise _bad("twice")
    for each in members:
        path = PurePosixPath(each.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in each.filename or ":" in each.filename:
            raise _bad(each.filename)
        if stat.S_ISLNK(each.external_attr >> 16) or each.flag_bits & 1:
            raise _bad(each.filename)


def _bad(what: str) -> BundleError:
    return BundleError(
        f"压缩包已损坏，或含有不应有的内容：{what}。请重新取得完整的发布包后再装载。",
        f"The .zip is damaged or holds what does not belong there: {what}. Fetch the whole bundle again, then load it.",
    )
