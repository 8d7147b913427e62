"""The deadline of the venue is ahead, and the paper has a verdict in time."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper

SOON_DAYS = 14


def check(paper: Paper) -> Iterator[Fault]:
    """By the time of the log."""
    deadline = paper.expected.deadline
    if deadline is None:
        return
    days = (deadline - paper.expected.as_of).days
    if days < 0:
        yield Fault("deadline", f"it was {-days} days before this draft")
    elif days <= SOON_DAYS and paper.expected.verdict is None:
        yield Fault("deadline", f"it is in {days} days, and the study has not been assessed")
