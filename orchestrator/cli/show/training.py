"""How the training of a small model looks in a terminal: a bar, and a table of scores beside chance."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

if TYPE_CHECKING:
    from tasks.diagnostics.training.loop import TrainingProgress
    from tasks.diagnostics.zoo.card import Card


class TrainingBar:
    """Steps, loss and minutes left, on standard error; nothing where it is not a terminal."""

    def __init__(self, name: str) -> None:
        console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[note]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._bar = self._progress.add_task(name, total=None, note="")

    def __enter__(self) -> TrainingBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self, progress: TrainingProgress) -> None:
        """Show where the training stands."""
        left = "scoring" if progress.step == progress.steps else f"{progress.minutes_left:.1f} min left"
        self._progress.update(
            self._bar, total=progress.steps, completed=progress.step, note=f"loss {progress.loss:.3f}, {left}"
        )


def show_scores(card: Card) -> None:
    """Print the scores beside chance, and what they have to be."""
    table = Table("score", "value", "chance", "required", "n", "chance is", box=None, pad_edge=False)
    for score in card.scores:
        colour = "" if score.required is None else "green" if score.met else "red"
        table.add_row(
            score.name,
            f"[{colour}]{score.value:.3f}[/{colour}]" if colour else f"{score.value:.3f}",
            f"{score.chance:.3f}",
            "" if score.required is None else f"{score.required:.2f}",
            str(score.n),
            score.chance_is,
        )
    console = Console(highlight=False)
    console.print(table, width=None if console.is_terminal else 140)


def show_card(card: Card) -> None:
    """Print a card."""
    training, data = card.training, card.data
    rows = {
        "model": f"{card.family}:{card.name}",
        "architecture": card.architecture,
        "parameters": f"{card.parameters:,}",
        "checkpoint": f"{card.checkpoint}, {card.bytes:,} bytes, half precision, SHA-256 {card.sha256}",
        "started from": card.started_from or "random weights",
        "data": f"{data.generator} version {data.version}, {data.scenes:,} scenes of seed {data.training_seed}, "
        f"scored on seed {data.held_out_seed}",
        "training": f"seed {training.seed}, {training.steps} steps of {training.batch} scenes, rate {training.rate:g}, "
        f"{training.minutes:.1f} min ({training.cpu_minutes:.1f} of CPU, threads: {training.threads}), "
        f"final loss {training.final_loss:.3f}",
        "libraries": ", ".join(f"{name} {version}" for name, version in card.libraries.items()),
        "licence": card.licence,
    }
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, text in rows.items():
        table.add_row(f"[bold]{name}[/bold]", text)
    console = Console(highlight=False)
    console.print(table, width=None if console.is_terminal else 140)
    console.print()
    show_scores(card)
