"""How a replay looks in a terminal: the board of then, and one line per file that was rendered again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note
from orchestrator.cli.show.board import show_board

if TYPE_CHECKING:
    from orchestrator.usecases.replay import Replay, ReplayedFile


def show_replay(done: Replay) -> None:
    """Print the board of the past position, if one was asked for, and how each file compares with the recorded one."""
    if done.board is not None:
        show_board(done.board, plan=True)
    for file in done.files:
        click.echo(_line(file))
    note(f"{len(done.files)} files rendered again, {done.different} different")


def _line(file: ReplayedFile) -> str:
    again = file.again
    kept = "; its recorded bytes are kept" if file.kept is not None else ""
    other = "" if again.comparable else f"  (first rendered by gonogo {again.renderer}{kept})"
    return f"{_outcome(file)}  {again.digest}  {again.name}{other}"


def _outcome(file: ReplayedFile) -> str:
    if file.again.recorded is None:
        return "not written by then"
    if file.again.same:
        return "same"
    return "DIFFERENT" if file.different else "other"
