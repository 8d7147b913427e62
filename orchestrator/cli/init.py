"""`gonogo init`: a folder with a study file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.common import FOLDER, note, this_command


@click.command()
@click.argument("directory", type=FOLDER)
@click.option(
    "--from",
    "source",
    default=None,
    metavar="FILE",
    help="Copy this study file instead of the starter; `demo` is the demo study.",
)
@click.option("--keep", is_flag=True, help="Leave a study file that is there already as it is.")
def init_command(directory: Path, source: str | None, keep: bool) -> None:
    """Write a study file to start from.

    It is DIRECTORY/study.toml, the protocol of a new study.
    """
    from orchestrator.usecases.init import start_study

    started = start_study(directory, source, keep)
    if not started.written:
        note(f"{started.path} is there already")
        return
    click.echo(started.path)
    note(f"Edit it, then: {this_command()} run --workspace {directory}")
