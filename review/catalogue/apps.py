"""The app's name and label."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "review.catalogue"
    label = "catalogue"
