"""manage.py attach_objects DIR --fonds CODE: page images, PDFs and texts of entries, each entry whole or not at all."""

import json
from collections import Counter
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.catalogue_rows import Complaint
from policies.sentences import Refusal, Sentence
from review.management.acting_planner import acting_planner
from review.models import Entry, Fonds, Person
from review.operations.attaching import attach_objects
from review.queries.objects import entries_by_name
from review.readers.object_folders import EntryFolder, shown_name, walk

UNKNOWN = Sentence(
    "全宗内没有此档号。文件夹应以档号命名（/ · 等不能用于文件名的符号写作 _ 或 -）。",
    "The fonds has no such reference code. A folder is named by the code (signs that file systems forbid as _ or -).",
)
DOUBTFUL = Sentence(
    "此名称可指多个档号。请按档号原样命名（全角半角不论）。",
    "This name can mean several reference codes. Write the code as it is.",
)
TWICE = Sentence(
    "另有文件夹“{other}”指同一档号。请合并。",
    "The folder “{other}” means the same reference code. Put them together.",
)


class Command(BaseCommand):
    help = "Attach page images, PDFs and texts from a folder of folders named by reference codes."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--fonds", required=True, metavar="CODE")
        parser.add_argument(
            "--by", metavar="USERNAME", help="the planner who attaches; may be left out if there is one"
        )
        parser.add_argument("--dry-run", action="store_true", help="say everything, attach nothing")
        parser.add_argument("--report", type=Path, metavar="JSON", help="write every complaint to this file")

    def handle(self, *args, **options):
        fonds = Fonds.objects.filter(code=options["fonds"]).first()
        if fonds is None:
            raise CommandError(f"没有全宗“{options['fonds']}”。 There is no fonds “{options['fonds']}”.")
        by = acting_planner(fonds, options["by"])
        try:
            folders = list(walk(options["folder"]))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        counts, complaints = self._attach(fonds, folders, by, options["dry_run"])
        self._say(counts, complaints, options)
        if counts["refused"]:
            raise CommandError(
                f"有 {counts['refused']} 个文件夹未挂接，其余已办理；改正后再运行一次即可。"
                f" {counts['refused']} folders were not attached, the others were; mend them and run it again."
            )

    def _attach(self, fonds: Fonds, folders: list[EntryFolder], by: Person, dry_run: bool):
        counts: Counter[str] = Counter()
        complaints: list[Complaint] = []
        meant = entries_by_name(fonds, {folder.name for folder in folders})
        first: dict[int, str] = {}
        for folder in folders:
            pks = meant[folder.name]
            if len(pks) != 1:
                folder.complain(None, DOUBTFUL if pks else UNKNOWN)
            elif pks[0] in first:
                folder.complain(None, TWICE.filled(other=shown_name(first[pks[0]])))
            if len(pks) != 1 or pks[0] in first:
                # Whose it is is not known, so nothing more of it is said: its file names may tell a title.
                complaints += folder.complaints[-1:]
                counts["refused"] += 1
                continue
            first[pks[0]] = folder.name
            self._attach_one(pks[0], folder, by=by, dry_run=dry_run, counts=counts, complaints=complaints)
        return counts, complaints

    def _attach_one(self, pk: int, folder: EntryFolder, *, by: Person, dry_run: bool, counts, complaints) -> None:
        entry = Entry.objects.select_related("fonds").get(pk=pk)
        try:
            done = attach_objects(
                entry=entry, folder=folder, by=by, at=timezone.now(), today=timezone.localdate(), dry_run=dry_run
            )
        except PermissionDenied as denied:
            raise CommandError(str(denied)) from denied
        except Refusal as refusal:
            complaints.append(Complaint(None, shown_name(folder.name), None, refusal.sentence))
            counts["refused"] += 1
            return
        complaints += done.complaints
        counts.update(objects=done.added, texts=done.texts, unchanged=done.unchanged)
        counts["refused" if done.refused else "entries" if done.added or done.texts else "entries_unchanged"] += 1

    def _say(self, counts, complaints: list[Complaint], options) -> None:
        if options["report"]:
            report = {name: counts[name] for name in _COUNTS} | {"complaints": [_plain(c) for c in complaints]}
            options["report"].write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")
        for complaint in complaints[:50]:
            sign = "!" if complaint.severity == "warning" else "✗"
            self.stderr.write(f"{sign} {complaint.column} {complaint.value or ''} {complaint.sentence}")
        if len(complaints) > 50:
            self.stderr.write(f"… {len(complaints)} (--report)")
        dry = "（试运行） (dry run)" if options["dry_run"] else ""
        self.stdout.write(
            f"条目 {counts['entries']}，文件 {counts['objects']}，文本 {counts['texts']} 页，未变文件 {counts['unchanged']}，"
            f"未挂接 {counts['refused']}。{dry} Entries {counts['entries']}, files {counts['objects']}, page texts "
            f"{counts['texts']}, files held already {counts['unchanged']}, folders refused {counts['refused']}."
        )


_COUNTS = ("entries", "entries_unchanged", "objects", "texts", "unchanged", "refused")


def _plain(complaint: Complaint) -> dict[str, object]:
    return {
        "folder": complaint.column,
        "file": complaint.value,
        "severity": complaint.severity,
        "zh": complaint.sentence.zh,
        "en": complaint.sentence.en,
    }
