"""The strategist's advice to the planning team, as it was recorded. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.history import History
from orchestrator.reports.prose import Said


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation to the planning team."""

    priority: str
    action: Said
    because: Said


def advice(history: History) -> tuple[Advice, ...]:
    """The strategist's advice, as it was recorded."""
    made, position = history.cycle.recommendations, history.cycle.recommendations_position
    if made is None or position is None:
        return ()
    return tuple(
        Advice(item.priority, Said(item.action, position), Said(item.because.rstrip(". "), position))
        for item in made.recommendations
    )
