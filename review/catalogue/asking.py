"""A visitor asks for a record that is not open, complains, or objects to one that is: without an account.

Against abuse, without any outside service and without watching anyone: the form carries the signed time at which it was
given out, a field that people do not see, and bounds; an address may ask a few times a day, counted under a keyed hash
that goes the next day. Nothing that a visitor writes is ever shown on a page.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django import forms
from django.core import signing
from django.db import OperationalError, connections, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from review.catalogue.models_asking import AskingTally, VisitorRequest
from review.catalogue.router import ALIAS

SALT = "qifeng.asking"
LEAST_SECONDS = 3  # nobody fills the form in faster
MOST_SECONDS = 24 * 60 * 60
MOST_OF_AN_ADDRESS = 5  # a day
MOST_WAIT = 3  # seconds, for somebody else who writes
MOST_OF_ALL = 1_000  # a day: what is kept here stays bounded whatever comes
_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another when it is read aloud

LANGUAGES = {"zh-hans", "en"}
KINDS = (
    ("request", pgettext_lazy("visitor", "I ask to use a record that is not open")),
    ("complaint", pgettext_lazy("visitor", "I complain that a record is due to be open and is not")),
    ("objection", pgettext_lazy("visitor", "I object to something that is published here")),
)
ANSWERS = {
    "open": _("It is open already. Anyone may see it."),
    "review": _("It will be reviewed now; the outcome will be told."),
    "use": _("You may use it. It is not opened by that."),
    "refused": _("Refused."),
    "upheld": _("Your complaint is upheld. The record will be reviewed."),
    "taken_back": _("What you object to has been taken back and is looked at again."),
}


class AskingForm(forms.Form):
    """What is asked, of which record, and how to reach who asks. `website` is for machines: people do not see it."""

    kind = forms.ChoiceField(label=_("What is it about"), choices=KINDS, widget=forms.RadioSelect)
    fonds = forms.CharField(label=_("Fonds, where you know it"), max_length=100, required=False)
    reference_code = forms.CharField(label=_("Reference code, where you know it"), max_length=200, required=False)
    text = forms.CharField(
        label=_("Which record or subject, and why"), max_length=4000, min_length=5, widget=forms.Textarea
    )
    asker = forms.CharField(label=_("Your name"), max_length=80)
    contact = forms.CharField(label=_("Postal address, telephone or mail"), max_length=200)
    website = forms.CharField(required=False, max_length=200)
    given = forms.CharField(max_length=200, widget=forms.HiddenInput)

    def clean_given(self) -> str:
        """Refused: a form that was not given out here, that comes back at once, or after more than a day."""
        given = self.cleaned_data["given"]
        try:
            at = float(signing.loads(given, salt=SALT))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise forms.ValidationError(_("This form was not given out here. Please open it anew.")) from error
        passed = timezone.now().timestamp() - at
        if passed < LEAST_SECONDS:
            raise forms.ValidationError(_("That was very quick. Please wait a few seconds and send it again."))
        if passed > MOST_SECONDS:
            raise forms.ValidationError(_("This form is older than a day. Please send it again."))
        return given

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("website"):
            raise forms.ValidationError(_("A field that must stay empty was filled in. Please open the form anew."))
        return cleaned


def form_given_out(at: datetime) -> str:
    """The signed time that a form carries."""
    return signing.dumps(at.timestamp(), salt=SALT)


@csrf_exempt  # no session stands behind it: the signed time is what a forged form lacks
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form; sent whole, the receipt with the address at which the answer will stand."""
    _speak(request)
    now = timezone.now()
    if request.method != "POST":
        named = {name: request.GET.get(name, "")[:200] for name in ("kind", "fonds", "reference_code")}
        form = AskingForm(initial={"kind": "request", **{k: v for k, v in named.items() if v}})
        return _page(request, "catalogue/ask.html", {"form": form, "given": form_given_out(now)})
    form = AskingForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "given": form_given_out(now)}
        if not ({"given", "__all__"} & form.errors.keys()):
            context["given"] = form.cleaned_data["given"]  # the time that was waited already
        return _page(request, "catalogue/ask.html", context, status=400)
    try:
        with _soon():
            made = keep(form.cleaned_data, address=address_of(request), at=now)
    except OperationalError:
        form.add_error(None, _("A release is being published at this moment. Please send it again in a few minutes."))
        context = {"form": form, "given": form.cleaned_data["given"]}
        return _page(request, "catalogue/ask.html", context, status=503)
    if made is None:
        return _page(request, "catalogue/ask_full.html", {}, status=429)
    _made, key = made
    chosen = request.GET.get("lang", "")
    address = reverse("catalogue:asked", args=[key])
    return redirect(f"{address}?lang={chosen}" if chosen in LANGUAGES else address)


