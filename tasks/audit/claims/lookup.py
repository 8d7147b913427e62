"""Finds the lines of a report that hold a word, without looking at every line for it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress

from tasks.audit.reading.report import Line

_DIGIT = re.compile(r"\d")


class Lookup:
    """Lines by the words in them. A word is found in any case, and also within a longer one."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._numeric = bytes(_DIGIT.search(each.text) is not None for each in lines)
        self._text = bytearray()
        """All lines in lower case, in UTF-8: one wide character would make every character of a string wide."""
        self._ends = array("Q")
        for each in lines:
            self._text += each.text.lower().replace("\n", " ").encode("utf-8", "surrogatepass")
            self._text += b"\n"
            self._ends.append(len(self._text))
        self._of_word: dict[str, array[int]] = {}

    def numeric(self) -> Iterator[Line]:
        """Lines with a digit."""
        return compress(self._lines, self._numeric)

    def holding(self, words: Iterable[str], numeric: bool = False) -> list[Line]:
        """Lines with any of some words, in order; only those that also have a digit, where it is asked for."""
        found: set[int] = set()
        for word in words:
            if word not in self._of_word:
                self._of_word[word] = array("Q", self._search(word.encode()))
            found.update(self._of_word[word])
        return [self._lines[at] for at in sorted(found) if not numeric or self._numeric[at]]

    def _search(self, word: bytes) -> Iterator[int]:
        at = self._text.find(word)
        while at >= 0:
            line = bisect_right(self._ends, at)
            yield line
            at = self._text.find(word, self._ends[line])
