"""The open catalogue as PDF: entries a second, peak memory, growth; beside it, in the same run, the bare peer.

The peer is WeasyPrint with the same font and one bare paragraph a row: no layout, no tags, no PDF/A, no attachment.
Run: sh script/bench catalogue_pdf, or python bench/catalogue_pdf.py [entries ...]. Each measurement is a process of its own.
"""

from __future__ import annotations

import html
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policies.sentences import Sentence
from review.documents.catalogue_pdf import write_catalogue
from review.documents.edition import Edition, EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.documents.printable import FONTS

SIZES = (1000, 2000, 4000)
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


def _edition(size: int) -> Edition:
    """`size` made-up entries in series of 100 at most, in one fonds."""
    entries = [
        EditionEntry(
            f"J047-{n // 1000 + 1:03}-{n // 30 + 1:04}-{n % 30 + 1:03}",
            f"关于{_SUBJECTS[n % 6]}、{_SUBJECTS[n // 6 % 6]}{_KINDS[n // 36 % 5]}",
            _BODIES[n % 4],
            f"{1950 + n % 1000 // 40}-{n % 12 + 1:02}",
            f"{n % 40 + 1} 页",
        )
        for n in range(size)
    ]
    series = tuple(SeriesPart(f"类目 {n // 100 + 1}", tuple(entries[n : n + 100])) for n in range(0, size, 100))
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


def _catalogue(edition: Edition, path: Path) -> None:
    write_catalogue(edition, path)


def _bare(edition: Edition, path: Path) -> None:
    from weasyprint import HTML

    face = (FONTS / "NotoSerifSC-Regular.ttf").as_uri()
    rows = "".join(
        f"<p>{html.escape(f'{e.reference_code} {e.public_title} {e.responsible_body} {e.date} {e.extent}')}</p>"
        for e in edition.entries()
    )
    style = f'@font-face {{ font-family: S; src: url("{face}") }} p {{ margin: 0; font: 9pt/11.5pt S }}'
    HTML(string=f"<html lang=zh><style>{style}</style>{rows}").write_pdf(path)


def _measure(what: str, size: int) -> dict[str, float]:
    """Seconds with imports, peak MB of the whole process, pages and MB of the file; what this process was started for."""
    edition = _edition(size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.pdf"
        started = time.monotonic()
        {"catalogue": _catalogue, "bare": _bare}[what](edition, path)
        seconds = time.monotonic() - started
        megabytes = path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak": peak, "megabytes": megabytes}


def main(sizes: list[int]) -> None:
    print(f"{'entries':>8} {'':9} {'seconds':>8} {'entries/s':>10} {'peak MB':>8} {'file MB':>8}")
    for size in sizes:
        measured = {}
        for what in ("catalogue", "bare"):
            run = subprocess.run(
                [sys.executable, __file__, "--measure", what, str(size)], capture_output=True, check=True, text=True
            )
            measured[what] = m = json.loads(run.stdout)
            print(
                f"{size:8} {what:9} {m['seconds']:8.2f} {size / m['seconds']:10.0f} {m['peak']:8.0f} {m['megabytes']:8.2f}"
            )
        ratio = measured["catalogue"]["seconds"] / measured["bare"]["seconds"]
        memory = measured["catalogue"]["peak"] / measured["bare"]["peak"]
        print(f"{'':8} catalogue / bare: {ratio:.2f} times the time, {memory:.2f} times the memory")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(_measure(sys.argv[2], int(sys.argv[3]))))
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
