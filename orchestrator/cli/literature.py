"""`gonogo literature`: takes records in, joins them to works, and records what people decide on these."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import FILE, Group, at_option, emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from orchestrator.usecases.screening import Queue
    from store.literature.events import Stage, Verdict

as_option = click.option("--as", "by", metavar="NAME", help="Your name; it stands beside what you decide.")
reason_option = click.option("--reason", default="", metavar="TEXT", help="Your reason; it stays in the log.")
stage_option = click.option(
    "--stage", type=click.Choice(["title", "full-text"]), default="title", show_default=True, help="What was read."
)


@click.group(cls=Group)
def literature_command() -> None:
    """Track the literature of a study: import, deduplicate, screen, stop, report."""


@literature_command.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@json_option
@workspace_option
def import_command(settings: Settings, files: tuple[Path, ...], as_json: bool) -> None:
    """Take in records from FILES: BibTeX, RIS, CSL-JSON or OpenAlex JSON, told by their content."""
    from orchestrator.cli.show.literature import progress, show_import
    from orchestrator.usecases.library_views import import_view
    from orchestrator.usecases.literature import import_files

    with progress(len(files)) as advance:
        brought = import_files(settings, files, note, advance)
    if as_json:
        emit(import_view(brought))
    else:
        show_import(brought)


@literature_command.command()
@json_option
@workspace_option
def quarantine(settings: Settings, as_json: bool) -> None:
    """List the records that could not be read, with file, line and reason."""
    from orchestrator.cli.show.literature import show_quarantine
    from orchestrator.usecases.library import quarantine
    from orchestrator.usecases.library_views import quarantine_view

    found = list(quarantine(settings))
    if as_json:
        emit(quarantine_view(found))
    else:
        show_quarantine(found)


@literature_command.command()
@json_option
@workspace_option
def records(settings: Settings, as_json: bool) -> None:
    """List every record as it came in: id, file, first author, year and title."""
    from orchestrator.cli.show.literature import show_records
    from orchestrator.usecases.library import all_records
    from orchestrator.usecases.library_views import records_view

    found = all_records(settings)
    if as_json:
        emit(records_view(found))
    else:
        show_records(found)


@literature_command.command()
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Works at most.")
@json_option
@workspace_option
def search(settings: Settings, query: str, limit: int, as_json: bool) -> None:
    """Find works that have all words of QUERY. Any text is a query; words within quotes stand side by side."""
    from orchestrator.cli.show.literature import show_hits
    from orchestrator.usecases.library import search
    from orchestrator.usecases.library_views import search_view

    hits = search(settings, query, limit)
    if as_json:
        emit(search_view(query, hits))
    else:
        show_hits(hits)


@literature_command.command()
@click.argument("records", nargs=-1, metavar="[A B]")
@click.option("--same/--different", "same", default=None, help="What you say of records A and B.")
@as_option
@reason_option
@json_option
@workspace_option
def duplicates(
    settings: Settings, records: tuple[str, ...], same: bool | None, by: str | None, reason: str, as_json: bool
) -> None:
    """List pairs of records that may be one work, or answer for the pair A B. An answer beats every rule."""
    from orchestrator.cli.show.literature import show_doubts
    from orchestrator.usecases.library import clusters, doubts
    from orchestrator.usecases.library_views import duplicates_view
    from orchestrator.usecases.literature import answer_merge

    if records or same is not None:
        if len(records) != 2 or same is None or by is None:
            raise click.UsageError("To answer, give two records, --same or --different, --as NAME and --reason TEXT.")
        answer_merge(settings, records[0], records[1], same, by, reason, note)
        note(f"{records[0]} and {records[1]}: {'the same work' if same else 'different works'}, by {by}")
        return
    found = doubts(settings)
    if as_json:
        emit(duplicates_view(found, clusters(settings)))
    else:
        show_doubts(found)


@literature_command.command()
@click.argument("record", metavar="ID")
@click.option("--as", "by", required=True, metavar="NAME", help="Your name.")
@click.option("--reason", required=True, metavar="TEXT", help="Your reason; it stays in the log.")
@workspace_option
def split(settings: Settings, record: str, by: str, reason: str) -> None:
    """Take record ID out of its work, for good: it is another work than each of the others."""
    from orchestrator.usecases.literature import split_work

    split_work(settings, record, by, reason, note)
    note(f"{record} stands for itself, by {by}")


@literature_command.command()
@as_option
@stage_option
@click.option(
    "--decide",
    nargs=2,
    type=(str, click.Choice(["include", "exclude", "later", "not-had", "undo"])),
    metavar="ID VERDICT",
    help="Decide on one work without the screen: include, exclude, later, not-had or undo.",
)
@click.option("--criterion", default="", metavar="KEY", help="Criterion by which it is excluded.")
@click.option("--key", is_flag=True, help="It is a key paper.")
@click.option("--disputed", "queue", flag_value="disputed", help="Settle what two screeners decided differently.")
@click.option("--left", "queue", flag_value="left", help="Read on in what the stopping rule left unread.")
@reason_option
@workspace_option
def screen(
    settings: Settings,
    by: str | None,
    stage: Stage,
    decide: tuple[str, Verdict] | None,
    criterion: str,
    key: bool,
    queue: Queue | None,
    reason: str,
) -> None:
    """Screen one work after the other, by keys; every decision is kept before the next work shows."""
    from orchestrator.cli.show.screening import run_screen
    from orchestrator.usecases.screening import decide_on, desk

    if by is None:
        raise click.UsageError("Give your name with --as NAME; it stands beside what you decide.")
    if decide is None:
        with desk(settings, by, stage, queue or "open", note) as seat:
            run_screen(seat, stage)
        return
    record, verdict = decide
    decide_on(settings, stage, record, verdict, by, note, criterion, reason, key, settles=queue == "disputed")
    note(f"{record}: {verdict}, by {by}")


@literature_command.command()
@as_option
@reason_option
@json_option
@workspace_option
def stop(settings: Settings, by: str | None, reason: str, as_json: bool) -> None:
    """Say whether screening may stop, by a test; with --as, stop, and record how much is left unread."""
    from orchestrator.cli.show.literature import show_stopping
    from orchestrator.usecases.stopping import stop_screening, stopping

    found = stopping(settings) if by is None else stop_screening(settings, by, reason, note)
    if as_json:
        emit(found.view())
    else:
        show_stopping(found, recorded=by is not None)


@literature_command.command()
@click.option("--svg", type=FILE, default=None, metavar="FILE", help="Draw it there as SVG, too.")
@at_option
@json_option
@workspace_option
def prisma(settings: Settings, svg: Path | None, at: int | None, as_json: bool) -> None:
    """Print the PRISMA 2020 flow in Markdown, now or as it was."""
    from orchestrator.library.flow import as_markdown
    from orchestrator.usecases.library import flow_at
    from orchestrator.usecases.library_views import prisma_view

    found = flow_at(settings, at, drawn=svg)
    if as_json:
        emit(prisma_view(found))
    else:
        click.echo(as_markdown(found), nl=False)


@literature_command.command()
@click.option(
    "--format",
    "format_",
    type=click.Choice(["bibtex", "ris", "csl-json"]),
    default="bibtex",
    show_default=True,
    help="Format of the file.",
)
@click.option("--out", type=FILE, default=None, metavar="FILE", help="Write there.  [default: standard output]")
@workspace_option
def export(settings: Settings, format_: str, out: Path | None) -> None:
    """Write the works that are included so far, as a file that other tools read."""
    from orchestrator.usecases.library import export_text, save

    text = export_text(settings, format_)
    if out is None:
        click.echo(text, nl=False)
    else:
        save(out, text)
        click.echo(out)


@literature_command.command()
@at_option
@json_option
@workspace_option
def status(settings: Settings, at: int | None, as_json: bool) -> None:
    """Show what is there, what waits for a human, and where."""
    from orchestrator.cli.show.literature import show_status
    from orchestrator.usecases.library import flow_at
    from orchestrator.usecases.library_views import flow_view

    found = flow_at(settings, at)
    if as_json:
        emit(flow_view(found))
    else:
        show_status(found)


@literature_command.command()
@workspace_option
def watch(settings: Settings) -> None:
    """Ask the services of the study's queries for what is new, now. Keys come from the environment."""
    from orchestrator.cli.show.literature import progress, show_watches
    from orchestrator.usecases.literature import watch_now

    with progress(0) as advance:
        ended = watch_now(settings, note, advance)
    show_watches(ended)
