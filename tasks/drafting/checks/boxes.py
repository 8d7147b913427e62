"""No line sticks out of its column by more than five points."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.buildlog import overfull

MOST_POINTS = 5.0


def check(paper: Paper) -> Iterator[Fault]:
    """By what LaTeX says of its boxes."""
    for box in overfull(paper.log):
        if box.points > MOST_POINTS:
            yield Fault("boxes", f"a line is {box.points:g} pt too wide", file=box.file, line=box.line)
