"""What matching is given: records under their ids, and what humans answered about pairs of them."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.literature.record import Record


@dataclass(frozen=True, slots=True)
class Entry:
    """A record under its id, which is any text that no other entry has."""

    id: str
    record: Record


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether two records are of the same work, as a human said; the newest answer on the pair."""

    a: str
    b: str
    same: bool
