"""One component of a finding aid as a row: what it states itself, whether in EAD 2002 or in EAD3.

Where its statements go: unittitle -> title (without one, its date; without that, and if other components hang on it,
its unitid), unitid -> reference_code, origination ->
responsible_body, unitdate and unitdatestructured -> the date and its span, physdesc and its kin -> extent, physloc ->
location, abstract and scopecontent -> scope, accessrestrict (at whatever depth) -> access_condition, controlaccess ->
persons and keywords. Everything else is kept as a line "element: text" of the notes, a digital object with its address.
Dropped are heads and labels, what stands in a dsc beside its components, and attributes that are not named here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from policies.catalogue_rows import LONGEST, CatalogueRow
from policies.inheritance import INTERNAL
from policies.sentences import Sentence
from review.readers.ead_dates import Dates, dates_of
from review.readers.ead_elements import COMPONENTS, lines_of, link_of, name_of, text_of
from review.readers.ead_own import PREFIX, OwnFields, field_of

_SERIES_LIKE = ("class", "collection", "fonds", "recordgrp", "series", "subfonds", "subgrp", "subseries")
_LEVELS = {"item": "item", "file": "file", **dict.fromkeys(_SERIES_LIKE, "series")}
_NAMES = {
    "title": "unittitle", "reference_code": "unitid", "responsible_body": "origination", "date_text": "unitdate",
    "extent": "physdesc", "location": "physloc", "scope": "scopecontent", "access_condition": "accessrestrict",
    "persons": "controlaccess", "keywords": "controlaccess",
}  # fmt: skip
# Not cut where they are too long: a title and a restriction mean nothing by halves, the others have nowhere to go.
_WHOLE = frozenset(["title", "access_condition", "scope", "notes"])
_PUBLISHED = frozenset({
    "unittitle", "unitdate", "unitdatestructured", "origination", "physdesc", "physdescset",
    "physdescstructured", "abstract",
})  # fmt: skip
_EXTENT = frozenset(["physdesc", "physdescset", "physdescstructured"])
_KEYWORDS = frozenset({
    "corpname", "famname", "function", "genreform", "geogname", "name", "occupation", "subject", "title",
})  # fmt: skip
# What may stand in a component besides the above, in one of the two; anything else is kept and wondered at.
_KNOWN = frozenset({
    "accruals", "acqinfo", "altformavail", "appraisal", "arrangement", "bibliography", "bioghist",
    "custodhist", "dao", "daogrp", "daoset", "did", "fileplan", "index", "langmaterial", "legalstatus",
    "materialspec", "note", "odd", "originalsloc", "otherfindaid", "phystech", "prefercite", "processinfo",
    "relatedmaterial", "relations", "repository", "separatedmaterial", "userestrict", "container", "didnote",
    "unitid",
})  # fmt: skip


class Fault(NamedTuple):
    """What is wrong in a component: the element or field, the text found there."""

    column: str
    value: str
    sentence: Sentence
    is_error: bool


class _Kept:
    """What the parts of a component come to, place by place; `texts` by the name of an element of the did."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.abstracts: list[str] = []
        self.scope: list[str] = []
        self.persons: list[str] = []
        self.keywords: list[str] = []
        self.odds: list[etree._Element] = []
        self.unitids: list[etree._Element] = []
        self.texts: dict[str, list[str]] = {name: [] for name in ("unittitle", "unitdate", "origination", "physloc")}
        extents: list[str] = []  # one list for its three elements
        self.texts |= dict.fromkeys(_EXTENT, extents)
        self.internal = False


