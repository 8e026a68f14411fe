"""The addresses of the public site by itself: the open catalogue under /open/, as everywhere, and its source."""

from django.urls import include, path
from django.views.generic import RedirectView

from review.views.source import source

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="catalogue:home")),
    path("open/", include("review.catalogue.urls")),
    path("source/", source, name="source"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg", permanent=True)),
]

handler400 = handler403 = "review.catalogue.error_pages.refused"
handler404 = "review.catalogue.error_pages.not_found"
handler500 = "review.catalogue.error_pages.failed"
