"""Splits text into sentences, so that claims of one are not taken for those of the next; and joins lines that wrap."""

from __future__ import annotations

import re

_END = re.compile(
    r"(?:(?<=[^\W\d_]{3}[.!?])(?<!\bFig\.)(?<!\bTab\.)(?<!\bSec\.)(?<!\bapprox\.)|(?<=[\d)\]%”\"][.!?]))\s+"
    r"(?=[^\W\d_a-z]|[\"“(\[*`])"
)
"""Behind a word of three letters or more, a number or a bracket, and before a capital: `e.g. A` and `Fig. 3` go on."""
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
_ENOUGH = 4
"""Words that tell a sentence from those around it."""
_CLOSING = re.compile(r"[^\w\s]*")


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


def excerpt(source: str, text: str) -> str:
    """The part of a source that shows a text, from its first words to its last; all of it where these are not found."""
    words = _WORD.findall(text)
    first = _of_words(words[:_ENOUGH]).search(source)
    if first is None:
        return source
    last = _of_words(words[-_ENOUGH:]).search(source, first.start())
    if last is None:
        return source
    end = _CLOSING.match(source, last.end())
    return source[first.start() : end.end() if end else last.end()]


def _of_words(words: list[str]) -> re.Pattern[str]:
    return re.compile(r"[\W_]{1,40}".join(map(re.escape, words)))