def row_of(
    component: etree._Element, row: int, parent_row: int | None, *, has_parts: bool, strange: Counter[str]
) -> tuple[CatalogueRow, list[Fault]]:
    """The component as a row, and what was wrong with it. Its own components have to be emptied before.

    What is strange for EAD and was read all the same is counted in `strange`, by element.
    """
    kept = _Kept()
    did = next(component.iterchildren("{*}did"), None)
    if did is not None:
        _keep_did(did, kept)
    _keep_parts(component, did, kept, strange)
    dates = dates_of(did) if did is not None else None
    level = component.get("level", "")
    values: dict[str, object] = {
        "title": "; ".join(kept.texts["unittitle"]),
        "level": _LEVELS.get(level) or ("series" if has_parts else "file"),
        "responsible_body": "; ".join(kept.texts["origination"]),
        "date_text": dates.text if dates else "",
        "extent": "; ".join(kept.texts["physdesc"]),
        "location": "; ".join(kept.texts["physloc"]),
        "access_condition": " | ".join(_conditions(component, internal=kept.internal or _is_internal(component))),
    }
    if kept.odds:
        faults = _own(kept, values)
    else:
        faults = list(_described(kept, values, dates))
        if has_parts and not values["title"] and values["reference_code"]:
            values["title"] = values["reference_code"]
            faults.append(Fault("unittitle", "", _NAMELESS, False))
    return CatalogueRow(row=row, parent_row=parent_row, **values), faults  # type: ignore[arg-type]


def column_of(field: str) -> str:
    """The element a field of CatalogueRow is read from."""
    return _NAMES.get(field, field)


def _own(kept: _Kept, values: dict[str, object]) -> list[Fault]:
    own = OwnFields(kept.odds)
    values["reference_code"] = text_of(kept.unitids[0]) if kept.unitids else ""
    values["date_text"] = "; ".join(kept.texts["unitdate"])  # never its @normal
    values["scope"] = "\n".join(kept.scope)
    internal = str(values["access_condition"]).split(" | ")[-1] == INTERNAL
    values.update(own.values)
    if internal and "access_condition" in own.values:
        values["access_condition"] = f"{own.values['access_condition']} | {INTERNAL}"
    return [Fault(PREFIX + field, text, sentence, True) for field, text, sentence in own.faults]


def _described(kept: _Kept, values: dict[str, object], dates: Dates | None) -> Iterator[Fault]:
    code, other_codes = _codes(kept.unitids)
    notes = [f"unitid: {other}" for other in other_codes] + kept.notes
    values |= {
        "reference_code": code,
        "scope": "\n".join(kept.abstracts + kept.scope),
        "persons": "; ".join(dict.fromkeys(kept.persons)),
        "keywords": "; ".join(dict.fromkeys(kept.keywords)),
    }
    if dates:
        values["title"] = values["title"] or dates.text
        values |= {"earliest": dates.earliest, "latest": dates.latest}
        values |= {"date_precision": dates.precision, "date_certainty": dates.certainty}
        yield from (Fault("unitdate", text, _UNREAD, False) for text in dates.unread)
    for field, longest in LONGEST.items():
        text = values.get(field)
        if isinstance(text, str) and len(text) > longest and field not in _WHOLE:
            notes.append(f"{_NAMES[field]}: {text}")
            values[field] = "" if field == "reference_code" else text[: longest - 1] + "…"
    values["notes"] = "\n".join(notes)
    for field in ("scope", "notes"):
        text = str(values[field])
        if len(text) > LONGEST[field]:
            values[field] = text[: LONGEST[field] - 1] + "…"
            yield Fault(column_of(field), text[:200], _CUT.filled(length=len(text), longest=LONGEST[field]), False)


def _keep_did(did: etree._Element, kept: _Kept) -> None:
    kept.internal = did.get("audience") == "internal"
    for part in did:
        name = name_of(part)
        if name in _PUBLISHED:
            kept.internal = kept.internal or _holds_internal(part)
        if name == "unitid":
            kept.unitids.append(part)
        elif (texts := kept.texts.get(name)) is not None:
            if text := text_of(part, without_head=True):
                texts.append(text)
        elif name == "abstract":
            kept.abstracts += lines_of(part)
        elif name == "container":
            if text := text_of(part):
                kind = part.get("type") or part.get("localtype")
                kept.notes.append(f"container: {kind} {text}" if kind else f"container: {text}")
        elif name not in ("unitdatestructured", "head"):
            _note(part, name, kept)


