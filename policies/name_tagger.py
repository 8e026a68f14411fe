"""Which signs of a Chinese text a small recurrent network takes for the name of a person. Files in, numpy, no framework.

The network is the `lac_model` of LAC 2.1.2 (Baidu, Apache-2.0; Jiao, Sun and Sun, "Chinese Lexical Analysis with Deep
Bi-GRU-CRF Network", arXiv:1807.01882): a text is cut into words and signs by a list of words, each becomes a vector of
128 numbers, two layers of gated recurrent units read them in both directions, and a conditional random field chooses
the best row of labels. Only the label of persons is read here.
"""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from pathlib import Path

import ahocorasick_rs
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

Floats = NDArray[np.float32]
Span = tuple[int, int]

_WIDTH = 128  # of a word's vector, and of what each direction remembers
_LAYERS = ((0, 1), (2, 3))  # numbers of the units that read forwards and backwards
_BATCH = 96  # texts read at once
_LATIN = frozenset(string.ascii_letters + string.digits)
_HALF = np.float32(0.5)
_FAR = 8.0  # a text in which no sign's label of persons comes so near to its best label holds no person

FILES = (
    "conf/small_seg.dic",
    "conf/tag.dic",
    "conf/q2b.dic",
    "conf/word.dic",
    "model/word_emb",
    "model/crfw",
    "model/fc_4.w_0",
    "model/fc_4.b_0",
    *(f"model/{part}_{number}.{what}" for number in range(4) for part in ("fc", "gru") for what in ("w_0", "b_0")),
)


