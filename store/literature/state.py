"""The library as it stands: imports, works, questions, answers and decisions. Frozen; folds its own events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from immutables import Map

from store.evidence import Artifact
from store.literature.events import (
    Likeness,
    LiteratureEvent,
    MergeAnswered,
    Merged,
    MergesAsked,
    RecordsImported,
    RecordsMerged,
    Screening,
    ScreeningStopped,
    Stage,
    WatchEnded,
    WorkSplit,
    WorksScreened,
)
from store.record import Recorded
from store.series import Series


@dataclass(frozen=True, slots=True)
class Imported:
    """A file or page that came in."""

    event: RecordsImported
    position: int
    at: datetime

    @property
    def prefix(self) -> str:
        """How the ids of its records begin."""
        return self.event.file.digest[:8]

    @property
    def artifacts(self) -> tuple[Artifact, Artifact]:
        """The file as it came, and what was read of it."""
        return (self.event.file, self.event.records)

    @property
    def ids(self) -> Iterator[str]:
        """Of the records that were kept of it, in their order."""
        return (f"{self.prefix}.{place}" for place in range(self.event.kept))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a human said of two records."""

    same: bool
    by: str
    reason: str
    position: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What one screener decided last on a record's work, at one stage."""

    screening: Screening
    by: str
    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """An end of screening."""

    event: ScreeningStopped
    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """A service was asked."""

    event: WatchEnded
    position: int
    at: datetime


Couple = tuple[str, str]
"""Ids of two records, the lesser first."""

_NOBODY: Map[str, Decided] = Map()
SETTLED = ""
"""Stands where a screener does, for what settles a disagreement: what the two had said stays beside it."""


