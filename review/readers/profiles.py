"""Which column of a table is which field: named mappings from headings, Chinese and English, to fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from policies.catalogue_rows import CatalogueRow
from policies.sentences import Refusal, Sentence
from review.readers.dialects import Dialect

# What a column may be mapped to: the fields of CatalogueRow, and three from which its dates are read.
FIELDS = (
    *(field for field in CatalogueRow._fields if field not in ("row", "parent_row", "date_text")),
    "date",
    "date_from",
    "date_to",
)

# Where several columns of one file may tell of the same field: they are joined, none is lost.
JOINED = {
    "series_title": " / ", "access_condition": " | ", "notes": "\n", "scope": "\n", "extent": "; ",
    "location": " / ", "keywords": "; ", "persons": "; ",
}  # fmt: skip

# A bare number under one of these headings gets its unit, so that it says what it counts wherever it is shown alone.
UNITS = {"页数": " 页", "件数": " 件", "张数": " 张", "pages": " pages"}

MAX_HEADING = 200  # characters; a heading is repeated in the notes of every row where its column is not known

_FILE_TITLE = "案卷题名"
PASSED_OVER = (
    ""  # the field of a column that is no part of the catalogue: what our own report says beside a refused row
)
_REPORT_NOTES = "导入说明importnote"
_DATES = {
    "date", "date_from", "date_to", "date_text", "earliest", "latest", "date_precision", "date_certainty",
}  # fmt: skip
# Where a field has no column of its own: the columns that stand for it.
_NAMES = {
    "date_text": ("date", "date_to", "date_from", "latest"),
    "earliest": ("earliest", "date"),
    "latest": ("latest", "date"),
    "pages": ("pages", "extent"),
    "extent": ("extent", "pages"),
}


@lru_cache(maxsize=5_000)
def same_heading(heading: str) -> str:
    """A heading as it is compared: width, case, spaces, underscores, a mark of duty (*) and a bracketed remark go."""
    text = unicodedata.normalize("NFKC", heading[: 2 * MAX_HEADING]).casefold()
    return re.sub(r"\(.*?\)|[\s_*:?]", "", text)


@dataclass(frozen=True, slots=True)
class Profile:
    """A named mapping: `columns` leads from a heading (as `same_heading` gives it) to one of FIELDS.

    "" means: keep it in the notes, as a heading that is not there at all. A `dialect` reads the columns of another
    system together; its `columns` may lead to parts, as "date.start".
    """

    name: str
    title: Sentence
    columns: Mapping[str, str]
    dialect: Callable[[], Dialect] | None = None

    def fields(self, headings: Iterable[str]) -> list[str | None]:
        """The field, or the part of one, of each heading; None: kept in the notes."""
        names = map(same_heading, headings)
        return [PASSED_OVER if name == _REPORT_NOTES else self.columns.get(name) or None for name in names]

    def layout(self, headings: Sequence[str]) -> Layout | None:
        """These cells as the heading of a table, or None where none of them is recognised as the title.

        A list of files (案卷目录) may call its title 案卷题名: without another title, that is the title of a file.
        Raises Refusal where a heading stands twice, is too long, or two headings mean the same field.
        """
        fields = self.fields(headings)
        level = "item"
        if "title" not in fields:
            names = [same_heading(heading) for heading in headings]
            if self.columns.get(_FILE_TITLE) != "series_title" or _FILE_TITLE not in names:
                return None
            fields[names.index(_FILE_TITLE)], level = "title", "file"
        layout = Layout(self, tuple(headings), tuple(fields), level)
        layout.check()
        return layout

    def recognised(self, headings: Iterable[str]) -> int:
        """How many of these cells are headings of this profile."""
        return sum(same_heading(heading) in self.columns for heading in headings)


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of one table and, place by place, the field each one means (None: kept in the notes)."""

    profile: Profile
    headings: tuple[str, ...]
    fields: tuple[str | None, ...]
    level: str

    def heading(self, field: str) -> str | None:
        """The heading in the file of a field of CatalogueRow, or of a part of it."""
        for name in _NAMES.get(field, (field,)):
            for heading, own in zip(self.headings, self.fields, strict=True):
                if own and (own == name or own.partition(".")[0] == name):
                    return heading
        return None

    def unknown(self) -> list[str]:
        """The headings whose texts are kept in the notes only."""
        return [
            heading for heading, field in zip(self.headings, self.fields, strict=True) if heading and field is None
        ]

    def stated(self) -> frozenset[str]:
        """The fields of CatalogueRow that this table says something about: the others an update leaves as they are."""
        found = {field.partition(".")[0] for field in self.fields if field}
        if found & _DATES:
            found |= _DATES
        if None in self.fields or self.profile.dialect:
            found.add("notes")
        if "pages" in found:
            found.add("extent")
        if self.level != "item":
            found.add("level")
        return frozenset(found & set(CatalogueRow._fields))

    def check(self) -> None:
        """Raises Refusal where it cannot be told which column is meant."""
        names: set[str] = set()
        columns: dict[str, str] = {}
        for heading, field in zip(self.headings, self.fields, strict=True):
            name = same_heading(heading)
            if len(heading) > MAX_HEADING:
                raise Refusal(_LONG.filled(heading=heading[:40], length=len(heading), most=MAX_HEADING))
            if name in names:
                raise Refusal(_TWICE.filled(heading=heading))
            if name:
                names.add(name)
            if field in columns and field not in JOINED:
                raise Refusal(_SAME_FIELD.filled(first=columns[field], second=heading))
            if field:
                columns[field] = heading


def profile_from(name: str, columns: Mapping[str, str], title: Sentence | None = None) -> Profile:
    """The mapping that a person made: from a heading as it stands in the file to one of FIELDS, or "" for the notes.

    "date_text" means the same as "date". Raises Refusal for a field that there is not.
    """
    fields = {heading: "date" if field == "date_text" else field for heading, field in columns.items()}
    for heading, field in fields.items():
        if field and field not in FIELDS:
            raise Refusal(_NO_FIELD.filled(heading=heading[:40], field=field[:40]))
    return Profile(name, title or Sentence(name, name), {same_heading(key): field for key, field in fields.items()})


_TWICE = Sentence(
    "表头“{heading}”出现两次，无法确定以哪一列为准。请改名或删除其中一列。",
    "The heading “{heading}” stands twice, so it cannot be told which column counts. Rename or delete one.",
)
_SAME_FIELD = Sentence(
    "表头“{first}”与“{second}”含义相同，无法确定以哪一列为准。请改名或删除其中一列。",
    "The headings “{first}” and “{second}” mean the same, so it cannot be told which column counts. "
    "Rename or delete one.",
)
_LONG = Sentence(
    "表头“{heading}…”有 {length} 个字符，最多 {most} 个。请缩短，或检查表头是否错行。",
    "The heading “{heading}…” has {length} characters; {most} are the most. Shorten it, or check whether that row is "
    "the heading.",
)
_NO_FIELD = Sentence(
    "列映射把“{heading}”对应到“{field}”，没有这个著录项。请重新选择。",
    "The mapping leads “{heading}” to “{field}”, which is no field. Choose another.",
)
