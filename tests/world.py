"""A small world for tests, made by the real readers and operations: nothing is put into a state by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from review.jobs.intakes import take_in
from review.models import Agency, Batch, Fonds, Person
from review.operations import appointing, planning
from workflows import rehearsal
from workflows.cast import Cast, gather
from workflows.flows import opening

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)

CATALOGUE = """档号,题名,责任者,形成日期,类别,密级,形成单位
Z001-001-0001,关于调整救济标准的通知,示例省民政厅,1962-03-01,救济,,示例省民政厅
Z001-001-0002,关于加强防汛工作的通知,示例省民政厅,1963-05-02,救济,,示例省民政厅
Z001-001-0003,关于召开年度工作会议的通知,示例省民政厅,1964-01-12,会议,,示例省民政厅
Z001-001-0004,关于给予王建业同志行政记过处分的决定,示例省民政厅,1989-07-01,人事,,示例省民政厅
Z001-001-0005,关于救灾款分配方案的批复,示例省财政厅,1965-09-08,财务,,示例省财政厅
Z001-001-0006,关于下达一九六六年度预算的通知,示例省财政厅,1966-02-03,财务,,示例省财政厅
Z001-001-0007,关于印发会议纪要的通知,示例省财政厅,1967,财务,,示例省财政厅
Z001-001-0008,（涉密条目，题名不入库）,示例省民政厅,1998-03-04,机要,绝密★30年,示例省民政厅
Z001-001-0009,关于办公用房的请示,示例省民政厅,2010-03-04,行政,,示例省民政厅
Z001-001-0010,关于没有日期的报告,示例省民政厅,,行政,,示例省民政厅
Z001-001-0011,关于表彰先进集体的决定,示例省民政厅,1971年8月,会议,,示例省民政厅
Z001-001-0012,关于编制统计报表的通知,示例省民政厅,1972-10-10,会议,,示例省民政厅
"""


@dataclass(slots=True)
class World:
    """One fonds, its agencies, the people, and the folder of its files."""

    fonds: Fonds
    agencies: list[Agency]
    people: Cast
    folder: Path

    def __getitem__(self, username: str) -> Person:
        return self.people[username]

    def batch(self) -> Batch:
        """A batch of everything due, at first review."""
        batch = planning.cut_batch(fonds=self.fonds, by=self["planner"], at=NOW, today=TODAY)
        opening.begin(batch=batch, by=self["planner"])
        return batch

    def walked(self, desk: str, *, objections: int = 1) -> Batch:
        """A batch that waits at `desk` (or is released), walked there by the people."""
        return self.walk(self.batch(), desk, objections=objections)

    def walk(self, batch: Batch, desk: str = "", *, objections: int = 1) -> Batch:
        """Walk a batch on from where it waits to `desk`, or to its end.

        To the authority's desk for differences it goes only when that is asked for: elsewhere they are settled.
        """
        steps = {
            "first_review": lambda: rehearsal.first_review(batch, self["first"]),
            "second_review": lambda: rehearsal.second_review(batch, self["second"]),
            "sample": lambda: rehearsal.sample(batch, self["sampler"]),
            "countersign": lambda: self.countersign(batch, objections),
            "reconcile": lambda: rehearsal.reconcile(
                batch, self["reconciler"], to_authority=1 if desk == "coordinate" else 0
            ),
            "coordinate": lambda: rehearsal.coordinate(batch, self["authority"]),
            "sign_off": lambda: rehearsal.sign_off(batch, self["confirmer"], self["confirmer2"]),
            "consent": lambda: rehearsal.consent(batch, self["authority"]),
            "release": lambda: rehearsal.release(batch, self["publisher"]),
        }
        for name, step in steps.items():
            if name == desk:
                break
            if rehearsal.open_tasks(batch, name):
                step()
        return batch

    def countersign(self, batch: Batch, objections: int) -> None:
        for place, task in enumerate(rehearsal.open_tasks(batch, "countersign")):
            person = self.people.units[task.seed.agency_id]
            rehearsal.countersign(task, person, objections=objections if place == 0 else 0)


def make_world(folder: Path, catalogue: str = CATALOGUE) -> World:
    """The world of CATALOGUE: fonds Z001 of two agencies, everybody appointed, its entries imported."""
    agencies = [
        appointing.register_agency(code="MZT", name="示例省民政厅", by="test", at=NOW),
        appointing.register_agency(code="CZT", name="示例省财政厅", by="test", at=NOW),
    ]
    fonds = appointing.register_fonds(
        code="Z001", title="示例省民政厅", creating_agency=agencies[0], by="test", at=NOW
    )
    people = gather(at=NOW)
    path = folder / "catalogue.csv"
    path.write_text(catalogue, encoding="utf-8")
    report = take_in(fonds=fonds, path=path, by=people["planner"], at=NOW, today=TODAY)
    assert not report.complaints, report.complaints
    return World(fonds, agencies, people, folder)
