"""A display for tests that look at the log instead."""

from __future__ import annotations

from store.task.state import Task


class Silent:
    """Shows nothing."""

    def say(self, text: str) -> None: ...
    def start(self, task: Task) -> None: ...
    def advance(self, done: int, total: int, note: str) -> None: ...
    def finish(self, task: Task) -> None: ...
