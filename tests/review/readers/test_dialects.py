"""Files of other systems: AtoM's CSV, ArchivesSpace's bulk-import spreadsheet, the closure CSV of the UK archives."""

from __future__ import annotations

from datetime import date

import pytest

from policies.sentences import Refusal
from review.readers import read_catalogue

TODAY = date(2026, 11, 21)


def only(reading):
    assert reading.complaints == ()
    (row,) = reading.rows
    return row


# AtoM

ATOM = ["legacyId", "parentId", "identifier", "title", "levelOfDescription", "eventDates", "eventStartDates",
        "eventEndDates", "eventActors", "accessConditions", "nameAccessPoints", "repository"]  # fmt: skip


def atom(csv_file, *rows):
    return read_catalogue(csv_file([ATOM, *[[*row, *[""] * (len(ATOM) - len(row))] for row in rows]]), today=TODAY)


def test_atom_rows_point_at_the_unit_above_and_have_its_code_before_theirs(csv_file):
    reading = atom(
        csv_file,
        ["7", "", "F1", "Fonds", "Fonds"],
        ["8", "7", "2", "File", "File"],
        ["9", "8", "F1-2-3", "Item", "Item"],
        ["10", "8", "", "No code", "Item"],
    )
    assert reading.profile == "atom-isad"
    assert [(row.row, row.parent_row, row.reference_code, row.level) for row in reading.rows] == [
        (2, None, "F1", "series"),
        (3, 2, "F1-2", "file"),
        (4, 3, "F1-2-3", "item"),
        (5, 3, "", "item"),
    ]


def test_an_atom_row_whose_unit_above_does_not_stand_above_it_is_a_complaint(csv_file):
    reading = atom(csv_file, ["8", "7", "2", "File", "File"], ["7", "", "F1", "Fonds", "Fonds"])
    assert [(fault.row, fault.column, fault.value) for fault in reading.complaints] == [(2, "parentId", "7")]


def test_the_days_of_all_events_in_atom_are_covered_and_no_month_means_the_year(csv_file):
    row = only(
        atom(
            csv_file, ["1", "", "F1", "Fonds", "Fonds", "2015|n.d.", "2015-01-05|2014-00-00", "2015-02-00|2016-00-00"]
        )
    )
    assert (row.date_text, row.earliest, row.latest) == ("2015; n.d.", "2014-01-01", "2016-12-31")


def test_values_of_atom_that_are_several_or_none_are_parted(csv_file):
    row = only(atom(csv_file, ["1", "", "F", "T", "Item", "", "", "", "Maker|NULL", "Closed", "A|B", "Archive"]))
    assert (row.responsible_body, row.access_condition, row.persons) == ("Maker", "Closed", "A; B")
    assert row.notes == "repository: Archive"


# ArchivesSpace

CODES = ["ArchivesSpace field code (please don't edit this row)", "title", "unit_id", "hierarchy", "level",
         "other_level", "publish", "restrictions_flag", "expression_1", "begin_1", "end_1", "date_type_1", "type_1",
         "indicator_1", "number", "extent_type", "n_accessrestrict", "e_accessrestrict", "n_scopecontent"]  # fmt: skip
NAMES = ["Field name", *[f"{code} *REQUIRED*" for code in CODES[1:]]]


def aspace_row(**values):
    return [values.get(code, "") for code in CODES]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_depth_of_archivesspace_rows_gives_the_unit_above(csv_file, xlsx_file, kind):
    rows = [
        aspace_row(title="S1", hierarchy="1", level="series"),
        aspace_row(title="F1", hierarchy="2", level="file"),
        aspace_row(title="I1", hierarchy="3", level="item"),
        aspace_row(title="F2", hierarchy="2", level="file"),
        aspace_row(title="S2", hierarchy="1", level="series"),
        aspace_row(title="I2", hierarchy="3", level="item"),
    ]
    table = [["Section"], CODES, NAMES, *rows]
    path = csv_file(table) if kind == "csv" else xlsx_file({"Bulk": table})
    reading = read_catalogue(path, today=TODAY)
    assert (reading.complaints, reading.profile) == ((), "archivesspace")
    assert [(row.row, row.parent_row, row.title) for row in reading.rows] == [
        (4, None, "S1"), (5, 4, "F1"), (6, 5, "I1"), (7, 4, "F2"), (8, None, "S2"), (9, 8, "I2"),
    ]  # fmt: skip


