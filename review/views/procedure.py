"""The archives' procedure: read by everybody, proposed by one policy keeper and adopted by another."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from policies.procedure import FOLDER, read_procedure
from policies.sentences import Refusal
from review import access
from review.models import Procedure
from review.operations import procedures
from review.queries.due import profile
from review.queries.procedures import in_force, procedure_in_force
from review.queries.simulating import simulate

LONGEST = 100_000


class ProposalForm(forms.Form):
    """A procedure as its text, and why it should hold."""

    why = forms.CharField(label=gettext_lazy("Why"), max_length=4000)
    text = forms.CharField(label=gettext_lazy("Text (YAML)"), max_length=LONGEST, widget=forms.Textarea, strip=False)


@login_required
def procedure(request: HttpRequest) -> HttpResponse:
    """The procedure in force, the earlier ones and, for keepers, what is proposed."""
    row = in_force()
    keeps = access.keeps_policies(request.user)
    rows = Procedure.objects.select_related("proposed_by", "adopted_by")
    return render(
        request,
        "review/procedure.html",
        {
            "row": row,
            "procedure": procedure_in_force(),
            "earlier": rows.filter(adopted_at__isnull=False).exclude(pk=row.pk if row else None),
            "waiting": rows.filter(adopted_at=None, withdrawn_at=None) if access.reads_policies(request.user) else [],
            "keeps": keeps,
        },
    )


@login_required
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a procedure: begun from the text in force, checked, and kept for another keeper. For policy keepers."""
    access.demand_keeper(request.user)
    row = in_force()
    text = row.text if row else (FOLDER / f"{profile().jurisdiction.lower()}.yaml").read_text(encoding="utf-8")
    form = ProposalForm(request.POST or None, initial={"text": text})
    refused, found = None, None
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            if "simulate" in request.POST:
                found = simulate(read_procedure(written))
            else:
                made = procedures.propose(
                    text=written, why=form.cleaned_data["why"], by=request.user, at=timezone.now()
                )
                messages.success(request, _("%(number)s is proposed. Another keeper adopts it.") % {"number": made})
                return redirect("procedure-proposal", made.number)
        except Refusal as refusal:
            refused = refusal.sentence
    return render(request, "review/procedure_propose.html", {"form": form, "refused": refused, "found": found})


@login_required
def proposal(request: HttpRequest, number: int) -> HttpResponse:
    """One procedure: its text and what it would change; adopted by another keeper than the one who proposed it."""
    if not access.reads_policies(request.user):
        raise PermissionDenied
    row = get_object_or_404(Procedure.objects.select_related("proposed_by", "adopted_by"), number=number)
    if request.method == "POST":
        return _decide(request, row)
    waits = row.adopted_at is None and row.withdrawn_at is None
    return render(
        request,
        "review/procedure_proposal.html",
        {
            "row": row,
            "procedure": read_procedure(row.text),
            "found": simulate(read_procedure(row.text)) if waits else [],
            "waits": waits,
            "keeps": access.keeps_policies(request.user),
            "own": row.proposed_by_id == request.user.pk,
        },
    )


def _decide(request: HttpRequest, row: Procedure) -> HttpResponse:
    verbs: dict[str, tuple[Callable[..., Procedure], str]] = {
        "adopt": (procedures.adopt, _("%(number)s is in force for new batches; running ones keep theirs.")),
        "withdraw": (procedures.withdraw, _("%(number)s is withdrawn.")),
    }
    act, said = verbs.get(request.POST.get("verb", ""), (None, ""))
    if act is None:
        return redirect("procedure-proposal", row.number)
    try:
        act(procedure=row, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence.of(get_language() or ""))
        return redirect("procedure-proposal", row.number)
    messages.success(request, said % {"number": row})
    return redirect("procedure")
