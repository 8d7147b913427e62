"""Cycles as they stand. Frozen; they fold their own events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from immutables import Map

from store.cycle.events import (
    AssessmentMade,
    CycleClosed,
    CycleEvent,
    CycleOpened,
    RecommendationsMade,
    ReportWritten,
)
from store.kinds.kind import Phase
from store.record import Recorded


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle of the study."""

    number: int
    because: str
    opened_at: datetime
    position: int
    closed_at: datetime | None = None
    assessment: AssessmentMade | None = None
    assessment_position: int | None = None
    recommendations: RecommendationsMade | None = None
    recommendations_position: int | None = None
    report: ReportWritten | None = None
    reported_at: datetime | None = None

    def begins(self, phase: Phase) -> bool:
        """Whether tasks of kinds that belong to a phase may begin now."""
        match phase:
            case Phase.WORK:
                return self.assessment is None
            case Phase.AFTER_ASSESSMENT:
                return self.assessment is not None
            case Phase.AFTER_REPORT:
                return self.report is not None


class Cycles(Mapping[int, Cycle]):
    """Every cycle by its number, from 1."""

    __slots__ = ("_by_number",)

    def __init__(self, by_number: Map[int, Cycle] | None = None) -> None:
        self._by_number: Map[int, Cycle] = Map() if by_number is None else by_number

    def __getitem__(self, number: int) -> Cycle:
        return self._by_number[number]

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, len(self._by_number) + 1))

    def __len__(self) -> int:
        return len(self._by_number)

    def __hash__(self) -> int:
        return hash(self._by_number)

    @property
    def newest(self) -> Cycle | None:
        """The newest cycle, open or closed."""
        return self._by_number.get(len(self._by_number))

    @property
    def open(self) -> Cycle | None:
        """The cycle under way."""
        newest = self.newest
        return newest if newest is not None and newest.closed_at is None else None

    def evolve(self, event: CycleEvent, entry: Recorded) -> Cycles:
        """The cycles after one more event."""
        match event:
            case CycleOpened():
                return self._with(Cycle(event.cycle, event.because, entry.at, entry.position))
            case AssessmentMade():
                return self._change(event, assessment=event, assessment_position=entry.position)
            case RecommendationsMade():
                return self._change(event, recommendations=event, recommendations_position=entry.position)
            case ReportWritten():
                return self._change(event, report=event, reported_at=entry.at)
            case CycleClosed():
                return self._change(event, closed_at=entry.at)
            case unknown:
                assert_never(unknown)

    def _change(self, event: CycleEvent, **changes: object) -> Cycles:
        return self._with(replace(self._by_number[event.cycle], **changes))  # type: ignore[arg-type]

    def _with(self, cycle: Cycle) -> Cycles:
        return Cycles(self._by_number.set(cycle.number, cycle))
