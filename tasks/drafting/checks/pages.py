"""The paper is no longer than the venue allows."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.pages import Pages


def check(paper: Paper) -> Iterator[Fault]:
    """Pages against the limit."""
    limit, pages = paper.expected.page_limit, paper.pages
    if limit is None or pages is None:
        return
    counted = pages.count if paper.expected.counted == "all" else body_pages(pages)
    if counted > limit:
        what = "pages" if paper.expected.counted == "all" else "pages before the references"
        yield Fault("pages", f"there are {counted} {what}; the limit is {limit}")


def body_pages(pages: Pages) -> int:
    """Pages up to the one on which references, or else the appendix, begin, if any text precedes them there."""
    for at, line in enumerate(pages.lines):
        if line.text in ("References", "A Reproducibility"):
            before = [other for other in pages.lines[:at] if other.page == line.page]
            return line.page if before else line.page - 1
    return pages.count
