"""`gonogo events`: the log, one event per line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import LARGEST, at_option, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@workspace_option
@click.option("--after", type=click.IntRange(0, LARGEST), default=0, metavar="POSITION", help="Only later events.")
@at_option
@json_option
def events_command(settings: Settings, after: int, at: int | None, as_json: bool) -> None:
    """List the events of the log; with --json, one object a line."""
    from orchestrator.usecases.record import read_events
    from orchestrator.views import event_view

    for entry in read_events(settings, after, at):
        view = event_view(entry)
        if as_json:
            click.echo(json.dumps(view, ensure_ascii=False, allow_nan=False))
        else:
            about = view["event"].get("task_id") or view["event"].get("decision_id") or ""
            click.echo(f"{entry.position:>6}  {view['at'][:19]}  {view['type']:<20} {about:<28} {entry.actor}")
