"""All fonts are embedded, and none is of Type 3, which publishers refuse."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper


def check(paper: Paper) -> Iterator[Fault]:
    """One fault for each font that is wrong."""
    for font in paper.pages.fonts if paper.pages is not None else ():
        if font.kind == "Type3":
            yield Fault("fonts", f"{font.name or 'a font'} is of Type 3")
        elif not font.embedded:
            yield Fault("fonts", f"{font.name} is not embedded")
