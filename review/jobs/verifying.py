"""The whole ledger verified in the background. The job that ended is the result: good lines, or the sentence of the fault."""

from __future__ import annotations

from collections.abc import Mapping

from policies.sentences import Refusal, Sentence
from review import ledger
from review.jobs.reports import Report

BAD = Sentence(
    "第 {line} 行有误：{zh}。此前 {good} 行无误。请勿再作改动，保全数据库和备份，并查明原因。",
    "Line {line} is bad: {en}. The {good} lines before it hold. Change nothing more, keep the database and its backups, "
    "and find out why.",
)
UNGUARDED = Sentence(
    "{good} 行核验无误，但数据库中防止改动的触发器缺少：{names}。请管理员恢复。",
    "All {good} lines hold, but triggers that guard the record are missing: {names}. Ask the administrator to restore them.",
)


def verify_ledger(arguments: Mapping[str, object], report: Report) -> None:
    """Job: reads every line of the ledger and refuses where one is bad or a guard of the record is missing. No arguments.

    Begun again it reads again from the first line. How many lines were good is its total.
    """
    verdict = ledger.verify(tell=report)
    good = verdict.good_lines
    if verdict.bad_line is not None and verdict.fault is not None:
        fault = verdict.fault
        raise Refusal(BAD.filled(line=verdict.bad_line, good=good, zh=fault.zh, en=fault.en))
    if missing := ledger.missing_guards():
        raise Refusal(UNGUARDED.filled(good=good, names=", ".join(missing)))
    report(good, good)
