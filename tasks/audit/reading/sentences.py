"""Splits text into sentences, so that claims of one are not taken for those of the next; and joins lines that wrap."""

from __future__ import annotations

import re

_SHORT = "".join(
    rf"(?<!\b{each}\.)"
    for each in [
        "Fig",
        "Tab",
        "Sec",
        "Eq",
        "Dr",
        "Mr",
        "Ms",
        "No",
        "Nr",
        "St",
        "approx",
        "vs",
        "al",
        "cf",
        "ca",
        "pp",
        "eq",
        "resp",
        "incl",
    ]
)
_END = re.compile(
    rf"(?:(?<=[^\W\d_]{{2}}[.!?]){_SHORT}|(?<=[\d)\]%”\"][.!?])"
    r"|(?<=\d[^\W\d_][.!?])|(?<=\d[^\W\d_]{2}[.!?])|(?<=\d\s[^\W\d_][.!?]))\s+(?=[^\W\d_a-z]|[\"“(\[*`])"
)
"""Behind a word, a number with its unit, or a bracket, and before a capital; not behind abbreviations: `e.g. A`."""
_SHORTEST = 5
"""Characters: `1. ` at the start of a line is a number and no sentence."""

_LONG = 55
"""Characters of a line that may have been wrapped."""
_UNFINISHED = re.compile(
    r"(?:[,(\[=<>≤≥±≈–+/-]|\b(?:of|the|an?|to|with|and|or|in|on|for|by|from|at|is|was|were|are|than|vs\.?|versus|per"
    r"|that|which|as|CI|d|p|n|SD|SE|mean|median|about|only|between|under|over|above|below|our|its|their))$"
)
_GOES_ON = re.compile(r"[^\W_A-Z]|[(\[<>≤≥=±≈%]")
_KEY = re.compile(r"[^.:]{1,40}:\s")
_WORD = re.compile(r"[^\W_]+")
_ENOUGH = 2
"""Words that tell a sentence from those around it."""
_MARKUP = 30
"""Words of addresses and commands that may stand between two sentences."""
_LONGEST_SOURCE = 20_000
_CLOSING = re.compile(r"(?:\]\([^()\s]{0,500}\)|[^\w\s])*")


def sentences(text: str) -> list[str]:
    """The sentences of a text; their lengths and the blanks between them sum to its own."""
    found, start = [], 0
    for each in _END.finditer(text):
        if each.start() - start >= _SHORTEST:
            found.append(text[start : each.start()])
            start = each.end()
    return [*found, text[start:]]


def wraps(line: str, following: str) -> bool:
    """Whether a line of text goes on in the next one, and was only broken because it was long."""
    if len(line) < _LONG or line[-1] in ".!?:;|" or _KEY.match(following):
        return False
    return bool(_UNFINISHED.search(line) or _GOES_ON.match(following))


class Excerpts:
    """The parts of a source that show one sentence after the other."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._words = list(_WORD.finditer(source)) if len(source) <= _LONGEST_SOURCE else []
        self._at = 0

    def of(self, text: str) -> str:
        """From the first words of a sentence to its last; the sentence itself where they are not found."""
        words = _WORD.findall(text)
        first = self._find(words[:_ENOUGH], self._at, len(words))
        if first is None:
            return text
        last = self._find(words[-_ENOUGH:], first, 2 * len(words))
        if last is None:
            return text
        self._at = last + min(_ENOUGH, len(words))
        end = self._words[self._at - 1].end()
        closing = _CLOSING.match(self._source, end)
        return self._source[self._words[first].start() : closing.end() if closing else end]

    def _find(self, words: list[str], start: int, within: int) -> int | None:
        for at in range(start, min(len(self._words), start + within + _MARKUP)):
            found = self._words[at : at + len(words)]
            if found and [each[0] for each in found] == words:
                return at
        return None
