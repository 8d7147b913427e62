"""Finds the lines of a report that hold a word, without looking at every line for it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress

from tasks.audit.reading.report import Line

_DIGIT = re.compile(r"\d")
_BLOCK = 1_000
"""Lines that are searched as one text; blocks are small, as one wide character makes a text four times as large."""


class Lookup:
    """Lines by the words in them. A word is found in any case, and also within a longer one."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._numeric = bytes(_DIGIT.search(each.text) is not None for each in lines)
        self._blocks: list[tuple[int, str, array[int]]] = []
        for first in range(0, len(lines), _BLOCK):
            texts = [each.text.lower().replace("\n", " ") for each in lines[first : first + _BLOCK]]
            ends = array("I", accumulate(len(each) + 1 for each in texts))
            self._blocks.append((first, "\n".join(texts), ends))
        self._of_word: dict[str, list[int]] = {}

    def numeric(self) -> Iterator[Line]:
        """Lines with a digit."""
        return compress(self._lines, self._numeric)

    def holding(self, words: Iterable[str], numeric: bool = False) -> list[Line]:
        """Lines with any of some words, in order; only those that also have a digit, where it is asked for."""
        found: set[int] = set()
        for word in words:
            if word not in self._of_word:
                self._of_word[word] = self._search(word)
            found.update(self._of_word[word])
        return [self._lines[at] for at in sorted(found) if not numeric or self._numeric[at]]

    def _search(self, word: str) -> list[int]:
        found = []
        for first, text, ends in self._blocks:
            at = text.find(word)
            while at >= 0:
                line = bisect_right(ends, at)
                found.append(first + line)
                at = text.find(word, ends[line])
        return found
