"""The papers of a batch (文书), made from the record alone: which there are, and each of them as a value to be set.

The same record gives the same paper. A deferral list and a package are made again as they were put, or refused where
the record no longer says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from policies.outcomes import Answer, Stage
from policies.reviewing import Decision
from policies.roles import ROLES
from policies.sentences import Refusal, Sentence
from review.documents.closing_forms import (
    DeferralLine,
    DifferenceLine,
    StratumLine,
    deferral_list,
    minutes,
    quality_certificate,
)
from review.documents.letter import consultation_letter
from review.documents.papers import Head, Paper
from review.documents.review_forms import (
    About,
    Answered,
    Approval,
    OpinionLine,
    Signed,
    UnitSummary,
    answer_said,
    approval_form,
    opinion_form,
)
from review.ledger import digest_of_rows
from review.models import (
    CLOSING,
    AskedKind,
    Batch,
    Certificate,
    CountersignPackage,
    DeferralList,
    Opinion,
    Statement,
    StatementKind,
)
from review.queries.decisions import Settled, decision_of, proposal_stage, review_steps, round_of, settled, standing
from review.queries.due import profile
from review.queries.packages import answer_by, content_sent
from review.queries.procedures import procedure_of, steps_of


@dataclass(frozen=True, slots=True)
class Made:
    """One paper that there is for a batch: its kind and key for the address, its number, what it is called."""

    kind: str
    key: str
    number: str
    name: Sentence


def papers_of(batch: Batch) -> list[Made]:
    """The papers that the record of a batch gives today, in the order in which they come up."""
    round_ = str(round_of(batch))
    found = [Made("opinions", round_, f"YJ-{batch.number}-{round_}", NAMES["opinions"])]
    found += [
        Made("certificate", str(row.pk), row.number, NAMES["certificate"])
        for row in Certificate.objects.filter(batch=batch).order_by("pk")
    ]
    differing = Opinion.objects.filter(batch_entry__batch=batch, stage__in=[Stage.RECONCILE, Stage.COORDINATE])
    rounds = set(differing.order_by().values_list("round", flat=True).distinct())
    rounds |= set(_said_of_differences(batch).order_by().values_list("round", flat=True))
    found += [Made("minutes", str(n), f"XS-{batch.number}-{n}", NAMES["minutes"]) for n in sorted(rounds)]
    found.append(Made("approval", round_, f"SP-{batch.number}-{round_}", NAMES["approval"]))
    found += [
        Made("deferrals", str(row.pk), row.number, NAMES["deferrals"]) for row in batch.deferral_lists.order_by("pk")
    ]
    return found


def paper_of(batch: Batch, kind: str, key: str, language: str, *, entries: Collection[int] = ()) -> Paper | None:
    """One paper of a batch by its kind and key; None where there is none. `entries`: only these, of the opinion form.

    Raises Refusal where it can no longer be made as it was.
    """
    maker = _MAKERS.get(kind)
    if maker is None or not (key.isascii() and key.isdigit() and len(key) < 16):
        return None
    if kind == "opinions":
        return _opinions(batch, int(key), language, entries) if 1 <= int(key) <= round_of(batch) else None
    return maker(batch, int(key), language)


def letter_of(package: CountersignPackage, language: str) -> Paper:
    """The consultation letter of one version of a package. Raises Refusal where the record says another by now."""
    batch = package.countersignature.batch
    content = content_sent(package)
    return consultation_letter(
        _head(content.number, timezone.localdate(package.made_at), language),
        content,
        version=package.version,
        answer_by=answer_by(package),
        silence=procedure_of(batch).silence,
        jurisdiction=profile().jurisdiction,
    )


def _head(number: str, on: date, language: str) -> Head:
    return Head(number, on, Sentence(settings.ARCHIVES_NAME_ZH, settings.ARCHIVES_NAME_EN), language)


def _about(batch: Batch, round_: int) -> About:
    run = batch.screening_runs.order_by("pk").last()
    return About(
        batch=batch.number,
        fonds=str(batch.fonds),
        round=round_,
        entries=batch.batch_entries.count(),
        ruleset=run.ruleset if run else "—",
        procedure=procedure_of(batch).title,
    )


def _last_day(batch: Batch, round_: int, stages: Iterable[Stage] = tuple(Stage)) -> date:
    """The day of the last opinion of these stages in a round; without one, the day on which the batch was made."""
    rows = Opinion.objects.filter(batch_entry__batch=batch, round=round_, stage__in=list(stages))
    return timezone.localdate(rows.aggregate(last=Max("at"))["last"] or batch.made_at)


def _decision(opinion: Opinion | None) -> Decision | None:
    return decision_of(opinion) if opinion is not None and opinion.outcome else None


def _opinions(batch: Batch, round_: int, language: str, entries: Collection[int]) -> Paper:
    rows = [row for row in settled(batch, round_) if not entries or row.batch_entry.pk in entries]
    first, second = (
        {row.batch_entry_id: row for row in standing(batch, stage, round_)}
        for stage in (Stage.FIRST_REVIEW, Stage.SECOND_REVIEW)
    )
    # Where the second reviewer is not to see the first opinion, no paper shows it before the second is given.
    steps = review_steps(batch)
    hidden = steps.blind and steps.second_review
    lines = [
        OpinionLine(
            reference_code=row.entry.reference_code,
            title=row.entry.title,
            date=row.entry.shown_date,
            classification=row.entry.classification,
            first=_decision(None if hidden and row.batch_entry.pk not in second else first.get(row.batch_entry.pk)),
            second=_decision(second.get(row.batch_entry.pk)),
            answers=tuple(_answered(answer) for answer in row.answers),
            others=tuple(_others(row)),
        )
        for row in rows
    ]
    number = f"YJ-{batch.number}-{round_}"
    if entries:
        number += f"-{digest_of_rows([[row.entry.reference_code] for row in rows])[:8]}"
    units = sorted({request.agency.name for request in batch.countersignatures.filter(round=round_)})
    return opinion_form(_head(number, _last_day(batch, round_), language), _about(batch, round_), lines, units)


def _answered(opinion: Opinion) -> Answered:
    name = opinion.agency.name if opinion.agency else ""
    return Answered(name, Answer(opinion.answer), _decision(opinion), opinion.reason)


def _others(row: Settled) -> Iterable[Sentence]:
    for silence in row.silences:
        said = _DEEMED if silence.deemed else _SILENT
        yield said.filled(agency=silence.agency.name)
    if row.unknown:
        yield Sentence(*_BILINGUAL[AskedKind.UNKNOWN])
    elif row.alone:
        yield Sentence(*_BILINGUAL[AskedKind.ARCHIVES_ALONE])


def _approval(batch: Batch, round_: int, language: str) -> Paper | None:
    if not 1 <= round_ <= round_of(batch):
        return None
    rows = settled(batch, round_)
    outcomes = Counter((row.decision.outcome, row.decision.ground) for row in rows if row.decision)
    differing = [row for row in rows if _differs(row)]
    certificate = Certificate.objects.filter(batch=batch, round=round_).first()
    signed = list(
        batch.sign_offs.filter(round=round_, standing=True).select_related("person", "on_behalf").order_by("pk")
    )
    approval = Approval(
        outcomes=tuple((outcome, ground, n) for (outcome, ground), n in sorted(outcomes.items())),
        undecided=sum(row.decision is None for row in rows),
        units=tuple(_units(batch, round_)),
        differences=len(differing),
        open_differences=sum(row.in_dispute for row in differing),
        certificate=certificate.number if certificate else "",
        needed=tuple((ROLES[one.role].name, one.needed) for one in steps_of(batch).signatures),
        signed=tuple(
            Signed(
                one.person.full_name,
                timezone.localdate(one.at),
                one.on_behalf.full_name if one.on_behalf else "",
                one.decisions_digest,
            )
            for one in signed
        ),
    )
    on = timezone.localdate(signed[-1].at) if signed else _last_day(batch, round_)
    return approval_form(_head(f"SP-{batch.number}-{round_}", on, language), _about(batch, round_), approval)


def _differs(row: Settled) -> bool:
    return bool(row.objections or row.unknown or row.silent or row.agreement)


def _units(batch: Batch, round_: int) -> Iterable[UnitSummary]:
    counts: dict[int, Counter[Answer]] = {}
    for agency, answer in standing(batch, Stage.COUNTERSIGN, round_).order_by().values_list("agency", "answer"):
        counts.setdefault(agency, Counter())[Answer(answer)] += 1
    asked = batch.countersignatures.filter(round=round_).select_related("agency", "answered_by")
    for request in asked.order_by("agency__code"):
        said = counts.get(request.agency_id, Counter())
        returned = (
            request.packages.filter(returned__isnull=False).values_list("returned__signed_by", flat=True).last()
        )
        answered = request.answered_at or request.silent_at
        yield UnitSummary(
            agency=request.agency.name,
            asked_on=timezone.localdate(request.asked_at),
            answered_on=timezone.localdate(answered) if answered else None,
            by=returned or (request.answered_by.full_name if request.answered_by else ""),
            how=_how(
                request.on_paper, silent=request.silent_at is not None, answered=request.answered_at is not None
            ),
            counts=tuple((answer, said[answer]) for answer in Answer if said[answer]),
        )


def _how(on_paper: bool, *, silent: bool, answered: bool) -> Sentence:
    if silent:
        return _NO_ANSWER
    return (_ON_PAPER if on_paper else _ONLINE) if answered else _WAITING


def _minutes(batch: Batch, round_: int, language: str) -> Paper | None:
    if not 1 <= round_ <= round_of(batch):
        return None
    statements: dict[int, list[Statement]] = {}
    rows = _said_of_differences(batch).filter(round=round_).select_related("agency", "person")
    for statement in rows.order_by("pk"):
        statements.setdefault(statement.batch_entry_id, []).append(statement)
    lines = []
    units: set[str] = set()
    for row in settled(batch, round_):
        if not _differs(row) and row.batch_entry.pk not in statements:
            continue
        units |= {answer.agency.name for answer in row.answers if answer.agency}
        units |= {silence.agency.name for silence in row.silences}
        lines.append(
            DifferenceLine(
                reference_code=row.entry.reference_code,
                title=row.entry.title,
                proposal=_decision(row.proposal),
                answers=tuple(_answers_said(row, language)),
                statements=tuple(_stated(one) for one in statements.get(row.batch_entry.pk, ())),
                settlement=_decision(row.agreement),
            )
        )
    if not lines:
        return None
    said = [statement.at for found in statements.values() for statement in found]
    days = [timezone.localdate(at) for at in said]
    days.append(_last_day(batch, round_, (Stage.COUNTERSIGN, Stage.RECONCILE, Stage.COORDINATE)))
    head = _head(f"XS-{batch.number}-{round_}", max(days), language)
    return minutes(head, _about(batch, round_), lines, sorted(units), jurisdiction=profile().jurisdiction)


def _answers_said(row: Settled, language: str) -> Iterable[str]:
    for answer in row.answers:
        yield answer_said(_answered(answer), language)
    for other in _others(row):
        yield other.of(language)


def _said_of_differences(batch: Batch) -> QuerySet[Statement]:
    """What was said of entries in difference; a reply to a question is none of it."""
    return Statement.objects.filter(batch_entry__batch=batch).exclude(kind=StatementKind.REPLY)


def _stated(statement: Statement) -> tuple[Sentence, str]:
    zh, en = _BILINGUAL[statement.kind]
    who = f"（{statement.agency.name}）" if statement.agency else ""
    day = f"（{statement.met_on.isoformat()}）" if statement.met_on else ""
    return Sentence(f"{zh}{who}{day}", f"{en}{who}{day}"), statement.text


def _deferrals(batch: Batch, key: int, language: str) -> Paper | None:
    made = batch.deferral_lists.filter(pk=key).first()
    if made is None:
        return None
    lines = deferred_at(made)
    digest = digest_of_rows((line.reference_code, line.ground, line.until, line.reason) for line in lines)
    if digest != made.digest:
        raise Refusal(_LIST_CHANGED.filled(number=made.number))
    rules = profile()
    return deferral_list(
        _head(made.number, timezone.localdate(made.made_at), language),
        _about(batch, made.round),
        lines,
        approver=rules.approver,
        article=rules.approver_article,
        digest=made.digest,
    )


def deferred_at(made: DeferralList) -> list[DeferralLine]:
    """The rows of a deferral list as they were put: opinions that came later do not change it."""
    batch = made.batch
    decided = _standing_at(batch, made.round, made.made_at)
    proposed = proposal_stage(batch)
    lines = []
    for row in batch.batch_entries.select_related("entry").order_by("position"):
        said = decided.get(row.pk, {})
        opinion = said.get(Stage.COORDINATE) or said.get(Stage.RECONCILE) or said.get(proposed)
        consent = said.get(Stage.CONSENT)
        if opinion is None or opinion.outcome not in CLOSING or opinion.opens_on is None:
            continue
        if consent and consent.answer == Answer.AGREE and _same(consent, opinion):
            continue
        entry = row.entry
        lines.append(
            DeferralLine(
                entry.reference_code, entry.title, entry.responsible_body, entry.shown_date, opinion.ground,
                opinion.opens_on, opinion.reason,
            )
        )  # fmt: skip
    return lines


def _same(one: Opinion, other: Opinion) -> bool:
    return (one.outcome, one.ground, one.opens_on) == (other.outcome, other.ground, other.opens_on)


def _standing_at(batch: Batch, round_: int, moment: datetime) -> dict[int, dict[str, Opinion]]:
    """The newest opinion of each stage on each entry at `moment`; what a refusal had brought down is left out.

    An authority's refusal takes back what had been settled before it (review/operations/consenting.py).
    """
    rows = Opinion.objects.filter(batch_entry__batch=batch, round=round_, at__lte=moment)
    found: dict[int, dict[str, Opinion]] = {}
    for opinion in rows.exclude(stage=Stage.COUNTERSIGN).order_by("pk"):
        said = found.setdefault(opinion.batch_entry_id, {})
        if opinion.stage == Stage.CONSENT and opinion.answer == Answer.OBJECT:
            said.pop(Stage.RECONCILE, None)
            said.pop(Stage.COORDINATE, None)
        said[opinion.stage] = opinion
    return found


def _certificate(batch: Batch, key: int, language: str) -> Paper | None:
    row = Certificate.objects.filter(batch=batch, pk=key).select_related("person").first()
    if row is None:
        return None
    strata = [
        StratumLine(
            fact["stratum"], fact["population"], fact["looked"], fact["errors"], fact["allowed"], fact["at_most"]
        )
        for fact in row.facts
    ]
    return quality_certificate(
        _head(row.number, timezone.localdate(row.at), language),
        _about(batch, row.round),
        strata,
        passed=row.passed,
        by=row.person.full_name,
        digest=row.digest,
    )


_MAKERS: dict[str, Callable[[Batch, int, str], Paper | None]] = {
    "approval": _approval,
    "minutes": _minutes,
    "deferrals": _deferrals,
    "certificate": _certificate,
    "opinions": lambda batch, round_, language: _opinions(batch, round_, language, ()),
}
NAMES = {
    "opinions": Sentence("开放审核意见表", "Opinion form"),
    "approval": Sentence("开放审核审批表", "Approval form"),
    "minutes": Sentence("协商纪要", "Minutes on differences"),
    "deferrals": Sentence("延期开放目录", "Deferral list"),
    "certificate": Sentence("质量合格证", "Quality certificate"),
}
_BILINGUAL = {
    AskedKind.UNKNOWN: ("不知由谁答复", "Nobody known to answer"),
    AskedKind.ARCHIVES_ALONE: ("由档案馆单独审核", "Decided by the archives alone"),
    StatementKind.ARCHIVES: ("档案馆陈述", "The archives state"),
    StatementKind.AGENCY: ("形成单位陈述", "The unit states"),
    StatementKind.MINUTES: ("会议纪要", "Minutes"),
    StatementKind.RULING: ("主管部门协调意见", "Ruling of the authority"),
}
_SILENT = Sentence("{agency}：逾期未答复", "{agency}: no answer in time")
_DEEMED = Sentence(
    "{agency}：逾期未答复，按规程视为同意", "{agency}: no answer in time, deemed consent by the procedure"
)
_ONLINE, _ON_PAPER = Sentence("网上", "online"), Sentence("书面", "on paper")
_NO_ANSWER, _WAITING = Sentence("逾期未答复", "no answer"), Sentence("待答复", "waiting")
_LIST_CHANGED = Sentence(
    "延期目录 {number} 不能按原样再生成：记录与报送时的摘要不符。请告知管理员核对台账。",
    "Deferral list {number} cannot be made again as it was: the record is not what its digest says. Have the ledger checked.",
)