def _keep_parts(parent: etree._Element, did: etree._Element | None, kept: _Kept, strange: Counter[str]) -> None:
    for part in parent:
        name = name_of(part)
        if part is did or name in COMPONENTS or name in ("dsc", "head", "thead", "accessrestrict", ""):
            continue
        if name == "scopecontent":
            kept.internal = kept.internal or _holds_internal(part)
            kept.scope += lines_of(part)
        elif name == "controlaccess":
            _keep_controlled(part, kept)
        elif name == "descgrp":
            _keep_parts(part, None, kept, strange)
        elif name == "odd" and field_of(part) is not None:
            kept.odds.append(part)
        else:
            if name not in _KNOWN:
                strange[name] += 1
            _note(part, name, kept)


def _keep_controlled(controlaccess: etree._Element, kept: _Kept) -> None:
    for part in controlaccess:
        name = name_of(part)
        if name == "controlaccess":
            _keep_controlled(part, kept)
        elif name and name != "head" and (text := text_of(part)):
            if name == "persname":
                kept.persons.append(text)
            elif name in _KEYWORDS:
                kept.keywords.append(text)
            else:
                kept.notes.append(f"controlaccess: {text}")


def _note(part: etree._Element, name: str, kept: _Kept) -> None:
    """Keeps a part as a line of the notes, each digital object in it with its address."""
    for link in part.iter("{*}dao", "{*}daoloc"):
        if address := link_of(link).strip():
            kept.notes.append(" ".join(f"dao: {address}".split()))
    if text := text_of(part, without_head=True):
        kept.notes.append(f"{name}: {text}")


def _is_internal(component: etree._Element) -> bool:
    """Whether the component or the list it stands in is marked internal."""
    above = component.getparent()
    listed = above is not None and name_of(above) not in COMPONENTS and above.get("audience") == "internal"
    return listed or component.get("audience") == "internal"


def _holds_internal(part: etree._Element) -> bool:
    return part.get("audience") == "internal" or (
        len(part) > 0 and any(inner.get("audience") == "internal" for inner in part.iter("*"))
    )


def _conditions(component: etree._Element, *, internal: bool) -> Iterator[str]:
    """The component's accessrestrict texts, grouped ones (descgrp) too; its components have been emptied."""
    for element in component.iter("{*}accessrestrict"):
        if name_of(element.getparent()) != "accessrestrict" and (text := text_of(element, without_head=True)):
            yield text
    if internal:
        yield INTERNAL


def _codes(unitids: list[etree._Element]) -> tuple[str, list[str]]:
    """The unitid that serves as the reference code, and the others; an address inside some system is neither."""
    kinds = [(e, e.get("type") or e.get("localtype")) for e in unitids]
    found = [(e, kind) for e, kind in kinds if not (kind or "").endswith("_uri")]
    usable = [(e, kind) for e, kind in found if e.get("audience") != "internal"]
    usable.sort(key=lambda pair: (pair[1] is not None, pair[0].get("label") not in (None, "ehri_main_identifier")))
    code = text_of(usable[0][0]) if usable else ""
    return code, [text for e, _ in found if (text := text_of(e)) and text != code]


_UNREAD = Sentence(
    "日期无法识别，此著录单元没有起止日期，因而永不到期。请改为公历日期、起止日期或年号纪年；日期不详的写“无日期”。",
    "The date cannot be read: this unit has no span of days and never falls due. Write a date, a range or a regnal "
    "year, or “undated” where it is not known.",
)
_NAMELESS = Sentence(
    "此著录单元没有题名，也没有日期，但含有下级单元，因此以其编号作题名。请补录题名。",
    "This unit has neither title nor date, but parts of its own, and is called by its unitid. Give it a title.",
)
_CUT = Sentence(
    "此处有 {length} 个字符，最多 {longest} 个；只保留了前面的部分。请缩短或分开著录。",
    "This text has {length} characters; {longest} are the most. Only its beginning was kept: shorten or divide it.",
)
