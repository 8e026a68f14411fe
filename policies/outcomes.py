"""The outcomes of open-access review (开放审核) and the grounds for deferral.

Sources: 档案法 art. 27; 国家档案馆档案开放办法 arts. 7 and 8. The words "never open" do not occur in either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from policies.sentences import Sentence


class Outcome(StrEnum):
    """What a person decides on one entry."""

    OPEN = "open"
    OPEN_EARLY = "open_early"
    DEFER = "defer"
    REFER = "refer"

    @property
    def opens(self) -> bool:
        return self in (Outcome.OPEN, Outcome.OPEN_EARLY)


class Suggestion(StrEnum):
    """What the rules advise on one entry. Advice only: nothing opens by machine."""

    OPEN = "open"
    OPEN_EARLY = "open_early"
    DEFER = "defer"
    REFER = "refer"
    NOT_DUE = "not_due"


class Answer(StrEnum):
    """What a forming unit (形成单位) answers to the archives' proposal on one entry."""

    AGREE = "agree"
    OBJECT = "object"
    NOT_OURS = "not_ours"


class Stage(StrEnum):
    """The successive hands on one entry; the same word in every folder."""

    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    COUNTERSIGN = "countersign"
    RECONCILE = "reconcile"


OUTCOME_NAMES: dict[str, Sentence] = {
    Outcome.OPEN: Sentence("开放", "Open"),
    Outcome.OPEN_EARLY: Sentence("提前开放", "Open early"),
    Outcome.DEFER: Sentence("延期开放", "Defer"),
    Outcome.REFER: Sentence("移送", "Refer"),
    Suggestion.NOT_DUE: Sentence("未到期", "Not due"),
}

ANSWER_NAMES: dict[str, Sentence] = {
    Answer.AGREE: Sentence("同意", "Agree"),
    Answer.OBJECT: Sentence("不同意", "Object"),
    Answer.NOT_OURS: Sentence("非我单位", "Not ours"),
}

STAGE_NAMES: dict[str, Sentence] = {
    Stage.FIRST_REVIEW: Sentence("初审", "First review"),
    Stage.SECOND_REVIEW: Sentence("复审", "Second review"),
    Stage.COUNTERSIGN: Sentence("会签", "Countersign"),
    Stage.RECONCILE: Sentence("协商", "Reconcile"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A legal ground (依据), its name and the article that gives it."""

    code: str
    name: Sentence
    article: Sentence


def _ground(code: str, zh: str, en: str, article_zh: str, article_en: str) -> tuple[str, Ground]:
    return code, Ground(code, Sentence(zh, en), Sentence(article_zh, article_en))


GROUNDS: dict[str, Ground] = dict(
    [
        _ground(
            "CN-8-1", "国家秘密未解密", "State secret not yet declassified",
            "国家档案馆档案开放办法第八条第一项", "Measures on opening archives, art. 8(1)",
        ),
        _ground(
            "CN-8-2", "涉及国家或社会重大利益", "Major interest of state or society",
            "国家档案馆档案开放办法第八条第二项", "Measures on opening archives, art. 8(2)",
        ),
        _ground(
            "CN-8-3-IP", "涉及知识产权", "Intellectual property",
            "国家档案馆档案开放办法第八条第三项", "Measures on opening archives, art. 8(3)",
        ),
        _ground(
            "CN-8-3-PI", "涉及个人信息", "Personal information",
            "国家档案馆档案开放办法第八条第三项", "Measures on opening archives, art. 8(3)",
        ),
        _ground(
            "CN-8-4", "法律、行政法规或国家规定的其他限制", "Other restriction under law or state rules",
            "国家档案馆档案开放办法第八条第四项", "Measures on opening archives, art. 8(4)",
        ),
    ]
)  # fmt: skip

_EARLY_ARTICLE = Sentence("档案法第二十七条", "Archives Law, art. 27")
EARLY_GROUNDS: dict[str, Ground] = {
    code: Ground(code, name, _EARLY_ARTICLE)
    for code, name in {
        "CN-E-ECON": Sentence("经济类提前开放", "Economy: early opening"),
        "CN-E-EDU": Sentence("教育类提前开放", "Education: early opening"),
        "CN-E-SCI": Sentence("科技类提前开放", "Science and technology: early opening"),
        "CN-E-CUL": Sentence("文化类提前开放", "Culture: early opening"),
        "CN-E-OTHER": Sentence("其他类提前开放", "Other: early opening"),
    }.items()
}
