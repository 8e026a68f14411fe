"""Editions as the releasing operation makes them, small enough to be set in a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from policies.sentences import Sentence
from review.documents.edition import Edition, EditionCounts, EditionEntry, FondsPart, SeriesPart


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
