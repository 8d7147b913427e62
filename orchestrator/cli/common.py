"""Shared by the commands: options, output on both streams, and the name under which gonogo was started."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from orchestrator.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


class PathOf(click.Path):
    """A path that is named: an empty one would mean the current folder, and comes of a variable that was never set."""

    def __init__(self, *, file_okay: bool = True) -> None:
        super().__init__(path_type=Path, file_okay=file_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """As click does; ~ and ~name are homes, also where no shell has read them."""
        if value == "":
            self.fail("an empty name is none; the current folder is called .", param, ctx)
        try:
            return super().convert(Path(value).expanduser(), param, ctx)
        except RuntimeError:
            self.fail(f"{value}: there is no such user with a home folder", param, ctx)


FOLDER, FILE = PathOf(file_okay=False), PathOf()


class Group(click.Group):
    """Commands whose arguments, where a use case refuses one, are named as people give them: by their options."""

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; an argument that a use case refuses is named by its option."""
        from orchestrator.usecases.errors import BadArgument

        try:
            return super().invoke(ctx)
        except BadArgument as error:
            command = self.get_command(ctx, ctx.invoked_subcommand or "")
            options = {each.name: each.opts[0] for each in command.params} if command is not None else {}
            raise error.named(options.get(error.argument, f"--{error.argument}")) from error


def workspace_option(function: F) -> F:
    """`--workspace DIR`, handed to the command as `settings`."""
    option = click.option(
        "--workspace",
        "-w",
        "settings",
        type=FOLDER,
        default=None,
        callback=_settings,
        metavar="DIR",
        help="Folder of the study.  [default: GONOGO_WORKSPACE, else the current folder]",
    )
    return option(function)


def json_option(function: F) -> F:
    """`--json`, handed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON with a versioned schema.")(function)


def trust_clock_option(function: F) -> F:
    """`--trust-clock`."""
    return click.option(
        "--trust-clock", is_flag=True, help="Go on although the log's last time and this machine's clock are far apart."
    )(function)


LARGEST = 2**62
"""The largest whole number that an option takes: what a database holds."""


def at_option(function: F) -> F:
    """`--at POSITION`."""
    return click.option(
        "--at", type=click.IntRange(0, LARGEST), default=None, metavar="POSITION", help="As it was after that event."
    )(function)


def emit(value: object) -> None:
    """Print a JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def note(text: str) -> None:
    """Print a message for people, on standard error."""
    click.echo(text, err=True)


def this_command() -> str:
    """The word that starts another command: `gonogo` where that is on the PATH, else the file that was started."""
    started = Path(sys.argv[0])
    return "gonogo" if shutil.which("gonogo") or started.name != "gonogo" else str(started)


def _settings(context: click.Context, parameter: click.Parameter, value: Path | None) -> Settings:
    """Of the workspace that was given after the command, else before it, else by the environment."""
    from orchestrator.settings import Settings

    before: str | None = context.find_root().params.get("workspace")
    return Settings.of(value or (None if before is None else FOLDER.convert(before, parameter, context)))
