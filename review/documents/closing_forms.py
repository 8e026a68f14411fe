"""The deferral list (延期开放目录), the minutes (协商纪要) and the quality certificate (质量合格证).

Sources: 档案法实施条例 art. 31 (deferral is consented to by the authority of the same level); 国家档案馆档案开放办法
art. 15 (协商一致). The certificate is house policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policies.grounds import GROUNDS
from policies.outcomes import OUTCOME_NAMES
from policies.reviewing import Decision
from policies.sentences import Sentence
from review.documents.papers import Head, Paper, Place, Table, article_said, decided, ground_said
from review.documents.review_forms import About, facts_of


@dataclass(frozen=True, slots=True)
class DeferralLine:
    """One record to stay closed."""

    reference_code: str
    title: str
    responsible_body: str
    date: str
    ground: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One difference: what the archives proposed, what each side said, and how it ended."""

    reference_code: str
    title: str
    proposal: Decision | None
    answers: tuple[str, ...]
    statements: tuple[tuple[Sentence, str], ...]
    settlement: Decision | None


@dataclass(frozen=True, slots=True)
class StratumLine:
    """What was found in one stratum of a sample."""

    stratum: str
    population: int
    looked: int
    errors: int
    allowed: int
    at_most: int


def deferral_list(
    head: Head, about: About, lines: Sequence[DeferralLine], *, approver: Sentence, article: Sentence, digest: str
) -> Paper:
    """The records that stay closed, each with ground, article and day, for the authority to consent to."""
    language = head.language
    rows = tuple(
        (
            str(place), line.reference_code, line.title, line.responsible_body or "—", line.date or "—",
            ground_said(line.ground, language), article_said(line.ground, language), line.until.isoformat(),
            line.reason or "—",
        )
        for place, line in enumerate(lines, 1)
    )  # fmt: skip
    facts = facts_of(head, about, listed=len(lines))
    return Paper(
        kind="deferral_list",
        head=head,
        title=head.say(_DEFERRALS),
        paragraphs=(head.say(_PUT).format(article=head.say(article), n=len(lines), approver=head.say(approver)),),
        facts=(*facts, *([(head.say(_ROWS_DIGEST), digest)] if digest else [])),
        tables=(Table("", tuple((head.say(name), share) for name, share in _DEFERRAL_COLUMNS), rows),),
        places=(Place(head.say(head.archives)), Place(head.say(approver))),
        landscape=True,
    )


def minutes(
    head: Head, about: About, lines: Sequence[DifferenceLine], units: Sequence[str], *, jurisdiction: str = "CN"
) -> Paper:
    """Every difference of a round with both statements, the meeting and the outcome. Chinese law is cited in China only."""
    language = head.language
    rows = tuple(
        (
            str(place), line.reference_code, line.title, _with_ground(line.proposal, language),
            "\n".join(line.answers) or "—",
            "\n".join(head.say(_SAYS).format(kind=head.say(kind), text=text) for kind, text in line.statements) or "—",
            _with_ground(line.settlement, language) if line.settlement else head.say(_OPEN),
        )
        for place, line in enumerate(lines, 1)
    )  # fmt: skip
    settled = sum(line.settlement is not None for line in lines)
    return Paper(
        kind="minutes",
        head=head,
        title=head.say(_MINUTES),
        paragraphs=(head.say(_MET).format(n=len(lines), settled=settled, open=len(lines) - settled),),
        facts=facts_of(head, about),
        tables=(Table("", tuple((head.say(name), share) for name, share in _MINUTES_COLUMNS), rows),),
        closing=(head.say(_CLOSED if jurisdiction == "CN" else _CLOSED_ELSEWHERE),),
        places=(Place(head.say(head.archives)), *(Place(unit) for unit in units)),
        landscape=True,
    )


def _with_ground(decision: Decision | None, language: str) -> str:
    if decision is None:
        return "—"
    parts = [decided(decision, language)]
    parts += [ground_said(decision.ground, language)] if decision.ground else []
    parts += [decision.reason] if decision.reason else []
    return "\n".join(parts)


def quality_certificate(
    head: Head, about: About, strata: Sequence[StratumLine], *, passed: bool, by: str, digest: str
) -> Paper:
    """What was sampled in a round of a batch, what was found, and what that bounds."""
    rows = tuple(
        (
            _stratum(line.stratum, head.language), str(line.population), str(line.looked), str(line.errors),
            str(line.allowed), head.say(_AT_MOST).format(n=line.at_most, population=line.population),
        )
        for line in strata
    )  # fmt: skip
    looked, errors = sum(line.looked for line in strata), sum(line.errors for line in strata)
    return Paper(
        kind="quality_certificate",
        head=head,
        title=head.say(_QUALITY),
        paragraphs=(head.say(_PASSED if passed else _NOT_PASSED).format(looked=looked, errors=errors),),
        facts=(*facts_of(head, about), (head.say(_BY), by), (head.say(_RESULT_DIGEST), digest)),
        tables=(Table("", tuple((head.say(name), share) for name, share in _STRATA_COLUMNS), rows),),
        closing=(head.say(_MEANS),),
        places=(Place(head.say(_LEADER), by), Place(head.say(head.archives))),
    )


