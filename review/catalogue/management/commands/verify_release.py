"""`manage.py verify_release BUNDLE [ENTRY]`: whether a release is whole, unchanged and sealed by whom this site trusts.

Nothing is loaded. The same is told, without this program, by script/verify_release.py.
"""

import hashlib
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.catalogue.archives import unpacked
from review.catalogue.bundles import LINES, Bundle, BundleEntry, check_bundle
from review.catalogue.proofs import leaf_hash, path_of
from review.catalogue.refusals import BundleError
from review.catalogue.signers import signer_of


class Command(BaseCommand):
    help = "Verify a release bundle: every file, every entry, the seal and its certificate; and whether ENTRY is part of it."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "bundle", type=Path, help="the folder of the bundle, named by its number, or one .zip of it"
        )
        parser.add_argument("entry", nargs="?", help="a reference code (档号)")
        parser.add_argument("--trust", type=Path, help="a PEM file of root certificates instead of QIFENG_TRUST")

    def handle(self, *, bundle: Path, entry: str | None, trust: Path | None, **options: object) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="qifeng-") as aside:
                whole = check_bundle(unpacked(bundle, Path(aside)), bundle.name.removesuffix(".zip"), trust)
                self._tell(whole)
                if entry is not None:
                    self._tell_entry(whole, entry)
        except BundleError as error:
            raise CommandError(str(error)) from error

    def _tell(self, bundle: Bundle) -> None:
        manifest, signer = bundle.manifest, signer_of(bundle.seal.certificate)
        number, count = manifest["number"], manifest["entries"]["count"]
        archives = manifest["archives"]
        self._both(f"发布 {number} 完整，未被改动。", f"Release {number} is whole and unchanged.")
        self._both(
            f"  签发：{archives['zh']}，{manifest['issued_on']}；审定：{manifest['signed_off_by']}",
            f"  Issued: {archives['en']}, {manifest['issued_on']}; signed off by {manifest['signed_off_by']}",
        )
        self._both(
            f"  条目 {count}，文件 {len(manifest['files'])}", f"  {count} entries, {len(manifest['files'])} files"
        )
        self._both(f"  清单 SHA-256 {bundle.manifest_digest}", f"  SHA-256 of the manifest {bundle.manifest_digest}")
        self._both(
            f"  印章：{signer['subject']}；颁发者 {signer['issuer']}；序号 {signer['serial']}；"
            f"有效期 {signer['not_before']} 至 {signer['not_after']}",
            f"  Sealed by {signer['subject']}; issuer {signer['issuer']}; serial {signer['serial']}; valid from "
            f"{signer['not_before']} to {signer['not_after']}",
        )
        if signer["demonstration"]:
            self._both(
                "  注意：这是演示证书，不代表任何档案馆。",
                "  NOTE: this is a demonstration certificate and stands for no archives.",
            )
        if "sm3" not in hashlib.algorithms_available:
            self._both(
                "  注意：本机没有 SM3 算法，SM3 摘要没有核对。", "  NOTE: this machine lacks SM3; it was not checked."
            )

    def _tell_entry(self, bundle: Bundle, code: str) -> None:
        found: list[tuple[int, BundleEntry]] = [
            (at, entry) for at, entry in enumerate(bundle.entries()) if entry.reference_code == code
        ]
        if not found:
            raise CommandError(
                f"发布 {bundle.number} 里没有条目 {code}。 Release {bundle.number} holds no entry {code}."
            )
        with (bundle.directory / LINES).open("rb") as file:
            leaves = [leaf_hash(line[:-1]) for line in file]
        for at, entry in found:
            path = path_of(leaves, at)
            self._both(
                f"条目 {code}（全宗 {entry.fonds_code}）是发布 {bundle.number} 的第 {at + 1} 条：{entry.public_title}",
                f"Entry {code} of fonds {entry.fonds_code} is number {at + 1} of release {bundle.number}: {entry.public_title}",
            )
            self.stdout.write(f"  leaf {at} {leaves[at].hex()}")
            for side, other in path:
                self.stdout.write(f"  {side:5} {other.hex()}")

    def _both(self, zh: str, en: str) -> None:
        self.stdout.write(zh)
        self.stdout.write(en)
