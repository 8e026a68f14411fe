"""The archives' procedure (办理规程) as data: which steps a batch takes, who signs, which clocks run, what silence means.

Law fixes little of it (开放办法 art. 13: plan, organise, review, confirm, publish); the rest is house policy, so it is a
text that one person proposes and another adopts, and each batch keeps the one it began under. `rules` change steps for
some fonds, grounds, kinds of batch or sensitivity: all that fit apply, in their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from policies.grounds import GROUNDS_OF
from policies.profiles import PROFILES, Silence
from policies.roles import ROLES
from policies.sentences import Refusal, Sentence

FOLDER = Path(__file__).parent / "procedures"
Sensitivity = Literal["plain", "sensitive", "classified"]
SENSITIVITIES: tuple[Sensitivity, ...] = ("plain", "sensitive", "classified")
KINDS = ("review", "reassessment", "on_demand")
CLOCK_KINDS = (
    "first_review", "second_review", "sample", "countersign", "reconcile", "coordinate", "sign_off", "consent", "release",
    "referral", "transfer", "plan", "triage", "panel", "suspension_cap", "request", "complaint",
)  # fmt: skip
ACTS = ("remind", "escalate", "lapse")
HAND = "hand"  # in the place of a role: whoever holds the task, else all who may take it


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung of a clock's ladder: after so many days, what is done and who is told."""

    after: int
    act: str
    to: str


@dataclass(frozen=True, slots=True)
class ClockRule:
    """A time limit: `days` long (working days unless `working` is false), its one extension, and its ladder.

    The last day belongs to whoever must answer: a rung that lapses is later than `days`.
    """

    days: int
    working: bool = True
    extension: int = 0
    rungs: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class Signatures:
    """So many signatures of holders of one role are needed under a batch: a head is 1, a leading group 3 of its 5."""

    role: str
    needed: int


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """How much of each stratum is looked at again, and how many errors pass. Of a zero-tolerance ground none does."""

    share: float
    least: int
    most: int
    allowed: float
    zero_tolerance: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """Which steps a batch takes between its first review and its release."""

    second_review: bool
    blind: bool
    sample: bool
    agency_seal: bool
    consent: bool
    signatures: tuple[Signatures, ...]


@dataclass(frozen=True, slots=True)
class StepRule:
    """Steps changed for some batches: it fits where every condition that it names does."""

    fonds: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()
    change: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, fonds: str, grounds: Collection[str], kind: str, sensitivity: str) -> bool:
        return (
            (not self.fonds or fonds in self.fonds)
            and (not self.grounds or any(g.startswith(tuple(self.grounds)) for g in grounds))
            and (not self.kinds or kind in self.kinds)
            and (not self.sensitivity or sensitivity in self.sensitivity)
        )


@dataclass(frozen=True, slots=True)
class Procedure:
    """One wording of the procedure, whole and checked."""

    jurisdiction: str
    title: Sentence
    basis: Sentence
    steps: Steps
    sample: SamplePlan
    silence: Silence
    reassess_years: int
    look_ahead_days: int
    clocks: Mapping[str, ClockRule]
    rules: tuple[StepRule, ...]
    digest: str
    listed_grounds: tuple[
        str, ...
    ] = ()  # what is deferred on these grounds stands in the open catalogue, without a title
    silence_document: str = ""  # the archives' own document that deems consent (policies/silence.py), by its number

    def steps_of(
        self, *, fonds: str, grounds: Collection[str] = (), kind: str = "review", sensitivity: str = "plain"
    ) -> Steps:
        """The steps of a batch of this fonds, with these grounds found or decided in it."""
        steps = self.steps
        for rule in self.rules:
            if rule.fits(fonds, grounds, kind, sensitivity):
                steps = replace(steps, **rule.change)
        return steps


def sensitivity_of(grounds: Collection[str]) -> Sensitivity:
    """Classified where a state secret is among the grounds, sensitive where any is, else plain."""
    if any(ground.endswith("-8-1") for ground in grounds):
        return "classified"
    return "sensitive" if grounds else "plain"


@lru_cache(maxsize=8)
def shipped(jurisdiction: str) -> Procedure:
    """The procedure that ships for a jurisdiction; it holds where the archives adopted none."""
    path = FOLDER / f"{jurisdiction.lower()}.yaml"
    return read_procedure(path.read_text(encoding="utf-8"))


