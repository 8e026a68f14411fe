"""Parts drawn by processes of their own, each into its file in the cache; a few parts are drawn here, without starting any.

A worker reads what to draw from its standard input and ends when that ends: it never outlives the build that started it.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from policies.sentences import Refusal, Sentence
from review.documents.catalogue_parts import draw_part, key_of, load_part, save_part

_ROOT = Path(__file__).resolve().parents[2]
_FEW = 4


def part_file(cache: Path, key: str) -> Path:
    return cache / f"{key}.part"


class Drawers:
    """Draws every part that the cache does not have yet; `drawn` is told of each part that is there, with its pages."""

    def __init__(self, cache: Path, workers: int, drawn: Callable[[int], None]) -> None:
        self._cache = cache
        self._workers = workers
        self._drawn = drawn
        self._kept: list[tuple[bytes, int]] = []
        self._queue: queue.Queue[tuple[bytes, int] | None] = queue.Queue(maxsize=2 * workers)
        self._threads: list[threading.Thread] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._failed: list[Exception] = []
        self._lock = threading.Lock()

    def want(self, spec: bytes, pages: int) -> str:
        """The part of `spec` will be in the cache after `finish`; its key."""
        key = key_of(spec)
        if load_part(part_file(self._cache, key)):
            self._tell(pages)
        elif self._threads:
            self._put((spec, pages))
        else:
            self._kept.append((spec, pages))
            if len(self._kept) > _FEW and self._workers > 1:
                self._start()
            elif len(self._kept) > _FEW:
                self._draw_kept()
        return key

    def finish(self) -> None:
        """All parts are there, or the first error is raised."""
        self._draw_kept()
        for _ in self._threads:
            self._put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        if self._failed:
            raise self._failed[0]

    def stop(self) -> None:
        """Ends the workers, whatever they are at."""
        for process in self._processes:
            process.kill()
            process.wait()

    def _tell(self, pages: int) -> None:
        with self._lock:
            self._drawn(pages)

    def _draw_kept(self) -> None:
        for spec, pages in self._kept:
            save_part(draw_part(spec), part_file(self._cache, key_of(spec)))
            self._tell(pages)
        self._kept.clear()

    def _start(self) -> None:
        environment = os.environ | {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "review.documents.catalogue_workers", str(self._cache.resolve())]
        for _ in range(self._workers):
            process = subprocess.Popen(  # noqa: S603  ourselves
                command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._processes.append(process)
            self._threads.append(threading.Thread(target=self._feed, args=(process,), daemon=True))
        for thread in self._threads:
            thread.start()
        for waiting in self._kept:
            self._put(waiting)
        self._kept.clear()

    def _put(self, waiting: tuple[bytes, int] | None) -> None:
        while not self._failed:
            try:
                self._queue.put(waiting, timeout=1)
            except queue.Full:
                continue
            return

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        """Hands one part after another to a worker."""
        try:
            with process:
                assert process.stdin and process.stdout
                while not self._failed and (waiting := self._next()) is not None:
                    spec, pages = waiting
                    process.stdin.write(len(spec).to_bytes(4, "big") + spec)
                    process.stdin.flush()
                    _heard(process.stdout.readline())
                    self._tell(pages)
        except Exception as error:
            self._failed.append(error)

    def _next(self) -> tuple[bytes, int] | None:
        while not self._failed:
            try:
                return self._queue.get(timeout=1)
            except queue.Empty:
                continue
        return None


def _heard(line: bytes) -> None:
    if not line:
        raise RuntimeError("a process that draws pages of the catalogue ended before its time")
    said = json.loads(line)
    if said and isinstance(said[0], int):
        raise OSError(*said)
    if said:
        raise Refusal(Sentence(*said))


def _work(cache: Path, wanted: BinaryIO, answers: BinaryIO) -> None:
    while head := wanted.read(4):
        spec = wanted.read(int.from_bytes(head, "big"))
        said: list[object] = []
        try:
            save_part(draw_part(spec), part_file(cache, key_of(spec)))
        except Refusal as refused:
            said = [refused.sentence.zh, refused.sentence.en]
        except OSError as error:  # a full disk, as a rule
            said = [error.errno or 0, error.strerror or str(error)]
        try:
            answers.write(json.dumps(said).encode() + b"\n")
            answers.flush()
        except BrokenPipeError:
            return  # the build was killed; the part is kept for the next one


if __name__ == "__main__":
    _work(Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
