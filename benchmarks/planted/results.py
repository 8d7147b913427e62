"""What has been run so far, part by part."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.planted.false_alarms import FalseAlarms
from benchmarks.planted.lengths import Lengths
from benchmarks.planted.sweep import Sweep


@dataclass(slots=True)
class Results:
    """A part that was not run is empty."""

    command: str
    untrained: Sweep = field(default_factory=Sweep)
    large: Sweep = field(default_factory=Sweep)
    trained: Sweep = field(default_factory=Sweep)
    alarms: dict[str, FalseAlarms] = field(default_factory=dict)
    """By locator."""
    lengths: list[Lengths] = field(default_factory=list)
