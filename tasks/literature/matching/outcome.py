"""What matching hands back: works, the merges behind them, and what rules cannot settle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """Records of one work."""

    id: str
    """The first of its records."""
    records: tuple[str, ...]
    """Ids in plain order of text; at least one."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Two records that were taken for one work, a < b."""

    a: str
    b: str
    because: str
    """A short phrase without digits, such as `same DOI`."""


@dataclass(frozen=True, slots=True)
class Question:
    """Two records, a < b, of different works that may be one."""

    a: str
    b: str
    because: str
    """A short phrase without digits."""
    likeness: float
    """Of the titles, from 0 to 1."""
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Every record in exactly one work."""

    works: tuple[Work, ...]
    """In order of their ids."""
    merges: tuple[Merge, ...]
    """As many as join the records of each work, in order."""
    questions: tuple[Question, ...]
    """The most useful first, at most one on two works."""
