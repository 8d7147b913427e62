"""`gonogo report`: where the report of a cycle is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note, this_command, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@click.command()
@workspace_option
@click.option("--cycle", type=click.IntRange(min=1), default=None, metavar="N", help="[default: the newest]")
@click.option("--format", "suffix", type=click.Choice(["html", "md", "json"]), default="md", show_default=True)
@click.option("--assessment", is_flag=True, help="The GO/NO-GO assessment instead of the cycle report.")
def report_command(settings: Settings, cycle: int | None, suffix: str, assessment: bool) -> None:
    """Print the path of a cycle's report.

    A report that was deleted is rendered again from the log.
    """
    from orchestrator.artifacts import write_durably
    from orchestrator.audited import faults
    from orchestrator.bootstrap import open_log
    from orchestrator.publishing import rendered
    from orchestrator.workspace import Workspace
    from store.board import fold
    from store.errors import BadInput

    log = open_log(settings)
    try:
        board = fold(log.read())
        written = [number for number in sorted(board.cycles) if board.cycles[number].report is not None]
        number = cycle or (written[-1] if written else 0)
        if number not in written:
            known = ", ".join(map(str, written)) or "none"
            raise BadInput(f"there is no report of cycle {number or 1} yet (reports: {known}); gonogo run writes it")
        folder = Workspace(settings.workspace).reports(number)
        path = folder / f"{'assessment' if assessment else 'cycle-report'}.{suffix}"
        if not path.is_file():
            report = board.cycles[number].report
            assert report is not None
            for name, content in rendered(log, number, report.as_of).items():
                if not (folder / name).is_file():
                    write_durably(folder / name, content)
    finally:
        log.close()
    if path.name in faults(board, number):
        note(f"warning: it contradicts itself, as its audit found; see {this_command()} audit {path}")
    click.echo(path)
