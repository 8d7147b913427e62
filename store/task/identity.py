"""The id of a task: it follows from the cycle and the spec alone, so that planning again is a no-op. Pure."""

from __future__ import annotations

from store.canonical import canonical, sha256
from store.kinds import TaskSpec


def task_id(cycle: int, spec: TaskSpec) -> str:
    """The id of the task with this spec in a cycle."""
    return f"c{cycle}-{spec.kind}-{sha256(canonical([cycle, spec.model_dump(mode='json')]))[:10]}"
