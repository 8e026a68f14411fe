"""The shapes of the JSON API: what it answers with, and what its errors say."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from review.catalogue.finding import MOST

MOST_ROWS = 100
LONGEST = 2**63 - 1  # of a row number

Code = Annotated[str, Field(min_length=1, max_length=200)]
Year = Annotated[int, Field(ge=0, le=9999)]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS)]


class Paged(Schema):
    """Where a list goes on, and how many rows a page has."""

    after: Annotated[int, Field(ge=0, le=LONGEST, description="上一页的 next `next` of the page before")] = 0
    limit: Limit = MOST_ROWS


class PagedOfFonds(Paged):
    """The same, of one fonds where it is named."""

    fonds: Annotated[str, Field(max_length=100, description="全宗号 The code of a fonds")] = ""


class Codes(Schema):
    """One entry, by the codes of its fonds and itself."""

    fonds: Code
    reference_code: Code


class Numbered(Schema):
    """One release, by its number."""

    number: Code


class Asked(Schema):
    """What a search asks for. Each may be left out."""

    q: Annotated[str, Field(max_length=100, description="词语或档号 Words or a reference code")] = ""
    fonds: Annotated[str, Field(max_length=100, description="全宗号 The code of a fonds")] = ""
    body: Annotated[str, Field(max_length=500, description="责任者全称 A responsible body, in full")] = ""
    first: Annotated[Year, Field(description="起始年，0 不限 From this year; 0: any")] = 0
    last: Annotated[Year, Field(description="截止年，0 不限 To this year; 0: any")] = 0
    page: Annotated[int, Field(ge=1, le=MOST)] = 1
    limit: Limit = 50


class Entry(Schema):
    """An open entry. `redacted_copy`: where it is open in part, the SHA-256 of the copy that may be read, else ""."""

    fonds_code: str
    fonds_title: str
    series_title: str
    reference_code: str
    public_title: str
    responsible_body: str
    date: str
    extent: str
    early_opening: bool
    redacted_copy: str
    release: str
    url: str


class Entries(Schema):
    """One page of entries, in the order of their numbers. `next`: from where to go on, null on the last page."""

    entries: list[Entry]
    next: int | None


class Found(Schema):
    """One page of a search. `more`: there are more hits than `total`, which were not looked at."""

    total: int
    more: bool
    page: int
    entries: list[Entry]


class Fonds(Schema):
    """A fonds of which something is open."""

    code: str
    title: str
    entries: int
    url: str


class ManyFonds(Schema):
    """One page of fonds, by row number."""

    fonds: list[Fonds]
    next: int | None


class Release(Schema):
    """A release as it was issued. `counts` has `deferred` by ground; `signer` is who sealed it."""

    number: str
    issued_on: date
    corrects: str
    superseded_by: str
    signed_off_by: str
    signed_off_on: date
    ruleset: str
    entries: int
    closed: int
    opened: int
    opened_early: int
    opened_in_part: int
    deferred: dict[str, int]
    manifest_digest: str
    merkle_root: str
    signer: str
    url: str


class Releases(Schema):
    """One page of releases, the oldest first."""

    releases: list[Release]
    next: int | None


class Closed(Schema):
    """An entry that a release lists as closed: on which ground, and when it opens. It has no title."""

    fonds_code: str
    reference_code: str
    ground: str
    opens_on: date | None
    release: str


class ManyClosed(Schema):
    """One page of listed closed entries, by row number."""

    closed: list[Closed]
    next: int | None


class Problem(Schema):
    """Why there is no answer."""

    error: Literal["not_found", "bad_request"]
    zh: str
    en: str


class Gone(Schema):
    """An entry that was open and is not now: its code, since when, and why."""

    error: Literal["gone"]
    fonds_code: str
    reference_code: str
    release: str
    state: Literal["withdrawn", "reclosed", "superseded"]
    since: date
    zh: str
    en: str
