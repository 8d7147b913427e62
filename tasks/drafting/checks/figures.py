"""Every printed figure is that of the record: its digits stand under each link, as often as the sources print it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from tasks.drafting.fault import Fault, Paper


def check(paper: Paper) -> Iterator[Fault]:
    """Links under which other digits stand, links to no figure, and figures that are missing or come too often."""
    if paper.pages is None:
        return
    known = paper.expected.figures
    for found in paper.pages.figures:
        if found.key not in known:
            near = get_close_matches(found.key, known, 1)
            hint = f"; the nearest is {near[0]}" if near else ""
            yield Fault("figure", f"there is no figure {found.key}{hint}", found.page)
        elif found.text != known[found.key]:
            yield Fault(
                "figure", f"{found.key} is printed as {found.text}; the record has {known[found.key]}", found.page
            )
    printed, told = Counter(found.key for found in paper.pages.figures), Counter(paper.expected.uses)
    by_people = Counter(key for text in paper.prose.values() for key in _used(text))
    for key in sorted(told.keys() | (printed.keys() & known.keys())):
        wanted = told[key] + by_people[key]
        if printed[key] != wanted:
            yield Fault("figure", f"{key} is printed {printed[key]} times; the sources have it {wanted} times")


def _used(prose: str) -> Iterator[str]:
    from tasks.drafting.reading.prose import FIGURE, without_comments

    for line in without_comments(prose):
        yield from FIGURE.findall(line)
