"""The opinion form (开放审核意见表) and the approval form (开放审核审批表) of a batch.

Sources: 国家档案馆档案开放办法 arts. 12-13 (organise, review, confirm); what the forms list is house policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policies.outcomes import ANSWER_NAMES, OUTCOME_NAMES, Answer, Outcome
from policies.reviewing import Decision
from policies.sentences import Sentence
from review.documents.papers import Head, Paper, Place, Table, article_said, decided, ground_said


@dataclass(frozen=True, slots=True)
class About:
    """The batch that a form is about."""

    batch: str
    fonds: str
    round: int
    entries: int
    ruleset: str
    procedure: Sentence


@dataclass(frozen=True, slots=True)
class Answered:
    """What one unit answered on one entry."""

    agency: str
    answer: Answer
    wanted: Decision | None
    reason: str


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """One entry of the opinion form; a decision that is not there yet, or may not be shown, is None.

    `others`: units that gave no answer, or why nobody was asked.
    """

    reference_code: str
    title: str
    date: str
    classification: str
    first: Decision | None
    second: Decision | None
    answers: tuple[Answered, ...]
    others: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """How one unit was asked and answered: days, by whom, how, and how many of each answer."""

    agency: str
    asked_on: date
    answered_on: date | None
    by: str
    how: Sentence
    counts: tuple[tuple[Answer, int], ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature that is on record."""

    name: str
    on: date
    on_behalf: str
    digest: str


@dataclass(frozen=True, slots=True)
class Approval:
    """What stands on the approval form: outcomes by ground, the units, differences, the certificate, the signatures."""

    outcomes: tuple[tuple[Outcome, str, int], ...]
    undecided: int
    units: tuple[UnitSummary, ...]
    differences: int
    open_differences: int
    certificate: str
    needed: tuple[tuple[Sentence, int], ...]
    signed: tuple[Signed, ...]


def opinion_form(head: Head, about: About, lines: Sequence[OpinionLine], units: Sequence[str]) -> Paper:
    """Every entry with what each hand said of it, and places for the archives and every unit asked."""
    language = head.language
    rows = tuple(
        (
            str(place), line.reference_code, line.title, line.date, line.classification or "—",
            decided(line.first, language), decided(line.second, language),
            ground_said(next((d.ground for d in (line.second, line.first) if d and d.ground), ""), language),
            _units_say(head, line),
        )
        for place, line in enumerate(lines, 1)
    )  # fmt: skip
    return Paper(
        kind="opinion_form",
        head=head,
        title=head.say(_OPINIONS),
        facts=facts_of(head, about, listed=len(lines)),
        tables=(Table("", tuple((head.say(name), share) for name, share in _OPINION_COLUMNS), rows),),
        places=(Place(head.say(head.archives)), *(Place(unit) for unit in units)),
        landscape=True,
    )


def _units_say(head: Head, line: OpinionLine) -> str:
    said = [answer_said(answer, head.language) for answer in line.answers]
    return "\n".join([*said, *(head.say(other) for other in line.others)]) or "—"


def answer_said(answer: Answered, language: str) -> str:
    """What one unit answered, in one line: the answer, what it wants instead, and why."""
    wanted = answer.wanted if answer.answer is not Answer.AGREE else None
    parts = [ANSWER_NAMES[answer.answer].of(language)]
    parts += [decided(wanted, language)] if wanted else []
    parts += [answer.reason] if answer.reason else []
    return _SAYS.of(language).format(who=answer.agency, what=_AND.of(language).join(parts))


def approval_form(head: Head, about: About, approval: Approval) -> Paper:
    """What the head of the archives, or the leading group, is asked to confirm, and who has."""
    language = head.language
    outcomes = [
        (OUTCOME_NAMES[outcome].of(language), ground_said(ground, language), article_said(ground, language), str(n))
        for outcome, ground, n in approval.outcomes
    ]
    if approval.undecided:
        outcomes.append((head.say(_UNDECIDED), "—", "—", str(approval.undecided)))
    units = [
        (
            unit.agency, unit.asked_on.isoformat(), unit.answered_on.isoformat() if unit.answered_on else "—",
            unit.by or "—", head.say(unit.how),
            head.say(_AND).join(f"{ANSWER_NAMES[answer].of(language)} {n}" for answer, n in unit.counts) or "—",
        )
        for unit in approval.units
    ]  # fmt: skip
    signatures = [
        (one.name, one.on.isoformat(), one.on_behalf or "—", one.digest[:16] + "…") for one in approval.signed
    ]
    needed = head.say(_AND).join(head.say(_NEEDED).format(role=head.say(role), n=n) for role, n in approval.needed)
    differences = head.say(_DIFFERENCES).format(n=approval.differences, open=approval.open_differences)
    return Paper(
        kind="approval_form",
        head=head,
        title=head.say(_APPROVAL),
        facts=(
            *facts_of(head, about),
            (head.say(_DIFFERENCE), differences),
            (head.say(_CERTIFICATE), approval.certificate or "—"),
            (head.say(_SIGNATURES_NEEDED), needed),
        ),
        tables=(
            _table(head, _BY_OUTCOME, _OUTCOME_COLUMNS, outcomes),
            _table(head, _BY_UNIT, _UNIT_COLUMNS, units),
            _table(head, _SIGNED, _SIGNED_COLUMNS, signatures),
        ),
        places=(Place(head.say(_HANDLED)), Place(head.say(_CHECKED)), Place(head.say(_CONFIRMED))),
    )


