"""`gonogo report`: the path of a cycle's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import LARGEST, note, this_command, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@workspace_option
@click.option("--cycle", type=click.IntRange(1, LARGEST), default=None, metavar="N", help="[default: the newest]")
@click.option("--format", "suffix", type=click.Choice(["html", "md", "json"]), default="md", show_default=True)
@click.option("--assessment", is_flag=True, help="The GO/NO-GO assessment instead of the cycle report.")
def report_command(settings: Settings, cycle: int | None, suffix: str, assessment: bool) -> None:
    """Print the path of a cycle's report.

    A report that was deleted is taken from the artifacts, or rendered again from the log.
    """
    from orchestrator.usecases.report import find_report

    found = find_report(settings, f"{'assessment' if assessment else 'cycle-report'}.{suffix}", cycle)
    if found.contradicts_itself:
        note(f"warning: it contradicts itself, as its audit found; see {this_command()} audit {found.path}")
    click.echo(found.path)
