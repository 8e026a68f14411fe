"""Loading a release bundle into the open catalogue: the one way in, all of it or nothing."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from django.db import transaction

from review.catalogue.bundles import CSV, PDF, Bundle, BundleError, take_in
from review.catalogue.models import Edition, ReleasedEntry, ReleasedFonds, Withdrawal
from review.catalogue.router import ALIAS
from review.catalogue.rows import files_dir, row_of
from review.catalogue.withdrawals import hide_headings


def load_bundle(directory: Path) -> Edition:
    """Load the bundle in `directory` and return its edition; the same bundle again changes nothing.

    BundleError, with nothing loaded: a bundle that is not whole, one whose number stands for another content, or one
    with an entry that an earlier edition already opened, or that is suspended. What an erratum took out of this very
    edition before it arrived stays out.
    """
    kept = files_dir()
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".arriving-", dir=kept) as arriving:
        copy = Path(arriving) / "bundle"
        copy.mkdir()
        bundle = take_in(Path(directory), copy)
        place = kept / bundle.number
        with transaction.atomic(using=ALIAS):
            edition = Edition.objects.filter(number=bundle.number).first()
            if edition is None:
                edition = _write_edition(bundle)
                _write_entries(edition, bundle)
                shutil.rmtree(place, ignore_errors=True)  # what a load that failed at its commit may have left
            elif edition.manifest_digest != bundle.manifest_digest:
                raise BundleError(
                    f"发布 {bundle.number} 已经装载，而此发布包内容不同。已发布的内容不可更改，请以新的发布编号重新发布。",
                    f"Release {bundle.number} is already loaded and this bundle differs from it. "
                    "A release never changes: release again under a new number.",
                )
            if not place.exists():
                # Last: should the commit fail after it, the folder belongs to no edition and is not served.
                copy.rename(place)
            for fonds in ReleasedFonds.objects.filter(entries__edition=edition).distinct():
                hide_headings(fonds)
    return edition


def _write_edition(bundle: Bundle) -> Edition:
    manifest = bundle.manifest
    return Edition.objects.create(
        number=bundle.number,
        archives_zh=manifest["archives"]["zh"],
        archives_en=manifest["archives"]["en"],
        issued_on=date.fromisoformat(manifest["issued_on"]),
        signed_off_by=manifest["signed_off_by"],
        signed_off_on=date.fromisoformat(manifest["signed_off_on"]),
        ruleset_number=manifest["ruleset"]["number"],
        ruleset_digest=manifest["ruleset"]["digest"],
        ledger_line=manifest["ledger"]["line"],
        ledger_digest=manifest["ledger"]["digest"],
        counts=manifest["counts"],
        files={name: manifest["files"][name] for name in (PDF, CSV)},
        manifest_digest=bundle.manifest_digest,
    )


def _write_entries(edition: Edition, bundle: Bundle) -> None:
    titles = {entry.fonds_code: entry.fonds_title for entry in bundle.entries}
    fonds: dict[str, ReleasedFonds] = {}
    withdrawn: set[tuple[str, str]] = set()
    for code, title in titles.items():
        fonds[code], _ = ReleasedFonds.objects.update_or_create(code=code, defaults={"title": title})
        arriving = {entry.reference_code for entry in bundle.entries if entry.fonds_code == code}
        if again := arriving.intersection(fonds[code].entries.values_list("reference_code", flat=True)):
            raise BundleError(
                f"档号 {min(again)}（全宗 {code}）已在先前的发布中开放，不能再次开放。请从本次发布中去掉该条目。",
                f"Entry {min(again)} of fonds {code} was opened by an earlier release and cannot be opened again. "
                "Take it out of this release.",
            )
        standing = Withdrawal.objects.filter(in_force=True, fonds=code)
        for number, kind, reference_code in standing.values_list("edition", "kind", "reference_code"):
            if number == edition.number:
                withdrawn.add((code, reference_code))
            elif kind == "withdrawn" and reference_code in arriving:
                raise BundleError(
                    f"档号 {reference_code}（全宗 {code}）正在暂停利用，不能开放。请先了结该次暂停。",
                    f"Entry {reference_code} of fonds {code} is suspended and cannot be opened. Settle its suspension first.",
                )
    rows = (
        row_of(edition, fonds[entry.fonds_code], at, entry)
        for at, entry in enumerate(bundle.entries, start=1)
        if (entry.fonds_code, entry.reference_code) not in withdrawn
    )
    ReleasedEntry.objects.bulk_create(rows, batch_size=500)
