"""Marked words in every closed field of the record: none of them is in anything that the public can fetch.

Outlets are found by following every link and by asking the address table: an outlet that is new is looked at by itself, and
one that this test cannot reach fails it.
"""

from __future__ import annotations

import html
import io
import json
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pikepdf
import pytest
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter
from django.urls.resolvers import URLPattern

from review.catalogue.models import Edition, ReleasedEntry, ReleasedFile
from review.models import Entry, Finding, Person, Release
from review.operations.suspending import suspend_entry
from tests.redactions import attached
from tests.review.documents.masters import lined, written
from tests.world import NOW, make_world
from workflows.delivering import deliver_errata

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

# One of each kind stands in the record below; those of the walk are what its people write down (workflows/rehearsal.py).
CANARIES = {
    "a name that a public title leaves out": "王建业",
    "a title that is not due": "金丝雀未到期题名",
    "a title without a date": "金丝雀无日期题名",
    "a note": "金丝雀附注",
    "a keyword": "金丝雀关键词",
    "a person": "金丝雀人名",
    "a place on the shelf": "金丝雀库房",
    "a body of closed records only": "金丝雀专员公署",
    "the name of a file": "canary-file-name",
    "the text of a page": "canary page text",
    "an opinion": "规则无法判定",
    "a reason": "已逐件审看",
    "an objection": "尚未了结的事项",
}

CATALOGUE = """档号,题名,责任者,形成日期,类别,密级,形成单位,附注,主题词,人名,存放位置
Z001-001-0001,关于调整救济标准的通知,示例省民政厅,1962-03-01,救济,,示例省民政厅,金丝雀附注,金丝雀关键词,金丝雀人名,金丝雀库房
Z001-001-0002,关于加强防汛工作的通知,示例省民政厅,1963-05-02,救济,,示例省民政厅,,,,
Z001-001-0003,关于召开年度工作会议的通知,示例省民政厅,1964-01-12,会议,,示例省民政厅,,,,
Z001-001-0004,关于给予王建业同志行政记过处分的决定,示例省民政厅,1989-07-01,人事,,示例省民政厅,金丝雀附注,,,
Z001-001-0005,关于救灾款分配方案的批复,示例省财政厅,1965-09-08,财务,,示例省财政厅,,,,
Z001-001-0006,关于下达一九六六年度预算的通知,示例省财政厅,1966-02-03,财务,,示例省财政厅,,,,
Z001-001-0007,关于印发会议纪要的通知,示例省财政厅,1967,财务,,示例省财政厅,,,,
Z001-001-0008,（涉密条目，题名不入库）,示例省民政厅,1998-03-04,机要,绝密★30年,示例省民政厅,,,,
Z001-001-0009,金丝雀未到期题名,金丝雀专员公署,2010-03-04,行政,,示例省民政厅,金丝雀附注,,,金丝雀库房
Z001-001-0010,金丝雀无日期题名,示例省民政厅,,行政,,示例省民政厅,,,,
Z001-001-0011,关于表彰先进集体的决定,示例省民政厅,1971年8月,会议,,示例省民政厅,,,,
"""

# Where an open title is heard: so that silence elsewhere proves something.
HEARD = (
    "/open/Z001/", "/open/search/", "verb=ListRecords", "/open/api/", "entries.csv", "entries.jsonl", "entries.xlsx",
    "open-catalogue.pdf", "catalogue.sqlite3", "ead3/",
)  # fmt: skip

HREF = re.compile(r"""(?:href|src|action)="([^"]+)"|<loc>([^<]+)</loc>|"(https?://testserver[^"]+)\"""")


@pytest.fixture
def released(db, tmp_path) -> Release:
    """The record with its marked words, walked to a release by its people."""
    world = make_world(tmp_path, CATALOGUE)
    for code in ("Z001-001-0001", "Z001-001-0004"):
        attached(world, code, written(lined((["canary page text"],))), name="canary-file-name.pdf")
    batch = world.walked("")
    release = Release.objects.get(batch=batch)
    assert release.delivered_at, "delivered to the public site"
    return release


