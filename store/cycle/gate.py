"""What a cycle allows: to open, to be assessed, advised on and reported once each, and to close. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from store.cycle.commands import CloseCycle, MakeAssessment, OpenCycle, Recommend, WriteReport
from store.cycle.events import AssessmentMade, CycleClosed, CycleEvent, CycleOpened, RecommendationsMade, ReportWritten
from store.cycle.state import Cycle, Cycles
from store.errors import Refused


def open_next(command: OpenCycle, cycles: Cycles) -> Sequence[CycleEvent]:
    """Begin the next cycle. Raises Refused while one is open."""
    if cycles.open is not None:
        raise Refused(f"cycle {cycles.open.number} is still open")
    return [CycleOpened(cycle=len(cycles) + 1, because=command.because)]


def assess(command: MakeAssessment, cycles: Cycles, rule_sha256: str) -> Sequence[CycleEvent]:
    """Record the verdict of the open cycle by the rule of that digest; nothing where it has one."""
    if open_cycle(cycles).assessment is not None:
        return []
    return [
        AssessmentMade(
            cycle=before_report(cycles).number,
            verdict=command.verdict,
            reason=command.reason,
            look=command.look,
            comparison=command.comparison,
            findings=command.findings,
            claims=command.claims,
            rule_sha256=rule_sha256,
        )
    ]


def recommend(command: Recommend, cycles: Cycles) -> Sequence[CycleEvent]:
    """Record the advice to the next cycle; nothing where there is some."""
    if open_cycle(cycles).recommendations is not None:
        return []
    return [RecommendationsMade(cycle=before_report(cycles).number, recommendations=command.recommendations)]


def report(command: WriteReport, cycles: Cycles) -> Sequence[CycleEvent]:
    """Record that the open cycle's report was written; nothing where it was."""
    if open_as(cycles, command.cycle).report is not None:
        return []
    return [
        ReportWritten(cycle=command.cycle, as_of=command.as_of, renderer=command.renderer, files=command.files),
    ]


def close(command: CloseCycle, cycles: Cycles) -> Sequence[CycleEvent]:
    """End the open cycle, which must be the one that is named."""
    return [CycleClosed(cycle=open_as(cycles, command.cycle).number)]


def open_cycle(cycles: Cycles) -> Cycle:
    """The open cycle; Refused when there is none."""
    if cycles.open is None:
        raise Refused("no cycle is open")
    return cycles.open


def open_as(cycles: Cycles, number: int) -> Cycle:
    """The open cycle; Refused unless it has this number."""
    cycle = open_cycle(cycles)
    if cycle.number != number:
        raise Refused(f"cycle {cycle.number} is open, not cycle {number}")
    return cycle


def before_report(cycles: Cycles) -> Cycle:
    """The open cycle; Refused once its report is written."""
    cycle = open_cycle(cycles)
    if cycle.report is not None:
        raise Refused(f"the report of cycle {cycle.number} is written; it would not tell of what comes now")
    return cycle
