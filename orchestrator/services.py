"""The services that running a cycle needs, put together once by `bootstrap` and handed around."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agents.agent import Agent
from agents.teams import Team
from orchestrator.artifacts import ArtifactStore
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store.kinds.kind import Spec
from store.log.ledger import Ledger
from store.log.protocol import Clock
from store.task.state import Task
from tasks.handler import TaskHandler


class Display(Protocol):
    """Where a run shows what it is doing."""

    def say(self, text: str) -> None:
        """One line of news."""
        ...

    def start(self, task: Task) -> None:
        """A task begins."""
        ...

    def advance(self, done: int, total: int, note: str) -> None:
        """The task under way has come this far."""
        ...

    def finish(self, task: Task) -> None:
        """A task has ended, in the status it shows."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a cycle uses and that has an effect outside it."""

    workspace: Workspace
    ledger: Ledger
    tracker: Tracker
    artifacts: ArtifactStore
    clock: Clock
    worker: str
    lease_s: float
    teams: Mapping[Team, Sequence[Agent]]
    handler_of: Callable[[str], TaskHandler[Any]]
    display: Display
    require_fit: Callable[[Spec], None]
    """Raises Unfit where this machine lacks what the work of a spec needs; may take seconds."""
