"""The last door: each thing that must hold before entries are published is asked by itself, and its lack is said."""

import pytest

from policies.procedure import Signatures
from policies.releasing import check_correction, check_release
from policies.sentences import Refusal

WHOLE = {"signed_digest": "d", "decisions_digest": "d", "unsettled": [], "public_hits": []}
SETTLED = {"replaced_by": "", "closed_again": 1, "running": [], "public_hits": []}


def test_a_batch_in_which_everything_holds_may_be_published():
    check_release(**WHOLE)


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        ({"signed_digest": None}, "尚未审定签发"),
        ({"signed_digest": "other"}, "签发已失效"),
        ({"unsigned": [Signatures("confirmer", 2)]}, "签发人数不足"),
        ({"unsampled": True}, "没有质量合格证"),
        ({"unsettled": ["Z-1"]}, "未协商一致的条目：Z-1"),
        ({"unconsented": ["Z-2"]}, "未经同级档案主管部门同意：Z-2"),
        ({"uncopied": ["Z-3"]}, "尚无经他人核验的遮蔽件：Z-3"),
        ({"public_hits": [("Z-4", "张三")]}, "Z-4（张三）"),
    ],
)
def test_one_lack_is_enough_to_publish_nothing(lack, said):
    with pytest.raises(Refusal, match=said):
        check_release(**WHOLE | lack)


def test_an_edition_of_which_something_was_closed_again_may_be_corrected():
    check_correction(**SETTLED)


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        ({"replaced_by": "2026-3"}, "已由更正版 2026-3 取代"),
        ({"running": ["S2026-1"]}, "尚未了结：S2026-1"),
        ({"closed_again": 0}, "无须更正"),
        ({"public_hits": [("Z-4", "张三")]}, "Z-4（张三）"),
    ],
)
def test_one_lack_is_enough_to_correct_nothing(lack, said):
    with pytest.raises(Refusal, match=said):
        check_correction(**SETTLED | lack)
