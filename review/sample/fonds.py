"""What the sample is made of: fonds, their agencies, and entries as texts, the way a catalogue file would hold them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampleAgency:
    """A body that made records of the fonds (形成单位); `note` says what became of it."""

    code: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class SampleEntry:
    """One line of a catalogue. Every field is the text that stands in the file; an empty field is "".

    `ground` is no column of any file: it is what the maker of the title had in mind (a ground code of policies.outcomes,
    or "" for a record that nothing speaks against), so that a screening can be measured against it.
    """

    level: str  # 案卷 or 件
    reference_code: str
    series_title: str
    title: str
    responsible_body: str
    date_text: str
    extent: str = ""
    retention: str = ""
    classification: str = ""
    access_status: str = ""
    access_condition: str = ""
    agency: str = ""
    document_number: str = ""
    notes: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class SampleFonds:
    """One fonds (全宗): its code after DA/T 13 (a letter and three digits), its agencies and its entries in code order."""

    code: str
    title: str
    agencies: tuple[SampleAgency, ...]
    entries: tuple[SampleEntry, ...]
