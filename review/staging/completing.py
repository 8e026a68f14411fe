"""What can only be said of a file as a whole: which codes repeat, what lies in what, what holds for each unit, what is a
state secret. Done once, after the last row was read, in one transaction of the staging file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policies.catalogue_rows import CatalogueRow, Complaint, same_code
from policies.folding import fold
from policies.inheritance import TOP, Context, Within, add_to, below, effective
from policies.marks import find_secrecy_mark
from policies.secrecy import as_stub, says_more, still_classified
from policies.sentences import Sentence
from review.staging.store import FIELDS, Staged
from review.staging.tree import ABOVE_REFUSED, Tree, grow

_UPDATE = f"UPDATE row SET {', '.join(f'{name} = ?' for name in FIELDS)}, own = ? WHERE row = ?"  # noqa: S608
_PIECE = 2_000


@dataclass(frozen=True, slots=True)
class Above:
    """A held unit that others may lie in: whether it is a series, and what holds below it."""

    series: bool
    context: Context


@dataclass(frozen=True, slots=True)
class Known:
    """What completing asks of the holdings. `keys` are the codes, as compared, of held units that others may lie in;
    `above` tells about one of them; `own_rows` gives what held units themselves state, by code as compared."""

    keys: frozenset[str] = frozenset()
    above: Callable[[str], Above] | None = None
    own_rows: Callable[[Sequence[str]], Mapping[str, CatalogueRow]] | None = None


def complete(
    staged: Staged,
    *,
    fonds_code: str,
    today: date,
    known: Known,
    stated: frozenset[str] | None = None,
    codes_identify: bool = True,
    above: CatalogueRow | None = None,
    stubs_only: bool = False,
) -> None:
    """Finishes the staging of a file, or does nothing where that was done. Afterwards the columns of a row hold what
    holds for it, `own` what it states itself where that is something else, `kind` what it becomes.

    `stated` are the fields that the file has (None: all), the others stay as they are held. `above` is what the file
    says of all its units. A row that is still a state secret and says more than a stub may is refused, or with
    `stubs_only` reduced to the stub.
    """
    if staged.complete:
        return
    with staged.transaction():
        staged.db.execute("CREATE INDEX row_by_code ON row (code_key)")
        _name_the_nameless(staged, fonds_code, codes_identify)
        _refuse_repeated_codes(staged)
        if stated is not None and known.own_rows:
            _fill_from_held(staged, frozenset(FIELDS) - stated - {"row", "parent_row"}, known.own_rows)
        tree = grow(staged, held_keys=known.keys)
        _inherit(staged, tree, known, above)
        _guard_secrets(staged, today, stubs_only)
        staged.note("complete", True)
    staged.wipe_log()


def _name_the_nameless(staged: Staged, fonds_code: str, codes_identify: bool) -> None:
    """A unit without a code gets one from the place of its row, so that the same file gives the same codes. Where codes
    do not identify (EAD), one that repeats moves to the notes: it names a box, not a record."""
    if not codes_identify:
        repeated = "code_key <> '' AND code_key IN (SELECT code_key FROM row GROUP BY code_key HAVING count(*) > 1)"
        staged.db.execute(
            "UPDATE row SET notes = 'unitid: ' || reference_code || CASE notes WHEN '' THEN '' ELSE char(10) || notes END, "  # noqa: S608
            f"reference_code = '', code_key = '' WHERE {repeated}"
        )
    staged.db.execute(
        "UPDATE row SET reference_code = ? || printf('-%06d', row), code_key = ? || printf('-%06d', row) "
        "WHERE reference_code = ''",
        (fonds_code, same_code(fonds_code)),
    )


def _refuse_repeated_codes(staged: Staged) -> None:
    repeated = staged.db.execute(
        "SELECT row.row, row.reference_code, again.first FROM row JOIN (SELECT code_key, min(row) AS first FROM row "
        "GROUP BY code_key HAVING count(*) > 1) AS again USING (code_key) WHERE row.row > again.first"
    )
    column = staged.column("reference_code")
    staged.refuse(
        [Complaint(row, column, code, _REPEATED.filled(first=first)) for row, code, first in repeated.fetchall()]
    )


def _fill_from_held(
    staged: Staged, missing: frozenset[str], own_rows: Callable[[Sequence[str]], Mapping[str, CatalogueRow]]
) -> None:
    """A file with some of the columns says nothing of the others: they stay as they are held."""
    # A span has several columns: whoever states one of them states the date.
    date_fields = {"date_text", "earliest", "latest", "date_precision", "date_certainty"}
    if not date_fields <= missing:
        missing -= date_fields
    for rows in _pieces(staged):
        held = own_rows([same_code(row.reference_code) for row in rows])
        filled = []
        for row in rows:
            if own := held.get(same_code(row.reference_code)):
                filled.append((*row._replace(**{name: getattr(own, name) for name in missing}), "{}", row.row))
        staged.db.executemany(_UPDATE, filled)


def _pieces(staged: Staged, where: str = "1") -> Iterator[list[CatalogueRow]]:
    """Rows in pieces that fit in memory; what is read may be updated while going through them."""
    last = -1
    while rows := [
        CatalogueRow._make(row) for row in staged.rows(f"({where}) AND row > ?", last, order=f"row LIMIT {_PIECE}")
    ]:
        last = rows[-1].row
        yield rows


def _inherit(staged: Staged, tree: Tree, known: Known, above: CatalogueRow | None) -> None:
    """Works out what holds for each unit from those above and below it (policies/inheritance.py)."""
    if above is not None:
        _state_above(staged, tree, below(above, TOP)._replace(titles=()))
    if not tree.order:
        return
    within = _gather_within(staged, tree)
    contexts: dict[int, Context] = {}
    series: set[int] = set()
    for start in range(0, len(tree.order), _PIECE):
        numbers = tree.order[start : start + _PIECE]
        rows = _rows(staged, numbers)
        updates, links = [], []
        for number in numbers:
            row = rows[number]
            parent = tree.above.get(number)
            held = known.above(tree.held[number]) if number in tree.held and known.above else None
            context = contexts[parent] if parent is not None else held.context if held else TOP
            under_series = parent in series if parent is not None else held.series if held else True
            holds, own = effective(row, context, within.pop(number, Within()))
            if number in tree.parts:
                contexts[number] = below(row, context)
                if row.level == "series" and under_series:
                    series.add(number)
            kind = "series" if number in series else "entry"
            links.append((kind, parent, tree.held.get(number), tree.depth[number], number))
            if own:
                updates.append((*holds, json.dumps(own, ensure_ascii=False, sort_keys=True), number))
        staged.db.executemany(_UPDATE, updates)
        staged.db.executemany("UPDATE row SET kind = ?, above_row = ?, above_key = ?, depth = ? WHERE row = ?", links)


def _state_above(staged: Staged, tree: Tree, context: Context) -> None:
    """What a finding aid says of the whole is taken as said by each of its topmost units, so that it is not lost."""
    for rows in _pieces(staged):
        top = [effective(row, context, Within())[0] for row in rows if row.row not in tree.above]
        staged.db.executemany(_UPDATE, [(*row, "{}", row.row) for row in top])


def _gather_within(staged: Staged, tree: Tree) -> dict[int, Within]:
    within: dict[int, Within] = {}
    order = tree.order[::-1]
    for start in range(0, len(order), _PIECE):
        numbers = order[start : start + _PIECE]
        rows = _rows(staged, numbers)
        for number in numbers:
            parent = tree.above.get(number)
            if parent is not None:
                add_to(within.setdefault(parent, Within()), rows[number], within.get(number, Within()))
    return within


def _rows(staged: Staged, numbers: Sequence[int]) -> dict[int, CatalogueRow]:
    marks = ", ".join("?" * len(numbers))
    return {row[0]: CatalogueRow._make(row) for row in staged.rows(f"row IN ({marks})", *numbers)}


def _guard_secrets(staged: Staged, today: date, stubs_only: bool) -> None:
    """State secrets stay out (保守国家秘密法 art. 31): only the stub of such a record may be kept."""
    refused, stubs = [], []
    column = staged.column("classification")
    for rows in _pieces(staged, "classification <> '' OR title LIKE '%密%'"):
        for row in rows:
            mark = _mark_of(row, today)
            if mark is None:
                continue
            if says_more(row) and not stubs_only:
                refused.append(Complaint(row.row, column, mark, _SECRET))
            else:
                stubs.append(row._replace(classification=row.classification or mark))
    # The heading is no content of its own, but may have come down from what is secret.
    staged.db.executemany(_UPDATE, [(*as_stub(row)._replace(series_title=""), "{}", row.row) for row in stubs])
    staged.db.executemany(
        "UPDATE row SET kind = 'stub' WHERE row = ? AND kind = 'entry'", [(row.row,) for row in stubs]
    )
    staged.note("stubs", len(stubs))
    staged.hide([complaint.row for complaint in refused])
    while refused:
        staged.refuse(refused)
        orphans = staged.rows("above_row NOT IN (SELECT row FROM row)", columns=("row", "above_row"))
        refused = [Complaint(row, None, None, ABOVE_REFUSED.filled(row=above)) for row, above in orphans]


def _mark_of(row: CatalogueRow, today: date) -> str | None:
    """The mark by which a row is still a state secret: in its column, or written into its title （绝密★30年）."""
    said = f"{row.notes} {row.access_condition}"
    if row.classification and still_classified(row.classification, row.latest, today, said=said):
        return row.classification
    title = fold(row.title).text
    found = find_secrecy_mark(title)
    if found and still_classified(
        text := title[found.start : found.end].strip("（()）[]【】〔〕"), row.latest, today, said=said
    ):
        return text
    return None


_REPEATED = Sentence(
    "档号与第 {first} 行重复（全角半角、横线写法不同视为相同）。一个档号只能对应一条目录；请核对。",
    "The reference code repeats that of row {first} (width and kind of dash do not count). "
    "One code stands for one entry: check both.",
)
_SECRET = Sentence(
    "本行密级尚未解除，不得将其题名或内容录入非涉密系统（保守国家秘密法第三十一条）。请只保留档号、保管单位、密级和复核日期，"
    "或选择“只留存根”后重新导入。",
    "This record is still classified: its title and content may not be kept in an unclassified system (保守国家秘密法 "
    "art. 31). Keep code, holder, mark and review date alone, or import again with “stubs only”.",
)
