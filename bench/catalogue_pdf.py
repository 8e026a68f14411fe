"""The open catalogue as PDF at scale: time, memory of all processes, growth; beside it, in the same run, what others do.

Beside it: one WeasyPrint table of five columns (HarfBuzz subsetting where it is installed) over as many rows as it can do, and
ReportLab's LongTable with Paragraph cells in the same font over a part of the same rows; both are linear at best, so that rows a
second compare. Then 1 % of the entries, in one run, are changed and the catalogue is made again from what was kept.

Run: sh script/bench catalogue_pdf, or python bench/catalogue_pdf.py [entries ...]. Each measurement is a process of its own;
its memory is sampled over it and all that it starts (shared pages counted once, PSS). Processor time tells more than the
clock where the machine does other work too.
"""

from __future__ import annotations

import html
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policies.sentences import Sentence
from review.documents.catalogue_pdf import write_catalogue
from review.documents.edition import Edition, EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.documents.printable import FONTS

SIZES = (10_000, 50_000, 190_000)
TABLE_ROWS, LONG_TABLE_ROWS = 2000, 8000
IN_A_SERIES = 100
_SUBJECTS = (
    "调整救济标准",
    "安置复员退伍军人",
    "加强防汛工作",
    "增设县级卫生院",
    "一九五八年基本建设计划",
    "整顿中小学教学秩序",
)
_KINDS = ("的通知", "的批复", "的报告", "情况的调查材料", "会议纪要及有关附件目录")
_BODIES = ("省民政局", "省人民委员会办公厅", "", "省卫生局、省财政局")


class _Made(Sequence[EditionEntry]):
    """The made-up entries `start` to `stop`, made again whenever they pass by; those of `changed` are worded otherwise."""

    def __init__(self, start: int, stop: int, changed: range) -> None:
        self.start, self.stop, self.changed = start, stop, changed

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, at: int) -> EditionEntry:  # type: ignore[override]
        return _entry(self.start + at, self.changed)

    def __iter__(self) -> Iterator[EditionEntry]:
        for n in range(self.start, self.stop):
            yield _entry(n, self.changed)


def _entry(n: int, changed: range) -> EditionEntry:
    return EditionEntry(
        f"J047-{n // 1000 + 1:03}-{n // 30 + 1:04}-{n % 30 + 1:03}",
        f"关于{_SUBJECTS[n % 6]}、{_SUBJECTS[n // 6 % 6]}{_KINDS[n // 36 % 5]}{'（更正）' if n in changed else ''}",
        _BODIES[n % 4],
        f"{1950 + n % 1000 // 40}-{n % 12 + 1:02}",
        f"{n % 40 + 1} 页",
    )


def edition_of(size: int, changed: range = range(0)) -> Edition:
    """`size` made-up entries in series of 100 at most, in one fonds; they never lie in memory together."""
    series = tuple(
        SeriesPart(f"类目 {n // IN_A_SERIES + 1}", _Made(n, min(size, n + IN_A_SERIES), changed))
        for n in range(0, size, IN_A_SERIES)
    )
    return Edition(
        number="2026-1",
        archives=Sentence("示例省档案馆", "Provincial Archives of Sample Province"),
        issued_on=date(2026, 11, 21),
        signed_off_by="—",
        signed_off_on=date(2026, 11, 21),
        ruleset_number="cn-1",
        ruleset_digest="0" * 64,
        ledger_line=1,
        ledger_digest="0" * 64,
        fonds=(FondsPart("J047", "省民政局", series),),
        counts=EditionCounts(opened=size, opened_early=0, deferred={}, referred=0, not_due=0),
        code_version="bench",
    )


def _catalogue(size: int, folder: Path, cache: Path | None) -> int:
    return write_catalogue(edition_of(size), folder, cache=cache).pages


