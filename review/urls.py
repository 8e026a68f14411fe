"""Addresses of the pages that are no task."""

from django.urls import path

from review.views.batches import batch, batches
from review.views.ledger import ledger_lines
from review.views.source import source

urlpatterns = [
    path("batches/", batches, name="batches"),
    path("batches/<str:number>/", batch, name="batch"),
    path("ledger/", ledger_lines, name="ledger"),
    path("source/", source, name="source"),
]
