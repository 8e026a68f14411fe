"""Countersign packages: what a unit is asked, as a value; which version is out, and by when it is to be answered."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from policies.clocks import later
from policies.packages import Package, PackageRow
from policies.sentences import Refusal, Sentence
from review.documents.wording import long_date
from review.models import BatchEntry, Clock, Countersignature, CountersignPackage
from review.queries.clocks import working_days
from review.queries.decisions import decision_of, proposal_stage, standing
from review.queries.procedures import procedure_of


def number_of(countersignature: Countersignature) -> str:
    """The number of a unit's package: the same for every version of it."""
    return f"ZQ-{countersignature.batch.number}-{countersignature.round}-{countersignature.agency.code}"


def content_of(countersignature: Countersignature) -> Package:
    """What the unit is asked, in archival order, as the record stands now. Three queries at any size."""
    batch = countersignature.batch
    rows = BatchEntry.objects.filter(asked__countersignature=countersignature).select_related("entry")
    stage = proposal_stage(batch)
    proposals = {row.batch_entry_id: row for row in standing(batch, stage, countersignature.round)}
    return Package(
        number=number_of(countersignature),
        batch=batch.number,
        fonds=str(batch.fonds),
        agency=countersignature.agency.name,
        rows=tuple(
            PackageRow(
                key=row.pk,
                reference_code=row.entry.reference_code,
                title=row.entry.title,
                public_title=row.entry.public_title,
                date=row.entry.shown_date,
                responsible_body=row.entry.responsible_body,
                proposal=decision_of(proposals[row.pk]),
            )
            for row in rows.order_by("position")
            if row.pk in proposals
        ),
    )


def newest_package(countersignature: Countersignature) -> CountersignPackage | None:
    """The last version that was made for a unit."""
    return countersignature.packages.order_by("version").select_related("made_by").last()


def package_now(countersignature: Countersignature, at: datetime) -> CountersignPackage:
    """The version that says what is asked now: the last where nothing changed, else the next, not saved."""
    content, last = content_of(countersignature), newest_package(countersignature)
    if last is not None and last.digest == content.digest:
        return last
    version = last.version + 1 if last else 1
    return CountersignPackage(countersignature=countersignature, version=version, digest=content.digest, made_at=at)


def content_sent(package: CountersignPackage) -> Package:
    """What went out with this version, made again from the record. Raises Refusal where the record says another by now."""
    content = content_of(package.countersignature)
    if content.digest != package.digest:
        raise Refusal(_CHANGED.filled(version=package.version))
    return content


def answer_by(package: CountersignPackage) -> Sentence:
    """By when a version is to be answered, in plain words: as the procedure and the calendar say, extended where it was.

    Counted from the day on which the task began; an extension given after the version was made is not in it.
    """
    asked = package.countersignature
    rule = procedure_of(asked.batch).clocks["countersign"]
    clock = (
        Clock.objects.filter(kind="countersign", batch=asked.batch, agency=asked.agency)
        .filter(began_on__gte=timezone.localdate(asked.asked_at))
        .order_by("pk")
        .first()
    )
    began = clock.began_on if clock else timezone.localdate(asked.asked_at)
    last = later(began, rule.days, rule.working, working_days(since=began))
    if clock and clock.extended_on and clock.extended_on <= timezone.localdate(package.made_at):
        return _EXTENDED.filled(zh=_day(clock.due_on).zh, en=_day(clock.due_on).en)
    said = _BY_WORKING if rule.working else _BY
    return said.filled(zh=_day(last).zh, en=_day(last).en, n=rule.days)


def _day(day: date) -> Sentence:
    return Sentence(long_date(day, "zh-hans"), long_date(day, "en"))


def letters_dir() -> Path:
    """The folder of what units sent back: filled packages and scanned letters."""
    return Path(settings.LETTERS_DIR)


def letter_at(digest: str) -> Path:
    """Where a file that came back is kept: under the first two signs of its digest, named by the whole of it."""
    return letters_dir() / digest[:2] / digest


_BY_WORKING = Sentence("{zh}前（送征之日起 {n} 个工作日内）", "{en} ({n} working days from the day of asking)")
_BY = Sentence("{zh}前（送征之日起 {n} 日内）", "{en} ({n} days from the day of asking)")
_EXTENDED = Sentence("{zh}前（已延长一次）", "{en} (extended once)")
_CHANGED = Sentence(
    "第 {version} 版送出之后，所征求的内容有变，不能按原样再生成。请生成新版，发给该单位。",
    "What is asked has changed since version {version} was made, so it cannot be made again as it was. Make a new version and "
    "send that.",
)
