"""What can be done in the background: a closed list.

A kind is a function of the shard's `arguments` (what `begin` was given, plain JSON values) and a `report` to call now
and then. It **must be idempotent**: killed at any point and begun again it ends as if it had run once. The usual way:
one transaction that first looks whether its work is there already. It may raise a `Refusal`: the job ends with that
sentence. Anything else it raises is tried again (running.py). What it raises must not be swallowed: `Stopped` is how it
is told of a cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from review.jobs.editions import seal_correction, seal_edition
from review.jobs.intakes import read_intake, save_intake
from review.jobs.redactions import make_copy
from review.jobs.reports import Report
from review.jobs.rulesets import record_impact, rescreen_batch
from review.jobs.verifying import verify_ledger

Plain = None | bool | int | float | str | list | dict
Kind = Callable[[Mapping[str, Plain], Report], None]

KINDS: dict[str, Kind] = {
    "read_intake": read_intake,
    "save_intake": save_intake,
    "record_impact": record_impact,
    "rescreen_batch": rescreen_batch,
    "verify_ledger": verify_ledger,
    "seal_correction": seal_correction,
    "seal_edition": seal_edition,
    "make_copy": make_copy,
}
