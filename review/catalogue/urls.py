"""The addresses of the open catalogue. They are permanent: a citation in print points at them."""

from django.urls import path, register_converter

from review.catalogue import views
from review.catalogue.addresses import CodeConverter

register_converter(CodeConverter, "code")

app_name = "catalogue"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("releases/", views.releases, name="releases"),
    path("releases/errata/", views.errata, name="errata"),
    path("releases/<str:number>/", views.release, name="release"),
    path("releases/<str:number>/<str:name>", views.release_file, name="release-file"),
    path("<code:fonds>/", views.fonds, name="fonds"),
    path("<code:fonds>/<code:reference_code>/", views.entry, name="entry"),
]
