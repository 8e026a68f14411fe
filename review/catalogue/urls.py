"""The addresses of the open catalogue. They are permanent: a citation in print points at them."""

from django.urls import path, register_converter

from review.catalogue import machine_urls, views, views_files, views_search, views_verify
from review.catalogue.addresses import CodeConverter

register_converter(CodeConverter, "code")

app_name = "catalogue"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views_search.search, name="search"),
    path("releases/", views.releases, name="releases"),
    path("releases/errata/", views.errata, name="errata"),
    path("releases/<str:number>/", views.release, name="release"),
    path("releases/<str:number>/verify/", views_verify.verify, name="verify-release"),
    path("releases/<str:number>/closed/", views.closed, name="release-closed"),
    path("releases/<str:number>/<path:name>", views_files.release_file, name="release-file"),
    path("verify/", views_verify.verify, name="verify"),
    *machine_urls.urlpatterns,
    path("<code:fonds>/", views.fonds, name="fonds"),
    path("<code:fonds>/<code:reference_code>/", views.entry, name="entry"),
    path("<code:fonds>/<code:reference_code>/proof.json", views_verify.proof, name="proof"),
]
