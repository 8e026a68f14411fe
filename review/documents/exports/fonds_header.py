"""What stands above the entries of an exported description: the fonds, the archives, the day it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class FondsHeader:
    """A fonds as its description names it; a text that is not known is "". `creating_agency` is a name."""

    code: str
    title: str
    archives_zh: str
    archives_en: str
    creating_agency: str
    date_text: str
    scope: str
    made_on: date
