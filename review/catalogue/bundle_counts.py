"""Everything that a manifest counts, counted: the entries and the closed list gone through once, in bounded memory."""

from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from review.catalogue.bundle_lines import MOST_LINE_BYTES, BundleEntry, bad_line, checked_closed, checked_entry
from review.catalogue.manifests import CLOSED, HELP, LINES, MANIFEST, copy_name
from review.catalogue.merkle import Tree
from review.catalogue.refusals import BundleError

if TYPE_CHECKING:
    from review.catalogue.bundles import Bundle

_AT_ONCE = 1000


class Count:
    """The entries and the closed list gone through once: every field, and everything that the manifest counts."""

    def __init__(self, bundle: "Bundle") -> None:
        self.bundle, self.manifest = bundle, bundle.manifest
        # 8 bytes a code; codes that agree by chance are looked at again.
        self.marks, self.whole = array("q"), array("q")
        self.used: set[str] = set()

    def check(self) -> None:
        """BundleError for the first thing that is not as the format and the manifest have it."""
        tree, of_fonds, early = Tree(), Counter[tuple[str, str]](), 0
        for lines, entries in self._lines():
            tree.add(lines)
            of_fonds.update([entry[:2] for entry in entries])
            early += sum([entry.early for entry in entries])
            for entry in entries:
                mark = hash((entry.fonds_code, entry.reference_code))
                self.marks.append(mark)
                if entry.redacted_copy:
                    self.used.add(entry.redacted_copy)
                else:
                    self.whole.append(mark)
        self._check_counts(tree, of_fonds, early)
        self._check_twice()
        self._check_closed()

    def _lines(self) -> Iterator[tuple[list[bytes], list[BundleEntry]]]:
        number = 0
        with (self.bundle.directory / LINES).open("rb") as file:
            while raw := list(islice(iter(lambda: file.readline(MOST_LINE_BYTES), b""), _AT_ONCE)):
                entries, lines = [], []
                for number, line in enumerate(raw, start=number + 1):  # noqa: B020  goes on from the batch before
                    entries.append(checked_entry(line, number))
                    lines.append(line[:-1])
                yield lines, entries

    def _check_counts(self, tree: Tree, of_fonds: Counter, early: int) -> None:
        manifest, counts = self.manifest, self.manifest["counts"]
        named = {(fonds["code"], fonds["title"]): fonds["entries"] for fonds in manifest["fonds"]}
        found = (tree.count, early, len(self.whole))
        if (
            found != (manifest["entries"]["count"], counts["opened_early"], counts["opened"])
            or dict(of_fonds) != {fonds: n for fonds, n in named.items() if n}
            or tree.root().hex() != manifest["entries"]["merkle_root"]
        ):
            raise BundleError(
                f"{MANIFEST} 所记的条数或 Merkle 根与 {LINES} 不符（清单 {manifest['entries']['count']} 条，实有 {tree.count} 条）。"
                f"{HELP[0]}",
                f"The counts or the Merkle root of {MANIFEST} are not those of {LINES} ({manifest['entries']['count']} against "
                f"{tree.count} entries, or a fonds differs). {HELP[1]}",
            )
        listed = {name for name in manifest["files"] if name.startswith("copies/")}
        if odd := listed ^ {copy_name(digest) for digest in self.used}:
            raise BundleError(
                f"遮盖复制件与条目不符：{min(odd)}。{HELP[0]}",
                f"The redacted copies are not those that the entries name: {min(odd)}. {HELP[1]}",
            )

    def _check_twice(self) -> None:
        if suspects := _twice(self.marks):
            seen: set[tuple[str, str]] = set()
            for entry in self.bundle.entries():
                code = (entry.fonds_code, entry.reference_code)
                if code in seen:
                    raise BundleError(
                        f"{LINES} 中档号重复：{code[1]}。请更正后重新发布。",
                        f"The reference code {code[1]} stands twice in {LINES}. Correct it and release again.",
                    )
                if hash(code) in suspects:
                    seen.add(code)

    def _check_closed(self) -> None:
        marks, number = array("q"), 0
        with (self.bundle.directory / CLOSED).open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MOST_LINE_BYTES), b""), start=1):
                closed = checked_closed(line, number)
                marks.append(hash(closed[:2]))
        if number != self.manifest["closed"]:
            raise bad_line(CLOSED, number, f"{self.manifest['closed']}")
        if marks:
            twice = _twice(marks)
            self.whole.extend(marks)
            if twice or _twice(self.whole):
                self._look_again()

    def _look_again(self) -> None:
        """Find the listed code that stands twice or is open; none where two codes only looked alike."""
        listed: set[tuple[str, str]] = set()
        for number, closed in enumerate(self.bundle.closed(), start=1):
            if closed[:2] in listed:
                raise bad_line(CLOSED, number, closed.reference_code)
            listed.add(closed[:2])
        for entry in self.bundle.entries():
            if not entry.redacted_copy and (entry.fonds_code, entry.reference_code) in listed:
                raise BundleError(
                    f"档号 {entry.reference_code} 既列为开放又列为延期。请更正后重新发布。",
                    f"The reference code {entry.reference_code} is listed both as open and as closed. Correct it and release "
                    "again.",
                )


def _twice(marks: array) -> set[int]:
    """The marks that come more than once."""
    ordered = sorted(marks)
    return {one for one, other in zip(ordered, islice(ordered, 1, None), strict=False) if one == other}
