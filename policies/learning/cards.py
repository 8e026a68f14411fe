"""The card of a second opinion: on what it was trained, how it did on what it had not seen, and what it cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from policies.learning.bounds import Threshold
from policies.sentences import Sentence

NAME = Sentence("第二意见", "Second opinion")
BESIDE = Sentence("相邻条目的", "beside it:")
Interval = tuple[float, float, float]  # value, lower end, upper end


@dataclass(frozen=True, slots=True)
class GroundCard:
    """One ground: how many entries it closed in how many groups, and how well unseen groups were told.

    `shares` says for each threshold which share of unseen entries scored below it.
    """

    entries: int
    groups: int
    area: Interval
    balanced_accuracy: Interval
    precision: Interval
    recall: Interval
    thresholds: tuple[Threshold | None, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What a second opinion was trained on and how it did. Counts only: no title and no name stands on it."""

    seed: int
    entries: int
    opened: int
    groups: int
    periods: dict[str, int]
    words: int
    miss_rates: tuple[float, ...]
    grounds: dict[str, GroundCard]


ONLY_LOOKS = Sentence(
    "它只能要求逐件审看，不能放宽规则的建议；没有上限时，每件都须审看。",
    "It can only ask for a look and never lowers what a rule demands; without a bound every entry needs a look.",
)
LIMITS = (
    Sentence(
        "它只学到本馆以往的决定，包括其中的错误；以往没有遇到的情形，它不知道。",
        "It has learned this archives' past decisions, their errors among them; what never came up it does not know.",
    ),
    Sentence(
        "漏看率上限对下一组（全宗、目录）成立的前提是：它与训练所用各组同出一源。",
        "The bound holds for a next group (fonds, finding aid) that comes from the same source as those trained on.",
    ),
    Sentence(
        "日期按原样使用；几年后应重新训练。",
        "Dates count as they stand; train it again as years pass.",
    ),
    ONLY_LOOKS,
)

_HEAD = Sentence(
    "第二意见 {digest}\n训练：{entries} 件，其中开放 {opened} 件；{groups} 组；{words} 个词；随机种子 {seed}\n年代：{periods}",
    "Second opinion {digest}\nTrained on {entries} entries, {opened} of them opened; {groups} groups; {words} words; seed {seed}\n"
    "Decades: {periods}",
)
_GROUND = Sentence(
    "\n依据 {ground}：{entries} 件，{groups} 组\n"
    "  在未见过的各组上（95% 区间）：AUC {area}；平衡准确率 {balanced}；查准率 {precision}；查全率 {recall}",
    "\nGround {ground}: {entries} entries in {groups} groups\n"
    "  on groups it had not seen (95 % interval): AUC {area}; balanced accuracy {balanced}; precision {precision}; "
    "recall {recall}",
)
_BOUND = Sentence(
    "  漏看率 ≤ {rate}：得分低于 {score} 者可不逐件审看（占 {share}）。下一组以 {confidence} 的把握不超过此限"
    "（依据 {groups} 组 {positives} 件，其中漏看 {missed} 件；若各件互不相关，上限为 {upper}）",
    "  miss rate ≤ {rate}: below a score of {score} no individual look is needed ({share} of entries). The next group keeps to it "
    "with {confidence} confidence ({groups} groups, {positives} entries, {missed} of them missed; were entries independent, "
    "at most {upper})",
)
_NO_BOUND = Sentence(
    "  漏看率 ≤ {rate}：不能给出上限（至少须有 19 组），每件都须审看",
    "  miss rate ≤ {rate}: no bound can be stated (19 groups are needed at least), so every entry needs a look",
)


def rendered(card: Card, digest: str, language: str) -> str:
    """The card as text in one language."""
    periods = " ".join(f"{decade} {count}" for decade, count in card.periods.items())
    lines = [
        _HEAD.of(language).format(
            digest=digest, entries=card.entries, opened=card.opened, groups=card.groups, words=card.words,
            seed=card.seed, periods=periods,
        )
    ]  # fmt: skip
    for name, ground in card.grounds.items():
        lines.append(
            _GROUND.of(language).format(
                ground=_ground_name(name).of(language), entries=ground.entries, groups=ground.groups, area=_shown(ground.area),
                balanced=_shown(ground.balanced_accuracy), precision=_shown(ground.precision), recall=_shown(ground.recall),
            )
        )  # fmt: skip
        lines += [
            _bound(rate, threshold, share).of(language)
            for rate, threshold, share in zip(card.miss_rates, ground.thresholds, ground.shares, strict=True)
        ]
    return "\n".join([*lines, "", *(f"- {limit.of(language)}" for limit in LIMITS)])


def card_values(card: Card) -> dict[str, Any]:
    """The card as values for JSON."""
    return asdict(card)


def card_from(values: Mapping[str, Any]) -> Card:
    """The card of `card_values`. Raises KeyError, TypeError or ValueError where it is none."""
    grounds = {
        str(name): GroundCard(
            **{
                **kept,
                **{key: _interval(kept[key]) for key in ("area", "balanced_accuracy", "precision", "recall")},
                "thresholds": tuple(each and Threshold(**each) for each in kept["thresholds"]),
                "shares": tuple(kept["shares"]),
            }
        )
        for name, kept in values["grounds"].items()
    }
    return Card(
        **{
            **values,
            "grounds": grounds,
            "periods": dict(values["periods"]),
            "miss_rates": tuple(values["miss_rates"]),
        }
    )


def _bound(rate: float, threshold: Threshold | None, share: float) -> Sentence:
    if threshold is None:
        return _NO_BOUND.filled(rate=f"{rate:.1%}")
    return _BOUND.filled(
        rate=f"{rate:.1%}", score=f"{threshold.score:.3f}", share=f"{share:.1%}", confidence=f"{threshold.confidence:.0%}",
        groups=threshold.groups, positives=threshold.positives, missed=threshold.missed,
        upper=f"{threshold.missed_at_most:.1%}",
    )  # fmt: skip


def _ground_name(code: str) -> Sentence:
    return Sentence("（任一依据）", "(any ground)") if code == "*" else Sentence(code, code)


def _shown(interval: Interval) -> str:
    return "{:.3f} ({:.3f}-{:.3f})".format(*interval)


def _interval(values: Any) -> Interval:
    value, low, high = values
    return float(value), float(low), float(high)
