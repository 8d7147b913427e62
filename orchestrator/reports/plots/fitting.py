"""Breaks words into lines that fit a width, by how wide letters are at most; a number stays in one piece. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum
from unicodedata import east_asian_width

from orchestrator.reports.renderers import clean
from store.figures import Figure

BEFORE, BEHIND = "(n\u00a0=\u00a0", ")"
"""What stands around a count, as PRISMA writes it."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words, and behind them a count or none."""

    text: str
    figure: Figure | None = None
    indent: float = 0.0
    """In ems, as all widths here."""


def fitted(label: str, figure: Figure | None, width: float, indent: float = 0.0) -> tuple[Line, ...]:
    """The label with its count as lines at most `width` wide; those after the first are indented."""
    words = [part for word in clean(label).split() for part in _parts(word, width - indent)]
    lines = [""]
    count = [f"{BEFORE}{figure.text}{BEHIND}"] if figure is not None else []
    for word in [*words, *count]:
        longer = f"{lines[-1]} {word}".lstrip(" ")
        if lines[-1] and _width(longer) > width - (indent if lines[1:] else 0):
            lines.append(word)
        else:
            lines[-1] = longer
    lines[-1] = lines[-1].removesuffix("".join(count))
    ends = [None] * (len(lines) - 1) + [figure]
    return tuple(
        Line(text, end, indent if place else 0.0) for place, (text, end) in enumerate(zip(lines, ends, strict=True))
    )


def _parts(word: str, width: float) -> Iterator[str]:
    """The word, cut where it would not fit by itself, if possible behind a sign within it."""
    while _width(word) > width:
        most = next(end for end in range(len(word), 0, -1) if end == 1 or _width(word[:end]) <= width)
        signs = [at for at in range(most, most // 2, -1) if not word[at - 1].isalnum()]
        cut = signs[0] if signs else most
        yield word[:cut]
        word = word[cut:]
    if word:
        yield word


_EMS = {
    **dict.fromkeys("iIjl|'!.,:; \u00a0", 0.34),
    **dict.fromkeys("rtf()[]{}/\\-", 0.42),
    **dict.fromkeys("ckszvxy", 0.6),
    **dict.fromkeys("mwMWOQGD@%=+—…", 1.0),
}


def _width(text: str) -> float:
    """In ems, in a wide sans-serif such as DejaVu Sans; others are narrower."""
    return fsum(map(_letter, text))


def _letter(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    return _EMS.get(letter, 0.72 if letter.isupper() else 0.64)
