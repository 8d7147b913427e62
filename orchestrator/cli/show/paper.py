"""How a paper looks in a terminal: where it is, what is wrong with it, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note

if TYPE_CHECKING:
    from orchestrator.usecases.paper import BuiltPaper, CheckedPaper
    from orchestrator.usecases.paper_diff import PaperDiff
    from tasks.drafting.fault import Fault


def show_build(done: BuiltPaper) -> None:
    """Print the path of the PDF, or of the HTML where there is none; the rest goes beside it."""
    click.echo(done.pdf or done.folder / "paper.html")
    if done.built.preview:
        note("this is a preview by typst; LaTeX sets the paper itself")
    if done.pdf is not None:
        note(f"{done.found.pages} pages, {done.found.figures} figures, {done.built.toolchain}, sha256 {done.digest}")
    _show_faults(done.found.faults)


def show_check(done: CheckedPaper) -> None:
    """Print what was found, one line each."""
    for fault in done.found.faults:
        click.echo(f"{fault.kind}: {fault.said}")
    found = len(done.found.faults)
    faults = f"{found} findings" if found != 1 else "1 finding"
    if done.bytes_are:
        note(f"{done.name} has {done.bytes_are}")
    note(f"{done.name}: {done.found.pages} pages, {done.found.figures} printed figures, {faults}")


def show_diff(done: PaperDiff) -> None:
    """Print what changed: `-` went, `+` came, `~` is another."""
    if done.claims is not None:
        click.echo(f"~ verdict: {done.claims.before or 'none'} -> {done.claims.after or 'none'}")
    for change in done.figures:
        sign = "+" if change.before is None else "-" if change.after is None else "~"
        click.echo(f"{sign} {change.key}: {' -> '.join(each for each in (change.before, change.after) if each)}")
    for name, (gone, new) in done.said.items():
        for sign, sentences in (("-", gone), ("+", new)):
            for sentence in sentences:
                click.echo(f"{sign} {name}: {sentence}")
    for sign, keys in zip("-+", done.references, strict=True):
        for key in keys:
            click.echo(f"{sign} reference: {key}")
    note(f"{len(done.figures)} figures changed from event {done.at[0]} to event {done.at[1]}")


def _show_faults(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        note(f"{fault.kind}: {fault.said}")
