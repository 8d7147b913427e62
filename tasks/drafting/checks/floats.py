"""What is shown is spoken of: each table and drawing has a reference to it, and each reference has one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.layout import CAPTION, layout_of

_MENTION = re.compile(
    r"\b(?<![Tt]heir )(?P<kind>Table|Tab|Figure|Fig)(?:s?\.|s)?\s*(?P<numbers>\d{1,3}[a-z]?\b(?![.:]\d)"
    r"(?:\s*(?:,|and|or|–|-|to|through|&)+\s*\d{1,3}[a-z]?\b)*)(?!\s*(?:of|in|by)\s+(?:\[|\(|[A-Z][a-z]+ et al))"
)


def check(paper: Paper) -> Iterator[Fault]:
    """Floats that no sentence names, and names of floats that are not there."""
    if paper.pages is None:
        return
    layout = layout_of(paper.pages)
    shown: dict[tuple[str, int], int] = {}
    told: dict[tuple[str, int], int] = {}
    words, pages = "", []
    for at, line in enumerate(paper.pages.lines):
        if at in layout.furniture or at in layout.references:
            continue
        text = line.text
        if (caption := CAPTION.match(text)) is not None and caption[1][:3] in ("Tab", "Fig"):
            shown.setdefault((_kind(caption[1]), int(caption[2])), line.page)
            text = text[caption.end() :]
        words = words[:-1] if words.endswith("-") and text[:1].islower() else f"{words} "
        pages.append((len(words), line.page))
        words += text
    place = 0
    for found in _MENTION.finditer(words):
        while place + 1 < len(pages) and pages[place + 1][0] <= found.start():
            place += 1
        for number in _numbers(found["numbers"]):
            told.setdefault((_kind(found["kind"]), number), pages[place][1])
    for (kind, number), page in sorted(shown.items()):
        if (kind, number) not in told:
            yield Fault("floats", f"{kind} {number} is shown, and no sentence speaks of it", page)
    for (kind, number), page in sorted(told.items()):
        if (kind, number) not in shown:
            yield Fault("floats", f"a sentence speaks of {kind} {number}, which is not there", page)


def _kind(word: str) -> str:
    return "Table" if word.startswith("Tab") else "Figure"


def _numbers(text: str) -> Iterator[int]:
    """1, 2 and 3 for `1 and 3` with a dash between, and each one else."""
    for first, last in re.findall(r"(\d{1,3})[a-z]?(?:\s*(?:[–-]|to|through)+\s*(\d{1,3}))?", text):
        ends = int(last) if last and int(first) < int(last) < int(first) + 50 else int(first)
        yield from range(int(first), ends + 1)
        if last and ends == int(first):
            yield int(last)
