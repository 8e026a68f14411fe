"""What a later file may change of an entry under review or decided, as a truth table."""

import pytest

from policies.catalogue_rows import CatalogueRow
from policies.protection import HOUSEKEEPING, INTRINSIC, check_proposal_acceptance, may_change
from policies.sentences import Refusal


@pytest.mark.parametrize("under_review", [True, False])
@pytest.mark.parametrize("decided", [True, False])
@pytest.mark.parametrize("field", CatalogueRow._fields)
def test_only_housekeeping_changes_on_a_protected_entry(field, under_review, decided):
    free = not under_review and not decided
    assert may_change(field, under_review=under_review, decided=decided) is (free or field in ("location", "carrier"))


def test_every_field_of_a_row_is_intrinsic_or_housekeeping_and_none_is_both():
    assert not HOUSEKEEPING & INTRINSIC
    assert HOUSEKEEPING | INTRINSIC | {"row", "parent_row"} == set(CatalogueRow._fields)


@pytest.mark.parametrize(
    "field", ["pages", "extent", "title", "reference_code", "classification", "parent_code", "?"]
)
def test_what_makes_it_another_record_is_protected(field):
    assert not may_change(field, under_review=True, decided=False)
    assert not may_change(field, under_review=False, decided=True)


@pytest.mark.parametrize(
    ("settled", "accept", "reason", "under_review", "decided", "said"),
    [
        (False, True, "", False, False, None),
        (False, True, "", True, False, "正在审核"),
        (False, True, "", False, True, "已作出开放或延期决定"),
        (False, True, "", True, True, "正在审核"),
        (False, False, "与原件不符", False, False, None),
        (False, False, "与原件不符", True, True, None),
        (False, False, " ", False, False, "须写明理由"),
        (True, True, "", False, False, "已经处理过"),
        (True, False, "与原件不符", False, False, "已经处理过"),
    ],
)
def test_a_proposal_is_accepted_on_a_free_entry_or_declined_with_a_reason(
    settled, accept, reason, under_review, decided, said
):
    values = {
        "settled": settled,
        "accept": accept,
        "reason": reason,
        "under_review": under_review,
        "decided": decided,
    }
    if said is None:
        check_proposal_acceptance(**values)
        return
    with pytest.raises(Refusal) as refused:
        check_proposal_acceptance(**values)
    assert said in refused.value.sentence.zh
    assert refused.value.sentence.en
