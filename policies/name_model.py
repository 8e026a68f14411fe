"""The names of persons in Chinese texts: an offline model, and the grammar of titles that corrects it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import ahocorasick_rs

from policies.name_grammar import correct, expects_names
from policies.name_tagger import NameTagger
from policies.name_words import DOUBLE_FAMILY_NAMES, FAMILY_NAMES
from policies.sentences import Refusal, Sentence

Span = tuple[int, int]

_SUMS = Path(__file__).with_name("name_model.sha256")  # as sha256sum writes them
_PACKAGE, _FOLDER = "lac", "LAC/lac_model"
_WINDOW = 240  # signs read at once; a name is not looked for across its end
_ORDINARY = 1000  # a word counted so often is an ordinary word, whatever its first sign
_WORD = 20  # and one that begins with no family name is one already when counted so often
_cut = re.compile(r"[。；;！!？?\n\r，,、：:）)》”\"]").finditer

_MISSING = Sentence(
    "人名模型不全：文件夹 {folder} 中没有 {file}。请按 requirements-model.lock 重新安装。",
    "The model of personal names is incomplete: the folder {folder} has no {file}. Install requirements-model.lock again.",
)
_CHANGED = Sentence(
    "人名模型的文件 {file}（文件夹 {folder}）与登记的校验和不符，不予使用。请按 requirements-model.lock 重新安装。",
    "The file {file} of the model of personal names (folder {folder}) differs from its checksum and is not used. "
    "Install requirements-model.lock again.",
)


def installed_folder() -> Path | None:
    """Where the model's package was installed; None: it was not. The package itself is never imported."""
    try:
        return Path(str(distribution(_PACKAGE).locate_file(_FOLDER)))
    except PackageNotFoundError:
        return None


class NameModel:
    """Finds the names of persons. `digest` says which model this is: the sha256 of the sums of its files.

    Raises Refusal where a file is missing or is not the one that the sums name.
    """

    def __init__(self, folder: Path) -> None:
        self.digest = _checked(folder)
        self.tagger = NameTagger(folder)
        self._counts = self.tagger.words
        known = [word for word in self._counts if len(word) > 1 and self._is_ordinary(word)]
        self._find_words = ahocorasick_rs.AhoCorasick(
            known, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        ).find_matches_as_indexes

    def names(self, texts: Sequence[str]) -> list[list[Span]]:
        """Start and end of each personal name in each folded text, from left to right. Any text is read; none raises."""
        found: list[list[Span]] = [[] for _ in texts]
        windows = [
            (number, start, window)
            for number, text in enumerate(texts)
            for start, window in _windows(text.encode("utf-8", "replace").decode())
            if self._may_hold_names(window)
        ]
        tagged = self.tagger.persons([window for _, _, window in windows])
        for (number, start, window), spans in zip(windows, tagged, strict=True):
            found[number].extend(
                (start + left, start + right) for left, right in correct(window, spans, self._counts)
            )
        return found

    def _is_ordinary(self, word: str) -> bool:
        if word[0] not in FAMILY_NAMES:
            return self._counts[word] >= _WORD and word not in DOUBLE_FAMILY_NAMES
        return len(word) == 2 and self._counts[word] >= _ORDINARY

    def _may_hold_names(self, text: str) -> bool:
        """Whether a family name stands in no ordinary word and before another sign, or the words speak of persons.

        Most titles hold no such sign, and the network need not read them.
        """
        if expects_names(text):
            return True
        at = 0
        for _, start, end in [*self._find_words(text), (0, len(text), len(text))]:
            for each in range(at, start):
                if (
                    text[each] in FAMILY_NAMES
                    and text[each + 1 : each + 2].isalpha()
                    and not text[each + 1].isascii()
                ):
                    return True
            at = end
        return False


def _windows(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces of at most _WINDOW signs, each with its start, cut behind a sign that no name goes across."""
    start = 0
    while len(text) - start > _WINDOW:
        piece = text[start : start + _WINDOW]
        end = max((match.end() for match in _cut(piece)), default=_WINDOW)
        yield start, piece[:end]
        start += end
    if start < len(text):
        yield start, text[start:]


def _checked(folder: Path) -> str:
    """The digest of the model, every file of which is the one named. Raises Refusal."""
    sums = _SUMS.read_bytes()
    for line in sums.decode("ascii").splitlines():
        expected, _, name = line.partition("  ")
        try:
            contents = (folder / name).read_bytes()
        except OSError:
            raise Refusal(_MISSING.filled(folder=folder, file=name)) from None
        if hashlib.sha256(contents).hexdigest() != expected:
            raise Refusal(_CHANGED.filled(folder=folder, file=name))
    return hashlib.sha256(sums).hexdigest()
