"""Signs that a machine reading old type or handwriting takes for one another."""

from __future__ import annotations

from collections.abc import Iterator

SHORTEST = 3  # signs of a term; a shorter one with a sign changed is another common word too often

# Each group: signs that differ by a stroke, its length, or a dot; every one is a sign of running text of its own.
_GROUPS = (
    "己已巳", "未末", "土士", "日曰", "人入八", "处外", "戊戌戍", "干千于", "大太犬", "刀力", "天夫", "田由甲申", "午牛",
    "贝见", "鸟乌", "今令", "未末", "问间", "侯候", "折拆", "徒陡徙", "析折", "坟攻", "免兔", "史吏", "拔拨", "末来",
    "治冶", "洽冶", "汁计", "讯汛", "诉拆", "判刹", "刑形", "犯氾", "狱犹", "检捡", "栓检", "罪罚", "密蜜", "绝绐",
    "机枧", "秘祕", "案宰", "党觉", "员贝", "命会", "贫贪", "货贷", "宣宜", "官宫", "防妨", "坊防", "侦债", "情惰",
    "0o", "1l", "1i", "5s", "8b",
)  # fmt: skip
_LOOKS_LIKE: dict[str, str] = {}
for _group in _GROUPS:
    for _sign in _group:
        _LOOKS_LIKE[_sign] = _LOOKS_LIKE.get(_sign, "") + _group.replace(_sign, "")


def misread(term: str) -> Iterator[str]:
    """The folded term with one sign taken for a look-alike, in every way; nothing for terms of under three signs."""
    if len(term) < SHORTEST:
        return
    for at, sign in enumerate(term):
        for wrong in _LOOKS_LIKE.get(sign, ""):
            yield term[:at] + wrong + term[at + 1 :]
