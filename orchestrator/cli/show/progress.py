"""How work under way looks in a terminal: a progress bar, and one line per task that ended."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from store.task.state import Task

MARKS = {
    "succeeded": ("✓", "green"),
    "failed": ("✗", "red"),
    "blocked": ("■", "yellow"),
    "claimed": ("…", "cyan"),
}


class RichDisplay:
    """Progress on standard error; plain lines where it is not a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("[dim]{task.fields[note]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._bar: TaskID | None = None

    def __enter__(self) -> RichDisplay:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def say(self, text: str) -> None:
        """See Display.say."""
        self._console.print(f"[bold]{escape(text)}[/bold]")

    def start(self, task: Task) -> None:
        """See Display.start."""
        self._bar = self._progress.add_task(escape(task.title), total=None, note="")

    def advance(self, done: int, total: int, note: str) -> None:
        """See Display.advance."""
        if self._bar is not None:
            self._progress.update(self._bar, completed=done, total=total, note=escape(note))

    def finish(self, task: Task) -> None:
        """See Display.finish."""
        if self._bar is not None:
            self._progress.remove_task(self._bar)
            self._bar = None
        mark, colour = MARKS.get(task.status, ("?", "red"))
        took = "" if task.duration_s is None else f" [dim]{task.duration_s:.1f} s[/dim]"
        why = f"\n    [{colour}]{task.status}[/{colour}]: {escape(task.reason)}" if task.reason else ""
        self._console.print(f"  [{colour}]{mark}[/{colour}] {escape(task.title)}{took}{why}", soft_wrap=True)


class Bar:
    """One bar on standard error, where that is a terminal."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._progress = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._bar = self._progress.add_task("", total=None)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, done: int, total: int, note: str) -> None:
        """See `tasks.handler.Progress`."""
        self._progress.update(self._bar, completed=done, total=total, description=escape(note))
