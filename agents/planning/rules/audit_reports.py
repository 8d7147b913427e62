"""Rule: every report that people read is audited before its cycle closes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.planning.rules.rule import PlanningRule
from store.board import Board
from store.commands import PlanTask
from store.evidence import Artifact
from store.kinds.audit import COUNTS, KIND, AuditSpec
from store.task.acceptance import MetricReported

SUBJECT = KIND.name

_READ_BY_PEOPLE = (".md", ".html")
"""Endings. Each format has templates of its own, which may err on their own; JSON is for machines."""


def audit_reports(board: Board) -> Sequence[PlanTask]:
    """Plan an audit of each file that people read, once the open cycle's report is written."""
    cycle = board.open_cycle
    if cycle is None or cycle.report is None:
        return []
    return [
        PlanTask(
            title=f"Audit {name}",
            spec=AuditSpec(report=name, digest=file.digest),
            subject=SUBJECT,
            priority="medium",
            rule="audit_reports",
            because="a report is held against itself before its cycle closes",
            acceptance=tuple(MetricReported(metric=metric.key()) for metric in COUNTS),
        )
        for file in read_by_people(cycle.report.files)
        for name in [file.name.rpartition("/")[2]]
    ]


def read_by_people(files: Iterable[Artifact]) -> tuple[Artifact, ...]:
    """Those files of a report that are audited."""
    return tuple(file for file in files if file.name.endswith(_READ_BY_PEOPLE))


RULE = PlanningRule(KIND.name, audit_reports)
