"""What of two records speaks against joining, by a chain of rules, the groups that they are in."""

from __future__ import annotations

from enum import IntEnum

from tasks.literature.matching.comparing import Pair
from tasks.literature.matching.titles import Relation

_LONG = 25
"""Letters of a title that two people hardly choose alike."""


def unlike(pair: Pair) -> bool:
    """Whether two titles that go on behind the end of a third go on to two works, neither of which is the other's."""
    return pair.related < Relation.LONGER and not pair.same_head


class Odds(IntEnum):
    """How two records of two groups stand against one work."""

    NONE = 0
    DOUBT = 1
    """Other titles or people, as one bad copy of many may have."""
    CONTRADICTION = 2
    """Other marks or identifiers."""


def odds(pair: Pair) -> Odds:
    """What of two records speaks against joining, by a chain of rules, the groups that they are in."""
    if not pair.marks and not pair.untold:
        return Odds.CONTRADICTION
    # Two authors of one work may be all that each of two records names, as a third can tell.
    if pair.people.none and not (pair.related >= Relation.MISSPELT and pair.length >= _LONG and pair.years <= 1):
        return Odds.DOUBT
    if pair.same_id or (pair.same_page and pair.people.some and pair.years <= 1):
        return Odds.NONE
    if pair.other_doi or pair.other_arxiv:
        return Odds.CONTRADICTION
    kept = pair.related >= Relation.LONGER or (pair.same_head and pair.people.first and pair.years <= 1)
    return Odds.NONE if kept else Odds.DOUBT
