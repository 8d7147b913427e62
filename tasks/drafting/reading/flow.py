"""The text of pages as one run of letters, in which texts are found though lines, hyphens or columns part them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_DROPPED = re.compile(r"[\s\-–—‐‑\u00ad\ue001]+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "`": "'", "~": None})


def squeezed(text: str) -> str:
    """The text without spaces and dashes, in small letters."""
    return _DROPPED.sub("", text.translate(_QUOTES)).casefold()


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a piece of a line lies in the flow."""

    start: int
    end: int


class Flow:
    """Lines, run together."""

    def __init__(self, lines: Sequence[str]) -> None:
        parts: list[str] = []
        self._at: list[int] = []
        breaks = bytearray()
        length = 0
        for line in lines:
            self._at.append(length)
            for number, word in enumerate(re.split(r"([\s\-–—‐‑\u00ad\ue001]+)", line)):
                letters = squeezed(word)
                if number % 2 or not letters:
                    continue
                parts.append(letters)
                breaks += b"\x01" + bytes(len(letters) - 1)
                length += len(letters)
        self._at.append(length)
        self.text = "".join(parts)
        self._breaks = breaks + b"\x01"
        self._covered = bytearray(length)

    def begin(self, line: int) -> int:
        """The place of a line's first letter."""
        return self._at[line]

    def explain(self, texts: Iterable[str], whole: bool = True) -> None:
        """Mark every place at which one of the texts stands, by default as whole words."""
        for text in {squeezed(each) for each in texts}:
            if not text:
                continue
            at = self.text.find(text)
            while at >= 0:
                end = at + len(text)
                if not whole or (self._edge(at) and self._edge(end)):
                    self._covered[at:end] = b"\x01" * len(text)
                at = self.text.find(text, at + 1)

    def _edge(self, at: int) -> bool:
        """Whether a word may begin or end here."""
        if at in (0, len(self.text)) or self._breaks[at]:
            return True
        return not (self.text[at - 1].isalnum() and self.text[at].isalnum())

    def is_explained(self, line: int, before: str, token: str) -> bool:
        """Whether all of a token's letters and digits are marked; `before` is what stands before it on its line."""
        start = self._at[line] + len(squeezed(before))
        letters = squeezed(token)
        marked = self._covered[start : start + len(letters)]
        return all(mark or not sign.isalnum() for mark, sign in zip(marked, letters, strict=False))
