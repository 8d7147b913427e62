"""How the audit of a report looks in a terminal: contradictions in full, everything else as counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from tasks.audit.finding import VERDICTS

if TYPE_CHECKING:
    from tasks.audit.audit import AuditResult
    from tasks.audit.finding import Finding


def show_audit(file: Path, found: AuditResult) -> None:
    """Print each inconsistent finding, each that depends on how it is read, and the number of findings per verdict."""
    console = Console(highlight=False)
    for verdict, colour in zip(VERDICTS, ("red", "yellow"), strict=False):
        for each in found.of(verdict):
            _show_finding(console, file, each, colour)
    counts = ", ".join(f"{len(found.of(verdict))} {verdict}" for verdict in VERDICTS)
    console.print(counts, markup=False, soft_wrap=True)


def _show_finding(console: Console, file: Path, each: Finding, colour: str) -> None:
    console.print(
        f"[{colour}]{each.verdict}[/{colour}] {escape(each.check)} [dim]{escape(str(file))}:{each.line}[/dim]",
        soft_wrap=True,
    )
    console.print(Padding(Text(f"“{each.quote}”", style="dim"), (0, 0, 0, 2)))
    console.print(Padding(Text(each.computation), (0, 0, 0, 2)))
