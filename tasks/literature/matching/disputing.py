"""Finds DOIs that several works share: that of the proceedings, or of a neighbour, says little of a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from tasks.literature.matching.features import Features
from tasks.literature.matching.people import agreement
from tasks.literature.matching.titles import Relation, likeness, relation

_LOOKED_AT = 12
"""Records with one DOI that are compared."""
_UNLIKE = 0.6


def disputed(features: Sequence[Features]) -> list[Features]:
    """The features, with DOIs marked that are on records of unlike titles by other people."""
    by_doi: dict[str, list[Features]] = defaultdict(list)
    for each in features:
        if each.doi:
            by_doi[each.doi].append(each)
    found = {doi for doi, records in by_doi.items() if len(records) > 1 and _at_odds(records)}
    return [replace(each, disputed=True) if each.doi in found else each for each in features]


def _at_odds(records: list[Features]) -> bool:
    # Equal titles are taken once, so that many copies of one record do not hide another.
    distinct = sorted({each.letters: each for each in sorted(records)}.values())[:_LOOKED_AT]
    return any(_unlike(one, other) for one, other in combinations(distinct, 2))


def _unlike(one: Features, other: Features) -> bool:
    like = likeness(one, other)
    return (
        like < _UNLIKE and relation(one, other, like) < Relation.LONGER and not agreement(one.people, other.people).most
    )
