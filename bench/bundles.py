"""Release bundles without the PDF: entries a second made and verified, and peak memory; beside bare limits in the same run.

Making (checks, every data file, digests, manifest, seal, all brought to the disk) stands beside json.dumps and a write of the same
rows, one JSON object a line. Verifying (every file, every entry, seal and certificate), by the public site's reader and by the
stand-alone script, stands beside one SHA-256 over the same bytes. Each measurement is a process of its own; the peak is that of
the process and, where it has one, of its second process. Entries come from a sequence that makes them when they are asked for.

Run: sh script/bench bundles, or python bench/bundles.py [entries ...].
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIZES = (10_000, 100_000, 1_000_000)
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
DAY = date(2026, 11, 21)


def _entries(first: int, last: int) -> Sequence[object]:
    from review.documents.edition import EditionEntry

    class Entries(Sequence):
        def __len__(self) -> int:
            return last - first

        def __getitem__(self, at: int) -> EditionEntry:  # type: ignore[override]
            n = first + at
            return EditionEntry(
                f"J047-{n // 1000 + 1:03}-{n // 30 + 1:04}-{n % 1000 + 1:04}",
                f"关于{_SUBJECTS[n % 6]}、{_SUBJECTS[n // 6 % 6]}{_KINDS[n // 36 % 5]}",
                _BODIES[n % 4],
                f"{1950 + n % 1000 // 40}-{n % 12 + 1:02}",
                f"{n % 40 + 1} 页",
            )

        def __iter__(self) -> Iterator[EditionEntry]:
            return (self[at] for at in range(len(self)))

    return Entries()


def _edition(size: int) -> object:
    """`size` made-up entries in series of 1,000 at most, in fonds of 100,000 at most."""
    from policies.sentences import Sentence
    from review.documents.edition import Edition, EditionCounts, FondsPart, SeriesPart

    fonds = []
    for begin in range(0, size, 100_000):
        end = min(begin + 100_000, size)
        series = tuple(
            SeriesPart(f"类目 {at // 1000 + 1}", _entries(at, min(at + 1000, end))) for at in range(begin, end, 1000)
        )
        fonds.append(FondsPart(f"J{begin // 100_000 + 1:03}", "省民政局", series))
    return Edition(
        number="2026-1",
        archives=Sentence("示例省档案馆", "Provincial Archives of Sample Province"),
        issued_on=DAY,
        signed_off_by="—",
        signed_off_on=DAY,
        ruleset_number="cn-1",
        ruleset_digest="0" * 64,
        ledger_line=1,
        ledger_digest="0" * 64,
        fonds=tuple(fonds),
        counts=EditionCounts(opened=size, opened_early=0, deferred={}, referred=0, not_due=0),
        code_version="bench",
    )


def _make(folder: Path, size: int) -> None:
    """All that sealing does but for the PDFs, in whose place stand two empty pages."""
    from review.documents.bundle import write_manifest, write_seal
    from review.documents.drafts import all_to_disk, draft_of
    from review.documents.edition_checks import check_edition
    from review.documents.release_data import write_data
    from review.documents.seal import load_seal, sign_pdf

    edition, seal = _edition(size), load_seal(folder / "seal/seal.p12")
    signed = ("open-catalogue.pdf", "notice.pdf")
    check_edition(edition)
    with draft_of(folder / "2026-1") as draft:
        tally = write_data(edition, draft)
        for name in signed:
            (draft / name).write_bytes((folder / "blank.pdf").read_bytes())
        write_manifest(edition, draft, tally, 1)
        for name in signed:
            sign_pdf(draft / name, seal, DAY)
        write_seal(draft, signed, seal)
        all_to_disk(draft)
        draft.rename(folder / "2026-1")


def _rows(folder: Path, size: int) -> None:
    """The entries made twice, as making goes through them twice: what of its time is the bench's own."""
    edition = _edition(size)
    for _ in range(2):
        for _entry in edition.entries():  # type: ignore[attr-defined]
            pass


def _dump(folder: Path, size: int) -> None:
    from review.documents.entries_jsonl import rows_of

    with (folder / "bare.jsonl").open("w", encoding="utf-8") as file:
        for row in rows_of(_edition(size)):
            file.write(json.dumps(row._asdict(), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read(folder: Path, size: int) -> None:
    from review.catalogue.bundles import check_bundle

    check_bundle(folder / "2026-1", "2026-1", folder / "seal/authority.pem")


def _alone(folder: Path, size: int) -> None:
    spec = importlib.util.spec_from_file_location("verify_release", ROOT / "script/verify_release.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    with redirect_stdout(io.StringIO()):
        code = script.main([str(folder / "2026-1"), "--trust", str(folder / "seal/authority.pem")])
    assert code == 0


def _hash(folder: Path, size: int) -> None:
    for path in sorted((folder / "2026-1").rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256")


_MEASURED = {
    "make": _make,
    "of it rows": _rows,
    "bare json": _dump,
    "verify": _read,
    "alone": _alone,
    "bare sha256": _hash,
}


def _cpu() -> float:
    """Seconds that this process and those that it waited for have worked: what a busy machine changes less."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _measure(what: str, folder: Path, size: int) -> dict[str, float]:
    """Seconds without imports of Django, peak MB of this process and of the largest that it started."""
    if what == "verify":
        os.environ.update(DJANGO_SETTINGS_MODULE="config.settings", QIFENG_VAR=str(folder / "var"))
        import django

        django.setup()
    started, worked = time.monotonic(), _cpu()
    _MEASURED[what](folder, size)
    seconds, worked = time.monotonic() - started, _cpu() - worked
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"seconds": seconds, "cpu": worked, "peak": peaks[0], "second": peaks[1] if what == "make" else 0.0}


def _prepare(folder: Path) -> None:
    import pikepdf

    from review.documents.demonstration_seal import demonstration_seal

    demonstration_seal(folder / "seal")
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(folder / "blank.pdf", deterministic_id=True)


def main(sizes: list[int]) -> None:
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"{'entries':>9} {'':11} {'seconds':>8} {'entries/s':>10} {'cpu s':>7} {'peak MB':>9}")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="qifeng-bench-") as aside:
            folder = Path(aside)
            _prepare(folder)
            measured = {}
            for what in _MEASURED:
                command = [sys.executable, __file__, "--measure", what, aside, str(size)]
                run = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
                measured[what] = m = json.loads(run.stdout)
                peak = f"{m['peak']:.0f}" + (f"+{m['second']:.0f}" if m["second"] else "")
                print(f"{size:9} {what:11} {m['seconds']:8.2f} {size / m['seconds']:10.0f} {m['cpu']:7.2f} {peak:>9}")
            megabytes = sum(path.stat().st_size for path in (folder / "2026-1").rglob("*") if path.is_file()) / 1e6
        seconds = {what: m["seconds"] for what, m in measured.items()}
        print(
            f"{'':9} {megabytes:.0f} MB; make / bare json {seconds['make'] / seconds['bare json']:.1f}, verify / bare sha256 "
            f"{seconds['verify'] / seconds['bare sha256']:.1f}, alone / bare sha256 {seconds['alone'] / seconds['bare sha256']:.1f}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(_measure(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))))
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
