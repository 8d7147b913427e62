"""Commands on the literature."""

from __future__ import annotations

from dataclasses import dataclass

from store.literature.events import (
    Likeness,
    Merged,
    Pair,
    RecordsImported,
    Screening,
    Stage,
    WatchEnded,
)


@dataclass(frozen=True, slots=True)
class ImportRecords:
    """Take records in. Those of a file that was taken in before are known already."""

    imports: tuple[RecordsImported, ...]


@dataclass(frozen=True, slots=True)
class MatchRecords:
    """Join records to works, ask what cannot be told, and take back what is no longer asked."""

    method: str
    works: tuple[Merged, ...]
    asked: tuple[Likeness, ...]
    withdrawn: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class AnswerMerge:
    """Say, as a human, whether two records are of one work."""

    a: str
    b: str
    same: bool
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SplitWork:
    """Take a record out of its work, as a human."""

    record: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScreenWorks:
    """Decide on works, as a human, or as `rule`."""

    stage: Stage
    decisions: tuple[Screening, ...]
    by: str


@dataclass(frozen=True, slots=True)
class StopScreening:
    """End screening at titles. Without a `reason` the test has to say that it may end."""

    method: str
    p: float
    screened: int
    left: int
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EndWatch:
    """Tell how asking a service ended."""

    watch: WatchEnded


LiteratureCommand = ImportRecords | MatchRecords | AnswerMerge | SplitWork | ScreenWorks | StopScreening | EndWatch
