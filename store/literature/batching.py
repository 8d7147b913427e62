"""Many items as events of a bounded size, each of which can be folded by itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from store.literature.events import (
    MOST_ITEMS,
    Likeness,
    Merged,
    MergesAsked,
    Pair,
    RecordsMerged,
    Screening,
    Stage,
    WorksScreened,
)

RecordsOf = Callable[[str], Sequence[str]]
"""All records of the work of a record, before."""


def merged(method: str, works: Sequence[Merged], before: RecordsOf) -> Iterator[RecordsMerged]:
    """Works in events of about MOST_ITEMS records, such that none leaves a work that it touches in part."""
    batch: list[Merged] = []
    named, touched = set[str](), set[str]()
    for work in _neighbours(works, before):
        batch.append(work)
        named.update(work.records)
        touched.update(each for record in work.records for each in before(record))
        if len(named) >= MOST_ITEMS and touched <= named:
            yield RecordsMerged(method=method, works=tuple(batch))
            batch, named, touched = [], set(), set()
    if batch:
        yield RecordsMerged(method=method, works=tuple(batch))


def questions(method: str, asked: Sequence[Likeness], withdrawn: Sequence[Pair]) -> Iterator[MergesAsked]:
    """Questions that are put, and those that are taken back."""
    for i in range(0, max(len(asked), len(withdrawn)), MOST_ITEMS):
        part = slice(i, i + MOST_ITEMS)
        yield MergesAsked(method=method, asked=tuple(asked[part]), withdrawn=tuple(withdrawn[part]))


def screened(stage: Stage, decisions: Sequence[Screening], by: str) -> Iterator[WorksScreened]:
    """Decisions of one screener."""
    for i in range(0, len(decisions), MOST_ITEMS):
        yield WorksScreened(stage=stage, decisions=tuple(decisions[i : i + MOST_ITEMS]), by=by)


def _neighbours(works: Sequence[Merged], before: RecordsOf) -> Iterator[Merged]:
    """Works in such an order that those that share a work of before follow each other."""
    of = {record: work for work in works for record in work.records}
    seen = set[int]()
    for first in works:
        waiting = [first]
        while waiting:
            work = waiting.pop()
            if id(work) in seen:
                continue
            seen.add(id(work))
            yield work
            shared = (each for record in work.records for each in before(record))
            waiting += [of[each] for each in shared if each in of]
