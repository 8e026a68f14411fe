"""The porch names every ground that a manifest may count, and its article, in the words of the house."""

from django.utils.translation import override

from policies.grounds import DEFERRAL_GROUNDS
from review.catalogue.grounds import GROUND_NAMES, article_of


def test_the_porch_names_each_ground_as_the_house_does():
    for language in ("en", "zh-hans"):
        with override(language):
            named = {code: str(name) for code, name in GROUND_NAMES.items()}
        assert named == {code: ground.name.of(language) for code, ground in DEFERRAL_GROUNDS.items()}


def test_the_porch_names_the_article_of_each_ground_as_the_house_does():
    for language in ("en", "zh-hans"):
        with override(language):
            named = {code: article_of(code) for code in DEFERRAL_GROUNDS}
        assert named == {code: ground.article.of(language) for code, ground in DEFERRAL_GROUNDS.items()}


def test_a_ground_that_nobody_knows_has_no_article():
    assert article_of("XX-1") == ""
