"""The paper round trip: a package goes out, a unit fills it in with LibreOffice, and it comes back as opinions."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from policies.packages import COLUMNS, HEAD
from review.models import Opinion, PackageReturn
from review.queries.packages import content_of
from review.readers.package_answers import read_package
from tests.filled_packages import AGREE, OBJECT, asked_of, cells, entered, letter, made
from tests.review.test_packaging import online, said
from workflows import rehearsal

pytestmark = [pytest.mark.office, pytest.mark.django_db(databases=["default", "catalogue"])]

# Types texts into cells of the first sheet as a person would, and saves the workbook as xlsx.
MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Fill(source As String, target As String, typed As String, format As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = &quot;Hidden&quot;
  hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL(source, &quot;_blank&quot;, 0, hidden())
  files = createUnoService(&quot;com.sun.star.ucb.SimpleFileAccess&quot;)
  lines = createUnoService(&quot;com.sun.star.io.TextInputStream&quot;)
  lines.setInputStream(files.openFileRead(typed))
  lines.setEncoding(&quot;UTF-8&quot;)
  Do While Not lines.isEOF()
    place = lines.readLine()
    text = lines.readLine()
    book.Sheets.getByIndex(0).getCellRangeByName(place).FormulaLocal = text
  Loop
  lines.closeInput()
  Dim saved(0) As New com.sun.star.beans.PropertyValue
  saved(0).Name = &quot;FilterName&quot;
  saved(0).Value = format
  book.storeToURL(target, saved())
  book.close(True)
End Sub
</script:module>
"""
FORMATS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8", "xls": "MS Excel 97"}


def typed_in_libreoffice(source: Path, typed: Mapping[str, str], ending: str) -> Path:
    """The workbook as LibreOffice, without a window, saves it after these texts were typed into these cells."""
    program = shutil.which("soffice")
    assert program, "LibreOffice is not installed"
    folder = source.parent
    target = folder / f"filled.{ending}"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    # A first start lays the profile out, and would overwrite a macro that is there.
    subprocess.run(
        [program, profile, "--headless", "--terminate_after_init"], check=True, capture_output=True, timeout=180
    )
    (folder / "profile/user/basic/Standard/Module1.xba").write_text(MACRO, encoding="utf-8")
    (folder / "typed.txt").write_text("\n".join(line for cell in typed.items() for line in cell), encoding="utf-8")
    urls = ",".join(f'"{path.as_uri()}"' for path in (source, target, folder / "typed.txt"))
    call = f'macro:///Standard.Module1.Fill({urls},"{FORMATS[ending]}")'
    subprocess.run([program, profile, "--headless", call], check=True, capture_output=True, timeout=180)
    return target


@pytest.fixture
def downloaded(world, client):
    """A package as the archives download it: the sheet, with the batch that waits for its answer."""
    batch = world.walked("countersign")
    made(world, batch)
    client.force_login(world["reconciler"])
    answer = client.get(reverse("package-file", args=[batch.number, asked_of(batch).pk, "sheet"]))
    path = world.folder / "office" / "sheet.xlsx"
    path.parent.mkdir()
    path.write_bytes(answer.content)
    return batch, path


@pytest.mark.parametrize("ending", FORMATS)
def test_a_package_filled_in_libreoffice_comes_back_as_the_same_opinions_as_online(world, client, downloaded, ending):
    batch, path = downloaded
    asked = asked_of(batch)
    expected = online(world, asked)
    answers = [OBJECT, *[AGREE] * (len(content_of(asked).rows) - 1)]
    saved = typed_in_libreoffice(path, entered(path, answers), ending)
    before = len(rehearsal.open_tasks(batch, "countersign"))
    files = {
        "sheet": SimpleUploadedFile(saved.name, saved.read_bytes()),
        "letter": SimpleUploadedFile("回函.png", letter(world.folder).path.read_bytes()),
    }
    answer = client.post(reverse("paper-answer", args=[asked.pk]), files)
    assert answer.status_code == 302, answer.content.decode()
    assert said(asked) == expected
    assert PackageReturn.objects.get().signed_by == "李文书"
    assert len(rehearsal.open_tasks(batch, "countersign")) == before - 1


def test_libreoffice_keeps_a_clerk_from_changing_what_is_asked_and_saves_no_answer_of_its_own(
    world, client, downloaded
):
    batch, path = downloaded
    places = cells(path)
    untouched = typed_in_libreoffice(path, {places["signed_by"]: "李文书"}, "xlsx")
    read = read_package(untouched)
    assert not read.missing
    assert set(read.head) == set(HEAD)
    assert all(set(row.texts) == set(COLUMNS) for row in read.rows)
    files = {
        "sheet": SimpleUploadedFile("s.xlsx", untouched.read_bytes()),
        "letter": SimpleUploadedFile("回函.png", letter(world.folder).path.read_bytes()),
    }
    page = client.post(reverse("paper-answer", args=[asked_of(batch).pk]), files).content.decode()
    assert page.count("空白不等于同意。请从") == len(content_of(asked_of(batch)).rows)
    assert not Opinion.objects.filter(agency=asked_of(batch).agency).exists()
    locked = f"{places['title']}{places['first']}"
    changed = read_package(typed_in_libreoffice(path, {locked: "改了的题名", places["signed_by"]: "王文书"}, "xlsx"))
    assert changed.said("signed_by") == "王文书"
    assert [row.texts["title"] for row in changed.rows] == [row.texts["title"] for row in read.rows]
