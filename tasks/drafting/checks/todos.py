"""Places where people have still to write."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper

_MARK = re.compile(r"\b(TO[D]O|FIX[M]E)\b:?\s*([^.]*)")


def check(paper: Paper) -> Iterator[Fault]:
    """Each with its page."""
    for line in paper.pages.lines if paper.pages is not None else ():
        if (found := _MARK.search(line.text)) is not None:
            yield Fault("todo", f"{found[1]}: {found[2].strip()}", line.page)
