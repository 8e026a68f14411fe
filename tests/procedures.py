"""A procedure for tests: the shipped one with some of its steps changed, adopted by another than proposed it."""

from __future__ import annotations

import hashlib

import yaml

from policies.procedure import FOLDER
from review.models import Procedure
from tests.world import NOW, World

STEPS = ("second_review", "blind", "sample", "agency_seal", "consent", "signatures")


def text_of(**changed: object) -> str:
    """The text of the shipped procedure, steps and other keys changed by name."""
    read = yaml.safe_load((FOLDER / "cn.yaml").read_text(encoding="utf-8"))
    for name, value in changed.items():
        (read["steps"] if name in STEPS else read)[name] = value
    return yaml.safe_dump(read, allow_unicode=True, sort_keys=False)


def adopted(world: World, **changed: object) -> Procedure:
    """Such a procedure in force: batches that begin from now on are under it."""
    text = text_of(**changed)
    return Procedure.objects.create(
        number=(Procedure.objects.count() + 1),
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        why="试验",
        proposed_at=NOW,
        proposed_by=world["keeper"],
        adopted_at=NOW,
        adopted_by=world["keeper2"],
    )
