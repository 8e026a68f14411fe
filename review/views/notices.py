"""A person's own notices: what waits, since when; read by a button, mailed to an address of one's own."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from policies.sentences import Refusal
from review.operations import notifying
from review.queries.notices import notices_for

PAGE = 50


class AddressForm(forms.Form):
    """Where one's own notices are mailed to; empty for nowhere."""

    address = forms.CharField(label=gettext_lazy("E-mail address"), max_length=254, required=False)


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """One's notices, newest first. Looking changes nothing."""
    page = Paginator(notices_for(request.user), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "review/notices.html",
        {"page": page, "form": AddressForm({"address": request.user.email}), "mails": settings.MAILS},
    )


@login_required
@require_POST
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark the notices that the page showed as read; those of others stay as they are."""
    shown = [int(value) for value in request.POST.getlist("notice") if value.isascii() and value.isdigit()]
    mine = notices_for(request.user).filter(pk__in=shown[: PAGE * 2])
    count = notifying.mark_read(notices=list(mine), by=request.user, at=timezone.now())
    messages.success(request, _("%(count)d notices marked as read.") % {"count": count})
    return redirect("notices")


@login_required
@require_POST
def mail_address(request: HttpRequest) -> HttpResponse:
    """Set where one's own notices are mailed to."""
    form = AddressForm(request.POST)
    address = form.cleaned_data["address"] if form.is_valid() else "?"
    try:
        notifying.set_mail_address(address=address, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
    else:
        messages.success(request, _("The address is kept."))
    return redirect("notices")
