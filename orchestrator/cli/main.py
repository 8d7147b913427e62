"""`gonogo`: finds the command, and turns every ending into one line and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sys
import unicodedata
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import cast

import click

from orchestrator.cli.common import Group

COMMANDS = (
    "init",
    "run",
    "board",
    "events",
    "decisions",
    "decide",
    "report",
    "verify",
    "replay",
    "literature",
    "paper",
    "export",
    "diagnose",
    "models",
    "data",
    "power",
    "audit",
    "doctor",
)
"""In the order in which a newcomer meets them. Each is `orchestrator.cli.<name>:<name>_command`."""

INTERRUPTED = 130
"""128 and the number of the signal, as shells say."""

GOES_ON = "nothing is lost, and the same command goes on from here"

EPILOG = "Exit codes: 0 done, 1 failed, 2 usage or bad input, 3 waits for a human, 4 not allowed, 5 integrity failure."


class Commands(Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, getattr(import_module(f"orchestrator.cli.{cmd_name}"), f"{cmd_name}_command"))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a mistyped name."""
        import difflib

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {close[0]}?" if close else " See gonogo --help."
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gonogo", message="gonogo %(version)s")
@click.option("--debug", is_flag=True, help="Show the trace of an error.")
@click.option(
    "--workspace",
    "-w",
    metavar="DIR",
    help="Folder of the study, for the command that follows.",
)
def gonogo(debug: bool, workspace: str | None) -> None:
    """Run research cycles whose every number can be checked again.

    Start with `gonogo init DIR`, then `gonogo run --workspace DIR`.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command line; exits the process. SIGTERM, and a terminal that is closed, end it as Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _terminate)
    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    from orchestrator.packages import fault

    debug = "--debug" in arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter still gets the rest
    wrong = fault()
    if wrong is not None:  # before anything else is imported, which might not be ours
        return _say(wrong, 1)
    from store.errors import GonogoError

    try:
        result = gonogo.main(arguments, prog_name="gonogo", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except SystemExit:  # click's own ending when the reader of a pipe has gone
        return 0
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)  # noqa: T201
        return 2
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "gonogo"
        return _say(f"{error.format_message()} (see {command} --help)", 2)
    except (KeyboardInterrupt, click.Abort) as stop:  # click turns the one into the other
        told = stop if isinstance(stop, Terminated) else stop.__cause__
        if isinstance(told, Terminated):
            return _say(f"terminated; {GOES_ON}", told.exit_code)
        return _say(f"interrupted; {GOES_ON}", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except GonogoError as error:
        _trace(debug)
        return _say(str(error), error.exit_code)
    except OSError as error:
        _trace(debug)
        if not _is_somewhere():
            return _say("the folder in which this was started is gone; change to another one, then run it again", 2)
        remedy = _REMEDIES.get(error.errno or 0, "")
        return _say(f"{error.filename or 'the disk'}: {error.strerror}{remedy}", 1)
    except Exception as error:
        _trace(debug)
        hint = "" if debug else "; gonogo --debug shows where"
        return _say(f"unexpected {type(error).__name__}: {error}{hint}", 1)


def _is_somewhere() -> bool:
    """False when the current folder was removed, which nothing that takes a relative path survives."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP: a service manager, a container, a batch system or a lost connection ends the process."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number
        """As shells have it."""


def _terminate(number: int, _: object) -> None:
    """End as Ctrl-C does, once: work is given back, and the log signed."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Terminated(number)


def _trace(debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()


_REMEDIES = {
    errno.ENOSPC: "; free some space, then run the same command again",
    errno.EDQUOT: "; free some space, then run the same command again",
    errno.EACCES: "; ask its owner for access, or work on a copy",
    errno.EPERM: "; ask its owner for access, or work on a copy",
}

LONGEST = 1_500
"""Characters of a message. What is longer quotes something at length; what is wrong stands first, the remedy last."""


_HIDDEN = ("Cc", "Cf", "Cs")
"""Unicode categories of what a terminal would obey, or show as something else: names of files may hold it."""


def _say(message: str, code: int) -> int:
    text = "".join(c for c in " ".join(message.split()) if unicodedata.category(c) not in _HIDDEN)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    print(f"gonogo: {text}", file=sys.stderr)  # noqa: T201
    return code
