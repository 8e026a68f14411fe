"""The legal grounds (依据) on which records stay closed, or open early, in each jurisdiction.

Codes are permanent: decisions, releases and ledger lines carry them. A ruleset uses the grounds of its own jurisdiction
only; the two letters before the first hyphen of a code name it.
Sources: CN 国家档案馆档案开放办法 arts. 7-8, 档案法 art. 27; UK Freedom of Information Act 2000, part II, and
Environmental Information Regulations 2004, reg. 12(5), in the codes that the National Archives take with a transfer;
US Executive Order 13526, s. 3.3(b) and (h), and Freedom of Information Act, 5 U.S.C. 552(b).
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.sentences import Sentence


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

_UK = {
    "23": Sentence("安全机构提供或涉及安全机构的信息", "Supplied by, or relating to, security bodies"),
    "24": Sentence("国家安全", "National security"),
    "26": Sentence("国防", "Defence"),
    "27(1)": Sentence("国际关系", "International relations"),
    "27(2)": Sentence("他国或国际组织的机密信息", "Confidential information from another state"),
    "28": Sentence("联合王国内部关系", "Relations within the United Kingdom"),
    "29": Sentence("经济", "The economy"),
    "30(1)": Sentence("公共机关的调查", "Investigations by public authorities"),
    "30(2)": Sentence("调查所用的秘密来源", "Confidential sources of investigations"),
    "31": Sentence("执法", "Law enforcement"),
    "32": Sentence("法院记录", "Court records"),
    "33": Sentence("审计职能", "Audit functions"),
    "34": Sentence("议会特权", "Parliamentary privilege"),
    "35(1)(a)": Sentence("政府政策的制定", "Formulation of government policy"),
    "35(1)(b)": Sentence("部长间通信", "Ministerial communications"),
    "35(1)(c)": Sentence("法律官员的意见", "Advice of the law officers"),
    "35(1)(d)": Sentence("部长办公室的运作", "Operation of a ministerial private office"),
    "36": Sentence("妨害公务的有效进行", "Prejudice to the effective conduct of public affairs"),
    "37(1)(a)": Sentence("与君主的通信", "Communications with the Sovereign"),
    "37(1)(aa)": Sentence("与王储的通信", "Communications with the heir to the throne"),
    "37(1)(ab)": Sentence("与其他王室成员的通信", "Communications with other members of the Royal Family"),
    "37(1)(ac)": Sentence("经王室成员转达的通信", "Communications on behalf of members of the Royal Family"),
    "37(1)(ad)": Sentence("与王室机构的通信", "Communications with the Royal Household"),
    "37(1)(b)": Sentence("授勋", "Honours"),
    "38": Sentence("健康与安全", "Health and safety"),
    "39": Sentence("环境信息", "Environmental information"),
    "40(2)": Sentence("个人信息", "Personal information of third parties"),
    "41": Sentence("因信任而提供的信息", "Information provided in confidence"),
    "42": Sentence("法律职业特权", "Legal professional privilege"),
    "43(1)": Sentence("商业秘密", "Trade secrets"),
    "43(2)": Sentence("商业利益", "Commercial interests"),
    "44": Sentence("其他法律禁止披露", "Prohibited by other law"),
} | {
    f"EIR-12(5)({letter})": name
    for letter, name in {
        "a": Sentence("环境信息：国际关系、国防、公共安全", "Environment: international relations, defence, public safety"),
        "b": Sentence("环境信息：司法与调查", "Environment: course of justice and inquiries"),
        "c": Sentence("环境信息：知识产权", "Environment: intellectual property rights"),
        "d": Sentence("环境信息：程序保密", "Environment: confidentiality of proceedings"),
        "e": Sentence("环境信息：商业信息保密", "Environment: commercial confidentiality"),
        "f": Sentence("环境信息：提供者的利益", "Environment: interests of the person who provided it"),
        "g": Sentence("环境信息：环境保护", "Environment: protection of the environment"),
    }.items()
}  # fmt: skip


def _uk_article(code: str) -> Sentence:
    if code.startswith("EIR"):
        regulation = code.removeprefix("EIR-")
        return Sentence(
            f"英国2004年环境信息条例第{regulation}条",
            f"Environmental Information Regulations 2004, reg. {regulation}",
        )
    return Sentence(f"英国2000年信息自由法第{code}条", f"Freedom of Information Act 2000, s. {code}")


_ORDER = Sentence("美国第13526号行政命令第3.3条", "Executive Order 13526, s. 3.3")
_FOIA = Sentence("美国信息自由法，5 U.S.C. 552(b)", "Freedom of Information Act, 5 U.S.C. 552(b)")
_DEED = Sentence("捐赠协议", "Deed of gift")
_US = {
    "25X1": (Sentence("情报人员、来源与方法", "Human sources, intelligence sources and methods"), _ORDER),
    "25X2": (Sentence("大规模杀伤性武器", "Weapons of mass destruction"), _ORDER),
    "25X3": (Sentence("密码系统", "Cryptologic systems"), _ORDER),
    "25X4": (Sentence("现役武器系统的先进技术", "State-of-the-art weapon technology"), _ORDER),
    "25X5": (Sentence("作战计划", "War plans"), _ORDER),
    "25X6": (Sentence("对外关系", "Foreign relations"), _ORDER),
    "25X7": (Sentence("总统等受保护人员的安全", "Protection of the President and others"), _ORDER),
    "25X8": (Sentence("应急计划与设施弱点", "Emergency plans and vulnerabilities of infrastructure"), _ORDER),
    "25X9": (Sentence("法律、条约或国际协定", "Statute, treaty or international agreement"), _ORDER),
    "50X1-HUM": (Sentence("秘密人力来源（五十年）", "Confidential human source, fifty years"), _ORDER),
    "50X2-WMD": (Sentence("大规模杀伤性武器设计（五十年）", "Weapons of mass destruction, fifty years"), _ORDER),
    "75X": (Sentence("七十五年以上的例外", "Exemption beyond seventy-five years"), _ORDER),
    "b(1)": (Sentence("国防与外交机密", "Classified national defence or foreign policy"), _FOIA),
    "b(2)": (Sentence("机关内部人事规则", "Internal personnel rules and practices"), _FOIA),
    "b(3)": (Sentence("其他法律规定不得披露", "Exempted by another statute"), _FOIA),
    "b(4)": (Sentence("商业秘密与保密的商业信息", "Trade secrets and confidential commercial information"), _FOIA),
    "b(5)": (Sentence("机关间函件", "Inter- and intra-agency memoranda"), _FOIA),
    "b(6)": (Sentence("人事、医疗等个人隐私", "Personnel, medical and similar files: personal privacy"), _FOIA),
    "b(7)(A)": (Sentence("妨害执法程序", "Interference with enforcement proceedings"), _FOIA),
    "b(7)(B)": (Sentence("公正审判", "Fair trial"), _FOIA),
    "b(7)(C)": (Sentence("执法记录中的个人隐私", "Personal privacy in law enforcement records"), _FOIA),
    "b(7)(D)": (Sentence("秘密消息来源", "Confidential source"), _FOIA),
    "b(7)(E)": (Sentence("执法手段与程序", "Law enforcement techniques and procedures"), _FOIA),
    "b(7)(F)": (Sentence("人身安全", "Life or physical safety"), _FOIA),
    "b(8)": (Sentence("金融机构监管", "Examination of financial institutions"), _FOIA),
    "b(9)": (Sentence("油井的地质信息", "Geological information on wells"), _FOIA),
    "DEED": (Sentence("捐赠人要求的限制", "Restriction by the donor's deed"), _DEED),
}

GROUNDS_OF: dict[str, dict[str, Ground]] = {
    "CN": GROUNDS,
    "UK": {f"UK-{code}": Ground(f"UK-{code}", name, _uk_article(code)) for code, name in _UK.items()},
    "US": {f"US-{code}": Ground(f"US-{code}", name, article) for code, (name, article) in _US.items()},
}
EARLY_GROUNDS_OF: dict[str, dict[str, Ground]] = {"CN": EARLY_GROUNDS, "UK": {}, "US": {}}

# Every ground of every jurisdiction by its code: for what reads decisions, whoever made them.
DEFERRAL_GROUNDS: dict[str, Ground] = {code: g for known in GROUNDS_OF.values() for code, g in known.items()}
KNOWN_GROUNDS: dict[str, Ground] = DEFERRAL_GROUNDS | EARLY_GROUNDS


def jurisdiction_of(code: str) -> str:
    """The two letters with which the code of a ground, the id of a rule or the number of a ruleset begins: CN, UK, US."""
    return code[:2].upper()
