"""`gonogo decide`: a human answers a strategic question."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import clean_text, note, signing_key, this_command, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@click.argument("decision_id", metavar="ID")
@click.option("--choose", "choice", required=True, metavar="OPTION", help="One of the options of the question.")
@click.option("--as", "by", required=True, metavar="NAME", help="Who decides; stands in every later report.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; stands in every later report.")
@click.option("--brief", default=None, metavar="SHA256", help="Refuse unless this is the brief that was read.")
@workspace_option
def decide_command(settings: Settings, decision_id: str, choice: str, by: str, reason: str, brief: str | None) -> None:
    """Answer decision ID. An answer is final, and the next gonogo run acts on it."""
    from orchestrator.bootstrap import now, open_log
    from orchestrator.integrity import require_whole
    from orchestrator.signing import sign_head
    from orchestrator.workspace import Workspace
    from store.commands import ExpireDecisions, MakeDecision
    from store.log.ledger import Ledger

    who = clean_text(by, "--as")
    log = open_log(settings)
    try:
        require_whole(log, Workspace(settings.workspace))
        key = signing_key(settings)
        ledger = Ledger(log)
        ledger.submit(ExpireDecisions(now()), actor="system")
        command = MakeDecision(decision_id, choice, who, clean_text(reason, "--reason"), now(), brief)
        ledger.submit(command, actor=f"human:{who}")
        board = ledger.board
        if key is not None:
            sign_head(log, Workspace(settings.workspace), key)
    finally:
        log.close()
    note(f"event {board.position}, head of the log {board.head}")
    folder = quote(str(settings.workspace))
    note(f"{decision_id}: {choice}, by {who}. Go on with: {this_command()} run --workspace {folder}")
