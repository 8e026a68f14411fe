"""The instruments that this house cites (法律、法规、规章、标准): their names, which articles they have, how well we know them.

A citation of an instrument that is not here, or of an article that it does not have, leads nowhere, and the page
docs/traceability.md cannot be made (`manage.py trace_law`). `mark`: V, its text was read; S, a secondary source; M, from
memory, to be checked by a lawyer before anyone relies on it. Articles in `read` are V whatever the rest is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from policies.sentences import Sentence

Mark = Literal["V", "S", "M"]
MARKS: dict[Mark, Sentence] = {
    "V": Sentence("已读原文", "text read"),
    "S": Sentence("据二手资料", "from a secondary source"),
    "M": Sentence("凭记忆，待核", "from memory, to be checked"),
}
Kind = Literal["law", "standard"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One law, regulation, measure or standard. `last`: its last article where it is cited by number; 0: not by number.

    `only`: the articles that are known to exist, where we do not know how many there are.
    """

    code: str
    name: Sentence
    aliases: tuple[str, ...]
    mark: Mark
    last: int = 0
    only: frozenset[int] = frozenset()
    read: frozenset[int] = frozenset()
    kind: Kind = "law"
    jurisdiction: str = "CN"

    @property
    def numbered(self) -> bool:
        """Whether it is cited by the numbers of its articles."""
        return bool(self.last or self.only)

    def has(self, article: int) -> bool:
        """Whether there is such an article, as far as we know."""
        return article in self.only if self.only else 1 <= article <= self.last

    def mark_of(self, article: int | None) -> Mark:
        """How well this very article is known."""
        return "V" if article is not None and article in self.read else self.mark


def _law(
    code: str,
    zh: str,
    en: str,
    *aliases: str,
    mark: Mark,
    last: int = 0,
    only: Iterable[int] = (),
    read: Iterable[int] = (),
    kind: Kind = "law",
    jurisdiction: str = "CN",
) -> Instrument:
    return Instrument(
        code, Sentence(zh, en), (zh, en, *aliases), mark, last, frozenset(only), frozenset(read), kind, jurisdiction
    )


INSTRUMENTS: dict[str, Instrument] = {
    law.code: law
    for law in (
        _law("AL", "档案法", "Archives Law", mark="V", last=53),
        _law(
            "AR", "档案法实施条例", "Implementing Regulations of the Archives Law", "Archives Law regulations",
            mark="V", last=52,
        ),
        _law(
            "D19", "国家档案馆档案开放办法", "Measures on opening archives", "开放办法",
            mark="M", last=34, read=(2, 3, 7, 8, 9, 12, 13, 14, 15, 17),
        ),
        _law("SSL", "保守国家秘密法", "State Secrets Law", "保密法", "Law on Guarding State Secrets", mark="V", last=65),
        _law(
            "SSR", "保守国家秘密法实施条例", "State Secrets regulations", "保密法实施条例",
            mark="M", last=74, read=range(1, 28),
        ),
        _law("DECL", "国家秘密解密暂行办法", "Interim Measures on Declassification", mark="S", only=(4, 7, 8)),
        _law("PIPL", "个人信息保护法", "Personal Information Protection Law", mark="V", last=74),
        _law(
            "GIR", "政府信息公开条例", "Government Information regulations", "GIR",
            "Regulations on Open Government Information", mark="V", last=56,
        ),
        _law("ALL", "行政许可法", "Administrative Licensing Law", mark="M", last=83),
        _law("CC", "民法典", "Civil Code", mark="M", last=1260),
        _law(
            "RBD", "行政区域边界争议处理条例", "Regulations on Settling Disputes over Administrative Boundaries",
            mark="M",
        ),
        _law("MF116", "民发〔2005〕116号", "notice Min Fa (2005) 116", mark="M"),
        _law("R1991", "一九九一年规定", "1991 rule", mark="M"),
        _law(
            "FOIA-UK", "英国2000年信息自由法", "Freedom of Information Act 2000", "2000年信息自由法",
            mark="M", last=88, jurisdiction="UK",
        ),
        _law(
            "EIR", "英国2004年环境信息条例", "Environmental Information Regulations 2004", mark="M", last=21,
            jurisdiction="UK",
        ),
        _law("PRA", "英国1958年公共档案法", "Public Records Act 1958", mark="M", last=13, jurisdiction="UK"),
        _law("EO", "美国第13526号行政命令", "Executive Order 13526", mark="S", last=6, jurisdiction="US"),
        _law(
            "FOIA-US", "美国信息自由法", "Freedom of Information Act, 5 U.S.C. 552", "5 U.S.C. 552",
            "Freedom of Information Act", mark="S", jurisdiction="US",
        ),
        _law("CFR", "32 CFR 2001.34", "32 CFR 2001.34", mark="M", jurisdiction="US"),
        _law("DAT18", "DA/T 18", "DA/T 18", mark="S", kind="standard"),
        _law("DAT13", "DA/T 13", "DA/T 13", mark="S", kind="standard"),
        _law("DAT22", "DA/T 22", "DA/T 22", mark="S", kind="standard"),
        _law("DAT46", "DA/T 46", "DA/T 46", mark="M", kind="standard"),
        _law("GBT7156", "GB/T 7156", "GB/T 7156", mark="M", kind="standard"),
        _law("GBT7408", "GB/T 7408", "GB/T 7408", mark="M", kind="standard"),
        _law("GBT33190", "GB/T 33190", "GB/T 33190", mark="M", kind="standard"),
        _law("GB11643", "GB 11643", "GB 11643", mark="M", kind="standard"),
        _law("GB32100", "GB 32100", "GB 32100", mark="M", kind="standard"),
        _law("ISAD", "ISAD(G)", "ISAD(G)", mark="M", kind="standard", jurisdiction=""),
        _law("EAD3", "EAD3", "EAD3", mark="V", kind="standard", jurisdiction=""),
        _law("PDFA", "ISO 19005", "ISO 19005", mark="M", kind="standard", jurisdiction=""),
        _law("ICA", "ICA 2014", "ICA 2014", mark="S", kind="standard", jurisdiction=""),
    )
}  # fmt: skip
