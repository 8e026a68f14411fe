"""Examples for the page of parts: every part of templates/parts in its states. All is invented; nothing of it is held."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace as Like
from typing import Any, Literal

from django.core.paginator import Paginator

from policies.forecasting import Forecast
from policies.sentences import Sentence
from policies.text_diff import changes
from policies.tours import tours
from policies.trying import Tried
from review.models import Finding, ScreeningRun
from review.queries.overview import Tally
from review.queries.precision import RulePrecision
from review.queries.rules import ruleset_of
from review.views.charts import Point, columns_of
from review.views.years import picture_of_years

RULESET, RULE = "cn-2", "CN-211"
DAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHY = Sentence("示例理由：内容涉及个人信息。", "A reason as an example: it holds personal information.")
Inside = Literal["", "entry", "list", "row", "table"]


@dataclass(frozen=True, slots=True)
class Example:
    """One state of a part: what it takes, and inside what it stands on a page."""

    takes: dict[str, Any] = field(default_factory=dict)
    inside: Inside = ""


def examples(language: str) -> dict[str, list[Example]]:
    """The examples of each part in this language, by the name of its file without its ending."""
    said = WHY.of(language)
    ruleset = ruleset_of(RULESET)
    rule, run = ruleset.by_id[RULE], ScreeningRun(pk=0, batch_id=0, ruleset=RULESET, ruleset_digest=ruleset.digest)
    finding = Finding(
        run=run, rule=RULE, field="title", start=4, end=7, matched="王建业", context="关于给予王建业同志行政记过处分",
        level="high", suggests="defer", ground="CN-8-3-PI", opens_on=date(2039, 7, 1), never_public=True,
    )  # fmt: skip
    asking = Finding(run=run, rule="SO-1", field="title", context="word:处分 1.8\nword:记过 0.9", suggests="look")
    fonds, agency = Like(code="J000", title="示例省民政厅"), "示例省民政厅"
    entry = Like(
        pk=0, fonds=fonds, reference_code="J000-001-0001-008", title="关于给予王建业同志行政记过处分的决定", public_title="",
        shown_date="1989-07-01", responsible_body=agency, classification="", access_condition="", level="file",
        parent_id=None, stub=False, objects_count=2, live_batch="", access_status="deferred", opens_on=DAY, ground="CN-8-3-PI",
    )  # fmt: skip
    parts = [("关于给予", None), ("王建业", finding), ("同志行政记过处分的决定", None)]
    uneven = Like(counts={"open": 2, "defer": 1}, rows=[(entry, "defer")])
    alike = Like(total=3, counts={"open": 2, "defer": 1}, rows=[(entry, "defer")])
    row = Like(
        entry=entry, title_parts=parts, findings=[finding], transfer_opinion=None, referral=None, earlier=None,
        alike=None, uneven=None,
    )  # fmt: skip
    quiet = Like(**{**vars(row), "title_parts": [("关于召开会议的通知", None)], "findings": []})
    hand = {"person": "周若川", "on_behalf_id": None, "at": AT}
    defer = Like(answer="", outcome="defer", ground="CN-8-3-PI", opens_on=DAY, reason="涉及个人信息", **hand)
    agrees = Like(answer="agree", outcome="open", ground="", opens_on=None, reason="", **hand)
    objects = Like(answer="object", outcome="defer", ground="CN-8-3-PI", opens_on=DAY, reason="当事人健在", **hand)
    given = Like(**{**vars(defer), "agency": "", "stage": "first_review"})
    statement = Like(get_kind_display="", agency=agency, met_on=DAY, person="顾长宁", at=AT, text="双方商定延期。")
    difference = Like(
        entry=entry, proposal=Like(**{**vars(agrees), "answer": ""}),
        answers=[Like(**{**vars(objects), "agency": agency})], silences=[], settlement=defer, ruling=None, refused=False,
        unknown=False, asked=[],
    )  # fmt: skip
    referral = Like(
        number="R-2026-1",
        opened_at=AT,
        to_name="示例省保密局",
        level="秘密",
        answered_at=None,
        secret_until=None,
        why=WHY,
    )
    transfer = Like(
        request=Like(agency=agency), at=AT, standing=True, outcome="open", ground="", opens_on=None, disclosure="",
        classification_change="", person="苏念安", reason="",
    )  # fmt: skip
    job = Like(pk=0, subject="J000")
    going = Like(
        percent=42, state="going", done=42_000, total=100_000, shards=8, shards_done=3, seconds_left=95, failure=None,
        ended_at=None,
    )  # fmt: skip
    told = Like(rule=rule, run=run, measured=RulePrecision(40, 3, 0))
    second = Like(rule=None, run=run, measured=None, second=(WHY, WHY))
    group = Like(key="all", kind="all", value="", name="", left=1204, count=3860)
    pile = columns_of(
        [Point("2024", {"open": 30}), Point("2025", {"open": 20, "deferred": 12}, "#")], ("open", "deferred")
    )
    tally = Tally(all=50, open=30, deferred=12, undecided=8)
    expected = Forecast(1200, 300.0, date(2026, 12, 1), date(2027, 1, 1), date(2027, 3, 1))
    page = Paginator(range(30), 10).page(2)
    return {
        "agreement": [Example({"name": agency, "found": Like(entries=60, same=54, kappa=0.81, low=0.7, high=0.92)}, "table")],
        "alike": [Example({"row": Like(alike=alike, uneven=None)}), Example({"row": Like(alike=None, uneven=uneven)})],
        "answering": [
            Example({"answering": [Like(formed_by=agency, agencies=["示例省财政厅"], alone=False, why=WHY, entries=12),
                                   Like(formed_by="", agencies=[], alone=True, why=WHY, entries=3)]}),
        ],
        "appearance": [Example({"scheme": "dark", "density": "roomy"})],
        "changes": [Example({"changes": changes("一、初审。\n二、复审。\n", "一、初审。\n二、复审与抽检。\n")})],
        "chart_bar": [Example({"length": "62%", "tone": "deferred"})],
        "chart_columns": [Example({"chart": pile, "id": "part", "name": "2024–2025", "about": "—", "counted": ""})],
        "chart_legend": [Example({"tones": ("open", "deferred")})],
        "chart_parts": [Example({"cut": [("open", "0%", "60%", 3), ("deferred", "60%", "40%", 2)]})],
        "chart_years": [Example({"years": picture_of_years({DAY.year: tally}, DAY, {}), "today": DAY})],
        "cut": [Example({"fonds": fonds, "asked": {"state": "due"}, "count": 312})],
        "demo": [Example({"is_demo": True})],
        "difference": [Example({"line": Like(row=difference, statements=[statement])}, "entry")],
        "due_cells": [Example({"row": Like(cells=[("overdue", 12, "#"), ("due", 0, "")])}, "row")],
        "earlier": [Example({"earlier": Like(because="due", due_on=DAY, ground="CN-8-3-PI", opens_on=DAY, opinions=[given])})],
        "empty": [
            Example({"what": "—"}),
            Example({"what": "0", "then": said, "link": "#", "link_text": "→"}),
        ],
        "entry_line": [Example({"row": row, "run": run}, "entry"), Example({"row": quiet, "run": run}, "entry")],
        "finding_why": [Example({"finding": finding, "told": told, "rule": rule})],
        "footer": [Example()],
        "forecast": [Example({"forecast": expected}), Example({"forecast": None})],
        "forecast_pace": [Example({"weeks": [30, 42], "pace": pile})],
        "group": [Example({"g": group, "group": group, "run": run, "at_desk": True}), Example({"g": group, "group": None})],
        "group_name": [Example({"g": Like(kind="ground", value="CN-8-3-PI", name=""), "run": run})],
        "held_entry": [
            Example({"entry": entry, "fonds": fonds}, "list"),
            Example({"entry": Like(**{**vars(entry), "stub": True, "access_status": "", "live_batch": "J000-2026-01"}), "fonds": fonds}, "list"),
        ],
        "kept": [Example()],
        "ledger_line": [
            Example({"line": Like(line=1, act="batch_cut", subject="batch J000-2026-01", facts="{}", actor="planner", at=AT, digest="0" * 64),
                     "names": {"planner": "林书禾"}}, "list"),
        ],
        "ledger_search": [Example({"search": Like(act="", actor="", subject="", from_day=None, to_day=DAY)})],
        "marked": [Example({"parts": parts})],
        "opinion": [Example({"label": "—", "opinion": one}) for one in (defer, agrees, objects)],
        "outcome": [Example({"outcome": one}) for one in ("open", "open_early", "partial", "defer", "refer", "not_due", "")],
        "pagination": [Example({"page": page})],
        "password_again": [Example({})],
        "papers": [
            Example({"batch": Like(number="J000-2026-01"), "papers": [Like(kind="approval", key="1", name=WHY, number="1")],
                     "asked_in_writing": [Like(pk=0, agency=agency, round=1)]}),
        ],
        "period": [Example({"period": None}), Example({"period": Like(kind="month", first=DAY, last=DAY)})],
        "precision": [Example({"measured": one}) for one in (RulePrecision(), RulePrecision(3, 1, 0), told.measured)],
        "progress": [
            Example({"job": job, "progress": going, "alive": True}),
            Example({"job": job, "progress": Like(**{**vars(going), "state": "failed", "failure": WHY, "ended_at": AT}), "alive": True}),
        ],
        "referral": [Example({"referral": referral})],
        "refusal": [Example({"sentence": said})],
        "rule": [Example({"rule": rule, "run": run})],
        "second_opinion_why": [Example({"finding": asking, "told": second})],
        "side": [Example({"label": "—", "opinion": one}) for one in (defer, objects)],
        "tour": [Example({"tours": [tours()["first_reviewer"]]})],
        "transfer_opinion": [Example({"opinion": transfer})],
        "tried": [
            Example({"tried": [
                Tried(Like(title="王建业", shown="王建业"), True, True, (Like(field="title", page=0, parts=parts),)),
                Tried(Like(title="通知", shown="通知"), False, True, (Like(field="title", page=0, parts=[("通知", None)]),)),
            ]}),
        ],
        "uneven": [Example({"uneven": Like(groups=1, entries=3, listed=[uneven])})],
    }  # fmt: skip
