"""`gonogo decisions`: the questions that were put to humans, and their answers."""

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
def decisions_command(settings: Settings, at: int | None, as_json: bool) -> None:
    """List strategic decisions, open and made."""
    from orchestrator.cli.show.decisions import brief
    from orchestrator.usecases.record import read_board
    from orchestrator.views import decisions_view

    board = read_board(settings, at)
    if as_json:
        emit(decisions_view(board))
    elif not board.decisions:
        click.echo("Nothing was asked yet.")
    else:
        click.echo("\n\n".join(brief(decision) for decision in board.decisions))
