"""The porch names every ground that a manifest may count, in the words of the house."""

from django.utils.translation import override

from policies.grounds import DEFERRAL_GROUNDS
from review.catalogue.grounds import GROUND_NAMES


def test_the_porch_names_each_ground_as_the_house_does():
    for language in ("en", "zh-hans"):
        with override(language):
            named = {code: str(name) for code, name in GROUND_NAMES.items()}
        assert named == {code: ground.name.of(language) for code, ground in DEFERRAL_GROUNDS.items()}
