"""The last door: everything is asked again, and a release happens once, whole, and exactly as signed."""

import json
import zipfile

import pytest
from django.core.management import call_command

from policies.outcomes import Outcome, Stage
from policies.reviewing import Decision
from policies.sentences import Refusal
from review.catalogue.models import Edition, ReleasedEntry
from review.documents.bundle import verify_bundle
from review.models import AccessStatus, Entry, LedgerLine, Release
from review.operations import releasing, reviewing, titling
from review.operations.releasing import bundle_of, prepare_bundle
from review.queries.editions import next_number
from review.queries.records import public_hits
from tests.world import NOW, TODAY, make_world
from workflows import rehearsal

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


def release(world, batch, manifest, by="publisher"):
    return releasing.release(batch=batch, manifest=manifest, by=world[by], at=NOW, issued_on=TODAY)


def test_without_a_sign_off_nothing_is_prepared(world):
    batch = world.walked("sign_off")
    with pytest.raises(Refusal, match="尚未审定签发"):
        prepare_bundle(batch=batch, issued_on=TODAY)


@pytest.mark.parametrize(
    "field", ["title", "public_title", "responsible_body", "date_text", "extent", "series_title"]
)
def test_a_public_field_changed_after_the_sign_off_voids_it(world, field):
    batch = world.walked("release")
    Entry.objects.filter(reference_code="Z001-001-0002").update(**{field: "改动"})
    with pytest.raises(Refusal, match="签发已失效"):
        prepare_bundle(batch=batch, issued_on=TODAY)


def test_a_bundle_prepared_before_a_change_is_not_released(world):
    batch = world.walked("release")
    manifest = prepare_bundle(batch=batch, issued_on=TODAY)
    Entry.objects.filter(reference_code="Z001-001-0002").update(public_title="改动")
    with pytest.raises(Refusal):
        release(world, batch, manifest)
    assert not Release.objects.exists()
    assert not Entry.objects.filter(access_status=AccessStatus.OPEN).exists()


def test_a_number_taken_in_between_is_seen(world):
    batch = world.walked("release")
    manifest = prepare_bundle(batch=batch, issued_on=TODAY)
    manifest.content["number"] = "2026-9"
    with pytest.raises(Refusal, match="重新编制"):
        release(world, batch, manifest)


@pytest.mark.parametrize("by", ["confirmer"])
def test_whoever_decided_does_not_publish(world, by):
    batch = world.walked("release")
    from review.operations import appointing

    appointing.appoint(person=world[by], role="publisher", over=world.fonds, by="test", at=NOW)
    manifest = prepare_bundle(batch=batch, issued_on=TODAY)
    with pytest.raises(Refusal, match="公布员不得公布自己审过"):
        release(world, batch, manifest, by)


def test_a_batch_is_released_once(world):
    batch = world.walked("")
    with pytest.raises(Refusal, match="已经公布"):
        release(world, batch, verify_bundle(bundle_of(Release.objects.get())))


def test_a_failed_delivery_is_repeated_and_a_second_one_changes_nothing(world, tmp_path):
    batch = world.walked("release")
    manifest = prepare_bundle(batch=batch, issued_on=TODAY)
    made = release(world, batch, manifest)
    assert not Edition.objects.exists(), "on record, not yet delivered"
    call_command("deliver_releases")
    assert Edition.objects.get().number == made.number
    entries = list(ReleasedEntry.objects.values_list())
    lines = LedgerLine.objects.count()
    releasing.deliver(release=made, at=NOW)
    assert list(ReleasedEntry.objects.values_list()) == entries
    assert LedgerLine.objects.count() == lines


def test_a_bundle_tampered_with_before_delivery_is_not_published(world):
    batch = world.walked("release")
    manifest = prepare_bundle(batch=batch, issued_on=TODAY)
    made = release(world, batch, manifest)
    path = manifest.directory / "entries.csv"
    path.write_bytes(path.read_bytes().replace("防汛".encode(), "抗旱".encode()))
    with pytest.raises(Refusal):
        releasing.deliver(release=made, at=NOW)
    assert not Edition.objects.exists()


