"""Referrals: which entries a signed batch refers, and who may decide on each. What was answered: referral_answers.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policies.outcomes import Outcome
from policies.referring import (
    NAMED_BY_REVIEW,
    NAMED_CLASSIFIER,
    NO_BODY,
    SECRECY_AUTHORITY,
    Addressee,
    highest_level,
    is_secret,
    level_of,
)
from policies.sentences import Sentence
from review.models import Agency, Batch, Entry, Referral, ReferralAnswer
from review.queries.decisions import Settled, settled
from review.queries.succession import Register, WhoAnswers, who_answers_each

_BETWEEN_NAMES = re.compile(r"[、，,；;]\s*")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """One referral that a batch asks for: of which entry, to whom, and at which level of secrecy ("": no secret)."""

    entry: Entry
    to: Addressee
    level: str


def wanted_of(batch: Batch, day: date) -> list[Wanted]:
    """The referrals that the signed outcomes of a batch ask for on `day`.

    None for an entry about which a body is asked already, nor where it answered that the secret runs beyond this day.
    """
    rows = [row for row in settled(batch) if row.decision and row.decision.outcome is Outcome.REFER]
    busy = _answered_or_asked([row.entry.pk for row in rows], day)
    rows = [row for row in rows if row.entry.pk not in busy]
    levels = levels_claimed([row.entry for row in rows])
    secrets = [row.entry for row in rows if _is_secret(row, levels)]
    to = classifiers_of(secrets, day)
    return [
        Wanted(row.entry, to[row.entry.pk], levels[row.entry.pk] or highest_level(["绝密"]))
        if row.entry.pk in to
        else Wanted(row.entry, _named_by(row), "")
        for row in rows
    ]


def levels_claimed(entries: Sequence[Entry]) -> dict[int, str]:
    """The highest level that the catalogue claims for each entry: its own mark, or that of the file it lies in."""
    files = [entry.parent_id for entry in entries if entry.parent_id]
    marks = dict(Entry.objects.filter(pk__in=files).order_by().values_list("pk", "classification"))
    return {
        entry.pk: highest_level(
            level_of(mark) for mark in (entry.classification, marks.get(entry.parent_id or 0, ""))
        )
        for entry in entries
    }


def _is_secret(row: Settled, levels: dict[int, str]) -> bool:
    ground = row.decision.ground if row.decision else ""
    return is_secret(stub=row.entry.stub, ground=ground, level=levels[row.entry.pk])


def _named_by(row: Settled) -> Addressee:
    reason = row.decision.reason if row.decision else ""
    return Addressee("", reason.strip()[:_LONGEST_NAME] or SECRECY_AUTHORITY.zh, NAMED_BY_REVIEW)


def _answered_or_asked(entries: Sequence[int], day: date) -> set[int]:
    rows = Referral.objects.filter(entry__in=entries)
    asked = rows.filter(answered_at__isnull=True)
    running = rows.filter(answer=ReferralAnswer.STILL_SECRET, secret_until__gt=day)
    return set(asked.values_list("entry", flat=True)) | set(running.values_list("entry", flat=True))


def classifiers_of(entries: Sequence[Entry], day: date) -> dict[int, Addressee]:
    """Who may declassify each entry on `day`, by its id. The same number of queries at any size.

    The original classifier that the entry names, or who continues its functions; else who answers for the entry's
    agency: its successor, superior or designated body; else the secrecy authority. Never the archives
    (保守国家秘密法实施条例 arts. 22-23).
    """
    if not entries:
        return {}
    register = Register()
    by_name = {agency.name: agency for agency in register.by_id.values()}
    answering = who_answers_each(
        [entry for entry in entries if not entry.original_classifier], day, "declassification"
    )
    found = {}
    for entry in entries:
        if entry.original_classifier:
            found[entry.pk] = _of_classifier(entry.original_classifier, day, register, by_name)
        else:
            found[entry.pk] = _addressee(answering[entry.pk])
    return found


def _of_classifier(text: str, day: date, register: Register, by_name: dict[str, Agency]) -> Addressee:
    """Whom a classifier as named leads to: several names, all of them; one that is on no register, as it is written."""
    names = [name.strip() for name in _BETWEEN_NAMES.split(text) if name.strip()]
    known = [by_name[name] for name in names if name in by_name]
    if not names or len(known) < len(names):
        return Addressee("", text[:_LONGEST_NAME], NAMED_CLASSIFIER)
    found = _addressee(register.of_several([register.of(one, day, "declassification") for one in known]))
    if [found.name] == names:
        return Addressee(found.code, found.name, NAMED_CLASSIFIER)
    return found


def _addressee(who: WhoAnswers) -> Addressee:
    if not who.agencies:
        why = Sentence(f"{who.reason.zh}{NO_BODY.zh}", f"{who.reason.en} {NO_BODY.en}")
        return Addressee("", SECRECY_AUTHORITY.zh, why)
    name = "、".join(agency.name for agency in who.agencies)[:_LONGEST_NAME]
    return Addressee(who.agencies[0].code, name, who.reason)
