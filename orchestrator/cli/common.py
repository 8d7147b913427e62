"""What the commands share: options, output, and the way to the workspace."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from orchestrator.settings import Settings
    from store.board import Board

F = TypeVar("F", bound=Callable[..., Any])


def workspace_option(function: F) -> F:
    """`--workspace DIR`, handed to the command as `settings`."""
    option = click.option(
        "--workspace",
        "-w",
        "settings",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        callback=_settings,
        metavar="DIR",
        help="Folder of the study.  [default: GONOGO_WORKSPACE, else the current folder]",
    )
    return option(function)


def json_option(function: F) -> F:
    """`--json`, handed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON with a versioned schema.")(function)


def at_option(function: F) -> F:
    """`--at POSITION`."""
    return click.option(
        "--at", type=click.IntRange(0, 2**62), default=None, metavar="POSITION", help="As it was after that event."
    )(function)


def emit(value: object) -> None:
    """Print a JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def note(text: str) -> None:
    """Print a message for people, on standard error."""
    click.echo(text, err=True)


def board_at(settings: Settings, at: int | None) -> Board:
    """The workspace's board now, or as it was at a position; BadInput when the log does not reach that far."""
    from orchestrator.bootstrap import open_log
    from store.board import fold
    from store.errors import BadInput

    with closing(open_log(settings)) as log:
        board = fold(log.read(until=at))
    if at is not None and board.position < at:
        raise BadInput(f"--at {at}: the log ends at {board.position}")
    return board


def signing_key(settings: Settings) -> Ed25519PrivateKey | None:
    """The user's key, made where there is none; None, after a line that says so, where it cannot be.

    BadInput when its file holds something else.
    """
    from orchestrator.signing import make_key, own_key, public_key

    key = own_key(settings.key)
    if key is None:
        try:
            key = make_key(settings.key)
        except OSError as error:
            note(f"heads of the log are not signed: {settings.key}: {error.strerror}; GONOGO_KEY names another file")
            return None
        note(f"made a key that signs the log's head, {settings.key}; its public half is {public_key(key)}")
    return key


def this_command() -> str:
    """What to type for another command: `gonogo` where that is on the PATH, else the file that was started."""
    started = Path(sys.argv[0])
    return "gonogo" if shutil.which("gonogo") or started.name != "gonogo" else str(started)


def clean_text(text: str, option: str) -> str:
    """A text a person gave; BadInput when it is not one printable line."""
    from store.errors import BadInput
    from store.text import complaint

    wrong = complaint(text)
    if wrong is not None:
        raise BadInput(f"{option} {wrong}")
    return text.strip()


def _settings(_: click.Context, __: click.Parameter, value: Path | None) -> Settings:
    from orchestrator.settings import Settings

    return Settings.of(value)
