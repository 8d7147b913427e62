"""`gonogo verify`: whether every number is still what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings

INTEGRITY = 5


@click.command()
@workspace_option
@click.option(
    "--key", metavar="HEX|FILE", help="Public key, or a signed head's file: its key must have signed the log."
)
@click.option("--sign-again", is_flag=True, help="Sign lost heads again, with your key, where all else checks out.")
@json_option
def verify_command(settings: Settings, key: str | None, sign_again: bool, as_json: bool) -> int:
    """Check every number and the log itself.

    The hash chain and its signed heads, the reports, and every figure against its event, MLflow run and artifact.

    Ends with 5, and names the first bad place, when anything does not check out.
    """
    from orchestrator.cli.show.verify import show_verified
    from orchestrator.usecases.verify import verify_record

    verified = verify_record(settings, note, key, sign_again=sign_again)
    if as_json:
        emit(verified.found.view())
    else:
        show_verified(verified)
    return 0 if verified.found.ok else INTEGRITY
