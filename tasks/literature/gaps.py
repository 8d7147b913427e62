"""The gap table: which included works cover each concept of a study and each pair of them, or that none does.

"None" says that no work among those included has the terms; not that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from store.review import Concept
from tasks.literature.concepts import phrases
from tasks.literature.record import Record
from tasks.literature.words import occurs, searchable


@dataclass(frozen=True, slots=True)
class Gap:
    """One line of the table."""

    concepts: tuple[str, ...]
    """Names: one, or two in the study's order."""
    works: tuple[str, ...]
    """Ids of the works that cover all of them, in order; empty where none does."""


def gap_table(concepts: Sequence[Concept], works: Iterable[tuple[str, Record]]) -> tuple[Gap, ...]:
    """A line for each concept, then one for each pair, in the study's order; `works` are pairs of id and record.

    A concept is covered by a work in whose title, abstract or keywords one of its terms stands: as whole words next to
    each other, whatever their case, accents, hyphens and plural endings (`words.words`). A term does not run from one
    field, or one keyword, into the next. Of concepts of one name, the terms count together.
    """
    merged: dict[str, list[str]] = {}
    for concept in concepts:
        merged.setdefault(concept.name, []).extend(phrases(concept))
    found: dict[str, set[str]] = {name: set() for name in merged}
    for id, record in works:
        text = searchable(record)
        for name, terms in merged.items():
            if any(occurs(each, text) for each in terms):
                found[name].add(id)
    lines: list[tuple[str, ...]] = [*((name,) for name in merged), *combinations(merged, 2)]
    return tuple(Gap(names, tuple(sorted(set.intersection(*(found[name] for name in names))))) for names in lines)
