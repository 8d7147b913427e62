"""How a board looks in a terminal: a table of tasks per cycle, its verdict and audits, and the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestrator.usecases.audit_summary import contradictions, summary

if TYPE_CHECKING:
    from store.board import Board
    from store.cycle.state import Cycle
    from store.decision.state import Decision

COLOURS = {"accepted": "green", "failed": "red", "blocked": "yellow", "superseded": "yellow", "claimed": "cyan"}


def show_board(board: Board, plan: bool = False) -> None:
    """Print the board; with the `plan`, also the reason of each task, and that of each verdict."""
    console = Console(highlight=False)
    if board.study is None:
        console.print("No study is registered yet; gonogo run registers it.")
        return
    console.print(f"[bold]{escape(board.study.name)}[/bold]  [dim]position {board.position}[/dim]")
    for number in sorted(board.cycles):
        cycle = board.cycles[number]
        console.print(_table(board, cycle, plan))
        if plan and cycle.assessment is not None:
            console.print(escape(f"Assessed as {cycle.assessment.verdict}: {cycle.assessment.reason}"), soft_wrap=True)
        audited = summary(board, number)
        if audited:
            colour = "red" if contradictions(board, number) else "dim"
            console.print(f"[{colour}]{escape(audited)}[/{colour}]", soft_wrap=True)
    for decision in board.decisions:
        console.print(_line(decision), soft_wrap=True)


def _table(board: Board, cycle: Cycle, plan: bool) -> Table:
    """The tasks of one cycle."""
    verdict = cycle.assessment.verdict if cycle.assessment else "no verdict yet"
    state = "open" if cycle.closed_at is None else "closed"
    table = Table(title=f"Cycle {cycle.number}: {verdict} ({state})", title_justify="left", box=None, pad_edge=False)
    table.add_column("status")
    table.add_column("task", overflow="fold")
    table.add_column("agent")
    table.add_column("seconds", justify="right")
    if plan:
        table.add_column("planned because", overflow="fold")
    for task in board.tasks_in(cycle.number):
        colour = COLOURS.get(task.status, "default")
        took = f"{task.duration_s:.1f}" if task.duration_s is not None else ""
        why = [escape(f"{task.because} ({task.rule})")] if plan else []
        table.add_row(f"[{colour}]{task.status}[/{colour}]", escape(task.title), task.agent or "", took, *why)
    return table


def _line(decision: Decision) -> str:
    """A question and its answer, if any."""
    request = decision.request
    answer = f"{decision.chosen}, by {decision.by or 'nobody: it expired'}" if decision.chosen else decision.status
    if decision.status == "open":
        answer = "[yellow]open[/]"
    return f"{request.decision_id}: {escape(request.question)} {answer}"
