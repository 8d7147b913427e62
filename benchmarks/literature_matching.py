"""Finding the works among many records, beside tools' common rule, DOI or equal folded title."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from benchmarks.timing import Row, compared, interleaved
from tasks.literature.matching.entry import Entry
from tasks.literature.record import Name

RECORDS = 10_000
_ABSTRACT = 1_500
_FAMILIES = 3_000
_VOCABULARY = 4_000
_SYLLABLES = [c + v for c in "bcdfglmnprst" for v in "aeiou"]


def rows() -> Iterator[Row]:
    """Time for 10,000 records with abstracts, and how much more twice as many take."""
    from benchmarks.deduplication.peer import by_doi_or_title
    from tasks.literature.matching.matching import match

    some, twice = library(RECORDS), library(2 * RECORDS)
    mine, theirs = interleaved(lambda: match(some), lambda: by_doi_or_title(some), 3)
    yield compared(f"works among {RECORDS:,} records", mine, theirs, "DOI or equal folded title", "s")
    double, single = interleaved(lambda: match(twice), lambda: match(some), 3)
    yield compared(f"works among {2 * RECORDS:,} records", double, single, f"ours, {RECORDS:,} records", "s")


def library(count: int, seed: int = 0) -> list[Entry]:
    """Records of made-up works, one to three damaged copies of each, whose words are as common as words are."""
    from benchmarks.deduplication.damage import copies
    from tasks.literature.record import Date, Record

    rng = Random(seed)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randrange(2, 5))) for _ in range(_VOCABULARY)]
    families = ["".join(rng.choices(_SYLLABLES, k=rng.randrange(2, 4))).title() for _ in range(_FAMILIES)]
    entries: list[Entry] = []
    while len(entries) < count:
        title = " ".join(words[int(rng.paretovariate(0.6)) % _VOCABULARY] for _ in range(rng.randrange(6, 14)))
        people = [families[int(rng.paretovariate(0.7)) % _FAMILIES] for _ in range(rng.randrange(1, 7))]
        work = Record(
            title.capitalize(),
            "article-journal",
            authors=tuple(Name(each, rng.choice(families)) for each in people),
            issued=Date(rng.randrange(2000, 2026)),
            container="Journal of Records",
        )
        for each in copies(work, rng.choice((1, 1, 2, 3)), rng, [], "", shorten=True):
            abstract = f"{len(entries)} " + "x" * _ABSTRACT
            entries.append(Entry(f"{len(entries) % 7:08x}.{len(entries)}", replace(each, abstract=abstract)))
    return entries[:count]
