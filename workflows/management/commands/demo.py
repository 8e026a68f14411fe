"""manage.py demo: the main job, from a catalogue file to a published open catalogue, with the demonstration's people."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from policies.grounds import KNOWN_GROUNDS
from policies.sentences import Refusal
from review import access
from review.jobs.intakes import take_in
from review.models import AccessStatus, AdoptedRuleset, Agency, Batch, Entry, Fonds, Release
from review.operations import adopting, appointing, planning
from review.operations.releasing import bundle_of
from review.queries.advice import findings_of
from review.queries.rules import screener_of
from review.readers import Profile, digest_of, find_profile, open_stream
from review.sample import sample_fonds, write_sample
from workflows import cast, rehearsal
from workflows.flows import opening

MAIN = "J047"
# How far the other fonds of the sample are walked, so that every desk has something to show.
WAITING = {"J012": "first_review", "J031": "countersign", "J058": "sign_off"}
OBJECTIONS = 2


class Command(BaseCommand):
    help = "Load a catalogue, walk it with the demonstration's people to a release, and leave work at the desks."

    def add_arguments(self, parser):
        parser.add_argument("--catalogue", type=Path, metavar="FILE", help="run on this catalogue, not the sample")
        parser.add_argument("--map", metavar="PROFILE", help="column profile of the catalogue")
        parser.add_argument("--out", type=Path, metavar="DIR", help="copy the release here")
        parser.add_argument("--report", type=Path, metavar="JSON", help="write the figures here")

    def handle(self, *args, **options):
        self.console = Console(highlight=False)
        self.begun = time.monotonic()
        call_command("migrate", verbosity=0)
        call_command("migrate", database="catalogue", verbosity=0)
        try:
            if options["catalogue"]:
                fonds, complaints = self._given(options["catalogue"], options["map"])
            else:
                fonds, complaints = self._sample()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        release = Release.objects.filter(batch__fonds=fonds).order_by("id").first()
        figures = self._figures(fonds, complaints, release)
        self._say(figures)
        self._people()
        if options["out"] and release:
            target = options["out"] / release.number
            shutil.copytree(bundle_of(release), target, dirs_exist_ok=True)
            self.console.print(f"发布包 bundle: {target}")
        if options["report"]:
            options["report"].write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")

    # -- what is loaded

    def _sample(self) -> tuple[Fonds, int]:
        """The project's own sample: the main fonds to its release, three others to the desks where they wait."""
        now = timezone.now()
        files = dict(zip((s.code for s in sample_fonds()), write_sample(settings.VAR_DIR / "sample"), strict=True))
        for part in sample_fonds():
            if not Fonds.objects.filter(code=part.code).exists():
                agencies = [self._agency(agency.code, agency.name) for agency in part.agencies]
                appointing.register_fonds(
                    code=part.code, title=part.title, creating_agency=agencies[0], by="demo", at=now
                )
        people = cast.gather(at=now)
        self._adopt_rules(people)
        complaints = 0
        for code, path in files.items():
            complaints += self._take_in(Fonds.objects.get(code=code), path, people)
        self._walk(Fonds.objects.get(code=MAIN), people, until="")
        for code, desk in WAITING.items():
            self._walk(Fonds.objects.get(code=code), people, until=desk)
        return Fonds.objects.get(code=MAIN), complaints

    def _given(self, path: Path, profile: str | None) -> tuple[Fonds, int]:
        """Any catalogue in a supported format, as one fonds of its own."""
        columns = find_profile(profile) if profile else None
        code = f"X{int(digest_of(path)[:8], 16) % 1000:03d}"
        fonds = Fonds.objects.filter(code=code).first()
        if fonds is None:
            agency = self._agency(f"{code}-A", f"{path.stem[:150]} · 形成单位 ({code})")
            fonds = appointing.register_fonds(
                code=code, title=path.stem[:180], creating_agency=agency, by="demo", at=timezone.now()
            )
        known = set(Agency.objects.values_list("name", flat=True))
        with open_stream(path, columns, today=timezone.localdate()) as stream:
            names = sorted({row.agency for chunk in stream for row in chunk.rows if row.agency} - known)
        for place, name in enumerate(names, 1):
            self._agency(f"{code}-{place:03d}", name)
        people = cast.gather(at=timezone.now())
        self._adopt_rules(people)
        complaints = self._take_in(fonds, path, people, columns)
        self._walk(fonds, people, until="")
        return fonds, complaints

    def _adopt_rules(self, people: cast.Cast) -> None:
        """The shipped rules become the archives' own, as they would anywhere before the first batch."""
        if not AdoptedRuleset.objects.exists() and not Batch.objects.exists():
            adopting.adopt_ruleset(
                number=settings.RULESET,
                reason="演示：采用随软件发布的规则集",
                by=people["keeper"],
                at=timezone.now(),
                today=timezone.localdate(),
                choices={},
            )

    def _agency(self, code: str, name: str) -> Agency:
        found = Agency.objects.filter(name=name).first()
        return found or appointing.register_agency(code=code, name=name, by="demo", at=timezone.now())

    def _take_in(self, fonds: Fonds, path: Path, people: cast.Cast, columns: Profile | None = None) -> int:
        """Import, keeping the good rows; every refused one is told."""
        report = take_in(
            fonds=fonds, path=path, by=people["planner"], at=timezone.now(), profile=columns, keep_good=True
        )
        for warning in report.warnings[:5]:
            self.console.print(f"  [yellow]![/yellow] {warning}", soft_wrap=True)
        for complaint in report.complaints[:5]:
            self.console.print(f"  [yellow]{path.name}:{complaint.row}[/yellow] {complaint.sentence}", soft_wrap=True)
        if len(report.complaints) > 5:
            self.console.print(f"  … {len(report.complaints)} 条问题 complaints")
        return report.refused_rows

    # -- the road

    def _walk(self, fonds: Fonds, people: cast.Cast, *, until: str) -> None:
        """Walk one batch of what is due to the desk `until`, or to the end.

        A second run does nothing more, but for finishing a main job that was broken off; work left at the desks is for
        whoever tries the desks.
        """
        batch = Batch.objects.filter(fonds=fonds).order_by("id").first()
        if batch and until:
            return
        try:
            batch = batch or self._begin(fonds, people)
        except Refusal as refusal:
            self.console.print(f"  {refusal.sentence}", soft_wrap=True)
            return
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=self.console,
        ) as progress:
            steps = self._steps(batch, people)
            bar = progress.add_task(f"{fonds.code} {fonds.title[:24]}", total=len(steps))
            for desk, step in steps:
                waiting = rehearsal.open_tasks(batch, desk)
                if waiting and desk == until:
                    break
                if waiting:
                    step()
                progress.advance(bar)

    def _begin(self, fonds: Fonds, people: cast.Cast) -> Batch:
        with transaction.atomic():
            batch = planning.cut_batch(
                fonds=fonds, by=people["planner"], at=timezone.now(), today=timezone.localdate()
            )
            opening.begin(batch=batch, by=people["planner"])
        return batch

    def _steps(self, batch: Batch, people: cast.Cast):
        def countersign() -> None:
            for place, task in enumerate(rehearsal.open_tasks(batch, "countersign")):
                objections = OBJECTIONS if place == 0 else 0
                rehearsal.countersign(task, people.units[task.seed.agency_id], objections=objections)

        return [
            ("first_review", lambda: rehearsal.first_review(batch, people["first"])),
            ("second_review", lambda: rehearsal.second_review(batch, people["second"])),
            ("sample", lambda: rehearsal.sample(batch, people["sampler"])),
            ("countersign", countersign),
            ("reconcile", lambda: rehearsal.reconcile(batch, people["reconciler"], to_authority=1)),
            ("coordinate", lambda: rehearsal.coordinate(batch, people["authority"])),
            ("sign_off", lambda: rehearsal.sign_off(batch, people["confirmer"], people["confirmer2"])),
            ("consent", lambda: rehearsal.consent(batch, people["authority"])),
            ("release", lambda: rehearsal.release(batch, people["publisher"])),
        ]

    # -- what is told

    def _figures(self, fonds: Fonds, complaints: int, release: Release | None) -> dict[str, object]:
        """What became of every entry taken in: open + deferred + referred + not due is all of them."""
        entries = Entry.objects.filter(fonds=fonds)
        batch = Batch.objects.filter(fonds=fonds).order_by("id").first()
        opened = entries.filter(access_status=AccessStatus.OPEN)
        deferred = Counter(entries.filter(access_status=AccessStatus.DEFERRED).values_list("ground", flat=True))
        rest = entries.exclude(access_status__in=[AccessStatus.OPEN, AccessStatus.DEFERRED])
        referred = rest.filter(batch_entries__batch=batch).count() if batch else 0
        run = batch.screening_runs.latest() if batch else None
        return {
            "fonds": fonds.code,
            "title": fonds.title,
            "entries": entries.count(),
            "refused_rows": complaints,
            "ruleset": run.ruleset if run else "",
            "findings": dict(Counter(findings_of(batch).values_list("rule", flat=True)).most_common()) if run else {},
            "opened": opened.count(),
            "opened_early": opened.exclude(ground="").count(),
            "deferred": dict(deferred.most_common()),
            "referred": referred,
            "not_due": rest.count() - referred,
            "date_unknown": rest.filter(latest__isnull=True).count(),
            "release": release.number if release else "",
            "pages": release.pages if release else 0,
            "pdf": str(bundle_of(release) / "open-catalogue.pdf") if release else "",
            "seconds": round(time.monotonic() - self.begun, 1),
        }

    def _say(self, figures: dict) -> None:
        table = Table(title=f"{figures['fonds']} {figures['title']}", show_header=False, title_justify="left")
        table.add_column("")
        table.add_column("", justify="right")
        rules = (
            {rule.id: rule.title for rule in screener_of(figures["ruleset"]).ruleset.rules}
            if figures["ruleset"]
            else {}
        )
        table.add_row("条目 entries", str(figures["entries"]))
        table.add_row("拒收行 refused rows", str(figures["refused_rows"]), end_section=True)
        for rule, count in figures["findings"].items():
            title = rules.get(rule)
            table.add_row(f"规则 {rule} {title.zh + ' ' + title.en if title else ''}", str(count))
        table.add_section()
        table.add_row("[bold]开放 opened[/bold]", f"[bold]{figures['opened']}[/bold]")
        table.add_row("  其中提前 of them early", str(figures["opened_early"]))
        for ground, count in figures["deferred"].items():
            table.add_row(f"延期 deferred {ground} {KNOWN_GROUNDS[ground].name}", str(count))
        table.add_row("移送 referred", str(figures["referred"]))
        table.add_row("未到期 not due", str(figures["not_due"]))
        table.add_row("  其中日期不明 date unknown", str(figures["date_unknown"]), end_section=True)
        table.add_row("开放目录 open catalogue", f"{figures['release']} · {figures['pages']} 页 pages")
        table.add_row("用时 seconds", str(figures["seconds"]))
        self.console.print(table)
        self.console.print(f"PDF: {figures['pdf']}", soft_wrap=True)

    def _people(self) -> None:
        people = cast.gather(at=timezone.now())
        table = Table(title="登录 sign in · http://127.0.0.1:8000/", title_justify="left")
        for heading in ("用户 user", "姓名 name", "岗位 role", "密码 password"):
            table.add_column(heading)
        for username, person in people.people.items():
            roles = dict.fromkeys(f"{role.name}" for role, _ in access.roles_of(person))
            table.add_row(username, person.full_name, "；".join(roles), people.password)
        self.console.print(table)
        self.console.print("公开目录 open catalogue · http://127.0.0.1:8000/open/")
