"""Loading a release bundle into the open catalogue: the one way in, all of it or nothing."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from django.db import connections, transaction
from django.utils import timezone

from review.catalogue.archives import unpacked
from review.catalogue.bundles import LINES, MANIFEST, SEAL, Bundle, BundleEntry, BundleError, take_in
from review.catalogue.headings import hide_headings
from review.catalogue.models import Edition, ListedClosed, ReleasedEntry, ReleasedFile, ReleasedFonds, Withdrawal
from review.catalogue.proofs import blocks_of
from review.catalogue.router import ALIAS
from review.catalogue.rows import columns_of, files_dir
from review.catalogue.signers import signer_of
from review.catalogue.spelling import code_key
from review.catalogue.withdrawals import withdrawn_titles
from review.catalogue.writing import Names, analyse, bodies, bury, chunks, count, headings, insert, settle

LARGE = 10_000  # entries, from which on the planner is told


def load_bundle(source: Path) -> Edition:
    """Load the bundle in `source`, a folder or one .zip of it, and return its edition; the same again changes nothing.

    BundleError, with nothing loaded and everything served as before: a bundle that is not whole, one whose number stands
    for another content, one that was replaced already, or one with an entry that another edition opened whole or that is
    suspended. An edition that corrects another takes over what that one had opened; what it leaves out is gone. What an
    erratum took out of this very edition before it arrived stays out.
    """
    kept = files_dir()
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".arriving-", dir=kept) as arriving:
        copy = Path(arriving) / "bundle"
        copy.mkdir()
        bundle = take_in(unpacked(Path(source), Path(arriving)), copy)
        number = bundle.manifest["number"]
        place = kept / number
        with transaction.atomic(using=ALIAS):
            edition = Edition.objects.filter(number=number).first()
            if edition is None:
                edition = _Load(bundle, timezone.now()).run()
                shutil.rmtree(place, ignore_errors=True)  # what a load that failed at its commit may have left
            elif edition.manifest_digest != bundle.manifest_digest:
                raise BundleError(
                    f"发布 {number} 已经装载，而此发布包内容不同。已发布的内容不可更改，请以新的发布编号重新发布。",
                    f"Release {number} is already loaded and this bundle differs from it. "
                    "A release never changes: release again under a new number.",
                )
            if not place.exists():
                # Last: should the commit fail after it, the folder belongs to no edition and is not served.
                copy.rename(place)
            for fonds in ReleasedFonds.objects.filter(code__in=[each["code"] for each in edition.holdings]):
                hide_headings(fonds, withdrawn_titles(fonds, set()))
    return edition


class _Load:
    """One bundle on its way in, inside a transaction."""

    def __init__(self, bundle: Bundle, at: datetime) -> None:
        self.bundle, self.at = bundle, at
        self.terms = connections[ALIAS].vendor == "postgresql"
        self.fonds: dict[str, ReleasedFonds] = {}
        self.headings: dict[str, Names] = {}
        self.bodies = bodies()

    def run(self) -> Edition:
        replaced = self._replaced()
        edition = self.edition = self._write_edition()
        self._write_files()
        touched = {each["code"] for each in edition.holdings}
        if replaced is not None:
            touched |= {each["code"] for each in replaced.holdings}
            bury(replaced, self.at)
            replaced.superseded_by = edition.number
            replaced.save(update_fields=["superseded_by"])
        self.occupied = set(ReleasedFonds.objects.filter(size__gt=0).values_list("code", flat=True))
        self._read_withdrawals()
        for chunk in chunks(enumerate(self.bundle.entries())):
            self._write_entries(chunk)
        self._write_closed()
        settle()
        for fonds in ReleasedFonds.objects.filter(code__in=touched):
            count(fonds)
        if edition.entries_count >= LARGE:
            analyse()
        return edition

    def _replaced(self) -> Edition | None:
        """The edition that this one takes the place of. BundleError where that cannot be."""
        number, corrects = self.bundle.manifest["number"], self.bundle.manifest["corrects"]
        if later := Edition.objects.filter(corrects=number).first():
            raise BundleError(
                f"发布 {number} 已由发布 {later.number} 更正并取代，不再装载。",
                f"Release {number} was corrected and replaced by release {later.number}; it is not loaded any more.",
            )
        replaced = Edition.objects.filter(number=corrects).first() if corrects else None
        if replaced is not None and replaced.superseded_by:
            raise BundleError(
                f"发布 {number} 所更正的发布 {corrects} 已由发布 {replaced.superseded_by} 取代。请改为更正后者，重新发布。",
                f"Release {corrects}, which release {number} corrects, was replaced by release {replaced.superseded_by}. "
                "Correct that one and release again.",
            )
        return replaced

    def _write_edition(self) -> Edition:
        manifest, folder = self.bundle.manifest, self.bundle.directory
        return Edition.objects.create(
            number=manifest["number"],
            corrects=manifest["corrects"],
            archives_zh=manifest["archives"]["zh"],
            archives_en=manifest["archives"]["en"],
            issued_on=date.fromisoformat(manifest["issued_on"]),
            signed_off_by=manifest["signed_off_by"],
            signed_off_on=date.fromisoformat(manifest["signed_off_on"]),
            ruleset_number=manifest["ruleset"]["number"],
            ruleset_digest=manifest["ruleset"]["digest"],
            ledger_line=manifest["ledger"]["line"],
            ledger_digest=manifest["ledger"]["digest"],
            code_version=manifest["code_version"],
            counts=manifest["counts"],
            holdings=manifest["fonds"],
            entries_count=manifest["entries"]["count"],
            closed_count=manifest["closed"],
            pages=manifest["pages"],
            merkle_root=manifest["entries"]["merkle_root"],
            proof_blocks=blocks_of(folder / LINES),
            signer=signer_of(self.bundle.seal.certificate),
            manifest_digest=self.bundle.manifest_digest,
            loaded_at=self.at,
        )

    def _write_files(self) -> None:
        signed = self.bundle.seal.files
        rows = []
        for name, facts in self.bundle.manifest["files"].items():
            whole = signed.get(name, facts)
            rows.append(
                ReleasedFile(
                    edition=self.edition,
                    name=name,
                    bytes=facts["bytes"],
                    sha256=facts["sha256"],
                    sm3=facts["sm3"],
                    signed_bytes=whole["bytes"],
                    signed_sha256=whole["sha256"],
                )
            )
        for name in (MANIFEST, SEAL):
            raw = (self.bundle.directory / name).read_bytes()
            digest = hashlib.sha256(raw).hexdigest()
            rows.append(
                ReleasedFile(
                    edition=self.edition,
                    name=name,
                    bytes=len(raw),
                    sha256=digest,
                    signed_bytes=len(raw),
                    signed_sha256=digest,
                )
            )
        ReleasedFile.objects.bulk_create(rows, batch_size=1_000)

    def _read_withdrawals(self) -> None:
        """What stays out: withdrawn of this edition, or suspended, by fonds and code."""
        self.withdrawn: set[tuple[str, str]] = set()
        self.suspended: set[tuple[str, str]] = set()
        standing = Withdrawal.objects.filter(in_force=True)
        for number, kind, fonds, code in standing.values_list("edition", "kind", "fonds", "reference_code"):
            if number == self.edition.number:
                self.withdrawn.add((fonds, code))
            elif kind == "withdrawn":
                self.suspended.add((fonds, code))

    def _write_entries(self, chunk: list[tuple[int, BundleEntry]]) -> None:
        named = {entry.fonds_code: entry.fonds_title for _, entry in chunk}
        for code, title in named.items():
            if code not in self.fonds:
                self.fonds[code], _ = ReleasedFonds.objects.update_or_create(code=code, defaults={"title": title})
                self.headings[code] = headings(self.fonds[code])
            entries = [entry for _, entry in chunk if entry.fonds_code == code]
            self._check(self.fonds[code], entries)
        found = self.bodies.get(entry.responsible_body for _, entry in chunk if entry.responsible_body)
        series = {
            code: self.headings[code].get(entry.series_title for _, entry in chunk if entry.fonds_code == code)
            for code in named
        }
        insert(
            ReleasedEntry,
            [
                columns_of(
                    entry,
                    self.edition,
                    self.fonds[entry.fonds_code],
                    series[entry.fonds_code][entry.series_title],
                    found.get(entry.responsible_body),
                    leaf=leaf,
                    at=self.at,
                    terms=self.terms,
                )
                for leaf, entry in chunk
                if not self.withdrawn or not self._stays_out(leaf, entry)
            ],
        )

    def _stays_out(self, leaf: int, entry: BundleEntry) -> bool:
        if (entry.fonds_code, entry.reference_code) not in self.withdrawn:
            return False
        Withdrawal.objects.filter(
            edition=self.edition.number, fonds=entry.fonds_code, reference_code=entry.reference_code
        ).update(leaf=leaf)
        return True

    def _check(self, fonds: ReleasedFonds, entries: Iterable[BundleEntry]) -> None:
        arriving = [entry.reference_code for entry in entries]
        for code in arriving if self.suspended else ():
            if (fonds.code, code) in self.suspended:
                raise BundleError(
                    f"档号 {code}（全宗 {fonds.code}）正在暂停利用，不能开放。请先了结该次暂停。",
                    f"Entry {code} of fonds {fonds.code} is suspended and cannot be opened. Settle its suspension first.",
                )
        if fonds.code not in self.occupied:
            return
        # What was open in part comes again when its record is assessed anew: whole, or by another copy.
        fonds.entries.filter(reference_code__in=arriving).exclude(redacted_copy="").delete()
        if again := fonds.entries.filter(reference_code__in=arriving).order_by().first():
            raise BundleError(
                f"档号 {again.reference_code}（全宗 {fonds.code}）已在先前的发布中开放，不能再次开放。请从本次发布中去掉该条目。",
                f"Entry {again.reference_code} of fonds {fonds.code} was opened by an earlier release and cannot be opened "
                "again. Take it out of this release.",
            )

    def _write_closed(self) -> None:
        for chunk in chunks(self.bundle.closed()):
            for code in {each.fonds_code for each in chunk}:
                codes = [each.reference_code for each in chunk if each.fonds_code == code]
                ListedClosed.objects.filter(fonds=code, reference_code__in=codes).delete()
            insert(
                ListedClosed,
                [
                    {
                        "edition_id": self.edition.pk,
                        "fonds": each.fonds_code,
                        "reference_code": each.reference_code,
                        "code_key": code_key(each.reference_code),
                        "ground": each.ground,
                        "opens_on": each.opens_on or None,
                    }
                    for each in chunk
                ],
            )
