"""Atom feeds: the releases and the errata, the newest first. They say numbers, counts and codes, and no title."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from review.catalogue.models import Edition, Withdrawal
from review.catalogue.outlets import absolute, entry_address, for_everybody

NEWEST = 100
# Both languages in each line: a feed is kept by caches that know nothing of a reader's language.
KINDS = {
    "withdrawn": "暂停利用 Withdrawn",
    "restored": "恢复开放 Restored",
    "reclosed": "重新限制 Closed again",
}


class BothLanguages(Atom1Feed):
    """Atom as Django writes it, as a page of its own and not as a file to be kept."""

    content_type = "application/atom+xml; charset=utf-8"


@require_safe
@for_everybody
def releases(request: HttpRequest) -> HttpResponse:
    """The newest releases: what each opened, by how many entries, and which one it corrects."""
    feed = _feed(request, "开放目录发布 Releases of the open catalogue", reverse("catalogue:releases"))
    for edition in Edition.objects.defer("proof_blocks", "holdings")[:NEWEST]:
        corrects = f"，更正 {edition.corrects}" if edition.corrects else ""
        corrected = f", corrects {edition.corrects}" if edition.corrects else ""
        early, part = edition.counts.get("opened_early", 0), edition.opened_in_part
        feed.add_item(
            title=f"发布 {edition.number}{corrects} Release {edition.number}{corrected}",
            link=absolute(request, reverse("catalogue:release", args=[edition.number])),
            description=(
                f"开放 {edition.entries_count} 条，其中提前开放 {early} 条，部分开放 {part} 条。"
                f" {edition.entries_count} entries opened; {early} of them early, {part} in part."
            ),
            pubdate=_noon(edition.issued_on),
            updateddate=edition.loaded_at or _noon(edition.issued_on),
        )
    return _answer(feed)


@require_safe
@for_everybody
def errata(request: HttpRequest) -> HttpResponse:
    """The newest errata: which entry was taken back, restored or closed again, and of which release."""
    feed = _feed(request, "更正 Errata", reverse("catalogue:errata"))
    for erratum in Withdrawal.objects.all()[:NEWEST]:
        link = absolute(request, entry_address(erratum.fonds, erratum.reference_code))
        feed.add_item(
            title=f"{KINDS[erratum.kind]}: {erratum.reference_code}",
            link=link,
            unique_id=f"{link}#{erratum.number}",
            description=f"更正 {erratum.number}，发布 {erratum.edition}。 Erratum {erratum.number} to release {erratum.edition}.",
            pubdate=_noon(erratum.issued_on),
            updateddate=_noon(erratum.issued_on),
        )
    return _answer(feed)


def _feed(request: HttpRequest, title: str, about: str) -> BothLanguages:
    return BothLanguages(
        title=f"{settings.ARCHIVES_NAME_ZH} {settings.ARCHIVES_NAME_EN}: {title}",
        link=absolute(request, about),
        description="",
        language="zh-hans",
        author_name=settings.ARCHIVES_NAME_ZH,
        feed_url=absolute(request, request.path),
    )


def _noon(day: date) -> datetime:
    """A day as the moment that is the same day nearly everywhere."""
    return datetime.combine(day, time(12), UTC)


def _answer(feed: BothLanguages) -> HttpResponse:
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
