"""What LaTeX says of its work: boxes that are too full, and labels and keys of which there is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OVERFULL = re.compile(r"^Overfull \\hbox \((\d+\.?\d*)pt too wide\)(?:.*? (?:at lines?|at line) (\d+))?", re.MULTILINE)
_FILE = re.compile(r"\((?:\./)?([^\s()]+\.(?:tex|bbl))|\)")
_CITATION = re.compile(r"Citation [`']([^']+)' on page \d+ undefined")
_REFERENCE = re.compile(r"Reference [`']([^']+)' on page \d+ undefined")


@dataclass(frozen=True, slots=True)
class Overfull:
    """A line that sticks out of its column."""

    points: float
    file: str
    line: int | None


def overfull(log: str) -> Iterator[Overfull]:
    """Boxes that are too full, each with the source that was read then."""
    opened: list[str] = ["paper.tex"]
    for line in log.splitlines():
        if (found := _OVERFULL.match(line)) is not None:
            yield Overfull(float(found[1]), opened[-1] or "paper.tex", int(found[2]) if found[2] else None)
            continue
        for mark in _FILE.finditer(line):
            if mark[1]:
                opened.append(mark[1])
            elif len(opened) > 1:
                opened.pop()


def undefined_citations(log: str) -> set[str]:
    """Keys that are cited, and that the references lack, as of the last pass."""
    return set(_CITATION.findall(_unwrapped(log)))


def undefined_references(log: str) -> set[str]:
    """Labels that are referred to, and that nothing has."""
    return set(_REFERENCE.findall(_unwrapped(log)))


def _unwrapped(log: str) -> str:
    """Lines that were cut at their 79th character, joined again."""
    lines: list[str] = []
    for line in log.splitlines():
        if lines and len(lines[-1]) % 79 == 0 and lines[-1]:
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join(lines)
