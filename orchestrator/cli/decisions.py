"""`gonogo decisions`: what was asked of humans, and what they said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import at_option, board_at, emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.decision.state import Decision


@click.command()
@workspace_option
@at_option
@json_option
def decisions_command(settings: Settings, at: int | None, as_json: bool) -> None:
    """List strategic decisions, open and made."""
    from orchestrator.views import decisions_view

    board = board_at(settings, at)
    if as_json:
        emit(decisions_view(board))
    elif not board.decisions:
        click.echo("Nothing was asked yet.")
    else:
        click.echo("\n\n".join(_brief(decision) for decision in board.decisions))


def _brief(decision: Decision) -> str:
    request = decision.request
    lines = [f"{request.decision_id}  [{decision.status}]", f"  {request.question}"]
    for option in request.options:
        mark = "*" if option.key == decision.chosen else " "
        advice = "  (recommended)" if option.key == request.recommended else ""
        lines.append(f"  {mark} {option.key:<14} {option.label}. {option.trade_off}{advice}")
        lines += [f"      {item.metric} = {item.value:.4g}" for item in option.evidence]
    lines.append(f"  Recommended because {request.because}.")
    if decision.status == "made":
        lines.append(f"  Chosen by {decision.by}: {decision.reason}")
    elif decision.status == "expired":
        lines.append(f"  Expired: {decision.chosen} stands.")
    elif decision.status == "withdrawn":
        lines.append(f"  Withdrawn: {decision.reason}.")
    lines.append(f"  brief sha256 {request.brief_sha256}")
    return "\n".join(lines)
