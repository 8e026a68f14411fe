"""Who answers for an agency or an entry on a day, from the changes on record. What follows from them: policies/succession.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from policies.sentences import Sentence
from policies.succession import AgencyFacts, Answerer, Change, Purpose, answerer, answerers, creator_on
from review.models import Agency, AgencyChange, Entry, FondsCreator, JointMaker
from review.queries.records import span_of

NO_AGENCY = Sentence(
    "条目未记形成单位，由档案馆单独审核（档案法实施条例第三十条）。",
    "No forming unit is on record for the entry: the archives decides alone (Archives Law regulations, art. 30).",
)


@dataclass(frozen=True, slots=True)
class WhoAnswers:
    """Who answers, and why: policies.succession.Answerer with the agencies themselves; `told` are only informed."""

    kind: str
    agencies: tuple[Agency, ...]
    reason: Sentence
    path: tuple[Change, ...] = ()
    told: tuple[Agency, ...] = ()


class Register:
    """All agencies with their standing changes, read once, so that a whole batch costs no more than one entry."""

    def __init__(self) -> None:
        agencies = list(Agency.objects.all())
        self.by_id = {agency.pk: agency for agency in agencies}
        self.by_code = {agency.code: agency for agency in agencies}
        self.changes = standing_changes()
        self._facts = {code: facts_of(agency) for code, agency in self.by_code.items()}
        self._functions = {function for change in self.changes for function in change.functions if function}
        self._found: dict[tuple[object, ...], WhoAnswers] = {}

    def of(
        self, agency: Agency, day: date, purpose: Purpose, *, function: str = "", others: Sequence[Agency] = ()
    ) -> WhoAnswers:
        """Who answers on `day` for what `agency` left; `others` made it too (a joint document) and are told."""
        key = (agency.code, day, purpose, function, tuple(other.code for other in others))
        if key not in self._found:
            facts, changes, known = self._facts[agency.code], self.changes, self._facts
            if others:
                beside = [self._facts[other.code] for other in others]
                found = answerers(facts, beside, day, purpose, changes, function=function, agencies=known)
            else:
                found = answerer(facts, day, purpose, changes, function=function, agencies=known)
            self._found[key] = self._who(found)
        return self._found[key]

    def of_several(self, found: Sequence[WhoAnswers]) -> WhoAnswers:
        """All of several: of one that nobody knows, nothing is known; where nobody is left, the archives."""
        if len(found) == 1:
            return found[0]
        kinds = {who.kind for who in found}
        agencies = tuple(dict.fromkeys(agency for who in found for agency in who.agencies))
        reasons = list(dict.fromkeys(who.reason for who in found))
        kind = "agencies" if len(agencies) > 1 else "agency"
        if "unknown" in kinds:
            kind, agencies = "unknown", ()
        elif not agencies:
            kind = "archives_alone"
        reason = Sentence("".join(said.zh for said in reasons), " ".join(said.en for said in reasons))
        path = tuple(dict.fromkeys(step for who in found for step in who.path))
        told = tuple(dict.fromkeys(agency for who in found for agency in who.told if agency not in agencies))
        return WhoAnswers(kind, agencies, reason, path, told)

    def function_of(self, series_title: str) -> str:
        """The function an entry belongs to: a heading above it that a change names; "" where none does: all answer."""
        return next((part for part in series_title.split(" / ") if part in self._functions), "")

    def _who(self, found: Answerer) -> WhoAnswers:
        agencies, told = ([self.by_code[code] for code in codes] for codes in (found.codes, found.told))
        return WhoAnswers(found.kind, tuple(agencies), found.reason, found.path, tuple(told))


def standing_changes() -> tuple[Change, ...]:
    """Every change on record that was not withdrawn, oldest first. Two queries."""
    rows = AgencyChange.objects.filter(withdrawn_at__isnull=True).select_related("agency", "superior", "designated")
    return tuple(change_of(row) for row in rows.prefetch_related("successors__agency").order_by("day", "id"))


def change_of(row: AgencyChange) -> Change:
    """A change as policies see it."""
    successors = list(row.successors.all())
    return Change(
        kind=row.kind,
        day=row.day,
        from_code=row.agency.code,
        to_codes=tuple(successor.agency.code for successor in successors),
        functions=tuple(successor.function for successor in successors),
        evidence=row.evidence,
        superior=row.superior.code if row.superior else None,
        designated=row.designated.code if row.designated else None,
    )


def facts_of(agency: Agency) -> AgencyFacts:
    """An agency as policies see it."""
    return AgencyFacts(agency.code, agency.name, agency.from_day, agency.to_day)


def who_answers(what: Entry | Agency, day: date, purpose: Purpose) -> WhoAnswers:
    """Who answers on `day` for an entry, or for all that an agency left. Source: 档案法实施条例 art. 30."""
    if isinstance(what, Agency):
        return Register().of(what, day, purpose)
    return who_answers_each([what], day, purpose)[what.pk]


def who_answers_each(entries: Iterable[Entry], day: date, purpose: Purpose) -> dict[int, WhoAnswers]:
    """Who answers for each entry, by its id. Six queries at any size.

    An entry that names no agency belongs to the creators of its date, in a combined fonds; in another, nobody is known.
    """
    entries = list(entries)
    register = Register()
    fonds = {entry.fonds_id for entry in entries}
    creators: dict[int, list[FondsCreator]] = {}
    for creator in FondsCreator.objects.filter(fonds__in=fonds):
        creators.setdefault(creator.fonds_id, []).append(creator)
    makers: dict[int, list[Agency]] = {}
    for entry, agency in JointMaker.objects.filter(entry__fonds__in=fonds).values_list("entry", "agency"):
        makers.setdefault(entry, []).append(register.by_id[agency])
    result = {}
    for entry in entries:
        function = register.function_of(entry.series_title)
        leads = [register.by_id[entry.agency_id]] if entry.agency_id else []
        leads = leads or _creators_of(entry, creators.get(entry.fonds_id, []), register)
        others = makers.get(entry.pk, [])
        found = [register.of(lead, day, purpose, function=function, others=others) for lead in leads]
        result[entry.pk] = register.of_several(found) if found else WhoAnswers(*_nobody(purpose))
    return result


def _creators_of(entry: Entry, creators: Sequence[FondsCreator], register: Register) -> list[Agency]:
    named = [AgencyFacts(register.by_id[row.agency_id].code, "", row.from_day, row.to_day) for row in creators]
    return [register.by_code[code] for code in creator_on(named, span_of(entry))]


def _nobody(purpose: Purpose) -> tuple[str, tuple[Agency, ...], Sentence]:
    """Without any forming unit the archives decide alone on opening; on a secret, never."""
    return ("archives_alone", (), NO_AGENCY) if purpose == "opening" else ("unknown", (), NO_CLASSIFIER)


NO_CLASSIFIER = Sentence(
    "条目未记原定密机关，档案馆无权解密（保守国家秘密法实施条例第二十二条、第二十三条）。",
    "No original classifier is on record, and the archives may not declassify (State Secrets regulations, arts. 22-23).",
)
