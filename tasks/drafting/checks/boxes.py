"""Nothing sticks out of its column or page by more than five points."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.buildlog import read_log

MOST_POINTS = 5.0


def check(paper: Paper) -> Iterator[Fault]:
    """By what LaTeX says of its boxes."""
    for box in dict.fromkeys(read_log(paper.log).boxes):
        if box.points > MOST_POINTS:
            what = "a line is {:g} pt too wide" if box.line is not None else "a column is {:g} pt too full"
            yield Fault("boxes", what.format(box.points), file=box.file, line=box.line)
