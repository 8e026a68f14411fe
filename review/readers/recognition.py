"""Whose table it is, told by its headings: a catalogue with usual headings, or a file of another system."""

from __future__ import annotations

from collections.abc import Sequence

from policies.sentences import Refusal, Sentence
from review.readers.headings import PROFILES
from review.readers.profiles import Profile, same_heading


def recognised_profile(headings: Sequence[str]) -> Profile:
    """The profile that fits this row of headings best; the house's where no other system is recognised.

    Raises Refusal for files of AtoM that hold no descriptions.
    """
    names = {same_heading(heading) for heading in headings}
    for sign, kind in _ATOM_OTHERS:
        if sign <= names and "levelofdescription" not in names:
            raise Refusal(_NO_DESCRIPTIONS.filled(kind=kind.zh, kind_en=kind.en))
    return PROFILES[_profile_name(names)]


def known_headings(headings: Sequence[str]) -> int:
    """How many of these cells are headings of any profile."""
    names = {same_heading(heading) for heading in headings} - {""}
    return max(len(names & profile.columns.keys()) for profile in PROFILES.values())


def _profile_name(names: set[str]) -> str:
    if {"title", "levelofdescription"} <= names and names & {"legacyid", "parentid", "qubitparentslug", "eventdates"}:
        return "atom-rad" if any(name.startswith("radtitle") for name in names) else "atom-isad"
    if {"title", "hierarchy", "level"} <= names and names & {"eadid", "resuri", "refid", "datetype1", "datetype"}:
        return "archivesspace"
    if names & {"filename", "filepath"} and names & _CLOSURE:
        return "tna-closure"
    return "house"


_CLOSURE = {
    "closurestatus", "closuretype", "closureperiod", "closurestartdate", "foiexemptioncode", "foischeduledate",
}  # fmt: skip

# The files of AtoM that are not descriptions, by headings that only they have.
_ATOM_OTHERS = (
    (frozenset({"accessionnumber", "deaccessionnumber"}), Sentence("注销记录（deaccessions）", "deaccessions")),
    (frozenset({"accessionnumber", "acquisitiondate"}), Sentence("接收登记（accessions）", "accessions")),
    (frozenset({"typeofentity", "authorizedformofname"}), Sentence("规范记录（authority records）", "authority records")),
    (frozenset({"authorizedformofname", "holdings"}), Sentence("典藏机构（repositories）", "repositories")),
    (frozenset({"eventactorname", "eventtype"}), Sentence("事件（events）", "events")),
    (frozenset({"name", "location", "descriptionslugs"}), Sentence("实体存放（physical objects）", "physical objects")),
    (frozenset({"subjectauthorizedformofname", "objectauthorizedformofname"}),
     Sentence("规范记录关系（relationships）", "relationships")),
)  # fmt: skip
_NO_DESCRIPTIONS = Sentence(
    "这是 AtoM 的{kind}文件，不含目录条目。请导入 AtoM 的著录文件（information objects，ISAD 或 RAD 的 CSV）。",
    "This is an AtoM file of {kind_en}: it holds no descriptions. Import AtoM's descriptions "
    "(information objects, the ISAD or RAD CSV).",
)
