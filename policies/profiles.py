"""What differs from one jurisdiction to another: the closure period and how it is counted, the grounds, who consents.

A ruleset names its jurisdiction; the profile of the ruleset in force is the archives'. What a profile says is law where
`steps_in_law` and the sources say so, and a pattern to be confirmed by the archives where they do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from policies.dates import CLOSURE_YEARS, DateSpan, DueMode, due_date
from policies.grounds import EARLY_GROUNDS_OF, GROUNDS_OF, Ground, jurisdiction_of
from policies.sentences import Refusal, Sentence


class Silence(StrEnum):
    """What no answer from the forming unit means once its time is over. Nowhere does it open a record by itself."""

    ESCALATE = "escalate"
    DEEMED_CONSENT = "deemed_consent"
    DEEMED_REFUSAL = "deemed_refusal"


@dataclass(frozen=True, slots=True)
class Profile:
    """One jurisdiction. `due_modes`: the ways of counting that it allows, the first where the archives chooses none.

    `approver`: who consents to keeping a due record closed. `steps_in_law`: whether the law fixes the number of reviews.
    """

    jurisdiction: str
    name: Sentence
    closure_years: int
    due_modes: tuple[DueMode, ...]
    closure_article: Sentence
    silence: Silence
    silence_article: Sentence
    approver: Sentence
    approver_article: Sentence
    steps_in_law: bool
    steps: Sentence

    @property
    def grounds(self) -> dict[str, Ground]:
        """The grounds for deferral, by code."""
        return GROUNDS_OF[self.jurisdiction]

    @property
    def early_grounds(self) -> dict[str, Ground]:
        """The categories that may open before their time, by code; none in most jurisdictions."""
        return EARLY_GROUNDS_OF[self.jurisdiction]

    def due_mode(self, chosen: DueMode | str = "") -> DueMode:
        """The archives' own way of counting where the jurisdiction allows it, else the jurisdiction's."""
        return next((mode for mode in self.due_modes if mode == chosen), self.due_modes[0])

    def due_on(self, span: DateSpan, chosen: DueMode | str = "") -> date:
        """The day from which the closure period of a record of this span is over."""
        return due_date(span, years=self.closure_years, mode=self.due_mode(chosen))


PROFILES: dict[str, Profile] = {
    profile.jurisdiction: profile
    for profile in (
        Profile(
            jurisdiction="CN",
            name=Sentence("中国", "China"),
            closure_years=CLOSURE_YEARS,
            due_modes=("exact", "next_january"),
            closure_article=Sentence("档案法第二十七条（自形成之日起满二十五年）", "Archives Law, art. 27 (25 years from creation)"),
            silence=Silence.ESCALATE,
            silence_article=Sentence(
                "国家档案馆档案开放办法第十五条（协商一致）；档案法实施条例第三十条：逾期未答复不视为同意，报档案主管部门协调。"
                "答复期限为本馆政策。",
                "Measures on opening archives, art. 15 (by agreement); Implementing Regulations, art. 30: no answer is no "
                "consent and goes to the archives authority. The time to answer is house policy.",
            ),
            approver=Sentence("同级档案主管部门", "The archives authority of the same level"),
            approver_article=Sentence("档案法实施条例第三十一条", "Implementing Regulations of the Archives Law, art. 31"),
            steps_in_law=False,
            steps=Sentence(
                "开放办法第十三条列计划、组织、审核、确认、公布五步；初审、复审的次数为本馆政策。",
                "Measures, art. 13, name five steps: plan, organise, review, confirm, publish. How many reviews is house policy.",
            ),
        ),
        Profile(
            jurisdiction="UK",
            name=Sentence("英国", "United Kingdom"),
            closure_years=20,
            due_modes=("next_january",),
            closure_article=Sentence(
                "英国1958年公共档案法第三条；2000年信息自由法第六十二条（自次年一月一日起计）",
                "Public Records Act 1958, s. 3; Freedom of Information Act 2000, s. 62 (counted to the next 1 January)",
            ),
            silence=Silence.ESCALATE,
            silence_article=Sentence(
                "法律未规定视为同意；转请移交部门的档案官及公共档案咨询委员会。此为政策。",
                "No law deems consent: it goes to the Departmental Records Officer and the Advisory Council. This is policy.",
            ),
            approver=Sentence("国家档案与公共档案咨询委员会", "Advisory Council on National Records and Archives"),
            approver_article=Sentence(
                "移交前经咨询委员会同意方可封闭（国家档案馆移交规则）",
                "Closure needs the Council's approval before transfer (transfer rules of the National Archives)",
            ),
            steps_in_law=False,
            steps=Sentence("步骤出自国家档案馆指引，非法定。", "The steps are guidance of the National Archives, not law."),
        ),
        Profile(
            jurisdiction="US",
            name=Sentence("美国", "United States"),
            closure_years=25,
            due_modes=("year_end",),
            closure_article=Sentence(
                "美国第13526号行政命令第3.3条（第二十五年的十二月三十一日自动解密）",
                "Executive Order 13526, s. 3.3 (automatic declassification on 31 December of the 25th year)",
            ),
            silence=Silence.ESCALATE,
            silence_article=Sentence(
                "32 CFR 2001.34 规定转送一年未答复的效力；其条文尚待核对，故本系统一律报请处理，不据此开放。",
                "32 CFR 2001.34 says what a year without an answer means; its text is yet to be checked, so that here silence "
                "is always put to the agency head and opens nothing.",
            ),
            approver=Sentence(
                "机关首长；二十五年以上的例外由跨机关安全密级申诉委员会（ISCAP）核准",
                "The agency head; exemptions beyond 25 years are approved by ISCAP",
            ),
            approver_article=Sentence("美国第13526号行政命令第3.3条", "Executive Order 13526, s. 3.3"),
            steps_in_law=False,
            steps=Sentence(
                "质量抽查和转送出自国家解密中心的做法。",
                "Quality sampling and referral are the practice of the National Declassification Center.",
            ),
        ),
    )
}  # fmt: skip


def profile_of(code: str) -> Profile:
    """The profile of a jurisdiction, or of the ruleset, rule or ground whose code begins with it. Raises Refusal."""
    profile = PROFILES.get(jurisdiction_of(code))
    if profile is None:
        raise Refusal(
            Sentence(
                f"没有法域“{code}”的规程；可用的是 {'、'.join(PROFILES)}。",
                f"There is no profile of the jurisdiction “{code}”; known are {', '.join(PROFILES)}.",
            )
        )
    return profile
