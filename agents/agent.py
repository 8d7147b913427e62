"""What an agent is: a name, a team, the kinds of work it is capable of, and a pure choice of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from store.board import Board
from store.commands import Command
from store.specs import Priority

RANK: Mapping[Priority, int] = {"high": 0, "medium": 1, "low": 2}
"""Order in which work is taken."""

Team = Literal["planning", "executive", "assessment"]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an agent may take on now. The shell works it out; agents have no clock."""

    slots: int = 1
    """Tasks that may be started."""
    lapsed: frozenset[str] = frozenset()
    """Claimed tasks whose lease has run out."""


Choose = Callable[[Board, Allowance], Sequence[Command]]


@dataclass(frozen=True, slots=True)
class Agent:
    """A decider. Same board and allowance, same commands."""

    name: str
    team: Team
    capabilities: frozenset[str]
    """Kinds of task it works on; empty for those who only decide."""
    choose: Choose

    @property
    def actor(self) -> str:
        """How it signs in the log."""
        return f"agent:{self.name}"
