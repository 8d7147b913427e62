"""`gonogo verify`: says whether every number is still what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from orchestrator.tracking import Tracker

INTEGRITY = 5


@click.command()
@workspace_option
@json_option
def verify_command(settings: Settings, as_json: bool) -> int:
    """Check every number and the log itself.

    The hash chain, the reports, and every figure against its event, MLflow run and artifact.

    Ends with 5, and names the first bad place, when anything does not check out.
    """
    from orchestrator.bootstrap import open_log
    from orchestrator.verification import verify
    from orchestrator.workspace import Workspace
    from store.errors import IntegrityFailure

    try:
        log = open_log(settings)
    except IntegrityFailure as error:
        if not as_json:
            raise
        figures = {"checked": 0, "bad": []}
        emit(
            {"schema": "gonogo.verify/1", "ok": False, "events": 0, "head": "", "first_bad": 1, "why": str(error)}
            | {"figures": figures}
        )
        return INTEGRITY
    try:
        result = verify(log, Workspace(settings.workspace), tracker_of(settings))
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
    return 0 if result.ok else INTEGRITY


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
