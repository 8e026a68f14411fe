"""What a scene is, and all scenes of operations that live beside their tests: tests/review/scenes_*.py."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from review.models import Batch
from tests.world import World


@dataclass(frozen=True)
class Scene:
    """One operation at work: the desk where its batch waits, what must be done before, and the call itself."""

    desk: str | None
    call: Callable[[World, Batch], object]
    before: Callable[[World, Batch], object] | None = None


def all_scenes() -> dict[str, Scene]:
    """Every scene of every scenes_*.py beside this file, by "module.operation"."""
    found: dict[str, Scene] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("scenes_"):
            scenes = importlib.import_module(f"tests.review.{module.name}").SCENES
            assert not found.keys() & scenes.keys(), module.name
            found |= scenes
    return found
