"""`gonogo board`: the tasks and questions of a study, now or at any past position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import at_option, emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@workspace_option
@at_option
@json_option
def board_command(settings: Settings, at: int | None, as_json: bool) -> None:
    """Show the task board."""
    from orchestrator.cli.show.board import show_board
    from orchestrator.usecases.record import read_board
    from orchestrator.views import board_view

    board = read_board(settings, at)
    if as_json:
        emit(board_view(board))
    else:
        show_board(board)
