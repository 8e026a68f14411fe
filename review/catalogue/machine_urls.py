"""The addresses of the outlets for machines, and of visitors' requests. Permanent like the others."""

from django.urls import path

from review.catalogue import api, asking, dumps, feeds, oai, sitemaps

urlpatterns = [
    path("api/", api.machines, name="machines"),
    path("api/openapi.json", api.openapi, name="openapi"),
    path("api/", api.api.urls),
    path("oai/", oai.oai, name="oai"),
    path("feeds/releases.atom", feeds.releases, name="feed-releases"),
    path("feeds/errata.atom", feeds.errata, name="feed-errata"),
    path("sitemap.xml", sitemaps.index, name="sitemaps"),
    path("sitemaps/pages.xml", sitemaps.fixed, name="sitemap-fixed"),
    path("sitemaps/entries-<int:number>.xml", sitemaps.entries, name="sitemap"),
    path("dumps/", dumps.listing, name="dumps"),
    path("dumps/changes.jsonl", dumps.changes, name="dump-changes"),
    path("dumps/difference-<str:number>.jsonl", dumps.difference, name="dump-difference"),
    path("ask/", asking.ask, name="ask"),
    path("ask/<str:key>/", asking.asked, name="asked"),
]
