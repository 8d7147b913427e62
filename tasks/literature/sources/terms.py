"""Words and phrases of a query, and which of them are alternatives, for services that each write these differently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_TERM = re.compile(r'"([^"]*)"|([^\s"()]+)')
_WORD = re.compile(r"\w+")
MOST_TERMS = 50
_WHOLE = 4
"""Letters; a word with fewer must occur as it is."""


def alternatives(query: str) -> list[list[str]]:
    """Groups of terms: one group must occur, with all its terms. `OR` stands between groups, quotes hold phrases.

    Parentheses have no meaning, and `AND` is what is meant without it. A query without any word gives no group.
    """
    groups: list[list[str]] = [[]]
    for place, found in enumerate(_TERM.finditer(query)):
        if place >= MOST_TERMS:
            break
        phrase, word = found[1], found[2]
        if word == "OR":
            groups.append([])
        elif word != "AND" and (term := _cleaned(phrase if word is None else word)):
            groups[-1].append(term)
    return [group for group in groups if group]


def is_word(term: str) -> bool:
    """Whether a term needs no quotes: letters and digits only, and no operator."""
    return _WORD.fullmatch(term) is not None and term not in ("NOT", "AND", "OR", "ANDNOT")


def quoted(term: str) -> str:
    """A term as a phrase, unless it is a plain word."""
    return term if is_word(term) else f'"{term}"'


def speaks_of(text: str, groups: Iterable[Iterable[str]]) -> bool:
    """Whether a text has all terms of one group, whatever the accents, capitals and endings of their words."""
    words = re.findall(r"\w+", _folded(text))
    return any(all(_occurs(re.findall(r"\w+", _folded(term)), words) for term in group) for group in groups)


def _occurs(term: list[str], words: list[str]) -> bool:
    """Whether the words of a term follow each other somewhere."""
    last = len(words) - len(term)
    return any(
        all(_alike(each, words[at + place]) for place, each in enumerate(term)) for at in range(max(last + 1, 0))
    )


def _alike(wanted: str, word: str) -> bool:
    if not wanted.isascii():
        return wanted in word
    stem = wanted.removesuffix("s")
    return word.startswith(stem) if len(stem) >= _WHOLE else word == wanted


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _cleaned(text: str) -> str:
    """A term with neither quotes nor what cannot be seen; empty where no letter or digit is left."""
    seen = " ".join("".join(c if c.isprintable() and c not in '"\\' else " " for c in text).split())
    return seen if any(c.isalnum() for c in seen) else ""
