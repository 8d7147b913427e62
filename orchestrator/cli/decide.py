"""`gonogo decide`: a human answers a strategic question."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note, this_command, trust_clock_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@click.argument("decision_id", metavar="ID")
@click.option("--choose", "choice", required=True, metavar="OPTION", help="One of the options of the question.")
@click.option("--as", "by", required=True, metavar="NAME", help="Your name; shown in every later report.")
@click.option("--reason", required=True, metavar="TEXT", help="Your reason; shown in every later report.")
@click.option("--brief", default=None, metavar="SHA256", help="Refuse unless this is the brief that was read.")
@trust_clock_option
@workspace_option
def decide_command(
    settings: Settings, decision_id: str, choice: str, by: str, reason: str, brief: str | None, trust_clock: bool
) -> None:
    """Answer decision ID. An answer is final, and the next gonogo run acts on it."""
    from orchestrator.usecases.answer import answer

    done = answer(settings, decision_id, choice, by, reason, note, brief, trust_clock)
    note(f"event {done.position}, head of the log {done.head}")
    folder = quote(str(settings.workspace))
    note(f"{decision_id}: {choice}, by {done.by}. Go on with: {this_command()} run --workspace {folder}")
