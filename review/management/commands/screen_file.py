"""manage.py screen_file FILE --ruleset ID --out FINDINGS.jsonl: a file screened by itself, without a database."""

import argparse
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from pathlib import Path
from signal import SIGINT
from time import perf_counter

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.outcomes import OUTCOME_NAMES
from policies.rules import Ruleset
from policies.rulesets import FOLDER as SHIPPED
from policies.rulesets import SUMS, files_of, load_ruleset, read_ruleset, shipped
from policies.screening import Screener
from policies.sentences import Refusal, Sentence
from review.jobs.file_screening import FileScreener, Screened, screen_file
from review.jobs.terminal import progress_bar
from review.queries.rules import compiled

UNREADABLE = 2  # exit code: nothing was written. 1: some rows were refused


class Command(BaseCommand):
    help = (
        "Screen a file (CSV, xlsx, xls, ods, JSON Lines) with a ruleset, without a database: docs/screening-files.md"
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        rules = parser.add_mutually_exclusive_group(required=True)
        rules.add_argument(
            "--ruleset", metavar="ID", help="cn-1; or cn, its newest adopted one: " + ", ".join(shipped())
        )
        rules.add_argument("--folder", type=Path, metavar="DIR", help="a ruleset in a folder of its own, as a draft")
        parser.add_argument("--out", type=Path, required=True, metavar="FINDINGS.jsonl")
        parser.add_argument("--workers", type=_count, default=1, metavar="N", help="processes that screen (1)")
        parser.add_argument("--today", type=_day, metavar="YYYY-MM-DD", help="the day terms are counted to (today)")
        parser.add_argument("--fonds", default="", metavar="CODE", help="the fonds of records that name none")
        parser.add_argument("--without-names", action="store_true", help="screen although no name model is installed")

    def handle(self, *args, **options):
        path, out, today = options["file"], options["out"], options["today"] or timezone.localdate()
        begun = perf_counter()
        try:
            if out.exists() and path.exists() and out.samefile(path):
                raise Refusal(_SAME_FILE)
            ruleset = read_ruleset(options["folder"]) if options["folder"] else _ruleset(options["ruleset"])

            def make() -> FileScreener:
                return FileScreener(_screener(ruleset, options["without_names"]), today, options["fonds"])

            without_names = make().screener.without_names  # refuses here what each process would
            with progress_bar("筛查 Screening") as draw:
                total, warnings = screen_file(path, out, make, workers=options["workers"], draw=draw)
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=UNREADABLE) from refusal
        except OSError as error:
            raise CommandError(
                f"无法写入或读取“{error.filename}”：{error.strerror}。 Cannot write or read {error.filename}: {error.strerror}.",
                returncode=UNREADABLE,
            ) from error
        except BrokenProcessPool as error:
            raise CommandError(str(_BROKEN), returncode=UNREADABLE) from error
        except KeyboardInterrupt:
            raise CommandError(str(_STOPPED), returncode=128 + SIGINT) from None
        if total.unknown:
            warnings.append(_UNKNOWN.filled(keys="、".join(sorted(total.unknown)[:30])))
        if without_names:
            warnings.append(_WITHOUT_NAMES)
        self._say(total, warnings, ruleset, perf_counter() - begun)
        self.stdout.write(str(out))
        if total.refused:
            raise CommandError(str(_REFUSED.filled(count=total.refused)))

    def _say(self, total: Screened, warnings: list[Sentence], ruleset: Ruleset, seconds: float) -> None:
        for warning in warnings:
            self.stderr.write(f"! {warning}")
        self.stdout.write(
            f"规则集 {ruleset.number}：{total.rows} 行，拒收 {total.refused} 行，{seconds:.1f} 秒，每秒 {total.rows / seconds:.0f} 行。 "
            f"Ruleset {ruleset.number}: {total.rows} rows, {total.refused} refused, {seconds:.1f} s, "
            f"{total.rows / seconds:.0f} rows/s."
        )
        for suggestion, count in sorted(total.suggestions.items()):
            self.stdout.write(f"  {count:>9}  {OUTCOME_NAMES[suggestion]}")
        for rule, count in sorted(total.rules.items()):
            self.stdout.write(f"  {count:>9}  {rule} {ruleset.by_id[rule].title.value}")


def _ruleset(wanted: str) -> Ruleset:
    """The shipped ruleset of that number, or the newest adopted one of that profile; or the one in that folder."""
    numbers = shipped()
    if wanted in numbers:
        return load_ruleset(wanted)
    # The sums are what an adopted ruleset has and a draft has not.
    of_profile = [n for n in numbers if n.startswith(f"{wanted}-") and SUMS in files_of(SHIPPED / n)]
    if of_profile:
        return load_ruleset(of_profile[-1])
    if Path(wanted).is_dir():
        return read_ruleset(Path(wanted))
    raise Refusal(_NO_RULESET.filled(wanted=wanted, known="、".join(numbers)))


def _screener(ruleset: Ruleset, without_names: bool) -> Screener:
    try:
        return compiled(ruleset, without_names=without_names)
    except Refusal as refusal:  # the name model that the ruleset was made with is not installed
        why = refusal.sentence
        raise Refusal(
            Sentence(
                f"{why.zh}也可加 --without-names，不找人名。",
                f"{why.en} Or pass --without-names, and no names are looked for.",
            )
        ) from refusal


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError("1 … 64")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("YYYY-MM-DD") from None


_SAME_FILE = Sentence(
    "--out 与输入文件是同一个文件。请另取文件名。", "--out is the file that is read. Choose another name."
)
_NO_RULESET = Sentence(
    "没有规则集“{wanted}”。现有：{known}；也可给出规则集所在的文件夹。",
    "There is no ruleset “{wanted}”. There are: {known}; a folder that holds one will do as well.",
)
_REFUSED = Sentence(
    "有 {count} 行未能筛查，理由写在结果的各该行（refused）。改正后请重新筛查。",
    "{count} rows could not be screened; their lines of the result say why (refused). Correct them and screen again.",
)
_UNKNOWN = Sentence(
    "以下各键不是著录项，其文字作为附注筛查：{keys}。",
    "These keys are no fields; their texts were screened as notes: {keys}.",
)
_WITHOUT_NAMES = Sentence(
    "未用人名模型（--without-names）：以人名为据的规则未起作用。",
    "No name model was used (--without-names): the rules that look for names found nothing.",
)
_STOPPED = Sentence("已中断，未写入任何结果。", "Broken off; nothing was written.")
_BROKEN = Sentence(
    "有一个筛查进程被终止（内存不足？）。未写入任何结果。请减少 --workers 后重试。",
    "One of the screening processes was ended (out of memory?). Nothing was written. Try again with fewer --workers.",
)
