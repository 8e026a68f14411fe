"""A group decided at once: first what it touches and a random part of it to look at, then the decision. Never unseen.

Which part was shown is drawn and signed by the server; a decision without it, or for a group that changed meanwhile, is
refused.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from random import SystemRandom

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from viewflow.workflow.models import Task

from policies.outcomes import Stage
from policies.reviewing import Decision
from policies.sentences import Refusal, Sentence
from review.models import Batch
from review.queries import desk_pages
from review.queries.decisions import round_of
from review.queries.desk_pages import DECIDED_AT_ONCE, Desk, Look
from review.queries.desks import with_findings
from review.queries.following import followed, is_blind
from workflows.forms import DecisionForm
from workflows.views import door

LOOKED_AT = 10
AT_ONCE = 20_000
GOOD_FOR = 3600  # seconds
_SALT = "a group that was looked at"


@dataclass(frozen=True, slots=True)
class Touched:
    """One decision of a group: what is recorded, and for how many entries."""

    outcome: str
    ground: str
    count: int


def show_group(request: HttpRequest, task: Task, desk: Desk, stage: Stage, look: Look) -> HttpResponse:
    """What a decision on the group would touch, its exceptions, and a part of it drawn at random to be looked at."""
    batch, group = desk.batch, desk.group(look.group)
    if group.kind not in DECIDED_AT_ONCE or not group.left:
        return redirect(request.path)
    pks = desk_pages.undecided_in(desk, group.key, AT_ONCE)
    decisions = followed(batch, stage, pks)
    drawn = sorted(SystemRandom().sample(pks, min(LOOKED_AT, len(pks))), key=pks.index)
    rows = with_findings(batch, desk_pages.entries_by_id(drawn))
    blind = is_blind(batch, stage)
    for row in rows:
        if blind:
            row.blind()
    counts = Counter((d.outcome, d.ground) for d in decisions.values())
    shown = {"task": task.pk, "person": request.user.pk, "group": group.key, "round": round_of(batch)}
    return render(
        request,
        "workflows/review_group.html",
        {
            "task": task,
            "batch": batch,
            "run": batch.screening_runs.latest(),
            "stage": stage,
            "group": group,
            "follows_first": stage is Stage.SECOND_REVIEW and not blind,
            "touched": [Touched(*key, count) for key, count in counts.most_common()],
            "count": len(pks),
            "advised": len(decisions),
            "exceptions": len(pks) - len(decisions),
            "all_at_once": len(pks) == group.left,
            "rows": rows,
            "form": DecisionForm(),
            "shown": signing.dumps({**shown, "rows": _digest(pks), "drawn": drawn}, salt=_SALT),
        },
    )


def decided_group(request: HttpRequest, task: Task, batch: Batch, stage: Stage) -> dict[int, Decision]:
    """The decisions of a group as its page showed it, without the entries that were left out. Raises Refusal."""
    shown = _shown(request)
    if (shown.get("task"), shown.get("person"), shown.get("round")) != (task.pk, request.user.pk, round_of(batch)):
        raise Refusal(_LOOK_FIRST)
    if request.POST.get("looked") != "yes":
        raise Refusal(
            Sentence(
                "请先逐条看过抽出的条目，再勾选“已逐条看过”。",
                "Look at each of the drawn entries first, then say so.",
            )
        )
    desk = desk_pages.desk_of(batch, stage)
    pks = desk_pages.undecided_in(desk, shown["group"], AT_ONCE)
    if _digest(pks) != shown["rows"]:
        raise Refusal(
            Sentence(
                f"这一组现有 {len(pks)} 条未审，与页面所示不同。请重新看过后再办。",
                f"This group now has {len(pks)} undecided entries, not those the page showed. Look again first.",
            )
        )
    left_out = {door.number_of(value) for value in request.POST.getlist("leave_out")} & set(shown["drawn"])
    taken = [pk for pk in pks if pk not in left_out]
    if request.POST.get("how") == "same":
        form = DecisionForm(request.POST)
        if not form.is_valid():
            raise Refusal(door.NOT_A_DECISION)
        return dict.fromkeys(taken, form.decision())
    return followed(batch, stage, taken)


_LOOK_FIRST = Sentence(
    "请打开这一组的决定页，看过抽出的条目后再决定；页面超过一小时的请重新打开。",
    "Open the page that decides this group and look at the drawn entries first; after an hour, open it again.",
)


def _shown(request: HttpRequest) -> dict:
    try:
        return dict(signing.loads(request.POST.get("shown", ""), salt=_SALT, max_age=GOOD_FOR))
    except signing.BadSignature as fault:
        raise Refusal(_LOOK_FIRST) from fault


def _digest(pks: Collection[int]) -> str:
    return hashlib.sha256(",".join(map(str, pks)).encode()).hexdigest()