def _changed(size: int, folder: Path, cache: Path | None) -> int:
    """One per cent of the entries, from the middle on, are worded otherwise."""
    middle = size // 2
    return write_catalogue(edition_of(size, range(middle, middle + size // 100)), folder, cache=cache).pages


def _table(size: int, folder: Path, cache: Path | None) -> int:
    from weasyprint import HTML

    face = (FONTS / "NotoSerifSC-Regular.ttf").as_uri()
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}' for cell in _cells(entry))}" for entry in edition_of(size).entries()
    )
    style = f'@font-face {{ font-family: S; src: url("{face}") }} td {{ font: 9pt/11.5pt S; vertical-align: top }}'
    document = HTML(string=f"<html lang=zh><style>{style}</style><table>{rows}</table>").render()
    document.write_pdf(folder / "table.pdf")
    return len(document.pages)


def _long_table(size: int, folder: Path, cache: Path | None) -> int:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(TTFont("S", FONTS / "NotoSerifSC-Regular.ttf"))
    style = ParagraphStyle("cell", fontName="S", fontSize=9, leading=11.5, wordWrap="CJK")
    rows = [[Paragraph(html.escape(cell), style) for cell in _cells(entry)] for entry in edition_of(size).entries()]
    document = SimpleDocTemplate(str(folder / "long.pdf"), pagesize=A4)
    document.build([LongTable(rows, colWidths=(110, 190, 80, 45, 35))])
    return document.page


def _cells(entry: EditionEntry) -> tuple[str, ...]:
    return entry.reference_code, entry.public_title, entry.responsible_body, entry.date, entry.extent


_WHAT = {"catalogue": _catalogue, "changed": _changed, "table": _table, "long table": _long_table}


def _measure(what: str, size: int, folder: Path, cache: Path | None) -> dict[str, float]:
    """Wall and processor seconds with imports of what this process was started for, pages, MB of the files."""
    started = time.monotonic()
    pages = _WHAT[what](size, folder, cache)
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": time.monotonic() - started,
        "processor": sum(one.ru_utime + one.ru_stime for one in spent),
        "pages": pages,
        "megabytes": sum(path.stat().st_size for path in folder.glob("*.pdf")) / 1e6,
    }


def _watched(what: str, size: int, folder: Path, cache: Path | None = None) -> dict[str, float]:
    """`what` measured in a process of its own, with the highest memory of it and all its children together."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = [sys.executable, __file__, "--measure", what, str(size), str(folder), str(cache or "")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        highest = 0.0
        while run.poll() is None:
            highest = max(highest, sum(map(_memory, _family(run.pid))))
            time.sleep(0.1)
        said = run.stdout.read() if run.stdout else ""
    if run.returncode:
        raise SystemExit(f"{what} of {size} failed")
    return json.loads(said) | {"peak": highest}


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        tasks = [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
        children = [
            child for task in tasks for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        ]
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _memory(pid: int) -> float:
    """MB of a process, what it shares with others divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _tell(size: int, what: str, m: dict[str, float]) -> None:
    print(
        f"{size:9,} {what:34} {m['seconds']:8.1f} {m['processor']:9.1f} {size / m['seconds']:9.0f}"
        f" {size / m['processor']:10.0f} {m['peak']:8.0f} {m['megabytes']:8.1f} {m['pages']:7.0f}",
        flush=True,
    )


def main(sizes: list[int]) -> None:
    print(
        f"{'entries':>9} {'':34} {'seconds':>8} {'processor':>9} {'rows/s':>9} {'rows/cpu s':>10} {'peak MB':>8} {'file MB':>8} {'pages':>7}"
    )
    print(f"load when it began: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as temporary:
        folder, cache = Path(temporary) / "out", Path(temporary) / "parts"
        peers = {
            "one WeasyPrint table": (TABLE_ROWS, _watched("table", TABLE_ROWS, folder)),
            "ReportLab LongTable of Paragraphs": (LONG_TABLE_ROWS, _watched("long table", LONG_TABLE_ROWS, folder)),
        }
        for name, (rows, measured) in peers.items():
            _tell(rows, name, measured)
        for size in sizes:
            shutil.rmtree(cache, ignore_errors=True)
            whole = _watched("catalogue", size, folder, cache)
            _tell(size, "catalogue", whole)
            again = _watched("changed", size, folder, cache)
            _tell(size, "  again, 1 % of the entries changed", again)
            said = [
                f"{(size / whole['seconds']) / (rows / measured['seconds']):.1f} times the rows a second of {name}"
                for name, (rows, measured) in peers.items()
            ]
            print(f"{'':9} {'; '.join(said)}; again: {again['seconds'] / whole['seconds']:.0%} of the time")
    print(f"load when it ended: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        _, _, *given = sys.argv
        print(json.dumps(_measure(given[0], int(given[1]), Path(given[2]), Path(given[3]) if given[3] else None)))
    else:
        main([int(size.replace("_", "")) for size in sys.argv[1:]] or list(SIZES))