class NameTagger:
    """The network, read from the files of `FILES` in a folder; about 50 MB.

    The products of matrices are small, and threads that wait for one another would cost more than they give: each call
    computes on one thread.
    """

    def __init__(self, folder: Path) -> None:
        self.words = _words(folder / "conf/small_seg.dic")
        self._find = ahocorasick_rs.AhoCorasick([word for word in self.words if len(word) > 1])
        total = math.log(sum(self.words.values()))
        self._costs = [total - math.log(signs) if signs else 0.0 for signs in range(max(map(len, self.words)) + 1)]
        self._ids = _ids(folder)
        self._unknown = self._ids["OOV"]
        labels = {label: int(number) for number, label in _pairs(folder / "conf/tag.dic")}
        self._begins, self._goes_on = labels["PER-B"], labels["PER-I"]
        self._read_weights(folder / "model", max(labels.values()) + 1)
        self._threads = ThreadpoolController()

    def _read_weights(self, folder: Path, labels: int) -> None:
        """Weights of both directions stand one behind the other, so that one product serves both."""
        self._vectors = _floats(folder / "word_emb", -1, _WIDTH)
        self._inputs: list[tuple[Floats, Floats]] = []
        self._gates: list[Floats] = []
        self._candidates: list[Floats] = []
        for layer, pair in enumerate(_LAYERS):
            width = _WIDTH if layer == 0 else 2 * _WIDTH
            weights = [_floats(folder / f"fc_{number}.w_0", width, 3 * _WIDTH) for number in pair]
            biases = [
                _floats(folder / f"fc_{number}.b_0", 3 * _WIDTH) + _floats(folder / f"gru_{number}.b_0", 3 * _WIDTH)
                for number in pair
            ]
            self._inputs.append((np.stack(weights), np.stack(biases)[:, None, :]))
            units = [_floats(folder / f"gru_{number}.w_0", -1) for number in pair]
            ends = 2 * _WIDTH * _WIDTH
            self._gates.append(np.stack([unit[:ends].reshape(_WIDTH, 2 * _WIDTH) for unit in units]))
            self._candidates.append(np.stack([unit[ends:].reshape(_WIDTH, _WIDTH) for unit in units]))
        self._last = (_floats(folder / "fc_4.w_0", 2 * _WIDTH, labels), _floats(folder / "fc_4.b_0", labels))
        field = _floats(folder / "crfw", labels + 2, labels)
        self._first, self._end, self._moves = field[0], field[1], np.ascontiguousarray(field[2:].T)

    def persons(self, texts: Sequence[str]) -> list[list[Span]]:
        """Start and end of each run of signs labelled a person, for each text, in order. No text holds a lone surrogate."""
        read = [self._tokens(text) for text in texts]
        by_length = sorted(
            (number for number, tokens in enumerate(read) if tokens), key=lambda number: len(read[number])
        )
        found: list[list[Span]] = [[] for _ in texts]
        with self._threads.limit(limits=1, user_api="blas"):
            for at in range(0, len(by_length), _BATCH):
                numbers = by_length[at : at + _BATCH]
                ids = [[self._id(texts[number][start:end]) for start, end in read[number]] for number in numbers]
                for number, labels in zip(numbers, self._labels(ids), strict=True):
                    found[number] = self._spans(labels, read[number])
        return found

    def _id(self, token: str) -> int:
        return self._ids.get(token, self._unknown)

    def _tokens(self, text: str) -> list[Span]:
        """The text cut into the fewest known words; a word the network does not know is cut into its signs."""
        length = len(text)
        words: list[list[int]] = [[] for _ in text]
        for _, start, end in self._find.find_matches_as_indexes(text, overlapping=True):
            words[start].append(end)
        costs, best, chosen = self._costs, [0.0] * (length + 1), [0] * length
        for start in range(length - 1, -1, -1):
            least, to = costs[1] + best[start + 1], start + 1
            for end in words[start]:
                if (cost := costs[end - start] + best[end]) <= least:
                    least, to = cost, end
            best[start], chosen[start] = least, to
        tokens: list[Span] = []
        start = 0
        while start < length:
            end = chosen[start]
            if end == start + 1 and text[start] in _LATIN:
                while end < length and chosen[end] == end + 1 and text[end] in _LATIN:
                    end += 1
            if end - start == 1 or text[start:end] in self._ids:
                tokens.append((start, end))
            else:
                tokens.extend((each, each + 1) for each in range(start, end))
            start = end
        return tokens

    def _labels(self, rows: Sequence[Sequence[int]]) -> list[list[int]]:
        """The best row of labels for each row of words, the rows padded to one length; [] where no person can be."""
        lengths = np.array([len(row) for row in rows])
        ids = np.zeros((lengths.max(), len(rows)), np.int64)  # time runs down
        for number, row in enumerate(rows):
            ids[: len(row), number] = row
        steps = np.arange(len(ids))[:, None]
        turned = np.where(steps < lengths, lengths - 1 - steps, steps)  # the same row read from its end
        columns = np.arange(len(rows))
        known, where = np.unique(ids, return_inverse=True)
        where = where.reshape(ids.shape)
        weights, biases = self._inputs[0]
        inputs = self._vectors[known] @ weights + biases
        signs = self._recur((inputs[0][where], inputs[1][where[turned, columns]]), 0)
        for layer in range(1, len(_LAYERS)):
            weights, biases = self._inputs[layer]
            signs[1] = signs[1][turned, columns]
            read = np.concatenate(tuple(signs), axis=-1)
            signs = self._recur(
                (read @ weights[0] + biases[0], read[turned, columns] @ weights[1] + biases[1]), layer
            )
        signs[1] = signs[1][turned, columns]
        scores = np.concatenate(tuple(signs), axis=-1) @ self._last[0] + self._last[1]
        near = (scores[:, :, self._begins] + _FAR > scores.max(axis=2)) & (steps < lengths)
        hopeful = np.flatnonzero(near.any(axis=0))
        labels: list[list[int]] = [[] for _ in rows]
        for number, best in zip(hopeful.tolist(), self._best(scores[:, hopeful], lengths[hopeful]), strict=True):
            labels[number] = best
        return labels

    def _recur(self, inputs: tuple[Floats, Floats], layer: int) -> Floats:
        """What the gated units of a layer remember after each step: [direction, time, text, _WIDTH]."""
        gates, candidates = self._gates[layer], self._candidates[layer]
        signs = np.empty((2, *inputs[0].shape[:2], _WIDTH), np.float32)
        for forwards, now in enumerate(inputs):
            state = np.zeros((now.shape[1], _WIDTH), np.float32)
            for step in range(len(now)):
                opened = state @ gates[forwards]
                opened += now[step, :, : 2 * _WIDTH]
                opened *= _HALF
                np.tanh(opened, out=opened)  # sigmoid(x) = (tanh(x/2) + 1) / 2
                opened *= _HALF
                opened += _HALF
                candidate = (opened[:, _WIDTH:] * state) @ candidates[forwards]
                candidate += now[step, :, 2 * _WIDTH :]
                np.tanh(candidate, out=candidate)
                candidate -= state
                candidate *= opened[:, :_WIDTH]
                state = np.add(state, candidate, out=signs[forwards, step])
        return signs

    def _best(self, scores: Floats, lengths: NDArray[np.int64]) -> list[list[int]]:
        """The row of labels with the highest sum of scores and moves, for each text (Viterbi)."""
        rows = np.arange(scores.shape[1])
        if not len(rows):
            return []
        sums = scores[0] + self._first
        came = np.zeros(scores.shape, np.int64)
        came[:] = np.arange(scores.shape[2])  # past its end a row stays where it is
        for step in range(1, len(scores)):
            going = np.flatnonzero(lengths > step)
            ways = sums[going, None, :] + self._moves
            came[step, going] = best = ways.argmax(axis=2)
            sums[going] = np.take_along_axis(ways, best[..., None], 2)[..., 0] + scores[step, going]
        label = (sums + self._end).argmax(axis=1)
        labels = np.empty(scores.shape[:2], np.int64)
        for step in range(len(scores) - 1, -1, -1):
            labels[step] = label
            label = came[step, rows, label]
        return [labels[:length, number].tolist() for number, length in enumerate(lengths)]

    def _spans(self, labels: Sequence[int], tokens: Sequence[Span]) -> list[Span]:
        spans: list[Span] = []
        begun = False
        for label, (start, end) in zip(labels, tokens, strict=False):
            if begun and label == self._goes_on:
                spans[-1] = (spans[-1][0], end)
            elif label in (self._begins, self._goes_on):
                spans.append((start, end))
            begun = label in (self._begins, self._goes_on)
        return spans


def _floats(path: Path, *shape: int) -> Floats:
    """The numbers at the end of a parameter file, behind a head that says what the shape is."""
    raw = path.read_bytes()
    # The head is a count of bytes and a description; the numbers are all that follows it.
    described = int.from_bytes(raw[16:20], "little")
    return np.frombuffer(raw, np.float32, offset=20 + described).reshape(shape).copy()  # aligned, for BLAS


def _pairs(path: Path) -> list[tuple[str, str]]:
    lines = (line.partition("\t") for line in path.read_text(encoding="utf-8").split("\n"))
    return [(left, right) for left, tab, right in lines if tab]


def _words(path: Path) -> dict[str, int]:
    """The words by which texts are cut, and how often each was counted."""
    lines = (line.split(" ") for line in path.read_text(encoding="utf-8").split("\n") if line.strip())
    return {word: int(count) for word, count in lines}


def _ids(folder: Path) -> Mapping[str, int]:
    """The number of each word; full-width and upper-case signs have that of the sign they stand for."""
    ids = {word: int(number) for number, word in _pairs(folder / "conf/word.dic")}
    ids |= {sign: ids[plain] for sign, plain in _pairs(folder / "conf/q2b.dic") if plain in ids}
    return ids
