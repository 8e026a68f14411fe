"""Which staged row lies in which: by its row, by its code, or by the code of its file (DA/T 13), in the file or held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from policies.catalogue_rows import Complaint, same_code
from policies.reference_codes import file_code_of
from policies.sentences import Sentence
from review.staging.store import Staged

_LINKED = "(parent_row IS NOT NULL OR parent_code <> '')"


@dataclass(slots=True)
class Tree:
    """Rows that lie in something or hold something. `above` leads from a row to the row it lies in, `held` to the code of
    a held unit; `order` has every row of the tree, those above before those below; `depth` tells how deep."""

    above: dict[int, int] = field(default_factory=dict)
    held: dict[int, str] = field(default_factory=dict)
    parts: set[int] = field(default_factory=set)  # rows that hold others
    depth: dict[int, int] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)


def grow(staged: Staged, *, held_keys: frozenset[str]) -> Tree:
    """The tree of the staged rows. Refuses rows whose unit above is unknown or refused, and rows that lie in themselves.

    `held_keys` are the codes, as compared, of the held units that others may lie in.
    """
    tree = Tree()
    linked = list(_links(staged, held_keys))
    if not linked:
        return tree
    rows = {row for (row,) in staged.rows(columns=("row",))}
    keys = _keys_named(staged, {code for _, _, code, _ in linked if code})
    complaints = []
    column = staged.column("parent_code")
    for row, parent_row, code, stated in linked:
        if parent_row is not None:
            if parent_row in rows:
                tree.above[row] = parent_row
            else:
                complaints.append(Complaint(row, None, str(parent_row), ABOVE_REFUSED.filled(row=parent_row)))
        elif (found := keys.get(code)) is not None and found != row:
            tree.above[row] = found
        elif code in held_keys:
            tree.held[row] = code
        elif stated:
            complaints.append(Complaint(row, column, stated, _ABOVE_UNKNOWN.filled(code=stated)))
    complaints += _complaints_of_cycles(tree, column)
    staged.refuse([*complaints, *_complaints_below(tree, {c.row for c in complaints})])
    _order(tree)
    return tree


def _links(staged: Staged, held_keys: frozenset[str]) -> Iterator[tuple[int, int | None, str, str]]:
    """Row, row above, code above as compared, and the code as it was stated ("": worked out from the row's own)."""
    columns = ("row", "parent_row", "parent_code")
    for row, parent_row, code in staged.rows(_LINKED, columns=columns):
        yield row, parent_row, same_code(code), code
    if not held_keys and not staged.count("level = 'file' LIMIT 1"):
        return
    for row, code in staged.rows(f"NOT {_LINKED} AND level = 'item'", columns=("row", "reference_code")):
        if file_code := file_code_of(code):
            yield row, None, same_code(file_code), ""


def _keys_named(staged: Staged, codes: set[str]) -> dict[str, int]:
    found = {}
    wanted = sorted(codes)
    for start in range(0, len(wanted), 900):
        part = wanted[start : start + 900]
        marks = ", ".join("?" * len(part))
        found |= dict(staged.rows(f"code_key IN ({marks})", *part, columns=("code_key", "row")))
    return found


def _complaints_of_cycles(tree: Tree, column: str) -> list[Complaint]:
    """A complaint for each row that lies in itself, however far round."""
    sound: set[int] = set()
    complaints = []
    for start in list(tree.above):
        path: list[int] = []
        on_path: set[int] = set()
        row = start
        while row not in sound and row in tree.above and row not in on_path:
            path.append(row)
            on_path.add(row)
            row = tree.above[row]
        if row in on_path:
            round_ = path[path.index(row) :]
            complaints += [Complaint(each, column, None, _CYCLE.filled(rows=len(round_))) for each in round_]
            for each in round_:
                del tree.above[each]
        sound.update(path)
    return complaints


def _complaints_below(tree: Tree, refused: set[int | None]) -> list[Complaint]:
    """What lies in a refused row cannot be taken either: what holds for it is not known."""
    complaints = []
    while refused:
        below = {row: above for row, above in tree.above.items() if above in refused}
        complaints += [Complaint(row, None, None, ABOVE_REFUSED.filled(row=above)) for row, above in below.items()]
        for row in below:
            del tree.above[row]
        refused = set(below)
    return complaints


def _order(tree: Tree) -> None:
    tree.parts = set(tree.above.values())
    for start in tree.above:
        path = []
        row = start
        while row not in tree.depth and row in tree.above:
            path.append(row)
            row = tree.above[row]
        depth = tree.depth.setdefault(row, 1 if row in tree.held else 0)
        for place, each in enumerate(reversed(path), start=1):
            tree.depth[each] = depth + place
    for row in tree.held:
        tree.depth.setdefault(row, 1)
    tree.order = sorted(tree.depth, key=lambda row: (tree.depth[row], row))


_ABOVE_UNKNOWN = Sentence(
    "上级档号“{code}”既不在本文件中，也不在库中。请补上该上级条目，或改正上级档号。",
    "The code above, “{code}”, is neither in this file nor held. Add the unit it names, or correct the code.",
)
ABOVE_REFUSED = Sentence(
    "它所属的第 {row} 行被拒收，本行的日期、密级和限制因而无从确定。请先改正第 {row} 行。",
    "Row {row}, in which it lies, was refused, so its dates, mark and restrictions are not known. Mend row {row} first.",
)
_CYCLE = Sentence(
    "上级档号首尾相接（{rows} 行互为上下级）。请改正其中的上级档号。",
    "The codes above run in a circle ({rows} rows lie in one another). Correct one of them.",
)
