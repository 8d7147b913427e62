"""The paper is no longer than the venue allows."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.layout import layout_of
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
    layout = layout_of(pages)
    ends = [*sorted(layout.references)[:1], *([] if layout.appendix is None else [layout.appendix])]
    if not ends:
        return pages.count
    end = min(ends)
    page = pages.lines[end].page
    before = any(line.page == page for at, line in enumerate(pages.lines[:end]) if at not in layout.furniture)
    return page if before else page - 1