@dataclass(frozen=True, slots=True)
class Library:
    """Every record belongs to one work: to that of a group, or else to one of its own."""

    imports: Map[str, Imported] = Map()  # noqa: RUF009 (immutable)
    """By the beginning of their records' ids."""
    order: Series[str] = Series()  # noqa: RUF009 (immutable)
    """Keys of `imports`, oldest first."""
    groups: Map[str, Merged] = Map()  # noqa: RUF009 (immutable)
    """Record -> all records of its work, for works of more than one."""
    asked: Map[Couple, Likeness] = Map()  # noqa: RUF009 (immutable)
    answers: Map[Couple, Answer] = Map()  # noqa: RUF009 (immutable)
    decisions: Map[tuple[Stage, str], Map[str, Decided]] = Map()  # noqa: RUF009 (immutable)
    """Stage and record -> screener, or SETTLED -> what was decided last."""
    stops: Series[Stopped] = Series()  # noqa: RUF009 (immutable)
    watches: Series[Watched] = Series()  # noqa: RUF009 (immutable)

    def __iter__(self) -> Iterator[Imported]:
        return map(self.imports.__getitem__, self.order)

    def knows(self, record: str) -> bool:
        """Whether there is a record of that id."""
        prefix, _, place = record.partition(".")
        found = self.imports.get(prefix)
        return found is not None and place.isdecimal() and str(int(place)) == place and int(place) < found.event.kept

    def records_of(self, record: str) -> tuple[str, ...]:
        """All records of the work of a record, sorted; KeyError for one that is not known."""
        group = self.groups.get(record)
        if group is not None:
            return group.records
        if not self.knows(record):
            raise KeyError(record)
        return (record,)

    def work_of(self, record: str) -> str:
        """Id of the work of a record: the least id of its records. KeyError for a record that is not known."""
        return self.records_of(record)[0]

    def decided(self, stage: Stage, record: str) -> Map[str, Decided]:
        """What each screener decided last on that very record, and what settled it; not on others of its work."""
        return self.decisions.get((stage, record), _NOBODY)

    def newest(self, stage: Stage, records: Iterable[str]) -> dict[str, Decided]:
        """What each screener decided last on any of these records, and what settled it, as `decided`."""
        found: dict[str, Decided] = {}
        for record in records:
            for by, decided in self.decided(stage, record).items():
                if by not in found or decided.position >= found[by].position:
                    found[by] = decided
        return found

    def open_questions(self) -> tuple[Likeness, ...]:
        """Questions that nobody has answered and that no merge has settled, by ids."""
        still = (
            question
            for couple, question in self.asked.items()
            if couple not in self.answers and question.b not in self.records_of(question.a)
        )
        return tuple(sorted(still, key=lambda question: (question.a, question.b)))

    def evolve(self, event: LiteratureEvent, entry: Recorded) -> Library:
        """The library after one more event; LookupError or ValueError for one that does not fit."""
        match event:
            case RecordsImported():
                return self._imported(Imported(event, entry.position, entry.at))
            case RecordsMerged():
                return replace(self, groups=regrouped(self, event.works))
            case MergesAsked():
                return replace(self, asked=self._asked(event))
            case MergeAnswered():
                return self._answered(event.same, event.by, event.reason, entry.position, [(event.a, event.b)])
            case WorkSplit():
                couples = [couple(event.record, other) for other in event.others]
                return self._answered(False, event.by, event.reason, entry.position, couples)
            case WorksScreened():
                return replace(self, decisions=self._screened(event, entry))
            case ScreeningStopped():
                return replace(self, stops=self.stops.append(Stopped(event, entry.position, entry.at)))
            case WatchEnded():
                return replace(self, watches=self.watches.append(Watched(event, entry.position, entry.at)))
            case unknown:
                assert_never(unknown)

    def _imported(self, new: Imported) -> Library:
        if new.prefix in self.imports:
            raise ValueError(f"records of a file {new.prefix} are there already")
        return replace(self, imports=self.imports.set(new.prefix, new), order=self.order.append(new.prefix))

    def _asked(self, event: MergesAsked) -> Map[Couple, Likeness]:
        asked = self.asked.mutate()
        for pair in event.withdrawn:
            asked.pop((pair.a, pair.b), None)
        for question in event.asked:
            self.records_of(question.a), self.records_of(question.b)
            asked[question.a, question.b] = question
        return asked.finish()

    def _answered(self, same: bool, by: str, reason: str, position: int, couples: Iterable[Couple]) -> Library:
        answers = self.answers.mutate()
        for a, b in couples:
            self.records_of(a), self.records_of(b)
            answers[a, b] = Answer(same, by, reason, position)
        return replace(self, answers=answers.finish())

    def _screened(self, event: WorksScreened, entry: Recorded) -> Map[tuple[Stage, str], Map[str, Decided]]:
        decisions = self.decisions.mutate()
        for each in event.decisions:
            work, at = self.records_of(each.record), (event.stage, each.record)
            decided = Decided(each, event.by, entry.position, entry.at)
            settles = each.settles or (each.verdict == "undo" and self._has_settled(event, work))
            decisions[at] = decisions.get(at, _NOBODY).set(SETTLED if settles else event.by, decided)
        return decisions.finish()

    def _has_settled(self, event: WorksScreened, records: Iterable[str]) -> bool:
        """Whether the last that this screener said of a work settled a disagreement."""
        newest = self.newest(event.stage, records)
        settled, own = newest.get(SETTLED), newest.get(event.by)
        if settled is None or settled.by != event.by or settled.screening.verdict == "undo":
            return False
        return own is None or own.screening.verdict == "undo" or own.position < settled.position


def couple(a: str, b: str) -> Couple:
    """Two ids, the lesser first."""
    return (a, b) if a < b else (b, a)


def regrouped(library: Library, works: Iterable[Merged]) -> Map[str, Merged]:
    """The groups with these works in the place of all that they touch.

    LookupError for a record that is not known; ValueError where a record is named twice, or one of a work that is
    touched is left out.
    """
    given = list(works)
    named = [record for work in given for record in work.records]
    touched = {each for record in named for each in library.records_of(record)}
    if len(set(named)) < len(named):
        raise ValueError("a record is named in two works")
    if touched - set(named):
        raise ValueError(f"what becomes of record {min(touched - set(named))} is not said")
    groups = library.groups.mutate()
    for work in given:
        for record in work.records:
            if len(work.records) > 1:
                groups[record] = work
            else:
                groups.pop(record, None)
    return groups.finish()
