"""OAI-PMH: what a harvester gets, by its own client over HTTP; what the protocol asks of every answer."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sickle
import time_machine
from django.urls import reverse
from lxml import etree

from review.catalogue import harvesting
from review.catalogue.loading import load_bundle
from review.catalogue.models import Edition, ReleasedEntry
from review.catalogue.oai_names import code_of, fonds_spec, identifier_of, read_spec
from review.catalogue.outlets import entry_address
from tests.review.catalogue.made_bundles import COPY_DIGEST
from tests.review.catalogue.withdrawing import tell

pytestmark = pytest.mark.django_db(databases=["catalogue"])

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
DUBLIN_CORE = {
    "title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format", "identifier",
    "source", "language", "relation", "coverage", "rights",
}  # fmt: skip
ROOT = Path(__file__).resolve().parents[3]
ODD = 'MS#1 Box 2/3 & "四" ~'


@pytest.fixture
def ask(client):
    """ask(verb=..., ...): the answer as a tree; the values of a list are sent one after the other."""

    def answer(path: str = "", **told):
        response = client.get(reverse("catalogue:oai") + path, told)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/xml; charset=utf-8"
        return etree.fromstring(response.content)

    return answer


@pytest.fixture
def loaded(make_bundle, entry_row) -> Edition:
    rows = [entry_row(f"A-{n}", f"关于第{n}号事项的通知") for n in range(25)]
    odd = entry_row(ODD, "Letters <&> 往来", fonds_code="全宗 1/2", fonds_title="外文", series_title="", date="1962")
    part = entry_row("P-1", "关于某事的批复", redacted_copy=COPY_DIGEST)
    return load_bundle(make_bundle([*rows, odd, part]))


def codes(tree) -> list[str]:
    return [code_of(each.text)[1] for each in tree.iter(f"{OAI}identifier")]


def error(tree) -> str | None:
    found = tree.find(f"{OAI}error")
    return None if found is None else found.get("code")


def schema(folder: Path, name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(folder / "schemas" / name))


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr("review.catalogue.oai.PAGE", 10)
    monkeypatch.setattr(harvesting, "PAGE", 10)


# ---- a real client -----------------------------------------------------------------------------------------------------


@pytest.fixture
def harvester(transactional_db, live_server, make_bundle, entry_row, small_pages):
    rows = [entry_row(f"A-{n}") for n in range(25)] + [entry_row(ODD, "Letters <&>", fonds_code="全宗 1/2")]
    load_bundle(make_bundle(rows))
    return sickle.Sickle(live_server.url + reverse("catalogue:oai"))


@pytest.mark.django_db(databases=["catalogue"], transaction=True)
def test_a_harvester_gets_every_record_once_with_its_metadata(harvester):
    records = list(harvester.ListRecords(metadataPrefix="oai_dc"))
    assert len(records) == 26
    assert len({record.header.identifier for record in records}) == 26
    by_code = {record.metadata["identifier"][1]: record for record in records}
    assert by_code[ODD].metadata["title"] == ["Letters <&>"]
    assert by_code["A-3"].metadata["creator"] == ["省民政局"]
    assert by_code["A-3"].header.setSpecs == ["fonds:J047", "release:2026-1"]
    (again,) = [harvester.GetRecord(identifier=by_code[ODD].header.identifier, metadataPrefix="ead")]
    assert "Letters &lt;&amp;&gt;" in again.raw


@pytest.mark.django_db(databases=["catalogue"], transaction=True)
def test_a_release_published_in_the_middle_of_a_harvest_loses_nothing_and_sends_nothing_twice(
    harvester, make_bundle, entry_row
):
    going = harvester.ListRecords(metadataPrefix="oai_dc")
    first = [next(going).header.identifier for _record in range(7)]
    load_bundle(make_bundle([entry_row(f"B-{n}") for n in range(15)], number="2026-2"))
    tell(Edition.objects.get(number="2026-1"), "A-20")
    rest = list(going)
    identifiers = first + [record.header.identifier for record in rest]
    assert len(identifiers) == len(set(identifiers)) == 26 + 15
    assert {identifier_of("J047", f"B-{n}") for n in range(15)} <= set(identifiers)
    (gone,) = [record.header for record in rest if record.header.deleted]
    assert gone.identifier == identifier_of("J047", "A-20")


@pytest.mark.django_db(databases=["catalogue"], transaction=True)
def test_a_client_reads_formats_sets_identifiers_and_who_we_are(harvester):
    assert [each.metadataPrefix for each in harvester.ListMetadataFormats()] == ["oai_dc", "ead"]
    sets = {each.setSpec: each.setName for each in harvester.ListSets()}
    assert sets["fonds:J047"] == "J047 示例省民政局"
    assert "release:2026-1" in sets
    assert len(list(harvester.ListIdentifiers(metadataPrefix="ead"))) == 26
    who = harvester.Identify()
    assert (who.deletedRecord, who.granularity) == ("persistent", "YYYY-MM-DDThh:mm:ssZ")


@pytest.mark.django_db(databases=["catalogue"], transaction=True)
def test_a_harvest_by_post_is_the_same(live_server, harvester):
    by_post = sickle.Sickle(live_server.url + reverse("catalogue:oai"), http_method="POST")
    mine = [each.identifier for each in by_post.ListIdentifiers(metadataPrefix="oai_dc")]
    assert mine == [each.identifier for each in harvester.ListIdentifiers(metadataPrefix="oai_dc")]


# ---- deleted records ---------------------------------------------------------------------------------------------------


def test_a_withdrawn_record_is_told_as_deleted_and_comes_back_when_it_is_restored(ask, loaded):
    identifier = identifier_of("J047", "A-3")
    tell(loaded, "A-3")
    record = ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier)
    header = record.find(f".//{OAI}header")
    assert header.get("status") == "deleted"
    assert [each.text for each in header.findall(f"{OAI}setSpec")] == ["fonds:J047", "release:2026-1"]
    assert record.find(f".//{OAI}metadata") is None
    assert "第3号" not in etree.tostring(ask(verb="ListRecords", metadataPrefix="ead"), encoding="unicode")
    tell(loaded, "A-3", "restored", number="E2026-2")
    again = ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier)
    assert again.find(f".//{OAI}header").get("status") is None
    assert again.find(f".//{DC}title").text == "关于第3号事项的通知"


def test_what_a_corrected_edition_leaves_out_is_told_as_deleted(ask, loaded, make_bundle, entry_row):
    rows = [entry_row(f"A-{n}", f"关于第{n}号事项的通知") for n in range(20)]
    load_bundle(make_bundle(rows, number="2026-2", corrects="2026-1"))
    tree = ask(verb="ListIdentifiers", metadataPrefix="oai_dc")
    gone = [each for each in tree.iter(f"{OAI}header") if each.get("status") == "deleted"]
    assert {code_of(each.find(f"{OAI}identifier").text)[1] for each in gone} == {
        *(f"A-{n}" for n in range(20, 25)), ODD, "P-1",
    }  # fmt: skip
    assert len(codes(tree)) == 27
    assert codes(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set="release:2026-2")) == [
        f"A-{n}" for n in range(20)
    ]


def test_what_changed_since_the_last_harvest_is_a_harvest_from_then(ask, make_bundle, entry_row):
    day = datetime(2026, 11, 20, 8, 0, 0, 700_000, tzinfo=UTC)
    with time_machine.travel(day, tick=False):
        first = load_bundle(make_bundle([entry_row("A-1"), entry_row("A-2")]))
    with time_machine.travel(day + timedelta(days=1), tick=False):
        load_bundle(make_bundle([entry_row("B-1")], number="2026-2"))
    with time_machine.travel(day + timedelta(days=2), tick=False):
        tell(first, "A-1")

    def listed(limits: dict[str, str]) -> list[str]:
        return codes(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", **limits))

    assert listed({}) == ["A-2", "B-1", "A-1"]
    assert listed({"from": "2026-11-21"}) == ["B-1", "A-1"]
    assert listed({"until": "2026-11-20"}) == ["A-2"]
    assert listed({"from": "2026-11-21", "until": "2026-11-21"}) == ["B-1"]
    assert listed({"from": "2026-11-20T08:00:00Z", "until": "2026-11-20T08:00:00Z"}) == ["A-2"]
    assert listed({"from": "2026-11-20T08:00:01Z"}) == ["B-1", "A-1"]
    tree = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", **{"from": "2026-11-23"})
    assert error(tree) == "noRecordsMatch"


# ---- sets --------------------------------------------------------------------------------------------------------------


def test_sets_hold_what_their_names_say(ask, loaded, make_bundle, entry_row):
    load_bundle(make_bundle([entry_row("B-1")], number="2026-2"))

    def inside(spec: str) -> list[str]:
        return codes(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec))

    assert inside("release:2026-2") == ["B-1"]
    assert inside(fonds_spec("全宗 1/2")) == [ODD]
    assert len(inside("fonds")) == len(inside("release")) == 28
    assert len(inside("fonds:J047")) == 27
    for spec in ("fonds:none", "release:2020-1", "colour:red", "fonds:", "~", "fonds:~ZZ~"):
        assert error(ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec)) == "noRecordsMatch", spec


@pytest.mark.parametrize("code", ["J047", "全宗 1/2", "a~b", "..", "x:y", "~41~", "~110000~"])
def test_a_name_leads_back_to_its_code(code):
    assert read_spec(fonds_spec(code)) == (code, None)
    assert re.fullmatch(r"([A-Za-z0-9\-_\.!~\*'\(\)])+(:[A-Za-z0-9\-_\.!~\*'\(\)]+)*", fonds_spec(code))
    assert code_of(identifier_of(code, code)) == (code, code)


def test_sets_more_than_a_page_are_resumed(ask, make_bundle, entry_row, small_pages):
    load_bundle(make_bundle([entry_row(f"A-{n}", fonds_code=f"F{n:02}", fonds_title=f"全宗{n}") for n in range(25)]))
    specs, token = [], None
    while token != "":
        tree = ask(verb="ListSets", **({"resumptionToken": token} if token else {}))
        specs += [each.text for each in tree.iter(f"{OAI}setSpec")]
        token = tree.find(f".//{OAI}resumptionToken").text or ""
    assert specs == ["fonds", "release", *(f"fonds:F{n:02}" for n in range(25)), "release:2026-1"]


# ---- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=Nonsense", "badVerb"),
        ("verb=identify", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=fonds", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&colour=red", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-1-1", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-20T08:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0001-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=9999-12-31", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-21&until=2026-11-20", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-11-20&until=2026-11-21T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:qifeng.invalid:J047/none", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:elsewhere.example:J047/A-1", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%3Cx%3E", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00", "badArgument"),
        ("verb=GetRecord&metadataPrefix=marc21&identifier=oai:qifeng.invalid:J047/A-1", "cannotDisseminateFormat"),
        ("verb=ListMetadataFormats&identifier=oai:qifeng.invalid:J047/none", "idDoesNotExist"),
        ("verb=ListRecords&resumptionToken=made-up", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=" + "x" * 5000, "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
        ("verb=Identify&resumptionToken=x", "badArgument"),
    ],
)
def test_every_fault_has_the_code_that_the_protocol_gives_it(ask, loaded, query, code):
    tree = ask(f"?{query}")
    assert error(tree) == code
    attributes = tree.find(f"{OAI}request").attrib
    assert (not attributes) == (code in {"badVerb", "badArgument"})


def test_a_token_of_one_list_does_not_resume_another_and_one_sign_changed_is_refused(ask, loaded, small_pages):
    token = ask(verb="ListRecords", metadataPrefix="oai_dc").find(f".//{OAI}resumptionToken").text
    assert error(ask(verb="ListIdentifiers", resumptionToken=token)) == "badResumptionToken"
    assert (
        error(ask(verb="ListRecords", resumptionToken=token[:-1] + ("A" if token[-1] != "A" else "B")))
        == "badResumptionToken"
    )
    assert error(ask(verb="ListRecords", resumptionToken=token)) is None


def test_an_empty_site_matches_no_record(ask):
    assert error(ask(verb="ListRecords", metadataPrefix="oai_dc")) == "noRecordsMatch"
    assert ask(verb="Identify").find(f".//{OAI}earliestDatestamp") is not None


def test_a_harvester_that_begins_while_a_release_is_loaded_will_ask_for_it_again(ask, loaded, kept):
    begun = kept / ".arriving-x"
    begun.mkdir()
    before = ask(verb="ListIdentifiers", metadataPrefix="oai_dc").find(f"{OAI}responseDate").text
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10), tick=False):
        during = ask(verb="ListIdentifiers", metadataPrefix="oai_dc").find(f"{OAI}responseDate").text
    assert during <= before, (
        "it asks from here next time, and the release will say that it changed when its load began"
    )


def test_only_reading_is_allowed_and_any_page_may_read(client, loaded):
    url = reverse("catalogue:oai")
    assert client.put(url).status_code == 405
    answer = client.get(url, {"verb": "Identify"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "max-age=60" in answer["Cache-Control"]


# ---- schemas -----------------------------------------------------------------------------------------------------------


def test_every_answer_is_valid_by_the_schemas_of_the_protocol_and_of_its_formats(client, ask, loaded, small_pages):
    shared = ROOT.parent / "shared" / "data"
    if not shared.is_dir():
        pytest.skip(f"no folder of schemas at {shared}")
    tell(loaded, "A-3")
    protocol = schema(shared, "oai/OAI-PMH-lax.xsd")
    one = identifier_of("J047", "A-1")
    for query in (
        "verb=Identify", "verb=ListMetadataFormats", "verb=ListSets", "verb=Nonsense", "",
        "verb=ListRecords&metadataPrefix=oai_dc", "verb=ListRecords&metadataPrefix=ead",
        "verb=ListIdentifiers&metadataPrefix=ead&set=fonds:J047&from=2026-01-01",
        f"verb=GetRecord&metadataPrefix=ead&identifier={one}",
        f"verb=GetRecord&metadataPrefix=ead&identifier={identifier_of('J047', 'A-3')}",
    ):  # fmt: skip
        protocol.assertValid(ask(f"?{query}"))
    tree = ask("?verb=ListRecords&metadataPrefix=oai_dc")
    for each in tree.iter("{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"):
        assert {etree.QName(child).localname for child in each} <= DUBLIN_CORE


def test_a_record_as_ead_is_valid_ead_2002(ask, loaded):
    shared = ROOT.parent / "shared" / "data"
    if not shared.is_dir():
        pytest.skip(f"no folder of schemas at {shared}")
    folder = shared / "schemas" / "ead2002"
    parser = etree.XMLParser(no_network=True)
    text = (folder / "ead.xsd").read_text(encoding="utf-8")
    text = re.sub(r'schemaLocation="[^"]*xlink\.xsd"', f'schemaLocation="{(folder / "xlink.xsd").as_uri()}"', text)
    ead = etree.XMLSchema(etree.fromstring(text.encode(), parser))
    found = list(ask(verb="ListRecords", metadataPrefix="ead").iter("{urn:isbn:1-931666-22-9}ead"))
    assert len(found) == 27
    for each in found:
        ead.assertValid(etree.fromstring(etree.tostring(each)))


def test_a_title_that_xml_cannot_carry_is_sent_with_a_mark_in_its_place(ask, loaded):
    ReleasedEntry.objects.filter(reference_code="A-1").update(public_title="前\ufffe后")
    record = ask(verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier_of("J047", "A-1"))
    assert record.find(f".//{DC}title").text == "前\ufffd后"


def test_a_page_costs_the_same_number_of_queries_however_many_records_there_are(
    ask, make_bundle, entry_row, django_assert_max_num_queries
):
    def cost() -> int:
        with django_assert_max_num_queries(10, using="catalogue") as queries:
            ask(verb="ListRecords", metadataPrefix="oai_dc", set="fonds:J047")
        return len(queries)

    load_bundle(make_bundle([entry_row("A-1"), entry_row("A-2")]))
    few = cost()
    load_bundle(make_bundle([entry_row(f"B-{n}") for n in range(40)], number="2026-2"))
    assert cost() == few


@pytest.mark.parametrize("code", [ODD, "全宗 1/2", "a%2Fb", "x?y#z", "..", "a;b=c&d", "\\"])
def test_the_address_in_a_record_is_the_permanent_one(code):
    assert entry_address(code, code) == reverse("catalogue:entry", args=[code, code])
    assert entry_address(code, code, "https://a.example/open/").startswith("https://a.example/open/")
