"""What a check says about claims: a verdict, the line it rests on, and the computation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.audit.reading.report import Line

Verdict = Literal["inconsistent", "depends on reading", "not checkable", "consistent"]

VERDICTS: tuple[Verdict, ...] = ("inconsistent", "depends on reading", "not checkable", "consistent")
"""The worst first."""

LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One binding between claims, and whether it holds."""

    check: str
    """Name of the check, as its module in `tasks.audit.checks`; filled in by `audit`."""
    verdict: Verdict
    line: int
    """Line of the file, from 1."""
    quote: str
    """That line, shortened."""
    computation: str
    """What follows from what, in one sentence with its numbers."""
    also: tuple[int, ...] = ()
    """Other lines that the computation uses."""


def found(verdict: Verdict, line: Line, computation: str, *also: Line) -> Finding:
    """A finding on a line; `also` are the others it rests on."""
    others = sorted({each.number for each in also} - {line.number})
    return Finding("", verdict, line.number, shortened(line.source), computation, tuple(others))


def consistent_if(holds: bool, line: Line, computation: str, *also: Line) -> Finding:
    """A finding that is consistent where something holds, and inconsistent where it does not."""
    return found("consistent" if holds else "inconsistent", line, computation, *also)


def shortened(text: str, longest: int = LONGEST_QUOTE) -> str:
    """A text on one line, at most so many characters."""
    text = " ".join(text[: 4 * longest].split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
