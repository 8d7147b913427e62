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
    up to that event is used.
    """
    from orchestrator.artifacts import write_durably
    from orchestrator.bootstrap import open_log
    from orchestrator.replaying import replay

    log = open_log(settings)
    try:
        results = replay(log, cycle=cycle, at=at)
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
        emit({"schema": "gonogo.replay/1", "ok": not different, "files": files})
    else:
        for result in results:
            verdict = "same" if result.same else "DIFFERENT"
            other = "" if result.comparable else f"  (first rendered by gonogo {result.renderer})"
            click.echo(f"{verdict}  {result.digest}  {result.name}{other}")
        note(f"{len(results)} files rendered again, {len(different)} different")
    return 5 if different else 0
