"""Tells on which line a position lies, in one pass over a text."""

from __future__ import annotations


class Lines:
    """Lines of a text from 1; asked for positions that only grow, it reads the text once."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def line(self, position: int) -> int:
        """The line of a position that is not before the last one asked for."""
        self._line += self._text.count("\n", self._at, position)
        self._at = position
        return self._line