def _stratum(stratum: str, language: str) -> str:
    """A stratum in words: "defer:CN-8-2" is the deferrals on that ground (policies/sampling.py)."""
    outcome, _, ground = stratum.partition(":")
    name = OUTCOME_NAMES[outcome].of(language) if outcome in OUTCOME_NAMES else outcome
    return f"{name} · {ground_said(ground, language)}" if ground in GROUNDS else f"{name} {ground}".strip()


_SAYS = Sentence("{kind}：{text}", "{kind}: {text}")
_DEFERRALS = Sentence("延期向社会开放档案目录", "List of Records to Stay Closed")
_PUT = Sentence(
    "依照{article}，下列 {n} 件档案拟延期向社会开放，报请{approver}同意。",
    "Under {article}, {approver} is asked to consent to keeping these {n} records closed.",
)
_ROWS_DIGEST = Sentence("报送内容摘要", "Digest of the list")
_MINUTES = Sentence("档案开放审核协商纪要", "Minutes on Differences")
_MET = Sentence(
    "档案馆与形成单位对 {n} 件档案意见不同，逐件记录如下；其中 {settled} 件已有结果，{open} 件尚未协商一致。",
    "The archives and the forming units differ on {n} records, each recorded below; {settled} are settled, {open} are not.",
)
_OPEN = Sentence("尚未协商一致，不予开放", "Not settled; stays closed")
_CLOSED = Sentence(
    "依照《国家档案馆档案开放办法》第十五条，未协商一致的档案不予开放。",
    "Under article 15 of the Measures on Opening Archives, what is not agreed stays closed.",
)
_CLOSED_ELSEWHERE = Sentence("未协商一致的档案不予开放。", "What is not agreed stays closed.")
_QUALITY = Sentence("档案开放审核质量合格证", "Quality Certificate")
_PASSED = Sentence(
    "本批审核意见经抽检 {looked} 件，发现差错 {errors} 件，在规程允许之内，合格。",
    "{looked} decisions of the batch were looked at again and {errors} were wrong: within what the procedure allows. Passed.",
)
_NOT_PASSED = Sentence(
    "本批审核意见经抽检 {looked} 件，发现差错 {errors} 件，超出规程允许，不合格。",
    "{looked} decisions of the batch were looked at again and {errors} were wrong: more than the procedure allows. Not passed.",
)
_AT_MOST = Sentence("至多 {n} / {population} 件", "at most {n} of {population}")
_MEANS = Sentence(
    "“差错上限”指：有百分之九十五的把握，该层差错不超过此数（不放回抽样，精确计算）。抽检比例与允许差错为本馆政策。",
    "The bound: with 95 % confidence no more of the stratum are wrong (exact, without replacement). Share and limits are house "
    "policy.",
)
_BY = Sentence("质检员", "Quality leader")
_LEADER = Sentence("质检员", "Quality leader")
_RESULT_DIGEST = Sentence("抽检结果摘要", "Digest of the result")
_DEFERRAL_COLUMNS = (
    (Sentence("序号", "No."), 5), (Sentence("档号", "Code"), 15), (Sentence("题名", "Title"), 30),
    (Sentence("责任者", "Responsible body"), 14), (Sentence("形成日期", "Date"), 10), (Sentence("依据", "Ground"), 16),
    (Sentence("条款", "Article"), 20), (Sentence("延期至", "Until"), 10), (Sentence("理由", "Reason"), 18),
)  # fmt: skip
_MINUTES_COLUMNS = (
    (Sentence("序号", "No."), 5), (Sentence("档号", "Code"), 15), (Sentence("题名", "Title"), 24),
    (Sentence("档案馆意见", "The archives propose"), 18), (Sentence("形成单位答复", "The units answer"), 24),
    (Sentence("陈述、会议与协调", "Statements, meeting, ruling"), 26), (Sentence("结果", "Outcome"), 20),
)  # fmt: skip
_STRATA_COLUMNS = (
    (Sentence("层", "Stratum"), 36), (Sentence("总数", "All"), 10), (Sentence("抽检", "Looked at"), 12),
    (Sentence("差错", "Wrong"), 10), (Sentence("允许", "Allowed"), 12),
    (Sentence("差错上限（95 %）", "Bound (95 %)"), 24),
)  # fmt: skip
