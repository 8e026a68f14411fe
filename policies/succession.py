"""Who answers for what an agency left, on a given day and why: dated changes of agencies (renamed, merged, split ...).

Two purposes, two fallbacks. Opening: the unit that continues the functions, and where there is none the archives alone
(档案法实施条例 art. 30(1)). Declassification: the unit that continues the functions of the original classifier, and where
there is none its superior or the body that the secrecy authority designates, never the archives (保守国家秘密法实施条例
art. 23; 国家秘密解密暂行办法 art. 7). What is not on record is "unknown", and the entry stays closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from policies import succession_words as words
from policies.dates import DateSpan
from policies.sentences import Refusal, Sentence
from policies.succession_words import listed, told_change

Purpose = Literal["opening", "declassification"]
Kind = Literal["agency", "agencies", "archives_alone", "superior", "designated", "unknown"]

ENDING = ("renamed", "merged", "split", "abolished")  # after one of these the agency is no more
KINDS = (*ENDING, "functions_moved")


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """An agency as far as succession asks: the first and the last day on which it existed, None where not known."""

    code: str
    name: str
    from_day: date | None = None
    to_day: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the agency `from_code` on `day`, the first day on which it holds. `kind`: one of KINDS.

    `functions[i]` names the function that `to_codes[i]` continues, "" all that no other names; an agency that continues
    two stands twice. Left out, all continue everything. `superior` and `designated` declassify where nobody succeeds.
    """

    kind: str
    day: date
    from_code: str
    to_codes: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    evidence: str = ""
    superior: str | None = None
    designated: str | None = None

    def continued_by(self, function: str) -> tuple[str, ...]:
        """Who continues this function; () if it did not move. An unknown one ("") of an ended agency: all of them."""
        if self.kind in ENDING and not function:
            return tuple(dict.fromkeys(self.to_codes))
        named = self.functions or ("",) * len(self.to_codes)
        pairs = list(zip(self.to_codes, named, strict=True))
        exact = [code for code, said in pairs if function and said == function]
        rest = [code for code, said in pairs if not said]
        return tuple(dict.fromkeys(exact or rest or (self.to_codes if self.kind in ENDING else ())))


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers: `codes` (all of them, where several), why, and the changes that led there. `told`: who is informed."""

    kind: Kind
    codes: tuple[str, ...]
    reason: Sentence
    path: tuple[Change, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def way(self) -> tuple[str, ...]:
        """The codes of the agencies that the changes led through, each once."""
        return tuple(dict.fromkeys(code for change in self.path for code in (change.from_code, *change.to_codes)))


class _Found(NamedTuple):
    """One end of the way: `code` answers as `kind`; or nobody continues ("gone"), or it is not on record ("unknown")."""

    kind: Literal["agency", "superior", "designated", "gone", "unknown"]
    code: str
    path: tuple[Change, ...]


def answerer(
    agency: AgencyFacts,
    day: date,
    purpose: Purpose,
    changes: Iterable[Change],
    *,
    function: str = "",
    agencies: Mapping[str, AgencyFacts] | None = None,
) -> Answerer:
    """Who answers on `day` for what `agency` left. A change dated after the day does not count.

    function: of the entry, where it is known; agencies: the others by code, for their names and the days they existed.
    """
    known = {**(agencies or {}), agency.code: agency}
    way = _Way(day, purpose, tuple(changes), known)
    ends = way.ends(agency.code, function, ())
    path = tuple(dict.fromkeys(change for end in ends for change in end.path))
    names = {code: facts.name for code, facts in known.items()}
    story = [told_change(change.kind, change.day, change.from_code, change.to_codes, names) for change in path]
    lost = [end.code for end in ends if end.kind == "unknown"]
    if lost:
        return Answerer("unknown", (), words.UNKNOWN[purpose].told(story, listed(lost, names)), path)
    codes = tuple(dict.fromkeys(end.code for end in ends if end.kind != "gone"))
    if not codes:
        return Answerer("archives_alone", (), words.ALONE.told(story, listed([agency.code], names)), path)
    kinds = {end.kind for end in ends if end.kind in ("superior", "designated", "agency")}
    kind: Kind = "agencies" if len(codes) > 1 else "agency"
    if len(codes) == 1 and kinds in ({"superior"}, {"designated"}):
        kind = "superior" if kinds == {"superior"} else "designated"
    conclusion = {"superior": words.SUPERIOR, "designated": words.DESIGNATED}.get(kind, words.ANSWERS[purpose])
    return Answerer(kind, codes, conclusion.told(story, listed(codes, names)), path)


@dataclass(frozen=True, slots=True)
class _Way:
    """The walk from an agency along the changes up to a day."""

    day: date
    purpose: Purpose
    changes: tuple[Change, ...]
    known: Mapping[str, AgencyFacts]

    def ends(self, code: str, function: str, path: tuple[Change, ...]) -> list[_Found]:
        """Where the way ends that came to `code` along `path`."""
        since = path[-1].day if path else None
        for change in self._changes_of(code):
            if since is not None and change.day < since:
                if change.kind in ENDING:  # said to continue what was left to it after its own end
                    return [_Found("unknown", code, path)]
                continue
            heirs = change.continued_by(function)
            if change in path:
                return [_Found("unknown", code, path)]
            if heirs:
                return [end for heir in heirs for end in self.ends(heir, function, (*path, change))]
            if change.kind in ENDING:
                return [self._without_heir(change, (*path, change))]
        facts = self.known.get(code)
        ended = facts is not None and facts.to_day is not None and facts.to_day < self.day
        return [_Found("unknown" if ended else "agency", code, path)]

    def _without_heir(self, change: Change, path: tuple[Change, ...]) -> _Found:
        if change.kind != "abolished":
            return _Found("unknown", change.from_code, path)
        if self.purpose == "opening":
            return _Found("gone", change.from_code, path)
        if change.designated is not None:
            return self._in_its_place("designated", change.designated, path)
        if change.superior is not None:
            return self._in_its_place("superior", change.superior, path)
        return _Found("unknown", change.from_code, path)

    def _in_its_place(self, kind: Literal["superior", "designated"], code: str, path: tuple[Change, ...]) -> _Found:
        """A superior or a designated body, or the one that has succeeded it since."""
        ends = self.ends(code, "", path)
        if len({end.code for end in ends}) == 1 and ends[0].kind not in ("unknown", "gone"):
            return _Found(kind, ends[0].code, ends[0].path)
        return _Found("unknown", code, path)

    def _changes_of(self, code: str) -> list[Change]:
        """The changes of an agency up to the day, in order; those before its own first day were of an earlier body."""
        facts = self.known.get(code)
        first = facts.from_day if facts is not None else None
        own = [
            change
            for change in self.changes
            if change.from_code == code and change.day <= self.day and (first is None or change.day >= first)
        ]
        return sorted(own, key=lambda change: (change.day, change.kind in ENDING))


def answerers(
    lead: AgencyFacts,
    others: Sequence[AgencyFacts],
    day: date,
    purpose: Purpose,
    changes: Iterable[Change],
    *,
    function: str = "",
    agencies: Mapping[str, AgencyFacts] | None = None,
) -> Answerer:
    """Who answers for a document of several makers: whoever answers for the lead; the others are told (GIR art. 10).

    Only where nobody continues the lead, and it is about opening, do the other makers answer: they too are forming units.
    """
    listed_changes = tuple(changes)
    known = {**(agencies or {}), **{facts.code: facts for facts in (lead, *others)}}
    names = {code: facts.name for code, facts in known.items()}
    first = answerer(lead, day, purpose, listed_changes, function=function, agencies=known)
    rest = [answerer(other, day, purpose, listed_changes, function=function, agencies=known) for other in others]
    codes = tuple(dict.fromkeys(code for found in rest for code in found.codes if code not in first.codes))
    if not others:
        return first
    if first.kind == "archives_alone" and codes:
        reason = words.JOINT_LEAD_GONE.after(first.reason, listed(codes, names))
        path = tuple(dict.fromkeys(change for found in (first, *rest) for change in found.path))
        return Answerer("agency" if len(codes) == 1 else "agencies", codes, reason, path)
    reason = words.JOINT.after(first.reason, listed(codes, names)) if codes else first.reason
    return Answerer(first.kind, first.codes, reason, first.path, codes)


def creator_on(creators: Iterable[AgencyFacts], span: DateSpan | None) -> tuple[str, ...]:
    """Which creators of a combined fonds (联合全宗) a record of these days may be from: one, or all that must be asked.

    A creator's days are those of its records in the fonds. Without a date, or outside the days of all, any may be meant.
    """
    creators = list(creators)
    fitting = [
        facts.code
        for facts in creators
        if span is not None
        and (facts.from_day is None or facts.from_day <= span.latest)
        and (facts.to_day is None or facts.to_day >= span.earliest)
    ]
    return tuple(dict.fromkeys(fitting or [facts.code for facts in creators]))


def check_change(change: Change, changes: Iterable[Change]) -> None:
    """A change that fits to the `changes` on record passes in silence. Raises Refusal."""
    recorded = tuple(changes)
    _check_itself(change)
    _check_end(change, recorded)
    _check_heirs_live(change, recorded)
    if change.from_code in _reached(change.to_codes, [other for other in recorded if other.day == change.day]):
        raise Refusal(words.CYCLE.filled(code=change.from_code))


def _check_itself(change: Change) -> None:
    if change.kind not in KINDS:
        raise Refusal(words.NO_KIND.filled(kind=change.kind[:40]))
    if change.functions and len(change.functions) != len(change.to_codes):
        raise Refusal(words.NOT_ALIKE)
    if change.from_code in change.to_codes:
        raise Refusal(words.ITSELF.filled(code=change.from_code))
    if change.from_code in (change.superior, change.designated):
        raise Refusal(words.ITSELF_ABOVE.filled(code=change.from_code))
    heirs = len(set(change.to_codes))
    wanted = {"renamed": (1, 1), "merged": (1, 1), "split": (2, None), "abolished": (0, None)}
    fewest, most = wanted.get(change.kind, (1, None))
    if heirs < fewest or (most is not None and heirs > most):
        raise Refusal(words.HEIRS[change.kind])
    if heirs == 0 and not change.evidence.strip():
        raise Refusal(words.UNPROVEN.filled(code=change.from_code))


def _check_end(change: Change, recorded: tuple[Change, ...]) -> None:
    """An agency ends once, and nothing becomes of it afterwards."""
    for other in recorded:
        if other.from_code != change.from_code:
            continue
        if other == change:
            raise Refusal(words.TWICE.filled(code=change.from_code, day=change.day.isoformat()))
        if other.kind in ENDING and (change.kind in ENDING or change.day > other.day):
            raise Refusal(words.ENDED.filled(code=other.from_code, day=other.day.isoformat()))
        if change.kind in ENDING and other.day > change.day:
            raise Refusal(words.GOES_ON.filled(code=other.from_code, day=other.day.isoformat()))


def _check_heirs_live(change: Change, recorded: tuple[Change, ...]) -> None:
    """Who continues a function exists on that day; and what ends today was not to continue anything later."""
    for other in recorded:
        if other.kind in ENDING and other.from_code in change.to_codes and other.day < change.day:
            raise Refusal(words.HEIR_ENDED.filled(code=other.from_code, day=other.day.isoformat()))
        if change.kind in ENDING and change.from_code in other.to_codes and change.day < other.day:
            raise Refusal(words.GOES_ON.filled(code=change.from_code, day=other.day.isoformat()))


def _reached(codes: Iterable[str], recorded: Sequence[Change]) -> set[str]:
    """Every agency to which the changes of one day lead from these. On a later day a function may well come back."""
    reached: set[str] = set()
    ahead = list(codes)
    while ahead:
        code = ahead.pop()
        if code not in reached:
            reached.add(code)
            ahead += [heir for change in recorded if change.from_code == code for heir in change.to_codes]
    return reached
