"""A fault of a paper, and the paper as checks see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tasks.drafting.expected import Expected
from tasks.drafting.reading.pages import Pages

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a paper."""

    kind: str
    text: str
    """One line."""
    page: int | None = None
    """From 1."""
    file: str = ""
    line: int | None = None
    """From 1."""

    @property
    def said(self) -> str:
        """The fault with its place, safe to print."""
        where = f"page {self.page}: " if self.page is not None else ""
        if self.file:
            where = f"{self.file}:{self.line}: " if self.line is not None else f"{self.file}: "
        text = "".join(character if character.isprintable() else " " for character in f"{where}{self.text}")
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with all that its checks look at."""

    expected: Expected
    pages: Pages | None
    """None where it was not set."""
    log: str
    """Of LaTeX; empty where something else set it, or nothing."""
    prose: Mapping[str, str]
    """What people wrote: name in the folder of the paper -> text."""
    bibliography: str
    """references.bib."""
    sections: Mapping[str, str] = field(default_factory=dict)
    """What gonogo wrote: name in the folder of the paper -> text, in the order of the paper."""


Check = Callable[[Paper], Iterator[Fault]]
