"""`gonogo audit`: whether the numbers of any report can all be true."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.common import FILE, emit, json_option

FAILED = 1


@click.command()
@click.argument("file", type=FILE)
@json_option
def audit_command(file: Path, as_json: bool) -> int:
    """Check whether the numbers of a report can all be true.

    FILE is Markdown, plain text, HTML or LaTeX, from anywhere. Every number stands for the interval that rounds to it.

    Ends with 1 when anything is inconsistent. --json lists all findings, the consistent ones included.
    """
    from orchestrator.cli.show.audit import show_audit
    from orchestrator.usecases.audit import audit

    found = audit(file)
    if as_json:
        emit(found.view(str(file)))
    else:
        show_audit(file, found)
    return 0 if found.consistent else FAILED
