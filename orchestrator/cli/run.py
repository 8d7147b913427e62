"""`gonogo run`: bring the study one cycle further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note, trust_clock_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings

WAITS = 3


@click.command()
@workspace_option
@click.option(
    "--amend", "reason", metavar="REASON", help="Record that study.toml was changed after it was registered, and why."
)
@trust_clock_option
def run_command(settings: Settings, reason: str | None, trust_clock: bool) -> int:
    """Run the open cycle to its end, or open the next one.

    Work that was cut short goes on where it stopped. Ends with 3 when a human has to decide before the next cycle.
    """
    from orchestrator.cli.show.progress import RichDisplay
    from orchestrator.cli.show.run import show_run
    from orchestrator.usecases.run import run_study

    with RichDisplay() as display:
        done = run_study(settings, display, note, reason, trust_clock)
    show_run(done, settings.workspace)
    return WAITS if done.waits else 0
