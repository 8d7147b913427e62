"""Places where people have still to write, or where a reference came to nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.layout import layout_of

_MARK = re.compile(
    r"\b(?P<mark>TO[D]O|FIX[M]E|XXX+|TBD|TBA|TKTK)\b:?\s*(?P<rest>.*)|(?P<filler>\b[Ll]orem ipsum\b)"
    r"|(?P<open>(?<![\w?])\?\?(?!\?)|[\[(]\?(?:,\s?\?)*[\])])"
)


def check(paper: Paper) -> Iterator[Fault]:
    """Each with its page."""
    if paper.pages is None:
        return
    layout = layout_of(paper.pages)
    for at, line in enumerate(paper.pages.lines):
        found = _MARK.search(line.text)
        if found is None or at in layout.furniture:
            continue
        if found["open"]:
            yield Fault("todo", f"a reference came to nothing, and is printed as {found['open']}", line.page)
        else:
            rest = (found["rest"] or "").strip()
            mark = found["mark"] or found["filler"]
            yield Fault("todo", f"{mark}: {rest}" if rest else mark, line.page)
