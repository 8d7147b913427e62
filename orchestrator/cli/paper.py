"""`gonogo paper`: sets the paper of a study, checks it against the record, and tells what changed in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import FILE, LARGEST, Group, at_option, emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings

FAILED = 1


@click.group(cls=Group)
def paper_command() -> None:
    """Set the paper, check its pages, and tell what changed."""


@paper_command.command()
@click.option(
    "--output", "-o", type=FILE, default=None, metavar="DIR", help="Where to.  [default: paper/build in the workspace]"
)
@at_option
@json_option
@workspace_option
def build(settings: Settings, at: int | None, output: Path | None, as_json: bool) -> None:
    """Set the paper from the log as it stands, with what is in paper/prose now. The log is not written to."""
    from orchestrator.cli.show.paper import show_build
    from orchestrator.usecases.paper import build_paper

    done = build_paper(settings, note, output, at)
    if as_json:
        emit(done.view())
    else:
        show_build(done)


@paper_command.command()
@click.argument("file", required=False, type=FILE)
@json_option
@workspace_option
def check(settings: Settings, file: Path | None, as_json: bool) -> int:
    """Hold a PDF of the paper against the record: FILE, or the paper as it would be set now.

    Ends with 1 where anything is found.
    """
    from orchestrator.cli.show.paper import show_check
    from orchestrator.usecases.paper import check_paper

    done = check_paper(settings, note, file)
    if as_json:
        emit(done.view())
    else:
        show_check(done)
    return FAILED if done.found.faults else 0


@paper_command.command()
@click.option("--from", "before", required=True, type=click.IntRange(1, LARGEST), metavar="N")
@click.option("--to", "after", required=True, type=click.IntRange(1, LARGEST), metavar="N")
@click.option("--pdf", type=FILE, default=None, metavar="FILE", help="Also set the newer paper, its changes marked.")
@json_option
@workspace_option
def diff(settings: Settings, before: int, after: int, pdf: Path | None, as_json: bool) -> None:
    """Tell what changed from one paper to another: figures, verdict, sentences and references.

    N is a cycle, whose report is taken, or a position of the log.
    """
    from orchestrator.cli.show.paper import show_diff
    from orchestrator.usecases.paper_diff import diff_papers, write_marked

    done = diff_papers(settings, before, after)
    if pdf is not None:
        write_marked(settings, done, pdf)
    if as_json:
        emit(done.view())
    else:
        show_diff(done)