def read_procedure(text: str) -> Procedure:
    """The procedure written in `text` (YAML). Raises Refusal naming the key, what stands there and what is expected."""
    try:
        read = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _refused("YAML", str(error).splitlines()[0], "一份 YAML 文件", "a YAML file") from error
    if not isinstance(read, dict):
        raise _refused("YAML", type(read).__name__, "一组“键: 值”", "keys with values")
    _known(read, "", (
        "jurisdiction", "title", "basis", "steps", "sample", "silence", "silence_document", "reassess_years",
        "look_ahead_days", "listed_grounds", "clocks", "rules",
    ))  # fmt: skip
    jurisdiction = _one_of(read, "jurisdiction", tuple(PROFILES))
    grounds = tuple(GROUNDS_OF[jurisdiction])
    silence = Silence(_one_of(read, "silence", tuple(s.value for s in Silence)))
    return Procedure(
        jurisdiction=jurisdiction,
        title=_sentence(read, "title"),
        basis=_sentence(read, "basis"),
        steps=Steps(**_steps(_mapping(read, "steps"), "steps", whole=True)),
        sample=_sample(_mapping(read, "sample"), grounds),
        silence=silence,
        silence_document=_silence_document(read, silence),
        reassess_years=_number(read, "reassess_years", 1, 30),
        look_ahead_days=_number(read, "look_ahead_days", 0, 400),
        listed_grounds=_listed_grounds(read, grounds),
        clocks=_clocks(_mapping(read, "clocks")),
        rules=tuple(_rule(rule, f"rules[{n}]", grounds) for n, rule in enumerate(_list(read, "rules"), 1)),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _listed_grounds(read: Mapping[str, Any], grounds: tuple[str, ...]) -> tuple[str, ...]:
    """None where nothing is said: that a closed record is there is told only where the archives decided so, of no secret."""
    tellable = tuple(ground for ground in grounds if not ground.endswith("-8-1"))
    found = _list(read, "listed_grounds") if "listed_grounds" in read else []
    for ground in found:
        if ground not in tellable:
            raise _refused("listed_grounds", ground, "、".join(tellable), ", ".join(tellable))
    return tuple(found)


def _silence_document(read: Mapping[str, Any], silence: Silence) -> str:
    """Consent is deemed only where a document of the archives says so: without its number the text is refused."""
    value = read.get("silence_document", "")
    if not isinstance(value, str) or (silence is Silence.DEEMED_CONSENT and not value.strip()):
        raise _refused(
            "silence_document", value, "规定视为同意的本馆文件的文号", "the number of the document that deems consent"
        )
    return value.strip()


def _steps(read: Mapping[str, Any], where: str, *, whole: bool) -> dict[str, Any]:
    switches = ("second_review", "blind", "sample", "agency_seal", "consent")
    _known(read, where, (*switches, "signatures"))
    result: dict[str, Any] = {}
    for name in switches:
        if name in read or whole:
            if not isinstance(read.get(name), bool):
                raise _refused(f"{where}.{name}", read.get(name), "true 或 false", "true or false")
            result[name] = read[name]
    if "signatures" in read or whole:
        signatures = []
        for n, line in enumerate(_list(read, "signatures"), 1):
            place = f"{where}.signatures[{n}]"
            if not isinstance(line, dict):
                raise _refused(place, line, "{role: …, needed: …}", "{role: …, needed: …}")
            _known(line, place, ("role", "needed"))
            signatures.append(Signatures(_one_of(line, "role", _FONDS_ROLES), _number(line, "needed", 1, 15)))
        if not signatures:
            raise _refused(f"{where}.signatures", "[]", "至少一个签发岗位", "at least one role that signs")
        result["signatures"] = tuple(signatures)
    return result


_FONDS_ROLES = tuple(role.code for role in ROLES.values() if role.over == "fonds")


def _sample(read: Mapping[str, Any], grounds: tuple[str, ...]) -> SamplePlan:
    _known(read, "sample", ("share", "least", "most", "allowed", "zero_tolerance"))
    zero = _list(read, "zero_tolerance")
    for ground in zero:
        if ground not in grounds:
            raise _refused("sample.zero_tolerance", ground, "、".join(grounds), ", ".join(grounds))
    return SamplePlan(
        _share(read, "share"), _number(read, "least", 1, 10_000), _number(read, "most", 1, 100_000),
        _share(read, "allowed"), tuple(zero),
    )  # fmt: skip


def _clocks(read: Mapping[str, Any]) -> dict[str, ClockRule]:
    _known(read, "clocks", CLOCK_KINDS)
    clocks = {}
    for kind in CLOCK_KINDS:
        line = _mapping(read, kind)
        _known(line, f"clocks.{kind}", ("days", "working", "extension", "rungs"))
        rungs = []
        for n, rung in enumerate(_list(line, "rungs"), 1):
            place = f"clocks.{kind}.rungs[{n}]"
            if not isinstance(rung, dict):
                raise _refused(place, rung, "{after: …, act: …, to: …}", "{after: …, act: …, to: …}")
            _known(rung, place, ("after", "act", "to"))
            rungs.append(
                Rung(_number(rung, "after", 1, 3660), _one_of(rung, "act", ACTS), _one_of(rung, "to", (HAND, *ROLES)))
            )
        if [rung.after for rung in rungs] != sorted({rung.after for rung in rungs}):
            raise _refused(f"clocks.{kind}.rungs", [r.after for r in rungs], "逐级递增的天数", "days that rise")
        for rung in rungs:
            if rung.act == "lapse" and rung.after <= _number(line, "days", 1, 3660):
                place = f"clocks.{kind}.rungs"
                raise _refused(place, rung.after, "逾期（lapse）晚于期限的最后一日", "a lapse after the last day")
        working = line.get("working", True)
        if not isinstance(working, bool):
            raise _refused(f"clocks.{kind}.working", working, "true 或 false", "true or false")
        extension = _number(line, "extension", 0, 365) if "extension" in line else 0
        clocks[kind] = ClockRule(_number(line, "days", 1, 3660), working, extension, tuple(rungs))
    return clocks


def _rule(read: Any, where: str, grounds: tuple[str, ...]) -> StepRule:
    if not isinstance(read, dict):
        raise _refused(where, read, "{when: …, set: …}", "{when: …, set: …}")
    _known(read, where, ("when", "set", "why"))
    when = _mapping(read, "when")
    _known(when, f"{where}.when", ("fonds", "grounds", "kinds", "sensitivity"))
    for name, allowed in (("grounds", grounds), ("kinds", KINDS), ("sensitivity", SENSITIVITIES)):
        for value in _list(when, name) if name in when else ():
            if value not in allowed:
                raise _refused(f"{where}.when.{name}", value, "、".join(allowed), ", ".join(allowed))
    parts = {name: tuple(str(v) for v in _list(when, name)) for name in when}
    return StepRule(**parts, change=_steps(_mapping(read, "set"), f"{where}.set", whole=False))


def _mapping(read: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = read.get(key)
    if not isinstance(value, dict):
        raise _refused(key, value, "一组“键: 值”", "keys with values")
    return value


def _list(read: Mapping[str, Any], key: str) -> list[Any]:
    value = read.get(key)
    if not isinstance(value, list):
        raise _refused(key, value, "一个列表 […]", "a list […]")
    return value


def _number(read: Mapping[str, Any], key: str, least: int, most: int) -> int:
    value = read.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _refused(key, value, f"{least} 至 {most} 的整数", f"a whole number from {least} to {most}")
    return value


def _share(read: Mapping[str, Any], key: str) -> float:
    value = read.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _refused(key, value, "0 至 1 的数", "a number from 0 to 1")
    return float(value)


def _one_of(read: Mapping[str, Any], key: str, allowed: tuple[str, ...]) -> str:
    value = read.get(key)
    if value not in allowed:
        raise _refused(key, value, "、".join(allowed), ", ".join(allowed))
    return str(value)


def _sentence(read: Mapping[str, Any], key: str) -> Sentence:
    value = read.get(key)
    if not isinstance(value, dict) or not value.get("zh") or not value.get("en"):
        raise _refused(key, value, "{zh: …, en: …}", "{zh: …, en: …}")
    return Sentence(str(value["zh"]), str(value["en"]))


def _known(read: Mapping[str, Any], where: str, keys: tuple[str, ...]) -> None:
    for key in read:
        if key not in keys:
            place = f"{where}.{key}" if where else str(key)
            raise _refused(place, key, "、".join(keys), ", ".join(keys))


def _refused(where: str, found: object, zh: str, en: str) -> Refusal:
    return Refusal(
        Sentence(
            f"规程“{where}”处为 {found!r}，应为：{zh}。", f"Procedure, at “{where}”: found {found!r}, expected {en}."
        )
    )
