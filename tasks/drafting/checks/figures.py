"""Every printed figure is that of the record: its digits stand under each link, as often as the sources print it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.glyphs import plain
from tasks.drafting.reading.nearest import nearest
from tasks.drafting.reading.pages import Pages


def check(paper: Paper) -> Iterator[Fault]:
    """Links under which other digits stand, links to no figure, and figures that are missing or come too often.

    The rows that tell where figures come from print them by links of the same kind.
    """
    if paper.pages is None:
        return
    known = {key: plain(text).strip() for key, text in paper.expected.figures.items()}
    for found in paper.pages.figures:
        if found.key not in known:
            yield Fault("figure", f"there is no figure {found.key}{nearest(found.key, known)}", found.page)
        elif found.text != known[found.key]:
            printed = f"printed as {found.text}" if found.text else "a link with nothing under it"
            yield Fault("figure", f"{found.key} is {printed}; the record has {known[found.key]}", found.page)
    yield from _counted(paper, known)
    yield from _rows(paper.pages, known)


def _counted(paper: Paper, known: Mapping[str, str]) -> Iterator[Fault]:
    from tasks.drafting.reading.prose import figures_in

    if paper.pages is None:
        return
    printed, told = Counter(found.key for found in paper.pages.figures), Counter(dict(paper.expected.uses))
    for text in paper.prose.values():
        told.update(key for key, _ in figures_in(text))
    for key in sorted(told.keys() | (printed.keys() & known.keys())):
        if printed[key] != told[key]:
            yield Fault("figure", f"{key} is printed {_times(printed[key])}; the sources have it {_times(told[key])}")


def _times(number: int) -> str:
    return f"{number} time{'' if number == 1 else 's'}"


def _rows(pages: Pages, known: Mapping[str, str]) -> Iterator[Fault]:
    """Links that lead to no row."""
    if not pages.rows:
        return
    for key in sorted({found.key for found in pages.figures} & known.keys() - pages.rows.keys()):
        yield Fault("figure", f"{key} is printed, and its link leads to no row")
