"""One spelling for finding: width, case and script are folded, and a text falls into atoms.

An atom is one Chinese character, a run of digits without the zeros before it, or a run of letters. What one types and
what stands in the catalogue meet as sequences of atoms: a word of two characters is found inside any title, 防汛 finds
《防汛》, 國 finds 国, and J47-2-113-8 finds J047-002-0113-008.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

LONGEST = 60  # signs of an atom that count

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_ATOM = re.compile(rf"[{_HAN}]|\d+|[^\W\d_{_HAN}]+")
# Characters younger than the tables of SQLite's tokeniser (Unicode 6.1), which would pass over them.
_YOUNG = re.compile("[\u312e\u312f\u4db6-\u4dbf\u9fcd-\u9fff\U0002b820-\U0003ffff]")


@cache
def _simplified() -> dict[int, str]:
    lines = (Path(__file__).parent / "simplified.txt").read_text(encoding="utf-8").splitlines()
    pairs = "".join(line for line in lines if not line.startswith("#"))
    return {ord(old): new for old, new in zip(pairs[::2], pairs[1::2], strict=True)}


def folded(text: str) -> str:
    """The text without differences of width, case and script: "ＡＢ１２國" is "ab12国"."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_simplified())


@lru_cache(maxsize=20_000)
def _folded_sign(sign: str) -> str:
    return folded(sign)


@lru_cache(maxsize=50_000)
def _atom(found: str) -> str:
    if found[0].isdigit():
        return found.lstrip("0")[:LONGEST] or "0"
    return f"0{ord(found):x}u" if len(found) == 1 and _YOUNG.match(found) else found[:LONGEST]


def atoms(text: str) -> list[str]:
    """The atoms of a text, in their order."""
    return list(map(_atom, _ATOM.findall(folded(text))))


def places(text: str) -> list[tuple[str, int, int]]:
    """The atoms of a text, each with where it begins and ends in the text as it stands."""
    signs = [_folded_sign(sign) for sign in text]
    at = [place for place, sign in enumerate(signs) for _ in sign]
    return [(_atom(found[0]), at[found.start()], at[found.end() - 1] + 1) for found in _ATOM.finditer("".join(signs))]


def code_key(code: str) -> str:
    """A reference code (档号) in its one spelling: J047-002-0113-008 and Ｊ47/2/113/8 are both "j 47 2 113 8"."""
    return " ".join(atoms(code))[:500]


# ---- old names -----------------------------------------------------------------------------------------------------


def read_names(path: Path) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Groups of names of one place or body, each name with the others of its group, as atoms.

    A line is a group, its names separated by "=": 北京 = 北平 = 顺天府. Lines that begin with # say nothing. A file that
    is not there holds no names.
    """
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return {}
    return _read_names(path, stamp)


@lru_cache(maxsize=4)
def _read_names(path: Path, stamp: int) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    names: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        if line.startswith("#"):
            continue
        group = [name for each in line.split("=") if (name := tuple(atoms(each)))]
        for name in group:
            others = names.get(name, ())
            names[name] = (*others, *(each for each in group if each != name and each not in others))
    return names
