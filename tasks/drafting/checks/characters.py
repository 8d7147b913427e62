"""Characters that the fonts lack, and what is printed in their place."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper


def check(paper: Paper) -> Iterator[Fault]:
    """One fault for each."""
    for told in paper.expected.replaced:
        yield Fault("characters", told)
