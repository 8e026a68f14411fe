"""How well the names of persons are found, and how fast, beside the bare network and beside the grammar alone.

    sh script/bench quality/names [--quick | --speed]

Real texts (../shared/data): ResumeNER's sentences, exact spans; titles of four governments and of laws, where a title is
flagged wrongly if what is found overlaps no name that it holds; and 219 titles of appointments and awards in which all names
were marked by hand. `--quick`: no speed; `--speed`: nothing else.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import getloadavg
from pathlib import Path

sys.path.sort(key=str(Path(__file__).resolve().parent).__eq__)  # last: its numbers.py is not Python's own
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import yaml

from bench.quality.intervals import said, wilson
from bench.quality.marked_names import (
    DATA,
    GOVERNMENTS,
    LAWS,
    ROOT,
    Find,
    compared,
    flagged_wrongly,
    found_in,
    key,
    marks,
    resume,
    titles,
)
from policies.folding import fold
from policies.name_model import NameModel, installed_folder
from policies.person_names import NameFinder, NameWords

GRAMMAR = ROOT / "policies" / "rulesets" / "cn-1" / "person-names.yaml"  # the words that the grammar alone is given


def f1(right: int, found: int, there: int) -> str:
    """F1 with its interval: that of right / (right + wrong + missed), of which F1 is a monotonous function."""
    of = found + there - right
    low, high = (2 * share / (1 + share) for share in wilson(right, of))
    return f"{2 * right / (found + there):.4f} ({low:.4f}-{high:.4f})"


def peers(model: NameModel) -> dict[str, Find]:
    """What is measured, and what it is measured beside."""
    words = NameWords.model_validate(yaml.safe_load(GRAMMAR.read_text(encoding="utf-8")))
    grammar = NameFinder(words)
    return {
        "model": model.names,
        "network alone": model.tagger.persons,
        "grammar alone": lambda texts: [grammar.names(text) for text in texts],
    }


def quality(finders: dict[str, Find]) -> None:
    print(f"{'':34}{'':15}{'precision':>26}{'recall':>26}{'F1':>26}")
    for part in ("dev", "train"):
        texts, marked = zip(*resume(part), strict=True)
        for name, find in finders.items():
            _print_compared(f"ResumeNER {part} ({len(texts)})", name, compared(found_in(find, texts), marked))
    by_key = {key(title): title for government in GOVERNMENTS for title in titles(government)}
    sample = marks("appointment_names")
    texts = [by_key[each] for each in sample]
    for name, find in finders.items():
        _print_compared(f"appointments ({len(texts)})", name, compared(found_in(find, texts), list(sample.values())))
    print(f"\n{'flagged wrongly':49}{'titles':>8}{'flagged':>9}{'wrongly':>9}  share")
    known = marks("names_in_titles")
    for government in (*GOVERNMENTS, LAWS):
        texts = titles(government)
        for name, find in finders.items():
            found = found_in(find, texts)
            wrongly = flagged_wrongly(found, [known.get(key(title), []) for title in texts])
            flagged = sum(map(bool, found))
            print(f"{government:34}{name:15}{len(texts):8}{flagged:9}{wrongly:9}  {said(wrongly, len(texts))}")


def _print_compared(what: str, name: str, counts: tuple[int, int, int]) -> None:
    right, found, there = counts
    print(f"{what:34}{name:15}{said(right, found):>26}{said(right, there):>26}{f1(*counts):>26}")


def speed(finders: dict[str, Find]) -> None:
    """Titles a second of processor time, the best of three runs: other work on the machine counts for nobody.

    In two processes at once: twice what one of them reaches beside the other; and by the clock, both together, which
    says something only where the load (runnable processes, shown) leaves both of them a core.
    """
    texts = [fold(title).text for title in titles(GOVERNMENTS[0])]
    print(f"\n{'State Council titles a second':34}{'one process':>15}{'two processes':>15}{'two, by the clock':>20}")
    for name, find in finders.items():
        load = getloadavg()[0]
        best = max(len(texts) / _seconds(find, texts) for _ in range(3))
        if name == "model":
            by_processor, by_clock = _in_two_processes(texts)
            print(f"{name:34}{best:15,.0f}{by_processor:15,.0f}{by_clock:20,.0f}   (load before: {load:.1f})")
        else:
            print(f"{name:34}{best:15,.0f}")


def _in_two_processes(texts: list[str]) -> tuple[float, float]:
    """Titles a second, by processor time and by the clock, each the best of three runs."""
    pieces = [texts[at : at + 500] for at in range(0, len(texts), 500)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_load) as pool:
        list(pool.map(_seconds_of_loaded, pieces[:8]))  # both have loaded
        used, passed = [], []
        for _ in range(3):
            began = time.perf_counter()
            used.append(sum(pool.map(_seconds_of_loaded, pieces)))
            passed.append(time.perf_counter() - began)
        return 2 * len(texts) / min(used), len(texts) / min(passed)


def _seconds(find: Find, texts: Sequence[str]) -> float:
    began = time.process_time()
    find(texts)
    return time.process_time() - began


_loaded: list[NameModel] = []


def _load() -> None:
    _loaded.append(_installed())


def _seconds_of_loaded(texts: Sequence[str]) -> float:
    return _seconds(_loaded[0].names, texts)


def _installed() -> NameModel:
    folder = installed_folder()
    if folder is None:
        sys.exit("人名模型未安装。 The model of personal names is not installed: see requirements-model.lock.")
    return NameModel(folder)


def main() -> None:
    """Print the tables."""
    if not DATA.is_dir():
        sys.exit(f"没有真实数据。 No real data at {DATA}.")
    finders = peers(_installed())
    if "--speed" not in sys.argv[1:]:
        quality(finders)
    if "--quick" not in sys.argv[1:]:
        speed(finders)


if __name__ == "__main__":
    main()
