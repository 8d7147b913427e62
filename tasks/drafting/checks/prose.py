"""Numbers in what people wrote are macros, or allowed by name; keys of figures are such as the record has."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.nearest import nearest
from tasks.drafting.reading.prose import figures_in, numbers_in


def check(paper: Paper) -> Iterator[Fault]:
    """Each number with its file and line."""
    known = paper.expected.figures
    for name, text in sorted(paper.prose.items()):
        if not name.endswith(".tex"):
            continue
        for key, line in figures_in(text):
            if not key:
                yield Fault("prose", r"\fig is followed by no key in braces", file=f"paper/{name}", line=line)
            elif key not in known:
                said = f"there is no figure {key}{nearest(key, known)}"
                yield Fault("prose", said, file=f"paper/{name}", line=line)
        for found in numbers_in(text):
            said = f"{found.text} is no figure of the record; write \\fig{{…}}, or allow it by % allow: {found.text}"
            yield Fault("prose", said, file=f"paper/{name}", line=found.line)
