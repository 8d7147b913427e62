"""What the log of a failed run says first."""

from __future__ import annotations

import re

from tasks.drafting.building.built import one_line

_AT_LINE = re.compile(r"^(?:\./)?(?P<file>[^\s:!][^:\n]*):(?P<line>\d+): (?P<what>.*)$")
_PLAIN = re.compile(r"^! ?(?P<what>.*)$")
_REFUSED = re.compile(r"pdflatex: (?P<what>(?:Not (?:reading|writing) |/).*?)\.?$")
_FOLLOWS = ("==> ", "Emergency stop")


def first_error(log: str) -> str:
    """The first error of a log, as `file:line: what`, or `what` where no line is named; empty where there is none."""
    refused = plain = ""
    for line in log.splitlines():
        if found := _AT_LINE.match(line):
            return one_line(f"{found['file']}:{found['line']}: {plain or refused + found['what']}")
        if (found := _PLAIN.match(line)) and not found["what"].lstrip().startswith(_FOLLOWS):
            plain = plain or f"{refused}{found['what']}"
        elif found := _REFUSED.search(line):
            refused = refused or f"{found['what']}: "
    return one_line(plain or refused.removesuffix(": "))


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
