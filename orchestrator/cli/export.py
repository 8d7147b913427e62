"""`gonogo export`: one cycle with all its data, for somebody who has no gonogo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import FILE, LARGEST, emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@workspace_option
@click.option(
    "--cycle", type=click.IntRange(1, LARGEST), default=None, metavar="N", help="[default: the newest closed one]"
)
@click.option(
    "--output",
    "-o",
    type=FILE,
    default=None,
    metavar="PATH",
    help="A new folder, or an archive if it ends in .zip.  [default: DIR/exports/cycle-N]",
)
@json_option
def export_command(settings: Settings, cycle: int | None, output: Path | None, as_json: bool) -> None:
    """Export a closed cycle with all its data, as an RO-Crate.

    Events, protocol, reports, artifacts and the metrics of runs, with an in-toto statement over them, unsigned, and a
    verify.py that checks it all with nothing but Python. The same workspace gives the same bytes.
    """
    from orchestrator.usecases.export import export

    done = export(settings, note, cycle, output)
    if as_json:
        emit(done.view())
    else:
        click.echo(done.path)
        note(done.checked)
