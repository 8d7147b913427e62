"""What is shown is spoken of: each table and drawing has a reference to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper

_CAPTION = re.compile(r"\b(Table|Figure)\s+(\d{1,3}):")
_MENTION = re.compile(r"\b(Table|Figure)s?\s*(\d{1,3})\b(?!:)(?:\s*(?:,|and)\s*(\d{1,3})\b)?")


def check(paper: Paper) -> Iterator[Fault]:
    """Floats that no sentence names, and names of floats that are not there."""
    if paper.pages is None:
        return
    shown: dict[tuple[str, str], int] = {}
    told: set[tuple[str, str]] = set()
    for page in range(1, paper.pages.count + 1):
        text = paper.pages.text(page).replace("-\n", "").replace("\n", " ")
        shown |= dict.fromkeys(_CAPTION.findall(text), page)
        told |= {(kind, number) for kind, *numbers in _MENTION.findall(text) for number in numbers if number}
    for (kind, number), page in sorted(shown.items()):
        if (kind, number) not in told:
            yield Fault("floats", f"{kind} {number} is shown, and no sentence speaks of it", page)
    for kind, number in sorted(told - shown.keys()):
        yield Fault("floats", f"a sentence speaks of {kind} {number}, which is not there")