def test_an_archivesspace_component_without_a_title_is_called_by_its_date(csv_file):
    row = only(read_catalogue(csv_file([CODES, aspace_row(hierarchy="1", begin_1="1962", end_1="1963-05")])))
    assert (row.title, row.earliest, row.latest) == ("1962/1963-05", "1962-01-01", "1963-05-31")


@pytest.mark.parametrize(
    ("values", "condition"),
    [
        ({"publish": "0"}, "audience=internal"),
        ({"publish": "1"}, ""),
        ({"restrictions_flag": "1"}, "Restrictions apply"),
        ({"n_accessrestrict": "Donor", "e_accessrestrict": "2040-01-01"}, "Donor | Restricted until 2040-01-01"),
    ],
)
def test_what_archivesspace_restricts_or_hides_is_an_access_condition(csv_file, values, condition):
    row = only(read_catalogue(csv_file([CODES, aspace_row(title="T", hierarchy="1", **values)])))
    assert row.access_condition == condition


def test_boxes_and_extents_of_archivesspace_are_kept_together(csv_file):
    values = {"type_1": "Box", "indicator_1": "4", "number": "2", "extent_type": "folders", "n_scopecontent": "a\nb"}
    row = only(read_catalogue(csv_file([CODES, aspace_row(title="T", hierarchy="1", **values)])))
    assert (row.location, row.extent, row.scope) == ("Box 4", "2 folders", "a\nb")


@pytest.mark.parametrize("depth", ["", "0", "x", "-1"])
def test_an_archivesspace_row_without_a_depth_is_a_complaint(csv_file, depth):
    reading = read_catalogue(csv_file([CODES, aspace_row(title="T", hierarchy=depth)]))
    assert [(fault.row, fault.column) for fault in reading.complaints] == [(2, "hierarchy")]


# The UK National Archives

CLOSED = {
    "filepath": "a/b.txt", "filename": "b.txt", "date last modified": "2023-10-17", "date of the record": "",
    "description": "About b", "closure status": "Closed", "closure start date": "2023-10-17", "closure period": "25",
    "foi exemption code": "40(2)", "foi schedule date": "2024-01-05", "is filename closed": "No",
    "alternate filename": "", "is description closed": "No", "alternate description": "", "copyright": "Crown",
}  # fmt: skip
OPEN = CLOSED | {"closure status": "Open", **dict.fromkeys(
    ("closure start date", "closure period", "foi exemption code", "foi schedule date"), ""
)}  # fmt: skip


def tna(csv_file, **changes):
    record = CLOSED | {name.replace("_", " "): value for name, value in changes.items()}
    return read_catalogue(csv_file([list(record), list(record.values())]), today=TODAY)


def test_a_closed_record_is_closed_until_the_day_after_its_period(csv_file):
    row = only(tna(csv_file))
    assert (row.access_status, row.access_condition) == ("deferred", "Closed until 2048-10-18 (FOI 40(2), 25 years)")
    assert (row.reference_code, row.title, row.scope, row.earliest) == ("a/b.txt", "b.txt", "About b", "2023-10-17")
    assert "FOI exemption asserted: 2024-01-05" in row.notes
    assert "copyright: Crown" in row.notes


def test_of_several_periods_the_latest_counts(csv_file):
    row = only(tna(csv_file, closure_period="40;80", foi_exemption_code="27(1);40(2)"))
    assert row.access_condition == "Closed until 2103-10-18 (FOI 27(1), 40 years; FOI 40(2), 80 years)"


def test_the_rules_read_the_day_until_which_a_record_is_closed(csv_file):
    from policies.marks import find_until

    found = find_until(only(tna(csv_file)).access_condition)
    assert date(2048, 10, 18) in (found if isinstance(found, tuple) else (found,))


