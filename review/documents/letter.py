"""The consultation letter (征求意见函): what a unit is asked, by when, and the receipt that it signs and seals.

Sources: 档案法 art. 30 (会同); 档案法实施条例 art. 30; 国家档案馆档案开放办法 art. 15 (协商一致).
"""

from __future__ import annotations

from collections import Counter

from policies.countersigning import is_answer
from policies.outcomes import ANSWER_NAMES, OUTCOME_NAMES, Answer, Outcome
from policies.packages import Package
from policies.profiles import Silence
from policies.sentences import Sentence
from review.documents.papers import Head, Paper, Place, Table, article_said, decided, ground_said

LISTED = 40  # entries; of more the letter gives the counts, and the sheet lists them


def consultation_letter(
    head: Head, package: Package, *, version: int, answer_by: Sentence, silence: Silence, jurisdiction: str = "CN"
) -> Paper:
    """The letter that goes with a version of a package; its QR code and digest are the package's.

    Chinese law is cited in China only; elsewhere the letter asks without an article (policies/profiles.py).
    """
    language = head.language
    counts = Counter(row.proposal.outcome for row in package.rows)
    proposed = head.say(_COMMA).join(
        head.say(_COUNT).format(name=OUTCOME_NAMES[outcome].of(language), n=counts[outcome])
        for outcome in Outcome
        if counts[outcome]
    )
    listed = len(package.rows) <= LISTED
    values = {"fonds": package.fonds, "batch": package.batch, "n": len(package.rows), "proposed": proposed}
    answers = head.say(_COMMA).join(
        head.say(_BLANK).format(name=ANSWER_NAMES[answer].of(language)) for answer in Answer if is_answer(answer)
    )
    return Paper(
        kind="consultation_letter",
        head=head,
        title=head.say(_TITLE),
        addressee=head.say(_TO).format(agency=package.agency),
        paragraphs=(
            (head.say(_BASIS) if jurisdiction == "CN" else "") + head.say(_ASK).format(**values),
            head.say(_BY).format(by=answer_by.of(language)) + head.say(_SILENCE[silence]),
            head.say(_LIST if listed else _COUNTS_ONLY),
        ),
        tables=(_listed(head, package) if listed else _counted(head, package),),
        receipt=(
            head.say(_RECEIPT).format(number=head.number, version=version, n=len(package.rows), answers=answers),
        ),
        places=(Place(package.agency),),
        version=version,
        covers=package.digest,
    )


def _listed(head: Head, package: Package) -> Table:
    language = head.language
    return Table(
        "",
        tuple((head.say(name), share) for name, share in _COLUMNS),
        tuple(
            (
                str(place), row.reference_code, row.title, row.date,
                decided(row.proposal, language)
                + (f"\n{ground_said(row.proposal.ground, language)}" if row.proposal.ground else ""),
            )
            for place, row in enumerate(package.rows, 1)
        ),
    )  # fmt: skip


def _counted(head: Head, package: Package) -> Table:
    language = head.language
    counts = Counter((row.proposal.outcome, row.proposal.ground) for row in package.rows)
    return Table(
        "",
        tuple((head.say(name), share) for name, share in _COUNT_COLUMNS),
        tuple(
            (
                OUTCOME_NAMES[outcome].of(language),
                ground_said(ground, language),
                article_said(ground, language),
                str(n),
            )
            for (outcome, ground), n in sorted(counts.items())
        ),
    )


_TITLE = Sentence("档案开放审核征求意见函", "Consultation on Opening Records")
_TO = Sentence("{agency}：", "To {agency}:")
_COMMA = Sentence("，", ", ")
_COUNT = Sentence("{name} {n} 件", "{name}: {n}")
_BLANK = Sentence("{name}____件", "{name} ____")
_BASIS = Sentence(
    "根据《中华人民共和国档案法》第三十条、《中华人民共和国档案法实施条例》第三十条和《国家档案馆档案开放办法》第十五条，",
    "This consultation is held under article 30 of the Archives Law, article 30 of its Implementing Regulations and article "
    "15 of the Measures on Opening Archives. ",
)
_ASK = Sentence(
    "现就我馆所藏全宗 {fonds}（批次 {batch}）中由贵单位形成或者由贵单位答复的 {n} 件档案，征求贵单位意见。我馆意见为：{proposed}。",
    "We ask your opinion on {n} records of fonds {fonds} (batch {batch}) that your unit formed or answers "
    "for. We propose: {proposed}.",
)
_BY = Sentence(
    "请在所附《征求意见表》中逐件答复，于{by}将填好的表和本函回执（签名并加盖公章）交回我馆。",
    "Please answer each record in the sheet that comes with this letter, and return the sheet and the receipt below, signed "
    "and sealed, by {by}. ",
)
_SILENCE = {
    Silence.ESCALATE: Sentence(
        "逾期未答复不视为同意，将报请档案主管部门协调；在此之前，有关档案不予开放。",
        "No answer is not consent: it will be put to the archives authority, and until then the records stay closed.",
    ),
    Silence.DEEMED_CONSENT: Sentence(
        "逾期未答复的，符合本地协同机制文件所列条件的条目视为同意，其余不视为同意。",
        "If no answer comes in time, entries that meet the conditions of the local mechanism count as agreed; the others do not.",
    ),
    Silence.DEEMED_REFUSAL: Sentence(
        "逾期未答复的，视为不同意开放，有关档案不予开放。",
        "If no answer comes in time, it counts as an objection to opening, and the records stay closed.",
    ),
}
_LIST = Sentence("征求意见的档案如下：", "The records are:")
_COUNTS_ONLY = Sentence(
    "征求意见的档案按意见和依据统计如下，逐件清单见《征求意见表》：",
    "By what we propose and on which ground; the sheet lists each record:",
)
_COLUMNS = (
    (Sentence("序号", "No."), 6), (Sentence("档号", "Code"), 19), (Sentence("题名", "Title"), 34),
    (Sentence("形成日期", "Date"), 13), (Sentence("我馆意见", "We propose"), 28),
)  # fmt: skip
_COUNT_COLUMNS = (
    (Sentence("我馆意见", "We propose"), 18), (Sentence("依据", "Ground"), 34), (Sentence("条款", "Article"), 38),
    (Sentence("件数", "Records"), 10),
)  # fmt: skip
_RECEIPT = Sentence(
    "函号 {number} 第 {version} 版。我单位已对 {n} 件档案逐件答复，答复以填好的《征求意见表》为准：{answers}。",
    "Number {number}, version {version}. We have answered for each of the {n} records; the sheet as filled in holds: {answers}.",
)
