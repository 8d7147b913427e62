"""`gonogo replay`: the reports rendered again from the log alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import FOLDER, LARGEST, at_option, emit, json_option, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings

INTEGRITY = 5


@click.command()
@workspace_option
@click.option("--cycle", type=click.IntRange(1, LARGEST), default=None, metavar="N", help="Only this cycle.")
@at_option
@click.option(
    "--output",
    type=FOLDER,
    default=None,
    metavar="DIR",
    help="Write the rendered reports there.",
)
@json_option
def replay_command(settings: Settings, cycle: int | None, at: int | None, output: Path | None, as_json: bool) -> int:
    """Render reports again from the log alone.

    Compares them, byte for byte, with what was recorded, and ends with 5 when any differs. With --at, only the log
    up to that event is used, and the board, the plan and the assessment are shown as they were; a report that was not
    written by then is rendered as it would have read. A report that another version rendered first is written as it was
    recorded, where its bytes are kept.
    """
    from orchestrator.cli.show.replay import show_replay
    from orchestrator.usecases.replay import replay_reports

    done = replay_reports(settings, cycle, at, output)
    if as_json:
        emit(done.view())
    else:
        show_replay(done)
    return INTEGRITY if done.different else 0
