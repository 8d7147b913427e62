"""Whether two names of journals or proceedings may be of one: abbreviations and acronyms are taken into account."""

from __future__ import annotations

import re
from functools import lru_cache

from tasks.literature.matching.folding import folded, shown

_WORD = re.compile(r"[^\W\d_]{2,}")
_ACRONYM = re.compile(r"\b[A-Z]{3,}\b|\b[A-Z]+[a-z]{0,2}[A-Z]+\b")
_PREPRINTS = ("arxiv", "corr", "rxiv", "preprint", "ssrn", "zenodo", "techrxiv", "openreview")
_SAY_LITTLE = frozenset({
    "the", "of", "and", "in", "on", "for", "journal", "international", "proceedings", "conference", "annual", "an",
    "transactions", "letters", "review", "reviews", "advances", "ieee", "acm", "der", "die", "und", "fur", "de", "la",
})  # fmt: skip
_BEGINNING = 3


@lru_cache(1 << 14)
def elsewhere(one: str, other: str) -> bool:
    """Whether two containers are plainly not one; not where one is not known, or takes preprints."""
    if not one or not other or one == other or _ACRONYM.search(one) or _ACRONYM.search(other):
        return False
    ours, theirs = folded(shown(one)), folded(shown(other))
    if any(each in ours or each in theirs for each in _PREPRINTS):
        return False
    mine, yours = _beginnings(ours), _beginnings(theirs)
    return bool(mine and yours) and 2 * len(mine & yours) < min(len(mine), len(yours))


def _beginnings(name: str) -> set[str]:
    """How the words of a name begin, as abbreviations keep it; `der` and the like are left out."""
    return {word[:_BEGINNING] for word in _WORD.findall(name) if word not in _SAY_LITTLE}