def _table(
    head: Head, caption: Sentence, columns: Sequence[tuple[Sentence, int]], rows: Sequence[tuple[str, ...]]
) -> Table:
    return Table(head.say(caption), tuple((head.say(name), share) for name, share in columns), tuple(rows))


def facts_of(head: Head, about: About, *, listed: int | None = None) -> tuple[tuple[str, str], ...]:
    """The lines above every table: which batch of which fonds, in which round, under which rules and procedure."""
    entries = str(about.entries) if listed in (None, about.entries) else f"{listed} / {about.entries}"
    return (
        (head.say(_FONDS), about.fonds),
        (head.say(_BATCH), head.say(_BATCH_ROUND).format(batch=about.batch, round=about.round)),
        (head.say(_ENTRIES), entries),
        (head.say(_RULES), f"{about.ruleset}{head.say(_AND)}{head.say(about.procedure)}"),
    )


_OPINIONS = Sentence("档案开放审核意见表", "Opinions on Opening Records")
_APPROVAL = Sentence("档案开放审核审批表", "Approval of Opening Records")
_SAYS = Sentence("{who}：{what}", "{who}: {what}")
_AND = Sentence("；", "; ")
_FONDS = Sentence("全宗", "Fonds")
_BATCH = Sentence("批次", "Batch")
_BATCH_ROUND = Sentence("{batch}，第 {round} 轮", "{batch}, round {round}")
_ENTRIES = Sentence("件数", "Records")
_RULES = Sentence("规则与规程", "Rules and procedure")
_UNDECIDED = Sentence("未定", "Undecided")
_DIFFERENCE = Sentence("分歧", "Differences")
_DIFFERENCES = Sentence("{n} 件，其中 {open} 件尚未协商一致", "{n}, of which {open} not yet settled")
_CERTIFICATE = Sentence("质量合格证", "Quality certificate")
_SIGNATURES_NEEDED = Sentence("须签发", "Signatures needed")
_NEEDED = Sentence("{role} {n} 人", "{role}: {n}")
_BY_OUTCOME = Sentence("拟定结果", "Outcomes")
_BY_UNIT = Sentence("形成单位会签", "Forming units")
_SIGNED = Sentence("已签发", "Signed on record")
_HANDLED = Sentence("承办人意见", "Handled by")
_CHECKED = Sentence("承办部门负责人意见", "Head of the department")
_CONFIRMED = Sentence("档案馆负责人审定意见", "Head of the archives")
_OPINION_COLUMNS = (
    (Sentence("序号", "No."), 5), (Sentence("档号", "Code"), 15), (Sentence("题名", "Title"), 30),
    (Sentence("形成日期", "Date"), 10), (Sentence("密级", "Level"), 7), (Sentence("初审意见", "First review"), 12),
    (Sentence("复审意见", "Second review"), 12), (Sentence("依据", "Ground"), 15),
    (Sentence("形成单位意见", "Forming unit"), 22),
)  # fmt: skip
_OUTCOME_COLUMNS = (
    (Sentence("结果", "Outcome"), 16), (Sentence("依据", "Ground"), 34), (Sentence("条款", "Article"), 40),
    (Sentence("件数", "Records"), 10),
)  # fmt: skip
_UNIT_COLUMNS = (
    (Sentence("单位", "Unit"), 26), (Sentence("征求日", "Asked"), 14), (Sentence("答复日", "Answered"), 14),
    (Sentence("经手人", "By"), 12), (Sentence("方式", "How"), 12), (Sentence("答复", "Answers"), 26),
)  # fmt: skip
_SIGNED_COLUMNS = (
    (Sentence("签发人", "Name"), 24), (Sentence("日期", "Day"), 18), (Sentence("代签", "On behalf of"), 24),
    (Sentence("所签内容摘要", "Digest of what was signed"), 34),
)  # fmt: skip
