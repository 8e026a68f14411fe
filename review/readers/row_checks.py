"""What every row has to pass, whatever its format: a title, texts that fit their place, days that have been."""

from __future__ import annotations

from policies.catalogue_rows import CONTROLS, LONGEST, CatalogueRow
from policies.sentences import Sentence

_LIMITS = tuple((CatalogueRow._fields.index(field), field, longest) for field, longest in LONGEST.items())


def faults_of(row: CatalogueRow, today: str | None) -> list[tuple[str, Sentence]]:
    """What is wrong with the row itself, as (field, sentence). `today` as an ISO text; None: no day is too late."""
    faults = []
    if not row.title and not row.classification:  # the stub of a classified record has none
        faults.append(("title", NO_TITLE))
    for place, field, longest in _LIMITS:
        text = row[place]
        if not text:
            continue
        if len(text) > longest:
            faults.append((field, TOO_LONG.filled(length=len(text), longest=longest)))
        if not text.isprintable() and (control := CONTROLS.search(text)):
            faults.append((field, CONTROL.filled(code=f"U+{ord(control[0]):04X}", place=control.start() + 1)))
    # Only a span that begins after today is impossible; one that ends later ("2020s") merely stays closed longer.
    if row.earliest and today and row.earliest > today:
        faults.append(("date_text", FUTURE.filled(today=today)))
    return faults


NO_TITLE = Sentence(
    "题名为空。每条目录都须有题名；请补录后重新导入。",
    "The title is empty. Every entry needs a title: fill it in and import again.",
)
TOO_LONG = Sentence(
    "此处有 {length} 个字符，最多 {longest} 个。请检查是否错列，或缩短后重新导入。",
    "This text has {length} characters; {longest} are the most. Check for a shifted column, or shorten it.",
)
CONTROL = Sentence(
    "第 {place} 个字符是不可见的控制字符 {code}。请删除后重新导入。",
    "Character {place} is the invisible control character {code}. Delete it and import again.",
)
FUTURE = Sentence(
    "日期晚于今天（{today}），档案不可能在此后形成。请核对日期。",
    "The date lies after today ({today}); a record cannot have been formed then. Check the date.",
)
