"""Trees of catalogue rows for the tests of the exports: any texts, any shape, in archival order."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from policies.catalogue_rows import CONTROLS, LEVELS, STATUSES, CatalogueRow, on_its_lines, on_one_line
from review.documents.exports import FondsHeader

HEADER = FondsHeader(
    code="J001",
    title="北平市政府",
    archives_zh="某某市档案馆",
    archives_en="Archives of Somewhere",
    creating_agency="北平市政府",
    date_text="1928-1949",
    scope="行政、社会与工务。\n附图。",
    made_on=date(2026, 11, 21),
)

# What has broken exports before: formulas, mark-up, escapes of xlsx, quotes, rare and combining characters, spaces.
_HARD = [
    "=1+1", "+86", "-1", "@SUM(A1)", "\u3000", "\u00a0", "\u2002", '"', '""', "'", "’", ",", ";", "|", " / ", " | ", "<", "&amp;",
    "<r>x</r>", "]]>", "_x0041_", "_x005F_", "关于", "繁體題名", "𠀀", "𪚥", "e\u0301", "ا", "العربية", "\u200f", "\u200b", "\ufeff",
    "〔1951〕", "★", "#N/A", "TRUE", "1e5", "007", "1998-01-01", "http://a.example/", "null", "None", "nan", "qifeng:notes", "-- ",
]  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=("Cs", "Cc")).filter(lambda char: not CONTROLS.match(char))


def texts(most: int = 30) -> st.SearchStrategy[str]:
    """One line of anything a reader lets in."""
    pieces = st.lists(st.one_of(st.sampled_from(_HARD), st.text(_CHARACTERS, max_size=6)), max_size=6)
    return pieces.map(lambda parts: on_one_line("".join(parts))[:most].strip(" "))


def lines() -> st.SearchStrategy[str]:
    """Several lines of it."""
    return st.lists(texts(), max_size=4).map(lambda parts: on_its_lines("\n".join(parts)))


_days = st.dates(min_value=date(1600, 1, 1), max_value=date(2026, 11, 20)).map(date.isoformat)


@st.composite
def _dates(draw: st.DrawFn) -> dict[str, object]:
    if draw(st.booleans()):
        return {"date_text": draw(texts())}
    earliest, latest = sorted((draw(_days), draw(_days)))
    return {
        "date_text": draw(texts()),
        "earliest": earliest,
        "latest": latest,
        "date_precision": draw(st.sampled_from(["", "day", "month", "year", "decade", "span"])),
        "date_certainty": draw(st.sampled_from(["", "approximate", "inferred"])),
    }


_ONE_LINE = (
    "series_title", "responsible_body", "extent", "carrier", "location", "retention", "classification",
    "original_classifier", "access_condition", "public_attribute", "transfer_opinion", "agency", "document_number",
    "persons", "keywords",
)  # fmt: skip


@st.composite
def _row(draw: st.DrawFn, number: int, parent: CatalogueRow | None) -> CatalogueRow:
    some = draw(st.sets(st.sampled_from(_ONE_LINE)))
    values: dict[str, object] = {field: draw(texts()) for field in sorted(some)}
    title = draw(texts(200)) or ("" if values.get("classification") else "题名")
    return CatalogueRow(
        row=number,
        title=title,
        level=draw(st.sampled_from(LEVELS)),
        parent_row=parent.row if parent else None,
        parent_code=parent.reference_code if parent else "",
        reference_code=f"{draw(texts(20))}-{number}",
        pages=draw(st.none() | st.integers(0, 999_999_999)),
        declassify_on=draw(st.none() | _days),
        access_status=draw(st.sampled_from(["", *STATUSES])),
        transfer_opinion_on=draw(st.none() | _days),
        scope=draw(lines()),
        notes=draw(lines()),
        **draw(_dates()),
        **values,
    )


@st.composite
def trees(draw: st.DrawFn, *, most: int = 8) -> list[CatalogueRow]:
    """Rows in archival order, numbered from 2 on (row 1 is the heading's)."""
    rows: list[CatalogueRow] = []
    above: list[CatalogueRow] = []
    for number in range(2, 2 + draw(st.integers(1, most))):
        del above[draw(st.integers(0, len(above))) :]
        row = draw(_row(number, above[-1] if above else None))
        rows.append(row)
        above.append(row)
    return rows


def chain_of_units(depth: int) -> list[CatalogueRow]:
    """Each unit within the one before."""
    rows = [CatalogueRow(2, "最上", level="series", reference_code="J001-1")]
    for number in range(3, depth + 2):
        rows.append(
            CatalogueRow(
                number, f"第{number - 1}层", level="item", reference_code=f"J001-1-{number}", parent_row=number - 1,
                parent_code=rows[-1].reference_code,
            )
        )  # fmt: skip
    return rows


def broad_tree(items: int) -> list[CatalogueRow]:
    """A series of files of nineteen items each, most fields filled."""
    rows = [CatalogueRow(2, "行政类", level="series", reference_code="J001-001", scope="训令\n呈文", notes="甲\n乙")]
    file = rows[0]
    for number in range(3, items + 3):
        if number % 20 == 3:
            file = CatalogueRow(
                number, f"第{number}号案卷", level="file", parent_row=2, parent_code="J001-001",
                reference_code=f"J001-001-{number}", date_text="1951-1952", earliest="1951-01-01", latest="1952-12-31",
                date_precision="span", pages=120, retention="永久", agency="北平市政府",
            )  # fmt: skip
            rows.append(file)
            continue
        rows.append(
            CatalogueRow(
                number, f"关于第{number}号事项的训令", parent_row=file.row, parent_code=file.reference_code,
                reference_code=f"{file.reference_code}-{number}", date_text="1951年3月5日", earliest="1951-03-05",
                latest="1951-03-05", date_precision="day", date_certainty="inferred", pages=number % 30, extent="1 份",
                responsible_body="北平市政府秘书处", document_number=f"府秘字第{number}号", location="一库 3 架",
                access_condition="未经审核", access_status="not_reviewed", persons="张三；李四", notes="原件有破损",
            )
        )  # fmt: skip
    return rows
