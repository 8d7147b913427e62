"""Which records are compared at all: those that share an identifier, a piece of the title, or an author and a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from tasks.literature.matching.features import Features

LARGEST = 60
"""Records that share a key beyond which each is compared with those next to it alone."""
_NEXT = 4
_START, _END = 12, 12
_AT_ONCE = 1 << 16


def pairs(features: Sequence[Features]) -> Iterator[tuple[int, int]]:
    """Places of records to compare, the lower first, in order, none twice.

    The features come in order, so that of many records with one key the most alike stand side by side.
    """
    count = len(features)
    found = np.empty(0, np.int64)
    for keys in (_identifiers, _pieces, _words, _authors, _years):
        # One kind of key after the other, and pairs as numbers, so that a hundred thousand records fit.
        some = np.fromiter((a * count + b for a, b in _sharing(features, keys)), np.int64)
        found = np.concatenate((found, some))
        found.sort()
        found = found[np.diff(found, prepend=-1) > 0]
    for start in range(0, len(found), _AT_ONCE):
        yield from zip(*(part.tolist() for part in np.divmod(found[start : start + _AT_ONCE], count)), strict=True)


def _sharing(features: Sequence[Features], keys: Callable[[Features], Iterable[str]]) -> Iterator[tuple[int, int]]:
    """Pairs of places whose records share a key; some of them twice."""
    seen: dict[str, int] = {}
    blocks: dict[str, list[int]] = {}
    for at, each in enumerate(features):
        for key in keys(each):
            if (first := seen.setdefault(key, at)) != at:
                block = blocks.setdefault(key, [first])
                if block[-1] != at:
                    block.append(at)
    for block in blocks.values():
        if len(block) <= LARGEST:
            yield from combinations(block, 2)
        else:
            for step in range(1, _NEXT + 1):
                yield from zip(block, block[step:], strict=False)


def _identifiers(each: Features) -> Iterator[str]:
    if each.doi:
        yield f"doi {each.doi}"
    if each.arxiv:
        yield f"arxiv {each.arxiv}"
    yield from each.ids


def _pieces(each: Features) -> Iterator[str]:
    yield each.letters[:_START] + " …"
    yield "… " + each.letters[-_END:]
    yield each.letters
    for count in each.ends:
        yield "".join(each.words[:count]).replace(".", "")


def _words(each: Features) -> Iterator[str]:
    longest = _longest(each, 3)
    if len(longest) > 2:
        for one, other in combinations(sorted(longest), 2):
            yield f"{one} {other}"


def _authors(each: Features) -> Iterator[str]:
    for name in _first_author(each):
        for word in _longest(each, 2):
            yield f"{name} {word}"


def _years(each: Features) -> Iterator[str]:
    """Both years of each neighbouring pair, so that records of years one apart share a key."""
    if each.year:
        for name in _first_author(each):
            yield f"{name} {each.year}"
            yield f"{name} {each.year + 1}"


def _longest(each: Features, count: int) -> list[str]:
    return sorted(set(each.words), key=lambda word: (-len(word), word))[:count]


def _first_author(each: Features) -> list[str]:
    """Words that may be the first author's family name, in order."""
    if not each.people:
        return []
    first = each.people[0]
    return sorted({*first.family, *(word for word in first.given if len(word) > 2)})
