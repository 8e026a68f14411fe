"""The intake pages: a file is sent, its columns are mapped, what saving would do is shown, it is saved, and undone."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from review import jobs
from review.jobs.intakes import read_into
from review.models import ColumnMapping, Entry, Intake, Job, LedgerLine, Proposal
from review.queries.intakes import folder_of, holdings_digest
from review.readers import profile_from
from review.staging import Staged
from tests.world import NOW, TODAY

pytestmark = pytest.mark.django_db(databases=["default", "catalogue"])

GOOD = "档号,题名,形成日期\nZ001-002-0001,关于修建水库的批复,1958-01-02\n"
BAD = GOOD + "Z001-002-0002,关于某事的函,1958-02-30\n"


@pytest.fixture
def planner(world, client):
    client.force_login(world["planner"])
    return client


def send(client, text, name="in.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    answer = client.post(reverse("receive-intake"), {"fonds": "Z001", "file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content[:500]
    return Intake.objects.latest("pk")


def act(client, page, intake, **data):
    return client.post(reverse(page, args=[intake.pk]), data, follow=True)


def read(client, intake, **data):
    return act(client, "read-intake", intake, **data)


def test_a_sent_file_is_shown_with_its_columns_and_nothing_is_read_yet(planner):
    intake = send(planner, GOOD)
    page = planner.get(reverse("intake", args=[intake.pk]))
    assert "关于修建水库的批复" in page.content.decode()
    assert intake.read_at is None
    assert not Entry.objects.filter(reference_code="Z001-002-0001").exists()


def test_a_file_is_read_shown_saved_and_undone(planner, world):
    digest = holdings_digest(world.fonds)
    intake = send(planner, GOOD)
    page = read(planner, intake).content.decode()
    assert "Z001-002-0001" in page
    assert holdings_digest(world.fonds) == digest
    act(planner, "save-intake", intake)
    assert Entry.objects.get(reference_code="Z001-002-0001").title == "关于修建水库的批复"
    assert not folder_of(intake).exists()
    act(planner, "undo-intake", intake)
    assert holdings_digest(world.fonds) == digest


def test_rows_that_are_refused_are_told_and_the_good_ones_kept_only_when_asked_for(planner):
    intake = send(planner, BAD)
    page = read(planner, intake).content.decode()
    assert "1958-02-30" in page
    act(planner, "save-intake", intake)
    assert not Entry.objects.filter(reference_code="Z001-002-0001").exists()
    act(planner, "save-intake", intake, keep_good="on")
    assert Entry.objects.filter(reference_code="Z001-002-0001").exists()
    assert not Entry.objects.filter(reference_code="Z001-002-0002").exists()


def test_the_report_is_mended_and_sent_again(planner):
    intake = send(planner, BAD)
    read(planner, intake)
    answer = planner.get(reverse("intake-report", args=[intake.pk]))
    workbook = b"".join(answer.streaming_content)
    rows = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["档号", "题名", "形成日期"]
    assert rows[1][:3] == ["Z001-002-0002", "关于某事的函", "1958-02-30"]
    act(planner, "save-intake", intake, keep_good="on")
    again = send(planner, workbook, "again.xlsx")
    assert "1958-02-30" in read(planner, again).content.decode(), "not mended: refused again, and not for its report"


def test_the_report_has_the_cells_of_rows_that_were_refused_only_later(planner):
    rows = (
        "Z001-002-0001,甲事,,\nZ001-002-0001,又是甲事,,\nZ001-002-0003,乙事,,无名机关\nZ001-002-0004,丙事,Z001-NO,\n"
    )
    intake = send(planner, "档号,题名,上级档号,形成单位\n" + rows)
    page = read(planner, intake).content.decode()
    assert page.count("<td>") >= 3
    workbook = b"".join(planner.get(reverse("intake-report", args=[intake.pk])).streaming_content)
    told = CalamineWorkbook.from_filelike(BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in told[1:]] == ["又是甲事", "乙事", "丙事"]


def test_a_complaint_names_the_column_as_the_file_does(planner):
    intake = send(planner, "编号,文件名称,单位\nZ001-002-0001,甲事,无名机关\n")
    page = read(planner, intake, field=["reference_code", "title", "agency"], name="县", profile="house")
    assert '<td data-label="列">单位</td>' in page.content.decode()


def test_the_samples_show_nothing_of_a_row_with_a_secrecy_mark(planner):
    intake = send(planner, "档号,题名,密级\nZ001-S-1,某处工事位置,绝密★30年\nZ001-S-2,防汛的通知,\n")
    page = planner.get(reverse("intake", args=[intake.pk])).content.decode()
    assert "某处工事位置" not in page
    assert "防汛的通知" in page


def test_columns_are_mapped_by_hand_and_the_mapping_is_kept_under_its_name(planner):
    intake = send(planner, "编号,文件名称,何时,库位\nZ001-002-0001,关于修建水库的批复,1958-01-02,库三\n")
    fields = ["reference_code", "title", "date", ""]
    read(planner, intake, field=fields, name="县档案馆", profile="house")
    assert ColumnMapping.objects.get(name="县档案馆").columns["何时"] == "date"
    act(planner, "save-intake", intake)
    held = Entry.objects.get(reference_code="Z001-002-0001")
    assert (held.title, held.latest.isoformat()) == ("关于修建水库的批复", "1958-01-02")
    assert "库三" in held.notes


def test_a_mapping_does_not_replace_one_that_comes_with_the_system(planner):
    intake = send(planner, "编号,文件名称\n1,关于修建水库的批复\n")
    answer = read(planner, intake, field=["reference_code", "title"], name="house", profile="house")
    assert "house" not in set(ColumnMapping.objects.values_list("name", flat=True))
    assert "另取名称" in answer.content.decode()


def test_a_difference_is_shown_field_by_field_before_it_is_saved(planner):
    intake = send(planner, "档号,题名\nZ001-001-0002,改了的题名\n")
    page = read(planner, intake).content.decode()
    assert "<del>关于加强防汛工作的通知</del>" in page
    assert "<ins>改了的题名</ins>" in page
    assert Entry.objects.get(reference_code="Z001-001-0002").title == "关于加强防汛工作的通知"


def test_what_is_held_and_not_in_the_file_is_listed(planner):
    intake = send(planner, "档号,题名\nZ001-001-0002,改了的题名\n")
    read(planner, intake)
    page = planner.get(reverse("intake", args=[intake.pk]), {"show": "gone"}).content.decode()
    assert "Z001-001-0003" in page
    assert "Z001-001-0002" not in page


def test_a_proposed_change_is_listed_and_declined_with_a_reason(planner, world):
    world.batch()
    intake = send(planner, "档号,题名\nZ001-001-0002,改了的题名\n")
    read(planner, intake)
    act(planner, "save-intake", intake)
    (proposal,) = Proposal.objects.all()
    assert "改了的题名" in planner.get(reverse("proposals")).content.decode()
    planner.post(reverse("settle-proposal", args=[proposal.pk]), {"answer": "decline", "reason": "以原件为准"})
    proposal.refresh_from_db()
    assert proposal.accepted is False


def test_a_file_that_cannot_be_read_says_why_and_can_be_given_up(planner):
    intake = send(planner, b"PK\x03\x04 nonsense", "in.xlsx")
    page = planner.get(reverse("intake", args=[intake.pk])).content.decode()
    assert "工作簿" in page
    act(planner, "give-up-intake", intake)
    assert not folder_of(intake).exists()
    assert Intake.objects.get(pk=intake.pk).given_up_at is not None


def test_a_file_with_state_secrets_is_not_kept(planner):
    intake = send(planner, "档号,题名,密级,形成日期\nZ001-S-1,某处工事位置,绝密★30年,1999\n")
    page = read(planner, intake).content.decode()
    assert "某处工事位置" not in page
    assert not any(path.name.startswith("source") for path in folder_of(intake).iterdir())


def test_nothing_of_a_secret_lies_in_the_waiting_room_while_the_file_waits_to_be_saved(planner):
    secret = "某处工事位置" * 40
    rows = "".join(f"Z001-S-{n},{secret},绝密★30年,1999\n" for n in range(50))
    intake = send(planner, "档号,题名,密级,形成日期\n" + rows + "Z001-002-0001,防汛的通知,,1958\n")
    read(planner, intake)
    kept = [path.read_bytes() for path in folder_of(intake).iterdir()]
    assert kept
    assert not [data for data in kept if "某处工事".encode() in data]


def test_a_second_click_begins_no_second_reading_and_no_second_saving(planner):
    intake = send(planner, GOOD)
    job = jobs.begin(
        kind="read_intake", subject="x", shards=[{"intake": intake.pk, "by": intake.by_id}], by=intake.by, at=NOW
    )
    read(planner, intake)
    assert list(Job.objects.values_list("pk", flat=True)) == [job.pk]
    jobs.run_here(job)
    act(planner, "save-intake", intake)
    act(planner, "save-intake", intake)
    assert Entry.objects.filter(reference_code="Z001-002-0001").count() == 1
    assert LedgerLine.objects.filter(act="import_catalogue", facts__contains=intake.digest).count() == 1


def test_a_file_read_in_another_way_is_read_from_its_beginning(world, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("编号,题名\nZ001-1,甲事\n", encoding="utf-8")
    with Staged(tmp_path / "staged.sqlite3") as staged:
        read_into(staged, world.fonds, path, None, TODAY)
        read_into(staged, world.fonds, path, profile_from("县", {"编号": "reference_code", "题名": "title"}), TODAY)
        assert list(staged.rows(columns=("reference_code", "notes"))) == [("Z001-1", "")]


def test_finding_aids_have_no_columns_to_map(planner):
    ead = (
        '<ead xmlns="urn:isbn:1-931666-22-9"><archdesc level="fonds"><did><unittitle>Papers</unittitle></did><dsc>'
        '<c level="series"><did><unittitle>Letters</unittitle></did><c level="file"><did><unitid>L1</unitid>'
        "<unittitle>To the council</unittitle><unitdate>1951</unitdate></did></c></c></dsc></archdesc></ead>"
    )
    intake = send(planner, ead, "aid.xml")
    assert "EAD" in planner.get(reverse("intake", args=[intake.pk])).content.decode().upper()
    read(planner, intake)
    act(planner, "save-intake", intake)
    assert Entry.objects.get(reference_code="L1").series.title == "Letters"


WHO = {"planner": 200, "first": 403, "second": 403, "confirmer": 403, "publisher": 403, "auditor": 403}


@pytest.mark.parametrize("who", WHO)
def test_only_a_planner_takes_catalogues_in(world, client, who):
    client.force_login(world["planner"])
    intake = send(client, GOOD)
    client.force_login(world[who])
    for name in ("intakes", "proposals"):
        assert client.get(reverse(name)).status_code == WHO[who]
    assert client.get(reverse("intake", args=[intake.pk])).status_code == WHO[who]
    for name in ("read-intake", "save-intake", "undo-intake", "give-up-intake"):
        answer = client.post(reverse(name, args=[intake.pk]))
        assert (answer.status_code == 403) == (who != "planner")


def test_nobody_who_is_not_signed_in_sees_them(client, world):
    assert client.get(reverse("intakes")).status_code == 302


@pytest.mark.parametrize("name", ["intakes", "proposals"])
def test_a_list_takes_the_same_queries_for_two_and_twenty(planner, name, django_assert_max_num_queries):
    for _ in range(3):
        send(planner, GOOD)
    with django_assert_max_num_queries(20):
        planner.get(reverse(name))
