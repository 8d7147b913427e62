"""What people write and what the figures say can be true together: the auditor reads both as one text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.visible import without_comments

_FIGURE = re.compile(r"\\fig\s*\{\s*([^{}]*?)\s*\}")
_SLOT = re.compile(r"\\gonogoprose\{([a-z-]+)\}\{[^{}]*\}")


def check(paper: Paper) -> Iterator[Fault]:
    """Contradictions in which a line of people has a part, each with what follows from what."""
    from tasks.audit.audit import audit
    from tasks.audit.reading.opening import read_report

    lines = list(_lines(paper))
    if not any(file.startswith("paper/prose/") for _, file, _ in lines):
        return
    found = audit(read_report("\n".join(text for text, _, _ in lines), ".tex"))
    for each in found.of("inconsistent"):
        _, file, number = lines[min(each.line, len(lines)) - 1]
        yield Fault("contradiction", f"{each.computation} (in: {each.quote})", file=file, line=number)


def _lines(paper: Paper) -> Iterator[tuple[str, str, int]]:
    """Each line with its file and number: sections with the prose in its place, and the digits of figures in theirs."""
    told = set[str]()
    for name, text in paper.sections.items():
        for number, line in enumerate(text.splitlines(), 1):
            slot = _SLOT.search(line)
            place = f"prose/{slot[1]}.tex" if slot is not None else ""
            if place in paper.prose:
                told.add(place)
                yield from _of_people(place, paper)
            elif slot is None:
                yield _with_digits(line, paper), name, number
    for place in sorted(paper.prose.keys() - told):
        yield from _of_people(place, paper)


def _of_people(place: str, paper: Paper) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(without_comments(paper.prose[place]).split("\n"), 1):
        yield _with_digits(line, paper), f"paper/{place}", number


def _with_digits(line: str, paper: Paper) -> str:
    return _FIGURE.sub(lambda found: paper.expected.figures.get(found[1], found[0]), line)