def words_in(name: str, raw: bytes) -> Iterator[str]:
    """Everything that a file says to whoever takes it apart: text, data, attachments, names inside."""
    yield raw.decode("utf-8", "replace")
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            for each in packed.namelist():
                yield each
                yield from words_in(each, packed.read(each))
    elif raw.startswith(b"SQLite format 3"):
        yield from _words_in_sqlite(raw)
    elif raw.startswith(b"%PDF"):
        yield from _words_in_pdf(raw)
    elif name.endswith((".json", ".jsonl")) or raw[:1] in (b"{", b"["):
        yield raw.decode("utf-8", "replace").encode().decode("unicode_escape", "replace")


def _words_in_sqlite(raw: bytes) -> Iterator[str]:
    connection = sqlite3.connect(":memory:")
    connection.deserialize(raw)
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            yield " ".join(map(str, row))
    connection.close()


def _words_in_pdf(raw: bytes) -> Iterator[str]:
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-", "-"], input=raw, capture_output=True, check=True)
        yield "".join(done.stdout.decode().split())
        yield done.stdout.decode()
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        for each in pdf.objects:
            yield repr(each)
            if isinstance(each, pikepdf.Stream):
                try:
                    stream = each.read_bytes()
                except pikepdf.PdfError:
                    continue
                yield stream.decode("utf-8", "replace")
                yield stream.decode("utf-16-be", "replace")


def patterns() -> Iterator[URLPattern]:
    """Every address of the public site, out of the address table."""

    def below(resolver) -> Iterator[URLPattern]:
        for each in resolver.url_patterns:
            if isinstance(each, URLPattern):
                yield each
            elif not each.namespace:  # the API stands in its own description
                yield from below(each)

    (site,) = [each for each in get_resolver().url_patterns if getattr(each, "namespace", None) == "catalogue"]
    yield from below(site)


def filled(pattern: URLPattern, release: str, codes: list[str]) -> list[str]:
    """The addresses of one pattern, its arguments filled with all that there is."""
    if pattern.name is None:
        return []  # a root of the API: its addresses stand in its description
    files = list(ReleasedFile.objects.filter(edition__number=release).values_list("name", flat=True))
    choices = {
        "number": [release],
        "name": [*files, "x"],
        "fonds": ["Z001"],
        "reference_code": codes,
        "key": ["x" * 30],
    }
    found: list[dict[str, object]] = [{}]
    for name, converter in pattern.pattern.converters.items():
        values = [0, 1, 2] if isinstance(converter, IntConverter) else choices.get(name)
        assert values, f"{pattern.name}: say in this test what {name} may be"
        found = [{**each, name: value} for each in found for value in values]
    return [reverse(f"catalogue:{pattern.name}", kwargs=each) for each in found]


def machine_questions() -> list[str]:
    """Questions that no link asks."""
    oai = reverse("catalogue:oai")
    return [
        f"{oai}?verb={verb}{more}"
        for verb, more in (
            ("Identify", ""),
            ("ListSets", ""),
            ("ListMetadataFormats", ""),
            ("ListRecords", "&metadataPrefix=oai_dc"),
            ("ListRecords", "&metadataPrefix=ead"),
            ("ListRecords", "&metadataPrefix=oai_ead"),
            ("ListIdentifiers", "&metadataPrefix=oai_dc"),
        )
    ] + [
        reverse("catalogue:search") + f"?q={word}{more}"
        for word in ("金丝雀", "canary", "行政", "关于", "Z001-001-0004", "%", "")
        for more in ("", "&sort=date", "&fonds=Z001", "&decade=1980", "&first=1900&last=2020")
    ]


def described(client, release: str, codes: list[str]) -> list[str]:
    """The addresses that the API describes, their arguments filled."""
    paths = json.loads(b"".join(client.get(reverse("catalogue:openapi"))))["paths"]
    values = {"number": [release], "fonds": ["Z001"], "fonds_code": ["Z001"], "reference_code": codes}
    found = []
    for path in paths:
        made = [path]
        for name in re.findall(r"\{(\w+)\}", path):
            assert name in values, f"{path}: say in this test what {name} may be"
            made = [each.replace(f"{{{name}}}", value) for each in made for value in values[name]]
        found += made
    return found