def test_two_prepared_at_the_same_moment_do_not_disturb_one_another(world):
    batch = world.walked("release")
    first = prepare_bundle(batch=batch, issued_on=TODAY)
    prepare_bundle(batch=batch, issued_on=TODAY)
    made = release(world, batch, first)
    releasing.deliver(release=made, at=NOW)
    assert verify_bundle(bundle_of(made)).digest == first.digest == made.manifest_digest


def test_the_bundle_holds_opened_public_titles_and_no_closed_word(world):
    world.walked("")
    bundle = bundle_of(Release.objects.get())
    said = {path.name: _text_of(path) for path in bundle.rglob("*") if path.is_file() and path.suffix != ".pdf"}
    listing = ("entries.csv", "entries.jsonl", "entries.xlsx", "catalogue.sqlite3", "Z001.xml")
    for entry in Entry.objects.all():
        opened = entry.access_status == AccessStatus.OPEN
        for name in listing if opened else said:
            assert (entry.reference_code in said[name]) is opened, (entry.reference_code, name)
        if opened:
            assert all(entry.shown_title in said[name] for name in listing)
    assert not [name for name, text in said.items() if "王建业" in text]
    assert json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))["counts"]["opened"] == (
        Entry.objects.filter(access_status=AccessStatus.OPEN).count()
    )


def _text_of(path) -> str:
    """What a file of the bundle says, to whoever looks into its bytes; a workbook unpacked."""
    if path.suffix != ".xlsx":
        return path.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(path) as packed:
        return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


SERIES = """档号,题名,形成日期,案卷题名,级别
Z001-001-0001,关于给予王建业同志行政记过处分的案卷,1989-07-01,人事,案卷
Z001-001-0001-001,关于召开会议的通知,1989-07-01,关于给予王建业同志行政记过处分的案卷,件
Z001-001-0002,关于处理陈大伟同志违纪问题给予撤职处分,1989-07-01,,案卷
Z001-001-0003,年度总结,1990-01-02,陈大伟同志撤职处分材料,件
Z001-001-0004,工作要点,1990-01-02,综合,件
"""


def test_a_heading_never_says_the_title_of_a_closed_file_or_a_name_that_is_closed(db, tmp_path):
    world = make_world(tmp_path, SERIES)
    batch = world.batch()
    (task,) = rehearsal.open_tasks(batch, "first_review")
    closed = Decision(Outcome.DEFER, "CN-8-3-PI", TODAY.replace(year=2039), "涉及个人")
    said = {
        row.pk: closed if row.entry.level == "file" else Decision(Outcome.OPEN, reason="可以开放")
        for row in batch.batch_entries.select_related("entry")
    }
    rehearsal.work(
        task,
        world["first"],
        lambda _: reviewing.record_opinions(
            batch=batch, stage=Stage.FIRST_REVIEW, decisions=said, by=world["first"], at=NOW, today=TODAY
        ),
    )
    made = world.walk(batch, objections=0).release
    entries = (bundle_of(made) / "entries.csv").read_text(encoding="utf-8-sig")
    assert "王建业" not in entries
    assert "陈大伟" not in entries
    assert entries.count("[题名不公布]") == 2
    assert ",综合," in entries
    assert set(ReleasedEntry.objects.values_list("series__title", flat=True)) == {"[题名不公布]", "综合"}


LETTER = """档号,题名,责任者,形成日期,案卷题名
Z001-001-0001,关于给予王建业同志行政记过处分的决定,王建业,1989-07-01,人事
Z001-001-0002,关于给予李文海同志行政记过处分的决定,示例省民政厅,1989-07-01,李文海
"""


@pytest.mark.parametrize("text", ["王建业同志的决定", "关于王建业", "决定（王建业）"])
def test_a_name_does_not_become_public_by_losing_its_context(db, tmp_path, text):
    world = make_world(tmp_path, LETTER)
    row = world.batch().batch_entries.get(entry__reference_code="Z001-001-0001")
    with pytest.raises(Refusal, match="王建业"):
        titling.set_public_title(batch_entry=row, text=text, by=world["first"], at=NOW, today=TODAY)


