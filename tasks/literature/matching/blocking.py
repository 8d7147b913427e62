"""Which records are compared at all: those that share an identifier, a piece of the title, or an author and a word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from tasks.literature.matching.features import Features

LARGEST = 60
"""Records that share a key beyond which each is compared with those next to it alone."""
_NEXT = 4
_START, _END = 12, 12
_WORD = 4
_Key = tuple[object, ...]


def pairs(features: Sequence[Features]) -> list[tuple[int, int]]:
    """Places of records to compare, the lower first, in order, none twice.

    The features come in order, so that of many records with one key the most alike stand side by side.
    """
    blocks: dict[_Key, list[int]] = defaultdict(list)
    for at, each in enumerate(features):
        for key in set(_keys(each)):
            blocks[key].append(at)
    count = len(features)
    found: set[int] = set()
    for block in blocks.values():
        if len(block) <= LARGEST:
            found.update(a * count + b for a, b in combinations(block, 2))
        else:
            for step in range(1, _NEXT + 1):
                found.update(a * count + b for a, b in zip(block, block[step:], strict=False))
    return [divmod(each, count) for each in sorted(found)]


def _keys(each: Features) -> Iterator[_Key]:
    letters = each.letters
    yield "start", letters[:_START]
    yield "end", letters[-_END:]
    yield "title", letters
    if each.head < len(each.words):
        yield "title", "".join(each.words[: each.head])
    if each.doi:
        yield "doi", each.doi
    if each.arxiv:
        yield "arxiv", each.arxiv
    for other in each.ids:
        yield "id", other
    longest = sorted(set(each.words), key=lambda word: (-len(word), word))[:3]
    if len(longest) > 2:
        for one, other in combinations(sorted(longest), 2):
            yield "words", one, other
    for person in each.people[:1]:
        for name in {*person.family, *(word for word in person.given if len(word) > 2)}:
            for word in longest[:2]:
                yield "author", name, word
            if each.year:
                yield "year", name, each.year
                yield "year", name, each.year + 1
