"""The main job, as a stranger runs it: a catalogue in, an open catalogue out, every entry accounted for."""

import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from review import ledger
from review.catalogue.models import ReleasedEntry
from review.documents.bundle import verify_bundle
from review.documents.printable import printable
from review.models import AccessStatus, Batch, Entry, LedgerLine, Person, Release
from review.operations.releasing import bundle_of
from tests.conftest import FULL
from tests.verapdf import failed_clauses
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

REAL = [
    "ead-columbia-cjk/as_ead_cul-7746709.xml",
    "zh-policy-titles/State_Council.csv",
    "ead-nyu/tam_416.xml",
]


def demo(settings, tmp_path: Path, *args: str) -> dict:
    settings.VAR_DIR = tmp_path
    report = tmp_path / "report.json"
    call_command("demo", *args, "--report", str(report))
    return json.loads(report.read_text(encoding="utf-8"))


def folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def words_of(pdf: Path) -> str:
    """What a reader can copy out of the PDF, white space folded."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler) is not installed")
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    # A title that runs over a page carries the running heads between its lines; entries do not break over pages.
    return folded(text)


def check_pdf_a(figures: dict) -> None:
    """The genuine veraPDF engine finds no failed clause of PDF/A-3a; asked with --full only, since it needs a JDK."""
    if FULL:
        pdf = bundle_of(Release.objects.get(number=figures["release"])) / "open-catalogue.pdf"
        assert failed_clauses("3a", [pdf]) == [[]]


def check_accounts(figures: dict) -> None:
    closed = sum(figures["deferred"].values()) + figures["referred"] + figures["not_due"]
    assert figures["entries"] == figures["opened"] + closed
    assert figures["release"]
    counts = verify_bundle(bundle_of(Release.objects.get(number=figures["release"]))).content["counts"]
    told = counts["opened"] + sum(counts["deferred"].values()) + counts["referred"] + counts["not_due"]
    assert told == figures["entries"], "the catalogue itself says so too"


def check_catalogue(figures: dict) -> None:
    """Every opened public title is in the PDF and on the public site; no closed one is in either."""
    release = Release.objects.get(number=figures["release"])
    entries = Entry.objects.filter(fonds__code=figures["fonds"])
    opened = list(entries.filter(access_status=AccessStatus.OPEN))
    closed = list(entries.exclude(access_status=AccessStatus.OPEN))
    assert len(opened) == figures["opened"]
    assert len(closed) == figures["entries"] - figures["opened"]
    text = words_of(bundle_of(release) / "open-catalogue.pdf")
    # pdftotext drops a hyphen at the end of a line, also where the title has it before a space.
    unhyphened = text.replace("-", "")
    titles = {entry.reference_code: folded(printable(entry.shown_title)).replace("-", "") for entry in opened}
    assert not [code for code, title in titles.items() if title not in unhyphened]
    # A closed title may share its words with an opened one ("工作总结"); its reference code cannot.
    codes = {folded(printable(entry.reference_code)) for entry in opened}
    # Series are context, never entries themselves, so their titles are public with the first entry that opens.
    public_fields = [(e.shown_title, e.responsible_body, e.series_title) for e in opened]
    shown = {folded(printable(text)) for fields in public_fields for text in fields}
    for entry in closed:
        title, code = folded(printable(entry.title)), folded(printable(entry.reference_code))
        assert not any(code == other for other in codes)
        if len(title) >= 8 and not any(title in other for other in shown):
            assert title not in text, f"the closed title of {entry.reference_code} is in the PDF"
        if not any(other.startswith(code) for other in codes):
            assert code not in text, f"the closed code {entry.reference_code} is in the PDF"
    public = set(ReleasedEntry.objects.values_list("reference_code", flat=True))
    assert public == {entry.reference_code for entry in opened}


def test_the_sample_goes_the_whole_road_and_leaves_work_at_three_desks(settings, tmp_path):
    figures = demo(settings, tmp_path, "--out", str(tmp_path / "out"))
    check_accounts(figures)
    check_catalogue(figures)
    check_pdf_a(figures)
    waiting = {
        batch.fonds.code: [task.flow_task.name for task in rehearsal.open_tasks(batch)]
        for batch in Batch.objects.exclude(fonds__code="J047").select_related("fonds")
    }
    assert waiting.pop("J012") == ["first_review"]
    assert set(waiting.pop("J031")) == {"countersign"}
    assert waiting.pop("J058") == ["sign_off"]
    assert not waiting
    assert (tmp_path / "out" / figures["release"] / "open-catalogue.pdf").is_file()
    assert ledger.verify().bad_line is None
    held = Entry.objects.count()
    assert held == 2000

    lines, releases = LedgerLine.objects.count(), Release.objects.count()
    again = demo(settings, tmp_path, "--out", str(tmp_path / "out"))
    assert {**again, "seconds": 0} == {**figures, "seconds": 0}
    assert (LedgerLine.objects.count(), Release.objects.count(), Entry.objects.count()) == (lines, releases, held)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", REAL)
def test_a_real_catalogue_goes_the_whole_road(settings, tmp_path, shared_data, name):
    figures = demo(settings, tmp_path, "--catalogue", str(shared_data / name))
    check_accounts(figures)
    check_catalogue(figures)
    check_pdf_a(figures)


def test_a_main_job_that_was_broken_off_is_finished_by_the_next_run(settings, tmp_path, monkeypatch):
    path = tmp_path / "short.csv"
    path.write_text("题名,日期\n" + "".join(f"关于第{n}次会议的通知,196{n}\n" for n in range(5)), encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(rehearsal, "sign_off", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            demo(settings, tmp_path, "--catalogue", str(path))
    assert not Release.objects.exists()
    figures = demo(settings, tmp_path, "--catalogue", str(path))
    check_accounts(figures)
    check_catalogue(figures)
    assert Batch.objects.count() == 1


def test_a_catalogue_of_which_nothing_is_due_is_taken_in_and_said(settings, tmp_path, capsys):
    path = tmp_path / "young.csv"
    path.write_text("题名,日期\n关于召开会议的通知,2020\n", encoding="utf-8")
    figures = demo(settings, tmp_path, "--catalogue", str(path))
    assert (figures["entries"], figures["not_due"], figures["release"]) == (1, 1, "")
    assert "nothing to cut" in capsys.readouterr().out.replace("\n", " ")


def test_the_demonstration_never_enters_a_database_with_real_people(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    Person.objects.create(username="zhang.san", full_name="张三")
    with pytest.raises(CommandError, match="Real people"):
        call_command("demo")
    assert not Entry.objects.exists()
