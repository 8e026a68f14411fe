"""Two databases, and nothing of one in the other."""

import pytest
from django.apps import apps
from django.db import connections

from review.catalogue.loading import load_bundle
from review.catalogue.models import Edition
from review.catalogue.router import CatalogueRouter


@pytest.mark.django_db(databases=["default", "catalogue"])
def test_the_catalogue_has_its_tables_in_its_own_database_and_no_other_has():
    ours = {model._meta.db_table for model in apps.get_app_config("catalogue").get_models()}
    others = {model._meta.db_table for model in apps.get_models()} - ours
    assert ours <= set(connections["catalogue"].introspection.table_names())
    assert not others & set(connections["catalogue"].introspection.table_names())
    assert not ours & set(connections["default"].introspection.table_names())


@pytest.mark.django_db(databases=["catalogue"])
def test_a_release_is_loaded_without_a_look_at_the_other_database(make_bundle, entry_row):
    """pytest-django lets this test use the catalogue only: any query to the other database would fail it."""
    assert load_bundle(make_bundle([entry_row("A-1")]))._state.db == "catalogue"


def test_every_model_of_the_catalogue_and_no_other_is_sent_there():
    router = CatalogueRouter()
    for model in apps.get_models():
        ours = model._meta.app_label == "catalogue"
        assert router.db_for_write(model) == router.db_for_read(model) == ("catalogue" if ours else None)
        assert router.allow_migrate("catalogue", model._meta.app_label) == ours
        assert router.allow_migrate("default", model._meta.app_label) != ours


def test_no_relation_crosses_between_the_databases():
    other = apps.get_model("contenttypes.ContentType")
    assert CatalogueRouter().allow_relation(Edition(), Edition()) is True
    assert CatalogueRouter().allow_relation(Edition(), other()) is False
    assert CatalogueRouter().allow_relation(other(), other()) is None
