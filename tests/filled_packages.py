"""Countersign packages of a walked batch, filled in as a unit would: by another program, cell by cell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import openpyxl
from PIL import Image

from policies.packages import COLUMNS, HEAD, named
from policies.sentences import Sentence
from review.documents.countersign_package import Sent, write_package
from review.models import Batch, Countersignature, CountersignPackage
from review.operations import packaging
from review.operations.packaging import CameBack
from review.queries.due import profile
from review.queries.packages import answer_by, content_sent
from tests.world import NOW, World

AGREE = {"answer": "同意 Agree"}
OBJECT = {
    "answer": "不同意 Object",
    "wanted": "延期开放 Defer",
    "wanted_ground": "CN-8-2 涉及国家或社会重大利益 Major interest of state or society",
    "wanted_day": "2036-12-31",
    "why": "内容涉及尚未了结的事项",
}


def asked_of(batch: Batch) -> Countersignature:
    """The first unit that the batch asks."""
    return batch.countersignatures.order_by("pk").first()


def made(world: World, batch: Batch) -> CountersignPackage:
    return packaging.make_package(countersignature=asked_of(batch), by=world["reconciler"], at=NOW)


def sheet(package: CountersignPackage, path: Path) -> Path:
    """The workbook of a package as it is sent."""
    sent = Sent(Sentence("示例省档案馆", "Archives"), package.version, NOW.date(), answer_by(package))
    with path.open("wb") as file:
        write_package(file, content_sent(package), sent, profile())
    return path


def cells(path: Path) -> dict[str, str]:
    """Where the columns of the table are, and the cell beside "answered by": column or label to letter or cell."""
    page = openpyxl.load_workbook(path).worksheets[0]
    found = {}
    names = {named(label): name for name, label in {**COLUMNS, **HEAD}.items()}
    for row in page.iter_rows():
        for cell in row:
            name = names.get(cell.value)
            if name in COLUMNS:
                found[name] = cell.column_letter
                found["first"] = str(cell.row + 1)
            elif name in HEAD:
                found[name] = f"B{cell.row}"
    return found


def entered(path: Path, answers: list[Mapping[str, str]], signed_by: str = "李文书") -> dict[str, str]:
    """What is typed into which cell of a sheet to give `answers`, row by row."""
    places = cells(path)
    typed = {places["signed_by"]: signed_by}
    for row, answer in enumerate(answers, int(places["first"])):
        typed |= {f"{places[column]}{row}": text for column, text in answer.items()}
    return typed


def filled(path: Path, typed: Mapping[str, str]) -> Path:
    """The sheet with these cells typed in and saved."""
    book = openpyxl.load_workbook(path)
    for cell, text in typed.items():
        book.worksheets[0][cell] = text
    book.save(path)
    return path


def answered(package: CountersignPackage, path: Path, first: Mapping[str, str] = AGREE) -> Path:
    """The sheet of a package with `first` for its first entry and agreement to all others."""
    rows = len(content_sent(package).rows)
    sheet(package, path)
    return filled(path, entered(path, [first, *[AGREE] * (rows - 1)]))


def came_back(path: Path) -> CameBack:
    return CameBack(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.name)


def letter(folder: Path, name: str = "回函.png") -> CameBack:
    """The scan of a sealed letter: a picture with something red on it."""
    path = folder / name
    Image.new("RGB", (60, 80), (180, 30, 30)).save(path)
    return came_back(path)
