"""The word lists of the sample, as they stand in review/sample/words/*.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent / "words"


@cache
def load(name: str) -> Any:
    """One file of words by its name without ".yaml". Shared: nobody may change what is returned."""
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
