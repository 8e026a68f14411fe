"""OAI-PMH 2.0: the open catalogue for harvesters (http://www.openarchives.org/OAI/openarchivesprotocol.html).

Records come in the order in which they last changed here: one that is released, restored or withdrawn while somebody
harvests comes after what was sent already. Deleted records are told for ever. The porch writes the protocol itself: lxml
reads and writes XML here anyway, and a record has to cost microseconds.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from lxml import etree

from review.catalogue.harvesting import (
    PAGE,
    Change,
    Place,
    changes,
    earliest,
    one_change,
    seen_until,
    sets_after,
)
from review.catalogue.oai_formats import FORMATS, XSI, Described, xml_text
from review.catalogue.oai_names import code_of, edition_spec, fonds_spec, identifier_of
from review.catalogue.oai_requests import Asked, OaiError, limits, read_request, read_token, stamp, token_of
from review.catalogue.outlets import absolute, contact, entry_address, for_everybody

NS = "http://www.openarchives.org/OAI/2.0/"
SCHEMA = f"{NS} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"


@csrf_exempt  # it only reads; the protocol asks for POST as well
@for_everybody
def oai(request: HttpRequest) -> HttpResponse:
    """Answer one request of the protocol, asked by GET or by POST. An error of the protocol is an answer like any other."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    told = request.POST if request.method == "POST" else request.GET
    base = absolute(request, request.path)
    told_back: dict[str, str] = {}
    try:
        verb, arguments = read_request(told)
        told_back = {"verb": verb, **arguments}
        token = read_token(verb, arguments["resumptionToken"]) if "resumptionToken" in arguments else {}
        asked = Asked(verb, arguments, token)
        body = VERBS[asked.verb](asked, request)
        return _answer(base, told_back, body)
    except OaiError as error:
        # The protocol: after a bad verb or argument the request is told back without its attributes.
        attributes = {} if error.code in {"badVerb", "badArgument"} else told_back
        return _answer(base, attributes, [_element("error", error.text, code=error.code)])


