"""`gonogo verify`: says whether every number is still what it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from orchestrator.tracking import Tracker
    from orchestrator.verification import Verification

INTEGRITY = 5


@click.command()
@workspace_option
@click.option(
    "--key", metavar="HEX|FILE", help="Public key, or a signed head's file: its key must have signed the log."
)
@json_option
def verify_command(settings: Settings, key: str | None, as_json: bool) -> int:
    """Check every number and the log itself.

    The hash chain and its signed heads, the reports, and every figure against its event, MLflow run and artifact.

    Ends with 5, and names the first bad place, when anything does not check out.
    """
    from orchestrator.bootstrap import open_log
    from orchestrator.integrity import require_no_orphans
    from orchestrator.verification import Verification, verify
    from orchestrator.workspace import Workspace
    from store.errors import IntegrityFailure
    from store.log.chain import ChainCheck

    wanted = None if key is None else _public_key(key)
    workspace = Workspace(settings.workspace)
    try:
        if not workspace.log.exists():
            require_no_orphans(workspace)
        log = open_log(settings)
    except IntegrityFailure as error:
        if not as_json:
            raise
        emit(Verification(ChainCheck(0, "", 1, str(error))).view())
        return INTEGRITY
    try:
        result = verify(log, workspace, tracker_of(settings), wanted)
    finally:
        log.close()
    if as_json:
        emit(result.view())
    elif not result.chain.ok:
        note(f"gonogo: position {result.chain.first_bad}: {result.chain.why}")
    else:
        for item in result.bad:
            at = f" (event {item.position})" if item.position is not None else ""
            note(f"gonogo: {item.where}{at}: {item.why}")
        verdict = "all check out" if result.ok else f"{len(result.bad)} do not check out"
        click.echo(f"{result.chain.events} events, head {result.chain.head[:12]}, {result.checked} items: {verdict}")
        click.echo(_signature(result, settings))
    return 0 if result.ok else INTEGRITY


def _public_key(given: str) -> str:
    """In hex, from what was given. Raises BadInput for what is neither a key nor the file of a signed head."""
    from orchestrator.signing import parsed_head
    from store.errors import BadInput

    if re.fullmatch(r"[0-9a-fA-F]{64}", given):
        return given.lower()
    try:
        signed = parsed_head(Path(given).read_bytes())
    except OSError as error:
        raise BadInput(f"--key: {given} is no key of 64 hex digits, and no file: {error.strerror}") from None
    if signed is None:
        raise BadInput(f"--key: {given} holds no signed head")
    return signed.key


def _signature(result: Verification, settings: Settings) -> str:
    """By whom the log was signed, and whether that is who asks."""
    from orchestrator.signing import own_key, public_key
    from store.errors import BadInput

    if result.signed is None:
        return "no head of the log is signed"
    try:
        own = own_key(settings.key)
    except BadInput:  # not who asks is at fault, and not what was asked
        own = None
    whose = "your key" if own is not None and public_key(own) == result.signed.key else "a key that is not yours"
    return f"signed at event {result.signed.position} by {result.signed.key[:16]}…, {whose}"


def tracker_of(settings: Settings) -> Tracker:
    """The study's tracker; the workspace's own MLflow store where no study file says otherwise."""
    from orchestrator.bootstrap import open_tracker
    from orchestrator.study import read_study
    from orchestrator.workspace import Workspace
    from store.errors import BadInput

    try:
        file = read_study(Workspace(settings.workspace).study_file)
    except BadInput as error:
        note(f"gonogo: taking the workspace's own MLflow store, since {error}")
        return open_tracker(settings, "unknown", None)
    return open_tracker(settings, file.study.name, file.tracking_uri)
