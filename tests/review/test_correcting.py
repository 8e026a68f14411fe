"""A corrected edition says what its catalogue said but for what was closed again; the old one stays as it was issued."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from policies.sentences import Refusal
from review.catalogue.models import Edition, ReleasedEntry
from review.models import LedgerLine, Release
from review.operations import correcting, releasing, suspending
from review.queries.suspensions import release_of
from tests.review.scenes_correcting import closed_again, corrected
from tests.review.scenes_hafter import an_open_entry, case, suspended
from tests.world import NOW, TODAY, make_world
from workflows import delivering

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])


@pytest.fixture
def batch(world):
    return world.walked("release")


def issued(world, batch) -> Release:
    """A corrected edition on the public site, with the erratum that came before it."""
    closed_again(world, batch)
    assert delivering.deliver_errata(at=NOW) == []
    made = corrected(world)
    releasing.deliver(release=made, at=NOW)
    return made


def test_the_corrected_edition_leaves_out_what_was_closed_again_and_nothing_else(world, batch):
    made = issued(world, batch)
    first, gone = made.corrects, case().entry.reference_code
    said = {
        name: (releasing.bundle_of(one) / "entries.csv").read_text(encoding="utf-8-sig").splitlines()
        for name, one in (("first", first), ("corrected", made))
    }
    assert [line for line in said["first"] if gone not in line] == said["corrected"]
    assert made.counts["opened"] == first.counts["opened"] - 1
    assert sum(made.counts["deferred"].values()) == sum(first.counts["deferred"].values()) + 1
    assert LedgerLine.objects.filter(act="correct_release", subject=f"release {made.number}").count() == 1


def test_the_public_site_serves_the_corrected_edition_and_marks_the_old_one(world, batch, client):
    made = issued(world, batch)
    entries = ReleasedEntry.objects.all()
    assert {entry.edition.number for entry in entries.select_related("edition")} == {made.number}
    assert not entries.filter(reference_code=case().entry.reference_code).exists()
    old = client.get(reverse("catalogue:release", args=[made.corrects.number]))
    assert old.status_code == 200
    assert made.number in old.content.decode()
    assert Edition.objects.get(number=made.number).corrects == made.corrects.number


FILE = """档号,题名,形成日期,案卷题名,级别
Z001-001-0001,全省防汛工作会议材料汇编,1963-05-02,会议,案卷
Z001-001-0001-001,关于召开会议的通知,1963-05-02,全省防汛工作会议材料汇编,件
Z001-001-0002,年度工作要点,1964-01-02,综合,件
"""


def test_a_file_that_was_closed_again_is_not_said_by_the_heading_of_what_lies_in_it(db, tmp_path):
    world = make_world(tmp_path, FILE)
    batch = world.walked("release", objections=0)
    made = issued(world, batch)
    assert case().entry.title == "全省防汛工作会议材料汇编"
    said = (releasing.bundle_of(made) / "entries.csv").read_text(encoding="utf-8-sig")
    assert "Z001-001-0001-001" in said
    assert "防汛工作会议材料汇编" not in said
    assert ",[题名不公布]," in said
    assert ",综合," in said


def test_a_later_doubt_is_about_the_corrected_edition(world, batch):
    made = issued(world, batch)
    assert release_of(an_open_entry(world)) == made
    flagged = suspending.suspend_entry(
        entry=an_open_entry(world), reason="疑有不当", secret=False, by=world["unit-mzt"], at=NOW
    )
    assert delivering.deliver_errata(at=NOW) == []
    assert flagged.release == made
    assert not ReleasedEntry.objects.filter(reference_code=flagged.entry.reference_code).exists()


def test_a_catalogue_with_nothing_closed_again_is_not_corrected(world, batch):
    from workflows import rehearsal

    rehearsal.release(batch, world["publisher"])
    with pytest.raises(Refusal, match="无须更正"):
        correcting.prepare_correction(release=Release.objects.get(), issued_on=TODAY)


def test_nothing_is_corrected_while_a_doubt_is_open(world, batch):
    suspended(world, batch)
    with pytest.raises(Refusal, match="尚未了结"):
        correcting.prepare_correction(release=Release.objects.get(), issued_on=TODAY)


def test_an_edition_is_corrected_once(world, batch):
    made = issued(world, batch)
    with pytest.raises(Refusal, match=f"更正版 {made.number}"):
        correcting.prepare_correction(release=made.corrects, issued_on=TODAY)


def test_a_bundle_of_another_day_is_not_issued_as_the_correction(world, batch):
    closed_again(world, batch)
    first = Release.objects.get()
    with pytest.raises(Refusal, match="重新编制"):
        correcting.correct(
            release=first,
            manifest=releasing.prepared_bundle(batch=batch, issued_on=TODAY) or _own(first),
            by=world["publisher"],
            at=NOW,
            issued_on=TODAY,
        )


def _own(release: Release):
    from review.documents.bundle import verify_bundle

    return verify_bundle(releasing.bundle_of(release))


@pytest.mark.parametrize("who", ["first", "confirmer", "auditor", "unit-mzt"])
def test_only_the_publisher_issues_a_correction(world, batch, who):
    closed_again(world, batch)
    made = correcting.prepare_correction(release=Release.objects.get(), issued_on=TODAY)
    with pytest.raises(PermissionDenied):
        correcting.correct(release=Release.objects.get(), manifest=made, by=world[who], at=NOW, issued_on=TODAY)


def test_the_page_makes_it_and_then_publishes_it(world, batch, client):
    closed_again(world, batch)
    assert delivering.deliver_errata(at=NOW) == []
    first = Release.objects.get()
    client.force_login(world["publisher"])
    address = reverse("correction", args=[first.number])
    assert case().entry.reference_code in client.get(address).content.decode()
    client.post(address)
    assert not Release.objects.filter(corrects=first).exists(), "made, to be looked at; not published"
    client.post(address)
    assert not Release.objects.filter(corrects=first).exists(), "without the password nothing is published"
    client.post(address, {"password": world.people.password})
    made = Release.objects.get(corrects=first)
    assert made.delivered_at is not None
    assert reverse("releases") in client.get(reverse("correction", args=[first.number])).content.decode()


def test_the_page_is_for_the_publisher_alone(world, batch, client):
    closed_again(world, batch)
    client.force_login(world["auditor"])
    assert client.get(reverse("correction", args=[Release.objects.get().number])).status_code == 403
