"""A request of OAI-PMH read strictly: its verb, its arguments, its resumption token, and what they limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core import signing
from django.http import QueryDict

from review.catalogue.harvesting import Limits
from review.catalogue.oai_formats import xml_text
from review.catalogue.oai_names import read_spec

SALT = "qifeng.oai"
MOST_TOKEN = 2_000  # characters; ours are a tenth of it

# verb: (what it must be told, what it may be told besides; a resumption token alone replaces both)
ARGUMENTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset()),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
}
RESUMABLE = frozenset({"ListSets", "ListIdentifiers", "ListRecords"})


class OaiError(Exception):
    """An error of the protocol: its code, and a sentence for whoever reads the answer."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was understood: its verb, its arguments, and for lists where to go on."""

    verb: str
    arguments: dict[str, str]
    token: dict[str, Any] = field(default_factory=dict)


def read_request(told: QueryDict) -> tuple[str, dict[str, str]]:
    """The verb and the arguments of a request, as the protocol has them. OaiError for a bad verb or argument."""
    verbs = told.getlist("verb")
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise OaiError(
            "badVerb", "动词缺失、重复或不合协议。 The verb is missing, repeated, or not one of the protocol."
        )
    verb = verbs[0]
    arguments = {name: values for name, values in told.lists() if name != "verb"}
    needed, allowed = ARGUMENTS[verb]
    if any(len(values) != 1 for values in arguments.values()):
        raise OaiError("badArgument", "同一参数出现多次。 An argument is repeated.")
    given = {name: values[0] for name, values in arguments.items()}
    if any(xml_text(value) != value for value in given.values()):
        raise OaiError(
            "badArgument", "参数中有不能使用的字符。 An argument holds characters that cannot stand in XML."
        )
    if "resumptionToken" in given:
        if verb not in RESUMABLE or len(given) > 1:
            raise OaiError("badArgument", "续传标记须单独使用。 A resumption token is used alone, with a list.")
        return verb, given
    if missing := needed - given.keys():
        raise OaiError("badArgument", f"缺少参数。 Missing: {', '.join(sorted(missing))}.")
    if unknown := given.keys() - needed - allowed:
        raise OaiError("badArgument", f"参数不合协议。 Not an argument of {verb}: {', '.join(sorted(unknown))}.")
    return verb, given


def read_token(verb: str, text: str) -> dict[str, Any]:
    try:
        if len(text) > MOST_TOKEN:
            raise signing.BadSignature
        token = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise OaiError("badResumptionToken", "续传标记无效。 The resumption token is not one of ours.") from error
    if token.get("verb") != verb:
        raise OaiError("badResumptionToken", "续传标记属于另一动词。 The resumption token is of another verb.")
    return token


def limits(told: dict[str, Any]) -> Limits:
    """From `from` to `until`, both included and of one granularity; of the set asked for."""
    first, last = told.get("from", ""), told.get("until", "")
    begin, end = _moment(first) if first else None, _moment(last) if last else None
    if begin and end and (len(first) != len(last) or begin > end):
        raise OaiError(
            "badArgument", "起止日期写法不一，或起始晚于截止。 `from` and `until` differ in form or are reversed."
        )
    if end:
        end += timedelta(seconds=1) if len(last) > 10 else timedelta(days=1)
    fonds = edition = None
    if "set" in told:
        named = read_spec(told["set"])
        if named is None:
            raise OaiError("noRecordsMatch", "没有这个集合。 There is no such set.")
        fonds, edition = named
    return Limits(begin, end, fonds, edition)


def _moment(text: str) -> datetime:
    form = "%Y-%m-%dT%H:%M:%SZ" if len(text) == 20 else "%Y-%m-%d"
    try:
        moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        if stamp(moment)[: len(text)] != text[:19] + "Z" * (len(text) == 20) or not 1 < moment.year < 9999:
            raise ValueError
    except ValueError as error:
        sentence = f"日期须为 YYYY-MM-DD 或 YYYY-MM-DDThh:mm:ssZ。 A day or a second in UTC is expected: {text[:40]}."
        raise OaiError("badArgument", sentence) from error
    return moment


def token_of(verb: str, going_on: dict[str, Any], cursor: int) -> str:
    """A resumption token: where to go on, signed. It never grows old, and nothing is kept here of who was given it."""
    return signing.dumps({"verb": verb, **going_on, "cursor": cursor}, salt=SALT)


@lru_cache(maxsize=1_000)
def stamp(at: datetime) -> str:
    """A moment as the protocol writes it: to the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