def _identify(asked: Asked, request: HttpRequest) -> Iterator[etree._Element]:
    made = _element("Identify")
    for name, text in (
        ("repositoryName", f"{settings.ARCHIVES_NAME_ZH} 开放目录 / {settings.ARCHIVES_NAME_EN}: open catalogue"),
        ("baseURL", absolute(request, request.path)),
        ("protocolVersion", "2.0"),
        ("adminEmail", contact()),
        ("earliestDatestamp", stamp(earliest())),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        made.append(_element(name, text))
    yield made


def _list_metadata_formats(asked: Asked, request: HttpRequest) -> Iterator[etree._Element]:
    if "identifier" in asked.arguments:
        _known(asked.arguments["identifier"])
    made = _element("ListMetadataFormats")
    for each in FORMATS.values():
        made.append(one := _element("metadataFormat"))
        one.append(_element("metadataPrefix", each.prefix))
        one.append(_element("schema", each.schema))
        one.append(_element("metadataNamespace", each.namespace))
    yield made


def _list_sets(asked: Asked, request: HttpRequest) -> Iterator[etree._Element]:
    """The fonds and the releases, under a set of each kind; more than a page of them are resumed."""
    found, following = sets_after(*asked.token.get("place", ("", "")), PAGE)
    made = _element("ListSets")
    tops = [] if asked.token else [("fonds", "全宗 Fonds"), ("release", "发布 Releases")]
    named = [(fonds_spec(code) if kind == "fonds" else edition_spec(code), name) for kind, code, name in found]
    for spec, name in tops + named:
        made.append(one := _element("set"))
        one.append(_element("setSpec", spec))
        one.append(_element("setName", name))
    if asked.token or following:
        going_on = {"place": following} if following else None
        made.append(_token("ListSets", going_on, asked.token.get("cursor", 0), len(found) + len(tops)))
    yield made


def _list(asked: Asked, request: HttpRequest) -> Iterator[etree._Element]:
    told = asked.token or {**asked.arguments, "cursor": 0}
    _format(told["metadataPrefix"])
    place = Place.read(told["place"]) if "place" in told else Place()
    found, following = changes(limits(told), place, PAGE)
    if not found and not asked.token:
        raise OaiError("noRecordsMatch", "没有符合条件的记录。 No record matches.")
    made, home = _element(asked.verb), absolute(request, reverse("catalogue:home"))
    for change in found:
        if asked.verb == "ListIdentifiers":
            _header(made, change)
        else:
            _record(made, change, told["metadataPrefix"], home)
    if asked.token or following:
        kept = {name: told[name] for name in ("metadataPrefix", "from", "until", "set") if name in told}
        going_on = {**kept, "place": following.written()} if following else None
        made.append(_token(asked.verb, going_on, told["cursor"], len(found)))
    yield made


def _get_record(asked: Asked, request: HttpRequest) -> Iterator[etree._Element]:
    change = _known(asked.arguments["identifier"])
    _format(asked.arguments["metadataPrefix"])
    made = _element("GetRecord")
    _record(made, change, asked.arguments["metadataPrefix"], absolute(request, reverse("catalogue:home")))
    yield made


VERBS: dict[str, Callable[[Asked, HttpRequest], Iterable[etree._Element]]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_metadata_formats,
    "ListSets": _list_sets,
    "ListIdentifiers": _list,
    "ListRecords": _list,
    "GetRecord": _get_record,
}


def _format(prefix: str) -> None:
    if prefix not in FORMATS:
        raise OaiError("cannotDisseminateFormat", f"没有这种格式。 Formats: {', '.join(FORMATS)}.")


def _known(identifier: str) -> Change:
    codes = code_of(identifier)
    change = one_change(*codes) if codes else None
    if change is None:
        raise OaiError("idDoesNotExist", "没有这条记录。 There is no such record.")
    return change


def _header(parent: etree._Element, change: Change) -> None:
    made = etree.SubElement(parent, f"{{{NS}}}header", {"status": "deleted"} if change.gone else {})
    for name, text in (
        ("identifier", identifier_of(change.fonds_code, change.reference_code)),
        ("datestamp", stamp(change.at)),
        ("setSpec", fonds_spec(change.fonds_code)),
        ("setSpec", edition_spec(change.edition) if change.edition else ""),
    ):
        if text:
            etree.SubElement(made, f"{{{NS}}}{name}").text = text


def _record(parent: etree._Element, change: Change, prefix: str, home: str) -> None:
    made = etree.SubElement(parent, f"{{{NS}}}record")
    _header(made, change)
    if not change.gone:
        etree.SubElement(made, f"{{{NS}}}metadata").append(FORMATS[prefix].write(_described(change, home)))


def _described(change: Change, home: str) -> Described:
    return Described(
        address=entry_address(change.fonds_code, change.reference_code, home),
        archives=settings.ARCHIVES_NAME_ZH,
        fonds_code=change.fonds_code,
        fonds_title=change.fonds_title,
        series_title=change.series_title,
        reference_code=change.reference_code,
        public_title=change.public_title,
        responsible_body=change.responsible_body,
        date=change.date,
        extent=change.extent,
        edition=change.edition,
        in_part=bool(change.redacted_copy),
    )


def _token(verb: str, going_on: dict[str, Any] | None, cursor: int, sent: int) -> etree._Element:
    """The resumption token of a list's page: empty on its last. It says where to go on and never grows old."""
    text = token_of(verb, going_on, cursor + sent) if going_on else ""
    return _element("resumptionToken", text, cursor=str(cursor))


def _element(name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.Element(f"{{{NS}}}{name}", attributes, nsmap={None: NS})
    if text:
        made.text = xml_text(text)
    return made


def _answer(base: str, attributes: dict[str, str], body: Iterable[etree._Element]) -> HttpResponse:
    root = etree.Element(f"{{{NS}}}OAI-PMH", nsmap={None: NS, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", SCHEMA)
    root.append(_element("responseDate", stamp(seen_until())))
    root.append(_element("request", base, **{name: xml_text(value) for name, value in attributes.items()}))
    root.extend(body)
    out = io.BytesIO()
    etree.ElementTree(root).write(out, encoding="UTF-8", xml_declaration=True)
    return HttpResponse(out.getvalue(), content_type="text/xml; charset=utf-8")