@require_safe
def asked(request: HttpRequest, key: str) -> HttpResponse:
    """Where a request stands, for whoever holds its key. Not what was written in it."""
    _speak(request)
    found = VisitorRequest.objects.filter(key_digest=_digest(key)).first()
    if found is None:
        return _page(request, "catalogue/nothing.html", {}, status=404)
    context = {"asked": found, "kind": dict(KINDS)[found.kind], "said": ANSWERS.get(found.answer, found.answer)}
    return _page(request, "catalogue/asked.html", context)


def keep(told: dict[str, str], *, address: str, at: datetime) -> tuple[VisitorRequest, str] | None:
    """Keep a request that was found in order: it, and the key to its answer. None where the day's measure is full."""
    key = secrets.token_urlsafe(24)
    with transaction.atomic(using=ALIAS):
        if not _count(address, timezone.localdate(at)):
            return None
        made = VisitorRequest.objects.create(
            receipt=new_receipt(timezone.localdate(at)),
            key_digest=_digest(key),
            made_at=at,
            **{name: told[name] for name in ("kind", "fonds", "reference_code", "text", "asker", "contact")},
        )
    return made, key


def new_receipt(day: date) -> str:
    """A receipt number: the day and six signs that nobody guesses, so that one number says nothing of another."""
    return f"R{day:%Y%m%d}-{''.join(secrets.choice(_SIGNS) for _place in range(6))}"


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a proxy on this machine, what that proxy says it was."""
    near = request.META.get("REMOTE_ADDR", "")
    if near in {"", "127.0.0.1", "::1"} and (told := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        near = told.rpartition(",")[2].strip()
    try:
        found = ipaddress.ip_address(near)
    except ValueError:
        return near[:64]
    # One household has a whole /64 of IPv6.
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _count(address: str, day: date) -> bool:
    """Whether one more is within the day's measure, and count it. What earlier days counted is deleted."""
    AskingTally.objects.filter(day__lt=day).delete()
    place = salted_hmac(SALT, f"{day} {address}", algorithm="sha256").hexdigest()
    for which, most in (("all", MOST_OF_ALL), (place, MOST_OF_AN_ADDRESS)):
        tally, _new = AskingTally.objects.get_or_create(day=day, place=which)
        if not AskingTally.objects.filter(pk=tally.pk, times__lt=most).update(times=F("times") + 1):
            transaction.set_rollback(True, using=ALIAS)
            return False
    return True


@contextmanager
def _soon() -> Iterator[None]:
    """Inside, SQLite waits for another writer for seconds, and not for as long as a release takes: a visitor is waiting."""
    connection = connections[ALIAS]
    if connection.vendor != "sqlite":
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {MOST_WAIT * 1000}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _speak(request: HttpRequest) -> None:
    """The language by `?lang=` for this answer; it is not kept: these pages set no cookie."""
    chosen = request.GET.get("lang", "")
    if chosen in LANGUAGES:
        translation.activate(chosen)


def _page(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    response["Referrer-Policy"] = "no-referrer"
    return response