def test_a_masked_name_bars_opening_while_the_responsible_body_still_says_it(db, tmp_path):
    world = make_world(tmp_path, LETTER)
    batch = world.batch()
    opened = Decision(Outcome.OPEN, reason="隐去后可以开放")
    for code, name in (("Z001-001-0001", "王建业"), ("Z001-001-0002", "李文海")):
        row = batch.batch_entries.get(entry__reference_code=code)
        entry = row.entry
        masked = entry.title.replace(name, "[隐去]")
        assert public_hits(entry, TODAY, title=masked) == ((name,) if name in entry.responsible_body else ())
    titling.set_public_title(
        batch_entry=row, text="关于给予[隐去]同志行政记过处分的决定", by=world["first"], at=NOW, today=TODAY
    )
    reviewing.record_opinions(
        batch=batch, stage=Stage.FIRST_REVIEW, decisions={row.pk: opened}, by=world["first"], at=NOW, today=TODAY
    )
    first = batch.batch_entries.get(entry__reference_code="Z001-001-0001")
    with pytest.raises(Refusal, match="王建业"):
        reviewing.record_opinions(
            batch=batch,
            stage=Stage.FIRST_REVIEW,
            decisions={first.pk: opened},
            by=world["first"],
            at=NOW,
            today=TODAY,
        )


def test_a_heading_does_not_say_a_name_that_was_masked_in_a_title_below_it(db, tmp_path):
    world = make_world(tmp_path, LETTER.replace("王建业,1989", "示例省民政厅,1989"))
    batch = world.walked("")  # the unit objects to the first entry; the second opens under a masked title
    (entry,) = Entry.objects.filter(access_status=AccessStatus.OPEN)
    assert entry.public_title == "关于给予[隐去]同志行政记过处分的决定"
    entries = (bundle_of(batch.release) / "entries.csv").read_text(encoding="utf-8-sig")
    assert "李文海" not in entries
    assert "[题名不公布]" in entries


UNDER_ANOTHER_TITLE = """档号,题名,形成日期,案卷题名,级别
Z001-001-0001,关于边远公社情况的内部调查,1962-07-01,综合,案卷
Z001-001-0001-001,会议通知,1962-07-01,关于边远公社情况的内部调查,件
Z001-001-0002,甲 / 乙来往文书,2020-01-01,,案卷
Z001-001-0003,年度总结,1963-01-02,甲 / 乙来往文书,件
Z001-001-0004,工作要点,1963-01-02,甲 ／　乙来往文书,件
"""


def test_a_heading_never_says_the_title_of_a_file_that_is_open_under_another_title(db, tmp_path):
    world = make_world(tmp_path, UNDER_ANOTHER_TITLE)
    batch = world.batch()
    row = batch.batch_entries.get(entry__reference_code="Z001-001-0001")
    titling.set_public_title(batch_entry=row, text="调查报告", by=world["first"], at=NOW, today=TODAY)
    rehearsal.first_review(batch, world["first"])
    made = world.walk(batch, objections=0).release
    entries = (bundle_of(made) / "entries.csv").read_text(encoding="utf-8-sig")
    assert "Z001-001-0001-001" in entries
    assert "边远公社" not in entries
    assert "来往文书" not in entries, (
        "the file is not due; width and the joining sign do not hide that it is its title"
    )


def test_the_public_database_holds_nothing_but_opened_entries(world):
    world.walked("")
    public = set(ReleasedEntry.objects.values_list("reference_code", flat=True))
    assert public == set(
        Entry.objects.filter(access_status=AccessStatus.OPEN).values_list("reference_code", flat=True)
    )


def test_release_numbers_count_on_within_the_year(world):
    assert next_number(TODAY) == "2026-1"
    world.walked("")
    issued = Release.objects.get().issued_on
    assert next_number(issued) == f"{issued.year}-2"
    assert next_number(issued.replace(year=issued.year + 1)) == f"{issued.year + 1}-1"
    assert not rehearsal.open_tasks(Release.objects.get().batch)
