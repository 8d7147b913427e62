"""What an agent is: a name, and a pure choice of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from store.base import Priority
from store.board import Board
from store.commands import Command

RANK: Mapping[Priority, int] = {"high": 0, "medium": 1, "low": 2}
"""Order in which work is taken."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What can be taken over now. The shell works it out, as agents have no clock."""

    lapsed: frozenset[str] = frozenset()
    """Claimed tasks whose lease has run out, or whose worker is dead."""


Choose = Callable[[Board, Capacity], Sequence[Command]]


@dataclass(frozen=True, slots=True)
class Agent:
    """A decider. Same board and capacity, same commands."""

    name: str
    choose: Choose

    @property
    def actor(self) -> str:
        """How it signs in the log."""
        return f"agent:{self.name}"
