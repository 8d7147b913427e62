"""How the end of a run looks in a terminal: verdict, audits of the reports, the report's path, open questions."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note, this_command
from orchestrator.cli.show.decisions import question
from orchestrator.usecases.audit_summary import contradictions, failures, summary
from orchestrator.workspace import Workspace
from store.queries.protocol import amended_late

if TYPE_CHECKING:
    from orchestrator.usecases.run import RunResult
    from store.board import Board


def show_run(done: RunResult, workspace: Path) -> None:
    """Print the path of the newest report on standard output, and everything else on standard error."""
    board, cycle = done.board, done.board.cycle
    if cycle is None or cycle.assessment is None:
        return
    if done.nothing_left:
        note("The study needs nothing more. The last report stands:")
    note(f"Cycle {cycle.number}: {cycle.assessment.verdict} ({cycle.assessment.reason})")
    if amended_late(board):
        note("The protocol was amended after data had been compared: its error rate no longer holds.")
    folder = Workspace(workspace).reports(cycle.number)
    _show_audits(board, cycle.number, folder)
    click.echo(folder / "cycle-report.html")
    for decision in board.open_decisions:
        note(question(decision, f"{this_command()} decide", f"--workspace {quote(str(workspace))}"))


def _show_audits(board: Board, cycle: int, folder: Path) -> None:
    """Counts of the audits of our own reports; contradictions in full, as they are faults of these reports."""
    short = summary(board, cycle)
    if short:
        report = quote(str(folder / "cycle-report.md"))
        note(f"{short[0].upper()}{short[1:]}; in full: {this_command()} audit {report} --json")
    for name, why in failures(board, cycle).items():
        note(f"warning: {folder / name} was not audited: {why}")
    wrong = contradictions(board, cycle)
    if wrong:
        note("warning: reports contradict themselves; that is a fault of these reports, and the verdict stands:")
    for name, found in wrong.items():
        for each in found:
            note(f"  {folder / name}, {each}")