def test_an_open_record_is_open_as_the_source_says(csv_file):
    row = only(tna(csv_file, **{name.replace(" ", "_"): value for name, value in OPEN.items()}))
    assert (row.access_status, row.access_condition) == ("open", "")


def test_the_date_of_the_record_goes_before_the_day_of_its_last_change(csv_file):
    row = only(tna(csv_file, date_of_the_record="1990-01-01"))
    assert row.earliest == "1990-01-01"
    assert "date last modified: 2023-10-17" in row.notes


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"closure_status": "closed"}, ["closure status"]),
        ({"closure_status": ""}, ["closure status"]),
        ({"foi_exemption_code": ""}, ["foi exemption code"]),
        ({"foi_exemption_code": "78"}, ["foi exemption code"]),
        ({"closure_period": ""}, ["closure period"]),
        ({"closure_period": "0"}, ["closure period"]),
        ({"closure_period": "151"}, ["closure period"]),
        ({"closure_period": "25;30"}, ["closure period"]),
        ({"closure_period": "25;x"}, ["closure period", "closure period"]),
        ({"closure_start_date": ""}, ["closure start date"]),
        ({"closure_start_date": "17/10/2023"}, ["closure start date"]),
        ({"closure_start_date": "2027-01-01"}, ["closure start date"]),
        ({"foi_schedule_date": ""}, ["foi schedule date"]),
        ({"is_filename_closed": ""}, ["is filename closed"]),
        ({"is_filename_closed": "Yes"}, ["alternate filename"]),
        ({"alternate_filename": "Other"}, ["is filename closed"]),
        ({"is_description_closed": "Yes"}, ["alternate description"]),
        ({"alternate_description": "Other"}, ["is description closed"]),
        ({"closure_status": "Open"}, ["closure start date", "closure period", "foi exemption code", "foi schedule date"]),
        ({"filename": ""}, ["filename"]),
        ({"date_last_modified": "12/2/2345"}, ["date last modified"]),
    ],
)  # fmt: skip
def test_each_broken_rule_of_the_closure_schema_is_a_complaint(csv_file, changes, columns):
    reading = tna(csv_file, **changes)
    assert reading.rows == ()
    assert [fault.column for fault in reading.complaints] == columns
    assert {fault.severity for fault in reading.complaints} == {"error"}


def test_an_exemption_asserted_on_the_day_the_closure_starts_is_a_warning(csv_file):
    reading = tna(csv_file, foi_schedule_date="2023-10-17")
    assert len(reading.rows) == 1
    assert [(fault.column, fault.severity) for fault in reading.complaints] == [("foi schedule date", "warning")]


def test_a_headings_row_that_people_fill_in_is_read_too(csv_file):
    table = [
        ["Filename", "Closure status", "Closure Start Date", "Closure Period", "FOI exemption code",
         "FOI decision asserted", "Is the title sensitive for the public?",
         "Add alternative title without the file extension", "Is the description sensitive for the public?",
         "Alternative description"],
        ["a.docx", "Closed", "1990-01-01T00:00:00", "12", "33", "1991-01-01T00:00:00", "Yes", "hello", "No", ""],
    ]  # fmt: skip
    row = only(read_catalogue(csv_file(table)))
    assert row.access_condition == "Closed until 2002-01-02 (FOI 33, 12 years)"
    assert "alternative title: hello" in row.notes


# Files that are no catalogues


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        (["accessionNumber", "acquisitionDate", "title"], "accessions"),
        (["culture", "typeOfEntity", "authorizedFormOfName"], "authority records"),
        (["legacyId", "eventActorName", "eventType"], "events"),
    ],
)
def test_an_atom_file_of_another_kind_is_refused_and_the_right_kind_named(csv_file, headings, kind):
    with pytest.raises(Refusal) as refused:
        read_catalogue(csv_file([headings, ["x"] * len(headings)]))
    assert kind in refused.value.sentence.en
    assert "information objects" in refused.value.sentence.en
