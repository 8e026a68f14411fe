"""The second opinion adopted last, and the rules' advice on entries with its own added: a look at what would open, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from policies.learning.cards import ONLY_LOOKS
from policies.learning.opinion import Look, Reason, SecondOpinion, combined, from_json, is_number
from policies.outcomes import Suggestion
from policies.sentences import Sentence
from review.models import SecondOpinionModel
from review.queries.advice import finding_rows, suggested_row
from review.queries.past_decisions import as_listed
from review.queries.screened import Screened

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A second opinion under its number."""

    number: str
    opinion: SecondOpinion


def adopted_second_opinion() -> Adopted | None:
    """The one adopted last; None where none was. Raises Refusal where it is no longer what was adopted."""
    kept = SecondOpinionModel.objects.order_by("-id").values_list("number", "digest").first()
    return kept and Adopted(kept[0], _read(*kept))


@lru_cache(maxsize=2)
def _read(number: str, digest: str) -> SecondOpinion:
    return from_json(SecondOpinionModel.objects.get(number=number).model, digest)


@dataclass(slots=True)
class Advice:
    """The advice on entries as rows (SUGGESTED_INTO, FINDING_INTO), and how many looks the second opinion asked for."""

    suggested: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)
    looks: int = 0


def advice_on(piece: Sequence[Screened], run: int, adopted: Adopted | None) -> Advice:
    """What the rules and the second opinion together advise on entries of a batch, in its order.

    As beside an entry counts what stands beside it in `piece`.
    """
    advice = Advice()
    for one, look in zip(piece, _looks(piece, adopted), strict=True):
        suggested = suggested_row(run, one.row.pk, one.screening)
        advice.findings += finding_rows(run, one.row.pk, one.record, one.screening)
        if adopted is not None and look is not None:
            suggested = with_look(suggested, look.ground)
            advice.findings.append(_finding(run, one.row.pk, adopted.number, look))
            advice.looks += 1
        advice.suggested.append(suggested)
    return advice


def with_look(suggested: Row, ground: str) -> Row:
    """The rules' advice on an entry (SUGGESTED_INTO) once a second opinion asks for a look on this ground."""
    run, entry, before, own, day = suggested
    after = combined(Suggestion(str(before)), wants_look=True)
    return (run, entry, str(after), ground, day) if after != before else (run, entry, before, own, day)


def said_of(number: str) -> tuple[Sentence, Sentence] | None:
    """What a page says of the second opinion of that number: what it can do, and its card. None: there is none."""
    kept = SecondOpinionModel.objects.filter(number=number).values_list("card_zh", "card_en").first()
    return (ONLY_LOOKS, Sentence(*kept)) if kept else None


def of_rules(findings: Sequence[Row]) -> list[Row]:
    """Those of the findings (FINDING_INTO) that are rules'."""
    return [row for row in findings if not is_number(str(row[2]))]


def looks_in(findings: Sequence[Row]) -> list[str]:
    """The grounds of the looks among the findings (FINDING_INTO) that a second opinion asked for."""
    return [str(row[11]) for row in findings if is_number(str(row[2]))]


def _looks(piece: Sequence[Screened], adopted: Adopted | None) -> list[Look | None]:
    """The look asked for at each entry that the rules would open."""
    would_open = [combined(one.screening.suggestion, wants_look=True) != one.screening.suggestion for one in piece]
    if adopted is None or not any(would_open):
        return [None] * len(piece)
    looks = adopted.opinion.looks(as_listed([one.row.entry for one in piece]))
    return [look if opens else None for look, opens in zip(looks, would_open, strict=True)]


def _finding(run: int, entry: int, number: str, look: Look) -> Row:
    """A look as a finding: its words are not in one place, so they are told and none is marked.

    Of an entry beside it only the kind of word is told: whoever may read this entry may not read that one.
    """
    own = [_words_of(reason) for reason in look.reasons if not reason.beside]
    context = "\n".join(
        f"beside {reason.shown.partition(':')[0]}: {reason.weight:+.2f}"
        if reason.beside
        else f"{reason.shown} {reason.weight:+.2f}"
        for reason in look.reasons
    )
    matched = ", ".join(dict.fromkeys(filter(None, own)))
    return (
        run,
        entry,
        number,
        "title",
        0,
        0,
        0,
        matched,
        context,
        "low",
        str(Suggestion.LOOK),
        look.ground,
        None,
        False,
    )


def _words_of(reason: Reason) -> str:
    """The words themselves, of a reason that is made of some."""
    kind, _, words = reason.shown.partition(":")
    return words.strip() if kind in "tcapsx" else ""