PAGES = ("text/", "application/xml", "application/atom+xml", "application/json", "application/problem+json")


def everything(client, release: str, codes: list[str]) -> dict[str, str]:
    """What every address of the public site answers: those of the address table, of the API's description, of every link
    on the way, and the questions of machines."""
    waiting = ["/open/nowhere/at/all/", "/open/releases/9999-1/", "/open/Z001/%00/", *machine_questions()]
    waiting += described(client, release, codes)
    for pattern in patterns():
        waiting += filled(pattern, release, codes)
    said: dict[str, str] = {}
    while waiting:
        address = waiting.pop()
        if address in said or not address.startswith("/open/"):
            continue
        answer = client.get(address, headers={"Accept-Language": "en" if len(said) % 2 else "zh-hans"})
        raw = b"".join(answer)
        assert answer.status_code < 500, address
        headers = " ".join(f"{key}: {value}" for key, value in answer.headers.items())
        said[address] = "\n".join([headers, *words_in(address, raw)])
        if answer.headers.get("Content-Type", "").startswith(PAGES):
            waiting += links_in(address, raw.decode("utf-8", "replace"))
        assert len(said) < 3_000, "the crawl does not end"
    return said


def links_in(address: str, text: str) -> list[str]:
    """The addresses on this site that a page, a feed or an answer names; a change of language is no other page."""
    found = []
    for match in HREF.finditer(text):
        link = urlsplit(urljoin(f"http://testserver{address}", html.unescape(next(filter(None, match.groups())))))
        if link.netloc == "testserver" and "lang=" not in link.query:
            found.append(link.path + (f"?{link.query}" if link.query else ""))
    return found


def singing(said: dict[str, str], word: str) -> list[str]:
    """Where a word is, not counting an address in which it was asked for."""
    return [address for address, text in said.items() if word in text or "".join(word.split()) in text]


def strangers() -> set[str]:
    """The people of the house who signed nothing that is published."""
    signed = "".join(Edition.objects.values_list("signed_off_by", flat=True))
    return {name for person in Person.objects.all() if (name := person.full_name) and name not in signed}


def closed_words() -> set[str]:
    """What the record holds and no public field says: whole titles, and the words in which something was found."""
    public = "\n".join(
        f"{row.public_title}\n{row.responsible_body}\n{row.series_title}\n{row.reference_code}\n{row.date}"
        for row in ReleasedEntry.objects.select_related("series")
    )
    held = {*Entry.objects.values_list("title", flat=True), *Finding.objects.values_list("matched", flat=True)}
    return {words for words in held if len(words) > 2 and words not in public}


def test_no_closed_word_is_in_any_outlet_and_a_withdrawn_title_is_in_none_any_more(client, released):
    codes = [*Entry.objects.values_list("reference_code", flat=True)]
    said = everything(client, released.number, codes)
    assert len(said) > 150
    assert not {kind: where for kind, word in CANARIES.items() if (where := singing(said, word))}
    assert len(closed_words()) >= 4
    assert not {words: where for words in closed_words() if (where := singing(said, words))}
    assert not {name: where for name in strangers() if (where := singing(said, name))}

    taken = ReleasedEntry.objects.exclude(public_title="").order_by("pk").first()
    title, entry = taken.public_title, Entry.objects.get(reference_code=taken.reference_code)
    sang = singing(said, title)
    for outlet in HEARD:
        assert any(outlet in address for address in sang), f"the word is heard in {outlet} before"
    suspend_entry(entry=entry, reason="疑", secret=False, by=Person.objects.get(username="first"), at=NOW)
    deliver_errata(at=NOW)
    after = everything(client, released.number, codes)
    assert not singing(after, title)
    gone = [address for address in after if "verb=ListRecords&metadataPrefix=oai_dc" in address]
    assert any('status="deleted"' in after[address] for address in gone)
