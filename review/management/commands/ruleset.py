"""manage.py ruleset: the rulesets from the command line: listed, checked, compared, weighed, adopted, exported, replayed.

`check` and `diff` of folders and of shipped rulesets, and `crosswalk`, ask no database.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.db.models import QuerySet
from django.utils import timezone

from policies import crosswalk
from policies.rules import Ruleset
from policies.ruleset_diff import diff, render
from policies.rulesets import SUMS, load_ruleset, shipped
from policies.sentences import Refusal, Sentence
from review.management.named import draft_named, drafted, person_named, ruleset_named, run_named
from review.models import Entry, MidBatch, Person, RulesChange
from review.operations.adopting import adopt_ruleset
from review.operations.impact import record_impact
from review.operations.rescreening import rescreen_batch
from review.queries import rules
from review.queries.impact import EntryChange, impact_of
from review.queries.replaying import replay

_NO_DATABASE = Sentence(
    "数据库未应答，或尚未建表：这里只知道随软件发布的规则集。",
    "No database answers, or it has no tables yet: only the shipped rulesets are known.",
)
_UNSEEN = Sentence(
    "人名模型未安装，按人名查找的规则的样例没有试。",
    "the model of personal names is not installed: the examples of rules that find names by it were not run.",
)


class Command(BaseCommand):
    help = "List, check, compare, weigh, adopt, export and replay rulesets."
    requires_system_checks = []

    def add_arguments(self, parser):
        commands = parser.add_subparsers(dest="act", required=True)
        commands.add_parser("list", help="the rulesets there are, and the one in force")
        check = commands.add_parser(
            "check", help="load rulesets and run all their examples; without names: all shipped"
        )
        check.add_argument("what", nargs="*", metavar="FOLDER|NUMBER")
        check.add_argument("--draft", action="append", default=[], metavar="NUMBER")
        compare = commands.add_parser("diff", help="what differs between two rulesets")
        compare.add_argument("before", metavar="FOLDER|NUMBER")
        compare.add_argument("after", metavar="FOLDER|NUMBER")
        compare.add_argument("--language", choices=["zh", "en"], help="only in this language")
        impact = commands.add_parser("impact", help="what a draft or a ruleset would change in all that is held")
        impact.add_argument("what", metavar="NUMBER")
        impact.add_argument("--out", type=Path, metavar="FILE", help="the entries that change, as .csv or .jsonl")
        impact.add_argument("--by", metavar="USERNAME", help="record it for this draft, as its submission needs")
        adopt = commands.add_parser("adopt", help="put a shipped ruleset or a submitted draft in force")
        adopt.add_argument("number", nargs="?", metavar="NUMBER")
        adopt.add_argument("--draft", metavar="NUMBER")
        adopt.add_argument("--by", required=True, metavar="USERNAME", help="the policy keeper who adopts")
        adopt.add_argument("--reason", required=True)
        adopt.add_argument(
            "--midbatch",
            choices=MidBatch.values,
            help="what becomes of the running batches; needed when there are any",
        )
        go_on = commands.add_parser("rescreen", help="carry out what was chosen for running batches and not finished")
        go_on.add_argument("--by", required=True, metavar="USERNAME")
        export = commands.add_parser("export", help="write a ruleset as a folder that sha256sum -c checks")
        export.add_argument("number", metavar="NUMBER")
        export.add_argument("folder", type=Path, metavar="DIR", help="it becomes DIR/NUMBER")
        grounds = commands.add_parser(
            "crosswalk", help="the grounds of each jurisdiction and those that answer to them elsewhere, as CSV"
        )
        grounds.add_argument("--out", type=Path, metavar="FILE", help="where it goes; else it is shown")
        again = commands.add_parser("replay", help="screen a batch again as a run did, and compare")
        again.add_argument("batch", metavar="BATCH")
        again.add_argument("--run", type=int, metavar="N", help="the key of the run; else the last whole one")

    def handle(self, *args, **options):
        try:
            getattr(self, f"_{options['act']}")(options)
        except (Refusal, PermissionDenied) as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"{_NO_DATABASE} ({error})") from error

    # -- what there is

    def _list(self, options) -> None:
        try:
            in_force = rules.in_force()
            kept = list(rules.adopted_rulesets())
            drafts = list(rules.living_drafts())
        except (OperationalError, ProgrammingError):
            self.stderr.write(f"! {_NO_DATABASE}")
            in_force, kept, drafts = "", [], []
        for row in kept:
            mark = "*" if row.number == in_force else " "
            self.stdout.write(
                f"{mark} {row.number}  {row.digest[:12]}  {row.adopted_at:%Y-%m-%d}  {row.adopted_by}"
                f"  {row.title_zh} {row.title_en}"
            )
        for number in shipped():
            if number not in {row.number for row in kept}:
                mark = "*" if number == in_force else " "
                self.stdout.write(f"{mark} {number}  随软件发布 shipped")
        for draft in drafts:
            self.stdout.write(f"  {draft.number}  草案 draft: {draft.get_state_display()}  ({draft.base} →)")
        if in_force:
            self.stdout.write("* 现行 in force")

    # -- what loads, and what differs

    def _check(self, options) -> None:
        given = [(word, ruleset_named) for word in options["what"]] + [(word, drafted) for word in options["draft"]]
        wanted = given or [(number, load_ruleset) for number in shipped()]
        refused = 0
        for word, found in wanted:
            try:
                self.stdout.write(self._checked(found(word)))
            except Refusal as refusal:
                refused += 1
                self.stderr.write(f"✗ {word}: {refusal}")
        if refused:
            raise CommandError(
                f"{len(wanted)} 个规则集中有 {refused} 个不合要求。 {refused} of {len(wanted)} rulesets are refused."
            )

    def _checked(self, ruleset: Ruleset) -> str:
        """Loading ran the examples; those of names are run with their model, and its absence is said."""
        try:
            rules.check_name_examples(ruleset)
        except Refusal:
            if rules.name_model() is not None:
                raise
            self.stderr.write(f"! {ruleset.number}: {_UNSEEN}")
        count = sum(len(rule.must_match) + len(rule.must_not_match) for rule in ruleset.rules)
        return (
            f"✓ {ruleset.number}  {ruleset.digest[:12]}  规则 {len(ruleset.rules)} 条，样例 {count} 个，全部符合。"
            f" {len(ruleset.rules)} rules, {count} examples, all met."
        )

    def _diff(self, options) -> None:
        found = diff(ruleset_named(options["before"]), ruleset_named(options["after"]))
        languages = [options["language"]] if options["language"] else ["zh", "en"]
        self.stdout.write("\n".join(render(found, language) for language in languages), ending="")

    # -- what would change

    def _impact(self, options) -> None:
        old, new = rules.current_screener(), rules.compiled(ruleset_named(options["what"]))
        found = impact_of(old, new, timezone.localdate())
        changed = newly = 0
        with _impact_file(options["out"]) as write:
            while piece := list(islice(found.changes, 500)):
                changed += len(piece)
                newly += sum(change.newly_hit_open for change in piece)
                write(piece)
        self.stdout.write(
            f"{old.ruleset.number} → {new.ruleset.number}：在库条目 {found.held}，须筛查 {found.looked_at}，建议或命中有变 "
            f"{changed}，其中已开放而新被命中 {newly}。\n"
            f"{old.ruleset.number} → {new.ruleset.number}: entries held {found.held}, screened {found.looked_at}, changed "
            f"{changed}, of them open and newly hit {newly}."
        )
        if options["by"]:
            draft, by = draft_named(options["what"]), person_named(options["by"])
            record_impact(draft=draft, by=by, at=timezone.now(), today=timezone.localdate())
            self.stdout.write("已登记。 Recorded.")

    # -- what is put in force, and taken along

    def _adopt(self, options) -> None:
        if bool(options["number"]) == bool(options["draft"]):
            raise CommandError("请写明编号，或用 --draft 写明草案。 Give a number, or a draft with --draft.")
        running = rules.running_batches()
        if running and not options["midbatch"]:
            names = ", ".join(batch.number for batch in running)
            raise CommandError(
                f"有 {len(running)} 个在办批次（{names}）：请用 --midbatch 写明新规则如何适用于它们。"
                f" {len(running)} batches are running ({names}): say with --midbatch what becomes of them."
            )
        by = person_named(options["by"])
        adopted = adopt_ruleset(
            draft=draft_named(options["draft"]) if options["draft"] else None,
            number=options["number"],
            reason=options["reason"],
            by=by,
            at=timezone.now(),
            today=timezone.localdate(),
            choices=MidBatch(options["midbatch"] or MidBatch.CONTINUE),
        )
        self._rescreened(adopted.changes.all(), by)
        self.stdout.write(
            f"规则集 {adopted.number} 已采用，自此现行。摘要 {adopted.digest}。"
            f" Ruleset {adopted.number} is adopted and in force. Digest {adopted.digest}."
        )

    def _rescreen(self, options) -> None:
        self._rescreened(RulesChange.objects.filter(done_at=None), person_named(options["by"]))

    def _rescreened(self, changes: QuerySet[RulesChange], by: Person) -> None:
        """Carry out what was chosen for the running batches, one after the other; broken off, `rescreen` goes on."""
        for change in changes.order_by("pk"):
            done = rescreen_batch(change=change, by=by, at=timezone.now(), today=timezone.localdate())
            self.stdout.write(
                f"  {done.batch.number}  {done.get_choice_display()}  重新筛查 {done.rescreened} screened anew, "
                f"须重新审核 {done.reopened} to be decided again"
            )

    def _export(self, options) -> None:
        target = options["folder"] / options["number"]
        files = rules.files_of(options["number"])
        if target.exists():
            raise CommandError(f"{target} 已存在。 {target} is there already.")
        target.mkdir(parents=True)
        for name, text in files.items():
            (target / name).write_bytes(text)
        self.stdout.write(f"{target}：{len(files)} 个文件，可用 sha256sum -c {SUMS} 核对。 {len(files)} files.")

    def _crosswalk(self, options) -> None:
        sheet = StringIO(newline="")
        csv.writer(sheet).writerows([crosswalk.COLUMNS, *crosswalk.table()])
        if options["out"] is None:
            self.stdout.write(sheet.getvalue(), ending="")
            return
        try:
            options["out"].write_bytes(sheet.getvalue().encode("utf-8-sig"))
        except OSError as error:
            raise CommandError(str(_UNWRITTEN.filled(file=options["out"], error=error.strerror))) from error

    def _replay(self, options) -> None:
        run = run_named(options["batch"], options["run"])
        found = replay(run)
        records, findings = _SAME[found.same_records], _SAME[found.same_findings]
        self.stdout.write(
            f"筛查 {run.pk}，规则集 {run.ruleset}，基准日 {run.day}，条目 {found.entries}：档案数据{records.zh}，"
            f"命中{findings.zh}；筛查后有改动的条目 {len(found.changed)}，结果不同的条目 {len(found.differing)}。\n"
            f"Run {run.pk}, ruleset {run.ruleset}, as of {run.day}, {found.entries} entries: records {records.en}, findings "
            f"{findings.en}; changed since {len(found.changed)}, with another result {len(found.differing)}."
        )
        for code in found.changed:
            other = "，结果不同 and with another result" if code in found.differing else ""
            self.stdout.write(f"  {code}  筛查后有改动 changed since{other}")
        unexplained = [code for code in found.differing if code not in set(found.changed)]
        if unexplained or not found.same_ruleset:
            raise CommandError(
                str(_OTHER_RULES if not found.same_ruleset else _UNEXPLAINED.filled(codes=", ".join(unexplained)))
            )


_OTHER_RULES = Sentence(
    "这一编号的规则集已不是筛查时的规则集（摘要不同）。请查明原因。",
    "The ruleset of this number is not the one that screened (its digest differs). Find out why.",
)
_UNEXPLAINED = Sentence(
    "条目未改动而结果不同：{codes}。请查明原因。",
    "These entries give another result and were not changed: {codes}. Find out why.",
)
_UNWRITTEN = Sentence("写不了文件 {file}：{error}。", "The file {file} cannot be written: {error}.")
_COLUMNS = ("reference_code", "before", "after", "rules_added", "rules_removed", "was_open", "newly_hit_open")


@contextmanager
def _impact_file(path: Path | None) -> Iterator[Callable[[Sequence[EntryChange]], None]]:
    """Writes changes to the file as they come: CSV for spreadsheets, or JSON Lines where its name ends so."""
    if path is None:
        yield lambda _: None
        return
    lines = path.suffix == ".jsonl"
    with path.open("w", encoding="utf-8" if lines else "utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, _COLUMNS)
        if not lines:
            sheet.writeheader()

        def write(piece: Sequence[EntryChange]) -> None:
            entries = Entry.objects.only("reference_code").in_bulk([change.entry for change in piece])
            for change in piece:
                row = dict(zip(_COLUMNS, (entries[change.entry].reference_code, *_said(change)), strict=True))
                if lines:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
                else:
                    sheet.writerow(row)

        yield write


def _said(change: EntryChange) -> tuple[str, ...]:
    comes_and_goes = (" ".join(change.added), " ".join(change.removed))
    facts = (str(change.was_open).lower(), str(change.newly_hit_open).lower())
    return str(change.before.suggestion), str(change.after.suggestion), *comes_and_goes, *facts


_SAME = {
    True: Sentence("相同", "the same"),
    False: Sentence("不同", "different"),
    None: Sentence("未登记摘要", "without a noted digest"),
}
