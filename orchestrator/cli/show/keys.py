"""One key, or one line, from whoever sits at the terminal; from a pipe or file, each key is a line of its own."""

from __future__ import annotations

import os
import sys

import click


class Closed(Exception):
    """The input has ended: nobody is there any more."""


def read_key() -> str:
    """The next key, as one character, lower case. Ctrl-C interrupts; Closed where the input has ended."""
    if sys.stdin.isatty() and os.name == "posix":
        return _from_terminal().lower()
    while not (line := read_line("").strip()):
        pass
    return line[0].lower()


def read_line(prompt: str) -> str:
    """The next line, without its end; Closed where the input has ended."""
    click.echo(prompt, nl=False)
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise Closed
    return line.rstrip("\n")


def _from_terminal() -> str:
    """A key without waiting for the end of the line. The terminal is as it was before and after each key."""
    import termios
    import tty

    sys.stdout.flush()
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number, termios.TCSANOW)
        data = os.read(number, 1)
        more = _following(data)
        data += os.read(number, more) if more else b""
    finally:
        termios.tcsetattr(number, termios.TCSANOW, before)
    if not data or data == b"\x04":
        raise Closed
    return data.decode("utf-8", "replace")


def _following(first: bytes) -> int:
    """How many bytes of a character in UTF-8 follow its first."""
    lead = first[0] if first else 0
    return 3 if lead >= 0xF0 else 2 if lead >= 0xE0 else 1 if lead >= 0xC0 else 0
