"""Workbooks: xlsx, xls and ods. Formulas give their stored values; hidden sheets are passed over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from policies.sentences import Refusal, Sentence
from review.readers.catalogue_rows import Gathering
from review.readers.profiles import Profile
from review.readers.tables import NoHeading, read_table

_CELLS = Path(__file__).with_name("sheet_cells.py")

Line = tuple[str, int, list[str]]


def read_spreadsheet(data: bytes, profile: Profile, today: date | None) -> tuple[Gathering, list[Sentence]]:
    """Rows and complaints of the first visible sheet with a recognised heading; a warning names the other sheets.

    The workbook is opened in a process of its own, bounded in memory and time (see sheet_cells). Raises Refusal.
    """
    table = None
    no_heading = None
    passed_over = []
    with closing(_lines(data)) as lines:  # closing it ends the other process, also when a row is refused
        for sheet, sheet_lines in groupby(lines, key=itemgetter(0)):
            numbered = ((number, cells) for _, number, cells in sheet_lines)
            try:
                if table is None:
                    table = read_table(numbered, profile, today)
                    continue
            except NoHeading as refusal:
                no_heading = no_heading or refusal
            passed_over.append(sheet)
    if table is None:
        raise no_heading or Refusal(_EMPTY)
    warnings = [_OTHER_SHEETS.filled(sheets="、".join(passed_over))] if passed_over else []
    return table, warnings


def _lines(data: bytes) -> Iterator[Line]:
    verdict = "limits"
    command = [sys.executable, "-I", str(_CELLS)]
    with subprocess.Popen(  # noqa: S603 our own program, no text of the file in the command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin and process.stdout
        try:
            with suppress(BrokenPipeError), process.stdin:
                process.stdin.write(data)
            for line in process.stdout:
                read = json.loads(line)
                if isinstance(read, dict):
                    verdict = read["verdict"]
                    break
                yield read
        finally:
            process.kill()
    if verdict != "whole":
        raise Refusal(_VERDICTS[verdict])


_EMPTY = Sentence(
    "工作簿的可见工作表中没有任何内容。",
    "The visible sheets of the workbook are empty.",
)
_OTHER_SHEETS = Sentence(
    "只读取了一张工作表，以下工作表未读取：{sheets}。如也需导入，请另存为单独的文件。",
    "One sheet was read; these were not: {sheets}. To import them too, save each as a file of its own.",
)
_VERDICTS = {
    "bomb": Sentence(
        "工作簿解压后过大（超过 1 GB，或超过文件大小的 200 倍），疑为恶意或损坏的文件，未打开。请另存为 CSV 后重新导入。",
        "Unpacked, the workbook would be too large (over 1 GB, or over 200 times the file): perhaps malicious or "
        "damaged. It was not opened. Save it as CSV and import again.",
    ),
    "limits": Sentence(
        "读取工作簿所需的内存或时间超出限度（2 GB、300 秒），疑为恶意文件或区域过大。请只保留目录区域，或另存为 CSV 后重新导入。",
        "Reading the workbook takes more memory or time than allowed (2 GB, 300 seconds): perhaps malicious, or used "
        "far beyond the catalogue. Keep the catalogue's cells alone, or save it as CSV, and import again.",
    ),
    "long_row": Sentence(
        "工作簿中有一行超过二百万个字符，疑为损坏或恶意的文件。请检查后重新导入。",
        "A row of the workbook has more than two million characters: perhaps damaged or malicious. Check it.",
    ),
    "error_cells": Sentence(
        "工作簿中有出错的单元格（如 #N/A、#REF!），其内容无法读取。请用“定位条件—公式—错误”找出并改正（含隐藏的工作表）后重新导入。",
        "The workbook has error cells (such as #N/A, #REF!), whose content cannot be read. Find them with "
        "“Go To Special, Formulas, Errors”, hidden sheets too, mend them and import again.",
    ),
    "password": Sentence(
        "工作簿设有打开密码。请取消密码后重新导入。",
        "The workbook is protected by a password. Remove it and import again.",
    ),
    "damaged": Sentence(
        "无法打开工作簿：文件损坏，或不是 xlsx、xls、ods。请用表格软件打开并另存后重新导入。",
        "The workbook cannot be opened: damaged, or no xlsx, xls or ods. Open it in a spreadsheet program, save it "
        "anew and import again.",
    ),
}
