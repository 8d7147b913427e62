"""What the log of a failed run says first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tasks.drafting.building.built import one_line

_AT_LINE = re.compile(r"^(?:\./)?(?P<file>[^\s:!][^:\n]*):(?P<line>\d+): (?P<what>.*)$")
_PLAIN = re.compile(r"^! ?(?P<what>.*)$")
_REFUSED = re.compile(r"pdflatex: (?P<what>(?:Not (?:reading|writing) |/).*?)\.?$")
_STOPPED = re.compile(r"^(?:l\.\d+|<[^>]*>|\\\S+ .*?->)(.*)$")
_COMMAND = re.compile(r"\\(?:[a-zA-Z@]+|\S)")
_FOLLOWS = ("==> ", "Emergency stop")


def first_error(log: str) -> str:
    """The first error of a log, as `file:line: what`, or `what` where no line is named; empty where there is none."""
    refused = plain = ""
    lines = log.splitlines()
    for at, line in enumerate(lines):
        if found := _AT_LINE.match(line):
            said = plain or refused + found["what"]
            return one_line(f"{found['file']}:{found['line']}: {said}{_which(said, lines[at + 1 : at + 20])}")
        if (found := _PLAIN.match(line)) and not found["what"].lstrip().startswith(_FOLLOWS):
            plain = plain or f"{refused}{found['what']}"
        elif found := _REFUSED.search(line):
            refused = refused or f"{found['what']}: "
    return one_line(plain or refused.removesuffix(": "))


def _which(said: str, after: Sequence[str]) -> str:
    """The command that LaTeX does not know: the last before the place where it stopped reading."""
    if "Undefined control sequence" not in said:
        return ""
    found = next((match for line in after if (match := _STOPPED.match(line))), None)
    commands = _COMMAND.findall(found[1]) if found is not None else []
    return f" {commands[-1]}" if commands else ""


def bibliography_error(log: str) -> str:
    """What BibTeX could not do, of its log; empty where it names nothing."""
    lines = log.splitlines()
    for place, line in enumerate(lines):
        if "---" in line and re.search(r"---(?:line \d+ of|while)", line):
            before = line.partition("---")[0] or (lines[place - 1] if place else "")
            return one_line(f"{before} ({line.partition('---')[2]})")
        if line.startswith(("I couldn't", "I found no", "Sorry", "This database", "Illegal", "Too many")):
            return one_line(line)
    return ""
