"""`gonogo board`: the tasks and questions of a study, now or at any past position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import at_option, board_at, emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.board import Board

COLOURS = {"accepted": "green", "failed": "red", "blocked": "yellow", "superseded": "yellow", "claimed": "cyan"}


@click.command()
@workspace_option
@at_option
@json_option
def board_command(settings: Settings, at: int | None, as_json: bool) -> None:
    """Show the task board."""
    from orchestrator.views import board_view

    board = board_at(settings, at)
    if as_json:
        emit(board_view(board))
    else:
        draw(board)


def draw(board: Board, plan: bool = False) -> None:
    """Print the board; with the `plan`, also why each task was planned, and why each verdict is what it is."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from orchestrator.audited import faults, in_short

    console = Console(highlight=False)
    if board.study is None:
        console.print("No study is registered yet; gonogo run registers it.")
        return
    console.print(f"[bold]{escape(board.study.name)}[/bold]  [dim]position {board.position}[/dim]")
    for number in sorted(board.cycles):
        cycle = board.cycles[number]
        verdict = cycle.assessment.verdict if cycle.assessment else "no verdict yet"
        state = "open" if cycle.closed_at is None else "closed"
        table = Table(title=f"Cycle {number}: {verdict} ({state})", title_justify="left", box=None, pad_edge=False)
        table.add_column("status")
        table.add_column("task", overflow="fold")
        table.add_column("agent")
        table.add_column("seconds", justify="right")
        if plan:
            table.add_column("planned because", overflow="fold")
        for task in board.tasks_in(number):
            colour = COLOURS.get(task.status, "default")
            took = f"{task.duration_s:.1f}" if task.duration_s is not None else ""
            why = [escape(f"{task.because} ({task.rule})")] if plan else []
            table.add_row(f"[{colour}]{task.status}[/{colour}]", escape(task.title), task.agent or "", took, *why)
        console.print(table)
        if plan and cycle.assessment is not None:
            console.print(escape(f"Assessed as {cycle.assessment.verdict}: {cycle.assessment.reason}"), soft_wrap=True)
        audited = in_short(board, number)
        if audited:
            colour = "red" if faults(board, number) else "dim"
            console.print(f"[{colour}]{escape(audited)}[/{colour}]", soft_wrap=True)
    for decision in board.decisions:
        request = decision.request
        answer = f"{decision.chosen}, by {decision.by or 'nobody: it expired'}" if decision.chosen else decision.status
        if decision.status == "open":
            answer = "[yellow]open[/]"
        console.print(f"{request.decision_id}: {escape(request.question)} {answer}", soft_wrap=True)
