"""How the literature looks in a terminal: imports, what was set aside, works that were found, and questions."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from store.queries.literature import total
from tasks.literature.citing import cited

if TYPE_CHECKING:
    from orchestrator.usecases.library import Doubt, Held, Hit
    from orchestrator.usecases.literature import Advance, Brought, Taken
    from orchestrator.usecases.stopping import Stopping
    from store.literature.events import WatchEnded
    from store.literature.state import Imported
    from store.queries.literature import Flow
    from tasks.literature.keeping import SetAside
    from tasks.literature.record import Record


LONGEST = 300
"""Characters of a work in one line, as a title may fill a screen."""


@contextmanager
def progress(files: int) -> Iterator[Advance]:
    """A bar on standard error while files are read; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=files)

        def advance(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name[:40] or "matching")

        yield advance


def show_import(brought: Brought) -> None:
    """A line a file, then what there is after it."""
    for each in brought.files:
        click.echo(f"{each.name}: {_became(each)}")
    found = brought.flow
    click.echo(
        f"{found.works} works of {found.records} records; {_several(found.questions, 'question')} open, "
        f"{_several(total(found.ruled_out), 'work')} excluded by rule"
    )


def show_watches(ended: Sequence[WatchEnded]) -> None:
    """A line a query and service."""
    for each in ended:
        why = f" ({each.reason})" if each.reason else ""
        asked = _several(each.requests, "request")
        click.echo(f"{each.source}, {each.query!r}: {each.outcome}{why}; {_several(each.new, 'new record')}, {asked}")


def show_quarantine(found: Sequence[tuple[Imported, SetAside]]) -> None:
    """A line a record."""
    for imported, each in found:
        click.echo(f"{imported.event.source}:{each.line}: {each.reason}")
    if not found:
        click.echo("nothing was set aside")


def show_records(found: Sequence[Held]) -> None:
    """A line a record, in the order in which they came in."""
    for each in found:
        click.echo(f"{each.id}  {each.source}  {_short(cited(each.record))}")
    if not found:
        click.echo("there is no record; gonogo literature import takes some in")


def show_hits(hits: Sequence[Hit]) -> None:
    """A line a work, the best first."""
    for hit in hits:
        click.echo(f"{hit.records[0]}  {hit.standing}  {_short(cited(hit.record))}")
    if not hits:
        click.echo("no work has all of these words")


def show_doubts(found: Sequence[Doubt]) -> None:
    """Both records of each pair, and what speaks for and against."""
    for each in found:
        click.echo(f"{each.question.a} {each.question.b}  {each.question.because}")
        for name, record in (("A", each.a), ("B", each.b)):
            for line in _told(record):
                click.echo(f"  {name}  {line}")
        click.echo(f"  for: {'; '.join(each.speaks_for) or 'nothing'}")
        click.echo(f"  against: {'; '.join(each.speaks_against) or 'nothing'}")
    click.echo(f"{_several(len(found), 'question')} open" + (_HOW if found else ""))


_HOW = "; answer with gonogo literature duplicates A B --same (or --different) --as NAME --reason TEXT"


def show_status(found: Flow) -> None:
    """What is there, and what waits for a human."""
    rows = (
        ("records", found.records),
        ("set aside", found.quarantined),
        ("works", found.works),
        ("excluded by rule", total(found.ruled_out)),
        ("left unread", found.left_unread),
        ("screened by title", found.screened),
        ("included by title", found.sought),
        ("assessed by full text", found.assessed),
        ("included", found.included),
        ("key papers", found.key),
    )
    for name, count in rows:
        click.echo(f"{name:<22}{count:>8}")
    screen = "gonogo literature screen --as NAME"
    waits = [
        (found.questions, "pair", "whose records may be one work", "gonogo literature duplicates"),
        (found.undecided, "work", "to be screened", screen),
        (found.disputed, "work", "on which screeners differ", f"{screen} --disputed"),
        (found.awaiting - found.disputed_full_text, "full text", "to be read", f"{screen} --stage full-text"),
        (
            found.disputed_full_text,
            "full text",
            "on which screeners differ",
            f"{screen} --stage full-text --disputed",
        ),
    ]
    for count, noun, what, command in waits:
        if count:
            click.echo(f"waits: {_several(count, noun)} {what}: {command}")


def show_stopping(found: Stopping, recorded: bool) -> None:
    """Whether screening may stop, and the test behind it."""
    for line in found.lines(recorded):
        click.echo(line)


def _became(taken: Taken) -> str:
    if taken.event is None:
        return f"not read: {taken.reason}"
    if taken.known:
        return "already known, nothing changes"
    event = taken.event
    guessed = f", encoding guessed to be {event.encoding}" if event.guessed and event.kept else ""
    aside = (
        f", {event.quarantined} set aside (line {event.faults[0].line}: {event.faults[0].reason})"
        if event.faults
        else ""
    )
    return f"{event.kept} kept{aside}{guessed}"


def _told(record: Record) -> Iterator[str]:
    yield from textwrap.wrap(cited(record), 90, max_lines=6, placeholder=" …")
    where = ", ".join(
        part
        for part in (
            record.container,
            record.type,
            record.doi and f"doi:{record.doi}",
            record.arxiv and f"arXiv:{record.arxiv}",
        )
        if part
    )
    yield from textwrap.wrap(where, 90, max_lines=4, placeholder=" …")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
