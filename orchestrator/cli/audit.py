"""`gonogo audit`: holds the claims of any report against one another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, json_option

if TYPE_CHECKING:
    from rich.console import Console

    from tasks.audit.audit import Audit
    from tasks.audit.finding import Finding

FAILED = 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def audit_command(file: Path, as_json: bool) -> int:
    """Check whether the numbers of a report can all be true.

    FILE is Markdown, plain text, HTML or LaTeX, from anywhere. Every number stands for the interval that rounds to it.

    Ends with 1 when anything is inconsistent. --json lists all findings, the consistent ones included.
    """
    from tasks.audit.audit import audit_file

    found = audit_file(file)
    if as_json:
        emit(found.view(str(file)))
    else:
        _show(file, found)
    return 0 if found.consistent else FAILED


def _show(file: Path, found: Audit) -> None:
    """What is inconsistent, what depends on how it is read, and how much there is of the rest."""
    from rich.console import Console

    from tasks.audit.finding import VERDICTS

    console = Console(highlight=False)
    for verdict, colour in zip(VERDICTS, ("red", "yellow"), strict=False):
        for each in found.of(verdict):
            _show_one(console, file, each, colour)
    counts = ", ".join(f"{len(found.of(verdict))} {verdict}" for verdict in VERDICTS)
    console.print(counts, markup=False, soft_wrap=True)


def _show_one(console: Console, file: Path, each: Finding, colour: str) -> None:
    from rich.markup import escape
    from rich.padding import Padding
    from rich.text import Text

    console.print(
        f"[{colour}]{each.verdict}[/{colour}] {escape(each.check)} [dim]{escape(str(file))}:{each.line}[/dim]",
        soft_wrap=True,
    )
    console.print(Padding(Text(f"“{each.quote}”", style="dim"), (0, 0, 0, 2)))
    console.print(Padding(Text(each.computation), (0, 0, 0, 2)))
