"""`gonogo init`: a folder with a study file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.common import note, this_command


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    metavar="FILE",
    help="Copy this study file instead of the starter.",
)
@click.option("--keep", is_flag=True, help="Leave a study file that is there already as it is.")
def init_command(directory: Path, source: Path | None, keep: bool) -> None:
    """Write a study file to start from.

    It is DIRECTORY/study.toml, the protocol of a new study.
    """
    from importlib.resources import files

    from orchestrator.artifacts import write_durably
    from orchestrator.study import read_study
    from orchestrator.workspace import Workspace
    from store.errors import BadInput

    target = Workspace(directory).study_file
    if target.exists():
        if keep:
            note(f"{target} is there already")
            return
        raise BadInput(f"{target} is there already; choose another folder, or give --keep to leave it as it is")
    if source is not None:
        read_study(source)
        content = source.read_bytes()
    else:
        content = files("templates").joinpath("study/study.toml").read_bytes()
    write_durably(target, content)
    click.echo(target)
    note(f"Edit it, then: {this_command()} run --workspace {directory}")
