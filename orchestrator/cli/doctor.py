"""`gonogo doctor`: whether the machine and the workspace are fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@workspace_option
@json_option
def doctor_command(settings: Settings, as_json: bool) -> int:
    """Check the machine and the workspace.

    Python, packages, SQLite, MLflow, the diagnostics extra, GPU, disk, study and log. Ends with 1 when anything is
    wrong.
    """
    from dataclasses import asdict

    from orchestrator.usecases.doctor import examine

    checks = examine(settings)
    if as_json:
        emit({"schema": "gonogo.doctor/1", "checks": [asdict(item) for item in checks]})
    else:
        width = max(len(item.name) for item in checks)
        for item in checks:
            click.echo(f"{'ok ' if item.ok else 'BAD'}  {item.name:<{width}}  {item.detail}")
    return 0 if all(item.ok for item in checks) else 1
