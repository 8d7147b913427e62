"""`gonogo replay`: the reports once more, from the log alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import at_option, emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@workspace_option
@click.option("--cycle", type=click.IntRange(min=1), default=None, metavar="N", help="Only this cycle.")
@at_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    metavar="DIR",
    help="Write the rendered reports there.",
)
@json_option
def replay_command(settings: Settings, cycle: int | None, at: int | None, output: Path | None, as_json: bool) -> int:
    """Render reports again from the log alone.

    Compares them, byte for byte, with what was recorded, and ends with 5 when any differs. With --at, only the log
    up to that event is used, and the board, the plan and the assessment are shown as they were; a report that was not
    written by then is rendered as it would have read.
    """
    from orchestrator.artifacts import write_durably
    from orchestrator.bootstrap import open_log
    from orchestrator.cli.board import draw
    from orchestrator.replaying import past, replay
    from orchestrator.views import assessment_view, board_view

    log = open_log(settings)
    try:
        results = replay(log, cycle=cycle, at=at)
        board = past(log, at) if at is not None else None
    finally:
        log.close()
    if output is not None:
        for result in results:
            write_durably(output / result.name, result.content)
    different = [result for result in results if not result.same]
    if as_json:
        files = [
            {"name": r.name, "sha256": r.digest, "recorded": r.recorded, "same": r.same, "renderer": r.renderer}
            for r in results
        ]
        then = {} if board is None else {"board": board_view(board), "assessment": assessment_view(board)}
        emit({"schema": "gonogo.replay/1", "ok": not different, "files": files, **then})
    else:
        if board is not None:
            draw(board, plan=True)
        for result in results:
            verdict = "not written by then" if result.recorded is None else "same" if result.same else "DIFFERENT"
            other = "" if result.comparable else f"  (first rendered by gonogo {result.renderer})"
            click.echo(f"{verdict}  {result.digest}  {result.name}{other}")
        note(f"{len(results)} files rendered again, {len(different)} different")
    return 5 if different else 0
