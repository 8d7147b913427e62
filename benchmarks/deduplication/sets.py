"""One set to tell apart: records of many works, and which are of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from benchmarks.deduplication.damage import copies
from benchmarks.deduplication.neighbours import neighbour
from benchmarks.deduplication.seeds import seeds
from tasks.literature.matching.entry import Entry
from tasks.literature.record import Record

WORKS = 330
"""Of each set; a fifth of them have a neighbour."""
_COPIES = (1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6)
_IN_PROCEEDINGS = 5


@dataclass(frozen=True, slots=True)
class Set:
    """Records and their truth."""

    entries: tuple[Entry, ...]
    work: dict[str, int]
    """Of each id."""
    family: dict[str, int]
    """Of each id: a work and its neighbours are one family."""


def drawn(seed: int, works: int = WORKS) -> Set:
    """A set of about 2.9 times as many records as works; the same seed gives the same set."""
    rng = Random(seed)
    chosen = rng.sample(seeds(), works)
    dois = [each.doi for each in chosen if each.doi]
    in_proceedings = [at for at, each in enumerate(chosen) if each.type == "paper-conference"]
    rng.shuffle(in_proceedings)
    shared = {at: f"10.5555/proc.{n // _IN_PROCEEDINGS}" for n, at in enumerate(in_proceedings[: 2 * _IN_PROCEEDINGS])}
    made: list[tuple[Record, int, int]] = []
    for at, seed_work in enumerate(chosen):
        foreign = [each for each in rng.sample(dois, 3) if each != seed_work.doi]
        made += [
            (each, at, at)
            for each in copies(seed_work, rng.choice(_COPIES), rng, foreign, shared.get(at, ""), shorten=True)
        ]
        if rng.random() < 0.2:
            other = neighbour(seed_work, rng)
            made += [
                (each, works + at, at) for each in copies(other, rng.choice((1, 1, 2, 3)), rng, [], "", shorten=False)
            ]
    rng.shuffle(made)
    ids = [f"{rng.randrange(16**8):08x}.{ordinal}" for ordinal in range(len(made))]
    return Set(
        entries=tuple(Entry(id, replace(record)) for id, (record, _, _) in zip(ids, made, strict=True)),
        work={id: work for id, (_, work, _) in zip(ids, made, strict=True)},
        family={id: family for id, (_, _, family) in zip(ids, made, strict=True)},
    )
