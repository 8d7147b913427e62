"""What setting a paper gave, and how long and how much it may take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """What a build may use before it is ended, with all that it started."""

    seconds: float = 180.0
    """By the clock on the wall, and as many of a processor in each process."""
    memory_bytes: int = 2 << 30
    file_bytes: int = 200 << 20
    """Of each file that it writes."""


@dataclass(frozen=True, slots=True)
class Built:
    """Pages, or why there are none."""

    pdf: Path | None
    log: str
    """Of the program that set it, as it wrote it."""
    toolchain: str
    """The program, with its version; empty where there is none."""
    guards: tuple[str, ...] = ()
    """What kept the sources from touching anything else."""
    error: str = ""
    """Why there are no pages, in one line."""
    preview: bool = False
    """Whether the pages are those of another program than the paper is meant for."""
