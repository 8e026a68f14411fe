"""Partial opening (部分开放): what a mark must say, who may verify a redacted copy, and when a copy may be verified.

The master stays deferred and is assessed again in its time; what opens is a copy made anew without what was marked. Each
mark has its own ground and day. In doubt a copy stays closed.
Sources: 国家档案馆档案开放办法 arts. 8, 17 (grounds; closed records are assessed again). That a record may open in part,
and that a second person verifies the copy, is house policy, after 政府信息公开条例 art. 37.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from policies.grounds import Ground
from policies.sentences import Refusal, Sentence

WHOLE = 10_000  # a page's width and height, in the unit of boxes
MARKS_AT_ONCE = 2_000
LONGEST_WORDS = 500
_FEWEST_SIGNS = 2  # one sign alone stands everywhere; its box says enough


class Box(NamedTuple):
    """A part of a page as it is shown, in ten-thousandths of its width and height, from its upper left."""

    x: int
    y: int
    width: int
    height: int

    def meets(self, other: Box) -> bool:
        """Whether the two have any part of the page in common; touching edges are none."""
        return (
            self.x < other.x + other.width and other.x < self.x + self.width
            and self.y < other.y + other.height and other.y < self.y + self.height
        )  # fmt: skip

    def holds(self, other: Box) -> bool:
        """Whether all of the other lies in this one."""
        return (
            self.x <= other.x and other.x + other.width <= self.x + self.width
            and self.y <= other.y and other.y + other.height <= self.y + self.height
        )  # fmt: skip


class Mark(NamedTuple):
    """One place that is withheld: where, what words must stand nowhere (if any), on which ground, until when."""

    page: int
    box: Box
    ground: str
    opens_on: date
    words: str = ""
    rule: str = ""


def label_of(ground: str) -> str:
    """What is printed in the place of what is withheld: the number of the ground, as 8-3 for CN-8-3-PI."""
    jurisdiction, _, number = ground.partition("-")
    return "-".join(number.split("-")[:2]) if jurisdiction == "CN" else number


def words_kept(words: str) -> str:
    """The words of a mark as they are kept: in one line, and none where they are too few to be looked for elsewhere."""
    line = " ".join(words.split())
    return line if len(line.replace(" ", "")) >= _FEWEST_SIGNS else ""


def check_begin(reference_code: str, *, is_open: bool, secret: bool, pages_known: bool) -> None:
    """Whether a redaction may be begun on a master of this entry. Raises Refusal."""
    if secret:
        raise Refusal(
            Sentence(
                f"“{reference_code}”仍属国家秘密，不得在本系统中遮蔽、复制。请按保密规定办理解密后再作部分开放。",
                f"“{reference_code}” is still a state secret: nothing of it is redacted or copied in this system. Have it "
                "declassified first.",
            )
        )
    if is_open:
        raise Refusal(
            Sentence(
                f"“{reference_code}”已经开放，无须遮蔽。如认为不应开放，请先提出暂停利用。",
                f"“{reference_code}” is open already; there is nothing to redact. If it should not be open, flag it first.",
            )
        )
    if not pages_known:
        raise Refusal(
            Sentence(
                "该文件的页数不明，无法逐页遮蔽。请数字化部门核对该文件。",
                "How many pages the file has is not known, so it cannot be redacted page by page. Have the file checked.",
            )
        )


def check_marks(marks: Sequence[Mark], *, pages: int, grounds: Mapping[str, Ground], today: date) -> None:
    """Every mark lies on a page of its master and says a ground and a day to come. Raises Refusal."""
    if not marks:
        raise Refusal(
            Sentence(
                "没有选定要遮蔽的内容。请画框、勾选词语，或采用规则发现的内容。",
                "Nothing is chosen to be withheld. Draw a box, tick words, or take what the rules found.",
            )
        )
    if len(marks) > MARKS_AT_ONCE:
        raise Refusal(
            Sentence(
                f"一次标记过多（{len(marks)} 处）。如整件不宜开放，请延期开放，不作部分开放。",
                f"Too many marks at once ({len(marks)}). If so much must be withheld, defer the record whole.",
            )
        )
    for mark in marks:
        box = mark.box
        on_page = box.x >= 0 and box.y >= 0 and box.x + box.width <= WHOLE and box.y + box.height <= WHOLE
        if not (1 <= mark.page <= pages) or box.width < 1 or box.height < 1 or not on_page:
            raise Refusal(
                Sentence(
                    "遮蔽框超出页面。请把框画在页面之内，宽、高都要大于零。",
                    "The box is not on the page. Draw it inside the page, with a width and a height above zero.",
                )
            )
        if mark.ground not in grounds:
            raise Refusal(Sentence("请为每处遮蔽选择延期依据。", "Choose a ground for deferral for every mark."))
        if mark.opens_on <= today:
            raise Refusal(
                Sentence(
                    "遮蔽的截止日期须在今天之后。期限已满的内容不必遮蔽。",
                    "The day until which it is withheld must be to come. What may be seen by now needs no mark.",
                )
            )
        if len(mark.words) > LONGEST_WORDS:
            raise Refusal(
                Sentence(
                    "一处词语过长。大段文字请用框遮蔽。",
                    "The words of one mark are too long. Cover a long passage by a box.",
                )
            )


def check_makes(*, marks: int, same_as_last: bool, unmarked: Sequence[tuple[str, Sequence[int]]]) -> None:
    """Whether a copy may be made of the marks as they stand. Raises Refusal.

    `unmarked`: words of marks that still stand elsewhere, with the pages.
    """
    if not marks:
        raise Refusal(
            Sentence(
                "还没有任何遮蔽标记，不能制作遮蔽件。不需遮蔽的，请按整件开放审核。",
                "There is no mark yet, so no copy is made. If nothing is to be withheld, review the record as a whole.",
            )
        )
    if same_as_last:
        raise Refusal(
            Sentence(
                "标记没有变动，遮蔽件已经做好。请先改动标记。",
                "The marks are those of the copy that is there. Change them first.",
            )
        )
    if unmarked:
        words, pages = unmarked[0]
        shown = "、".join(map(str, pages[:10]))
        raise Refusal(
            Sentence(
                f"“{words}”在第 {shown} 页还有未遮蔽之处。请用“全文件遮蔽”补齐，或撤销后改用画框。",
                f"“{words}” still stands unmarked on page {shown}. Mark it everywhere, or take it back and draw boxes.",
            )
        )


def check_verifier(hands: Collection[int], makers: Collection[int]) -> None:
    """Who verifies has neither marked nor made the copy, by own or lent right. Raises Refusal."""
    if set(hands) & set(makers):
        raise Refusal(
            Sentence(
                "遮蔽件须由另一人核验：您参与了标记或制作。请交由其他复审员办理。",
                "A redacted copy is verified by another person: you have marked or made it. Leave it to another second "
                "reviewer.",
            )
        )


def check_awaits_verdict(*, judged: bool, current: bool) -> None:
    """Whether a copy still waits for its verdict. Raises Refusal."""
    if judged:
        raise Refusal(
            Sentence(
                "这份遮蔽件已有核验结论，不能再改。", "This copy has its verdict, which does not change any more."
            )
        )
    if not current:
        raise Refusal(
            Sentence(
                "制作之后标记有变动，这份遮蔽件已不作数。请按现有标记重新制作。",
                "Marks were changed after this copy was made, so it no longer counts. Have it made anew.",
            )
        )


def check_verified(*, faults: int | None, unseen: Sequence[int]) -> None:
    """Whether a copy may be verified: read again by this person without faults, every page looked at. Raises Refusal."""
    if faults is None:
        raise Refusal(
            Sentence("请先由系统重新提取检查这份遮蔽件。", "Have the copy read again by the machine first.")
        )
    if faults:
        raise Refusal(
            Sentence(
                f"重新提取发现 {faults} 处问题，这份遮蔽件不能核验通过。请退回，由标记人改正后重新制作。",
                f"Reading it again found {faults} faults: this copy cannot be verified. Refuse it, and have it made anew.",
            )
        )
    if unseen:
        first = "、".join(str(page) for page in unseen[:10])
        raise Refusal(
            Sentence(
                f"还有 {len(unseen)} 页没有看过（第 {first} 页等）。请逐页对照原件看过再下结论。",
                f"{len(unseen)} pages have not been looked at ({first} ...). Look at each beside its master first.",
            )
        )


def check_refused(reason: str) -> None:
    """A refusal says what is wrong. Raises Refusal."""
    if not reason.strip():
        raise Refusal(
            Sentence(
                "请写明哪一页、什么问题，便于改正；不要写出应遮蔽的内容本身。",
                "Write on which page and what is wrong, so that it can be mended; do not write the withheld words.",
            )
        )


def term_days(marks: Sequence[Mark]) -> dict[str, tuple[int, date, date]]:
    """By ground: how many places are withheld, and the first and the last day that one of them ends."""
    found: dict[str, tuple[int, date, date]] = {}
    for mark in marks:
        count, first, last = found.get(mark.ground, (0, mark.opens_on, mark.opens_on))
        found[mark.ground] = (count + 1, min(first, mark.opens_on), max(last, mark.opens_on))
    return dict(sorted(found.items()))
