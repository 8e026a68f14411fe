"""My work: what is in my hands, what waits for me, what I wait for and what became of the rest; of every flow, by deadline."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from policies.roles import ROLES, Role
from review import access
from review.models import Person, Release
from review.views.help import unseen_tours
from workflows import inbox
from workflows.pieces import Piece, closely, pieces

SHOWN = 30
READ = 120  # tasks looked at for a page of SHOWN: four eyes bars some
FOLLOWED = 20
BECAME = 8
NAMED = 12  # fonds or agencies named beside a role


@login_required
def my_work(request: HttpRequest) -> HttpResponse:
    """Everything this person may work now, `?from=` a place further down; four eyes already taken into account."""
    rights = access.rights_of(request.user)
    start = int(request.GET["from"]) if request.GET.get("from", "").isdigit() else 0
    start = min(start, 10_000_000)
    many = inbox.how_many(rights)
    read = inbox.waiting(rights, many, start, start + READ) if many else []
    allowed = inbox.not_barred(rights, read)
    shown = allowed[:SHOWN]
    mine = [task for task in inbox.in_hands_of(request.user)[:READ] if hasattr(task.flow_task, "desk")]
    finished = inbox.finished_by(request.user)
    own = {task.pk for task in allowed}
    passed_on = inbox.passed_on(finished, request.user)[: FOLLOWED * 2]
    followed = [task for task in passed_on if hasattr(task.flow_task, "desk") and task.pk not in own][:FOLLOWED]
    ended = inbox.closed(finished)[:BECAME]
    lines = pieces([*mine, *shown, *followed, *ended], rights)
    work = closely(lines[: len(mine) + len(shown)])
    rest = lines[len(work) :]
    roles = _roles(request.user)
    more = len(allowed) > SHOWN or len(read) == READ
    return render(
        request,
        "workflows/my_work.html",
        {
            "mine": work[: len(mine)],
            "waiting": work[len(mine) :],
            "followed": rest[: len(followed)],
            "became": _became(rest[len(followed) :]),
            "many": many,
            "uncounted": many > inbox.FEW,
            "start": start,
            "next": start + (read.index(shown[-1]) + 1 if len(allowed) > SHOWN else len(read)) if more else None,
            "today": timezone.localdate(),
            "roles": roles,
            "tours": unseen_tours(request, {role.code for role, _overs, _more in roles}),
            "lent": bool(rights.lent),
        },
    )


def _became(ended: list[Piece]) -> list[tuple[Piece, Release | None]]:
    """Each case that is over, with the release it came to, if any. One query."""
    batches = {piece.batch for piece in ended}
    editions = Release.objects.filter(batch__in=batches, corrected_by=None) if batches else ()
    releases = {edition.batch_id: edition for edition in editions}
    return [(piece, releases.get(piece.batch)) for piece in ended]


def _roles(person: Person) -> list[tuple[Role, list[str], int]]:
    """Each role of this person, the first codes over which it is held ("": the archives), and how many more there are."""
    held: dict[str, list[str]] = {}
    for role, over in access.roles_of(person):
        held.setdefault(role.code, []).append(over)
    return [(ROLES[code], overs[:NAMED], max(0, len(overs) - NAMED)) for code, overs in held.items()]
