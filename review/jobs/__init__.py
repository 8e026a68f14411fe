"""The one door to background work (后台任务): what takes long is cut into shards and done by `manage.py work`.

    job = begin(kind="read_intake", subject=..., shards=[{"intake": 7}], by=person, at=now)   # in the view's transaction
    progress_of(job)                                                                          # for its page

What is promised, on SQLite and on PostgreSQL: a job rolled back leaves nothing; a shard is worked on by one process at
a time, under a lease; what a killed process left is taken up again; an act that is refused ends the job with its
sentence; a job can be cancelled and resumed. What is not: a shard may begin again after it was broken off, so the
function of a kind must be **idempotent** (kinds.py), and shards of a job may run in any order and side by side.

Job rows are working state, not decisions: the operations that a shard calls write their own ledger lines
(docs/decisions/0010-background-work.md).
"""

from review.jobs.beginning import begin, cancel, resume
from review.jobs.kinds import KINDS
from review.jobs.progress import Progress, progress_of, workers_alive
from review.jobs.reports import Report, Stopped
from review.jobs.running import run_here
from review.jobs.terminal import progress_bar

__all__ = [
    "KINDS",
    "Progress",
    "Report",
    "Stopped",
    "begin",
    "cancel",
    "progress_bar",
    "progress_of",
    "resume",
    "run_here",
    "workers_alive",
]
