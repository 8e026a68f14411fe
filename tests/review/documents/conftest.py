"""Editions as the releasing operation makes them, small enough to be set in a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from policies.sentences import Sentence
from review.documents.edition import ClosedEntry, Edition, EditionCounts, EditionEntry, FondsPart, SeriesPart
from review.documents.seal import Seal
from tests.review.catalogue.made_bundles import COPY, COPY_DIGEST
from tests.review.documents.sealing import Authority, authority, seal_by


def _edition(titles: Sequence[str] = ("关于调整救济标准的通知",), **changed: object) -> Edition:
    entries = tuple(
        EditionEntry(f"J047-001-0001-{n:04}", title, "省民政局", f"{1950 + n // 7}-03", "12 页", early=n == 1)
        for n, title in enumerate(titles)
    )
    values: dict[str, object] = {
        "number": "2026-1",
        "archives": Sentence("示例省档案馆", "Provincial Archives of Sample Province"),
        "issued_on": date(2026, 11, 21),
        "signed_off_by": "顾怀民",
        "signed_off_on": date(2026, 11, 20),
        "ruleset_number": "cn-1",
        "ruleset_digest": "a3" * 32,
        "ledger_line": 4096,
        "ledger_digest": "5f" * 32,
        "fonds": (FondsPart("J047", "省民政局", (SeriesPart("救灾救济", entries),)),),
        "counts": EditionCounts(
            opened=len(entries),
            opened_early=sum(entry.early for entry in entries),
            deferred={"CN-8-3-PI": 312, "CN-8-1": 17},
            referred=9,
            not_due=188,
        ),
        "code_version": "0.1.0",
    }
    return Edition(**(values | changed))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make_edition() -> Callable[..., Edition]:
    """make_edition(titles, **fields of Edition): one series of one fonds; the second entry opens early."""
    return _edition


@pytest.fixture(scope="session")
def root() -> Authority:
    """The authority that is trusted."""
    return authority()


@pytest.fixture(scope="session")
def seal(root) -> Seal:
    """A seal by the authority that is trusted."""
    return seal_by(root)


@pytest.fixture(scope="session")
def trust(root, tmp_path_factory) -> Path:
    """A trust file with that authority."""
    return root.trusted_in(tmp_path_factory.mktemp("trust"))


@pytest.fixture(scope="session")
def everything(tmp_path_factory, make_edition) -> Edition:
    """An edition with all there can be: two fonds, an early entry, one open in part with its copy, two listed closed ones."""
    copy = tmp_path_factory.mktemp("copies") / "copy.pdf"
    copy.write_bytes(COPY)
    first = EditionEntry("J047-001-0001-0001", "关于调整救济标准的通知", "省民政局", "1956-03", "12 页")
    early = EditionEntry("J047-001-0001-0002", "=1+1，“引号”, 逗号\n第二行", "", "1990", "", early=True)
    part = EditionEntry(
        "J047-001-0002-0001", "关于安置复员军人的批复", "省民政局", "[1958?]", "3 页", copy=COPY_DIGEST
    )
    other = EditionEntry("J047-001-0001-0001", "関於臺灣檔案𫝀", "", "", "")
    return make_edition(
        fonds=(
            FondsPart("J047", "省民政局", (SeriesPart("救灾救济", (first, early)), SeriesPart("安置", (part,)))),
            FondsPart("甲/乙", "", (SeriesPart("", (other,)),)),
        ),
        counts=EditionCounts(
            opened=3, opened_early=1, opened_in_part=1, deferred={"CN-8-3-PI": 2, "CN-8-1": 1}, referred=0, not_due=7
        ),
        closed=(
            ClosedEntry("J047", "J047-001-0002-0001", "CN-8-3-PI", date(2062, 12, 31)),
            ClosedEntry("J047", "J047-001-0002-0002", "CN-8-1", None),
        ),
        copies={COPY_DIGEST: copy},
        corrects="2025-9",
    )
