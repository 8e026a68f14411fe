"""Names told by the place they stand in, and what a network takes for names and is none.

The network reads prose well and titles less well: it runs two names of a list together, loses a name before 职务, and takes
the names of rivers and of ports for persons. A title, on the other hand, says by its form where names stand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from policies.name_words import (
    ADDRESSES,
    AFTER_PLACES,
    APPOINTING,
    BESIDE_AFTER,
    BESIDE_BEFORE,
    COMMONEST_FAMILY_NAMES,
    CONCERNING,
    DOUBLE_FAMILY_NAMES,
    FAMILY_NAMES,
    FOLLOWING,
    FOREIGN_SIGNS,
    INTRODUCING,
    MASKS,
    MATTERS,
    NOT_GIVEN,
    OFFICES,
    PLACE_SIGNS,
    SELDOM_FAMILY_NAMES,
    SERVING,
)

Span = tuple[int, int]
Counts = Mapping[str, int]  # how often each word was counted

_HAN = "[\u3400-\u9fff]"
_BEFORE = "|".join(sorted((*APPOINTING, *INTRODUCING, *SERVING, *CONCERNING), key=len, reverse=True))
# A list of names, at most 40 signs, between a word before and a word after names.
_SLOT = re.compile(
    rf"(?:^|(?:(?:{_BEFORE})(?:和(?={_BEFORE}))?)+)(?!{_BEFORE})(?P<names>{_HAN}(?:{_HAN}|[、，,·]){{1,39}}?)(?={FOLLOWING}|{MATTERS})"
)
_has_slot = re.compile("|".join(APPOINTING) + f"|{MATTERS}|职|等功|兼任").search
_SEX = r"[，,、：:（( ](?:男|女)(?=[，,、。；;：:）) ]|$|性|汉族)"
_PERSON = re.compile(
    rf"(?:(?P<head>^|[。；;！？◆●•\n]|姓名[：:])|[，,、])(?P<name>{_HAN}{{2,4}}?|{_HAN}{{1,8}}(?:·{_HAN}{{1,8}}){{1,3}})"
    rf"(?:(?={_SEX}|性别)|(?P<address>先生|女士))"
)
_ALONE = re.compile(rf"^({_HAN}{{2,4}})[，,：:]$")
_ADDRESSED = re.compile(rf"(?={'|'.join(ADDRESSES[:3])})")
_MASK = rf"(?:某(?![一个些种时地处日事项方年月校院公物部单企])|某[{MASKS}]{{1,2}}|[{MASKS}]{{1,3}}(?<!某))"
_MASKED = re.compile(
    rf"(?<![{MASKS}])(?:{'|'.join(sorted(DOUBLE_FAMILY_NAMES))}|[{''.join(sorted(FAMILY_NAMES))}]){_HAN}?{_MASK}"
)
_after_place = re.compile("|".join(sorted(AFTER_PLACES, key=len, reverse=True))).match
_hopeful = re.compile(f"先生|女士|小姐|[·男女{MASKS}]|姓名").search
_placed_before = re.compile(rf"(?:{_BEFORE}|{BESIDE_BEFORE})$").search
_directed_at = re.compile(rf"(?:{'|'.join(APPOINTING)}|给)$").search
_office_before = re.compile(rf"(?:{OFFICES})$").search
_placed_after = re.compile(BESIDE_AFTER).match
_ORDINARY = 1000  # a word counted so often is no name
_KNOWN = 100  # nor is one counted so often that the network does not take for a name
_LIST_SIGNS = "、，,"
_NO_WORD_WITH_A_NAME = "等为任同记兼的之因"
_DEAR = math.inf
_NO_SIGN_OF_A_NAME = NOT_GIVEN.union(_LIST_SIGNS, "·")
_ANY_FAMILY_NAMES = FAMILY_NAMES | SELDOM_FAMILY_NAMES


def expects_names(text: str) -> bool:
    """Whether the words of the text themselves speak of persons, so that it must be read whatever its signs."""
    return _has_slot(text) is not None or _hopeful(text) is not None


def correct(text: str, tagged: Sequence[Span], counts: Counts) -> list[Span]:
    """The names in a text, from left to right, none overlapping, given the runs of signs that the network took for names.

    What the form of the text tells goes before what the network says. `counts`: how often ordinary words are met.
    """
    names: list[Span] = []
    for found in (
        _in_slots(text, tagged, counts),
        _of_persons(text),
        _addressed(text),
        ((match.start(), match.end()) for match in _MASKED.finditer(text)),
        _believed(text, tagged, counts),
    ):
        for start, end in found:
            if not _overlaps((start, end), names):
                names.append((start, end))
    return sorted(names)


def _in_slots(text: str, tagged: Sequence[Span], counts: Counts) -> Iterable[Span]:
    """The names of every list of names: the whole of it must be names."""
    if _has_slot(text) is None:
        return
    at = 0
    while (slot := _SLOT.search(text, at)) is not None:
        start, end = slot.span("names")
        at = slot.start() + 1
        names = split(text, start, end, tagged, counts)
        if names is None and start > slot.start():
            names = _foreign(text, start, end, tagged, counts)
        if names:
            yield from names
            at = end


def split(text: str, start: int, end: int, tagged: Sequence[Span], counts: Counts) -> list[Span] | None:
    """The names of which text[start:end] consists, apart from the signs of lists; None: it does not.

    The cheapest reading counts: three signs before two, common family names before rare ones, and what the network read
    as one name before all.
    """
    best: list[tuple[float, int | None]] = [(_DEAR, None)] * (end - start + 1)
    best[0] = (0.0, None)
    for at in range(start, end):
        cost, _ = best[at - start]
        if cost >= _DEAR:
            continue
        ways = [(at + signs, _cost(text, at, at + signs, tagged, counts)) for signs in (2, 3, 4) if at + signs <= end]
        if at > start and text[at] in _LIST_SIGNS + "和及与":
            ways.append((at + 1, 0.0 if text[at] in _LIST_SIGNS else 0.2))
        for to, more in ways:
            if cost + more < best[to - start][0]:
                best[to - start] = (cost + more, at)
    names: list[Span] = []
    at = end
    while (came := best[at - start][1]) is not None:
        if at - came > 1:
            names.append((came, at))
        at = came
    return names[::-1] if at == start and names else None


def _cost(text: str, start: int, end: int, tagged: Sequence[Span], counts: Counts) -> float:
    """How unlikely text[start:end] is as one name."""
    name = text[start:end]
    family = 2 if name[:2] in DOUBLE_FAMILY_NAMES and len(name) > 2 else 1
    given = name[family:]
    rare = family == 1 and name[0] not in FAMILY_NAMES
    if (
        given in ADDRESSES
        or not 1 <= len(given) <= 2
        or not _NO_SIGN_OF_A_NAME.isdisjoint(given)
        or (rare and name[0] not in SELDOM_FAMILY_NAMES)
    ):
        return _DEAR
    known = _ORDINARY if text.startswith("同志", end) else _KNOWN
    if counts.get(name[:2], 0) >= known and not _overlaps((start, end), tagged):
        return _DEAR
    cost = (1.0 if rare else 0.0) - (1.5 if (start, end) in tagged else 0.0)
    if len(given) == 1:
        cost += 0.6
    elif given[1] in COMMONEST_FAMILY_NAMES:
        cost += 0.1
    return cost + (1.0 if given[0] == "和" else 0.3 if given[0] in COMMONEST_FAMILY_NAMES else 0.0)


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _foreign(text: str, start: int, end: int, tagged: Sequence[Span], counts: Counts) -> list[Span]:
    """The items of a list of names in which not all have a Chinese form: some item must be one the network knows."""
    items = [(start + item.start(), start + item.end()) for item in re.finditer("[^、]+", text[start:end])]
    if not any(_overlaps(item, tagged) for item in items):
        return []
    return [
        (left, right) for left, right in items if (left, right) in tagged or _may_be_one(text[left:right], counts)
    ]


def _may_be_one(signs: str, counts: Counts) -> bool:
    """Whether signs of a list of names may be one, though not surely a Chinese one."""
    if signs[0] in FAMILY_NAMES and len(signs) > 3:
        return False
    known = counts.get(signs[:2], 0) >= _KNOWN or any(address in signs for address in ADDRESSES)
    return 2 <= len(signs) <= 5 and not known and _NO_SIGN_OF_A_NAME.isdisjoint(signs)


def _of_persons(text: str) -> Iterable[Span]:
    """A name at the head of what is said of a person: 某某，男 / 某某先生 / 姓名：某某; or a name and nothing else."""
    for match in _PERSON.finditer(text):
        name = match["name"]
        surely = match["head"] is not None and match["address"] is None and NOT_GIVEN.isdisjoint(name)
        if surely or (name[0] in _ANY_FAMILY_NAMES and len(name) <= 4):
            yield match.span("name")
    alone = _ALONE.match(text)
    if alone is not None and text[0] in FAMILY_NAMES and _given(alone[1][1:]):
        yield alone.span(1)


def _given(signs: str) -> bool:
    return 1 <= len(signs) <= 2 and not NOT_GIVEN.intersection(signs)


def _addressed(text: str) -> Iterable[Span]:
    """The family name alone before a form of address: 马先生."""
    for match in _ADDRESSED.finditer(text):
        start = match.start() - 1
        if start >= 0 and text[start] in FAMILY_NAMES and (start == 0 or not text[start - 1].isalnum()):
            yield start, start + 1


def _believed(text: str, tagged: Sequence[Span], counts: Counts) -> Iterable[Span]:
    """What the network took for names, mended, without what is none."""
    for span in tagged:
        start, end = _mended(text, *span)
        signs = text[start:end]
        foreign = FOREIGN_SIGNS.issuperset(signs) and 3 <= len(signs) <= 7 and _after_place(text, end) is None
        if len(signs) > 3 and not foreign and "·" not in signs and _directed_at(_before(text, start)):
            yield from split(text, start, end, (), counts) or ([span] if signs[0] in FAMILY_NAMES else ())
        elif "·" in signs or foreign or _is_name(text, start, end, counts):
            yield start, end


def _before(text: str, start: int) -> str:
    """The signs before, as many as the longest word that is asked for has."""
    return text[max(0, start - 8) : start]


def _mended(text: str, start: int, end: int) -> Span:
    """The span without a form of address at its end, and with the family name that stands, parted, before it."""
    for address in ADDRESSES:
        if text.startswith(address, end - len(address), end):
            end -= len(address)
    if end - start <= 2 and text[start - 1 : start] in _ANY_FAMILY_NAMES and _begun(_before(text, start - 1)):
        start -= 1
    return start, end


_begun = re.compile(rf"(?:{_BEFORE}|^|\W)$").search


def _is_name(text: str, start: int, end: int, counts: Counts) -> bool:
    name, following = text[start:end], text[end : end + 2]
    if name[:2] in DOUBLE_FAMILY_NAMES:
        return 3 <= len(name) <= 4
    if not 2 <= len(name) <= 3 or name[0] not in _ANY_FAMILY_NAMES:
        return False
    before = _before(text, start)
    if name[1:] in AFTER_PLACES or NOT_GIVEN.intersection(name[1:]):
        return False
    if name[-1] in PLACE_SIGNS and _office_before(before) is None:
        return False
    doubtful = len(name) == 2 or counts.get(name[1:], 0) >= _ORDINARY
    if doubtful and _placed_before(before) is None and _placed_after(text, end) is None:
        return False
    after = _after_place(text, end)
    if after is not None and (len(after[0]) > 1 or counts.get(following, 0) < _ORDINARY):  # 容奇港, not 某某河南省
        return False
    # 沈大|国家: the last sign belongs to a word that goes on.
    across = counts.get(name[-1] + following[:1], 0) >= _ORDINARY and counts.get(following, 0) < _ORDINARY
    return not across or following[:1] in _NO_WORD_WITH_A_NAME
