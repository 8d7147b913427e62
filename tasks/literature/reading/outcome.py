"""What became of a file: records kept, records set aside with a reason, and how its bytes were understood."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tasks.literature.record import Record

Format = Literal["bibtex", "ris", "csl-json", "openalex", "unknown"]

LONGEST_REASON = 160
"""Characters."""
_QUOTED = 40
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that was read."""

    record: Record
    ordinal: int
    """Among all records found in the file, from 0."""
    line: int
    """Where it begins, from 1."""
    key: str
    """Its own id in the file, such as a BibTeX key; may be empty, and may occur twice."""
    raw: str
    """What the file holds of it, with line breaks as newlines."""
    notes: tuple[str, ...] = ()
    """What was repaired or passed over, each in one line that is safe to print."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be read, or a file that holds none."""

    ordinal: int
    line: int
    reason: str
    """One line, at most `LONGEST_REASON` characters, safe to print."""
    raw: str = ""
    """What the file holds of it; empty where that is the whole file."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How bytes became text."""

    name: str
    """As Python calls it, or several joined by ` and ` where lines differ."""
    guessed: bool = False
    """Neither a byte order mark says so nor is it UTF-8 throughout."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a file holds: every record found in it is in one of the two lists."""

    format: Format
    encoding: Encoding
    kept: tuple[Kept, ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def found(self) -> int:
        """How many records the file holds; a file without any counts as one that is set aside."""
        return len(self.kept) + len(self.quarantined)


class Unreadable(Exception):
    """A record cannot be read. The message is safe to print; `line` says where, if not at the record's start."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def shown(text: str, longest: int = _QUOTED) -> str:
    """Text from a file, in quotes, so that it can stand in a reason: short, one line, only visible characters."""
    visible = "".join(
        " " if c.isspace() else "" if unicodedata.category(c) in _HIDDEN else c for c in text[: 4 * longest]
    )
    visible = " ".join(visible.replace("\ufffd", "□").split())
    return repr(visible if len(visible) <= longest else visible[: longest - 1] + "…")


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one record: see `Kept` for its parts."""

    record: Record
    key: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of a file that is one record, before it is read."""

    line: int
    raw: str
    read: Callable[[], Read]
    """Reads it; raises Unreadable."""
