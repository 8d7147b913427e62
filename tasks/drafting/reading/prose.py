"""Reads what people write in LaTeX: the figures that they use, and the numbers that are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

FIGURE = re.compile(r"\\fig\s*\{([^}]*)\}")

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_ALLOW = re.compile(r"%\s*allow:\s*(.+)")
_TECHNICAL = re.compile(
    r"\\(?:fig|ref|eqref|autoref|pageref|label|input|include|includegraphics|bibliography|bibliographystyle|usepackage|"
    r"documentclass|begin|end|vspace|hspace|setlength|addtolength|hyperref|href|url|color|textcolor|rule|"
    r"[a-zA-Z]*cite[a-zA-Z]*)\*?\s*(?:\[[^\]]*\]\s*)*(?:\{[^{}]*\}\s*)?(?:\[[^\]]*\])?"
)
_COMMAND = re.compile(r"\\[a-zA-Z]+\d*|\\.")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d[\d.,]*\d%?|(?<![\w.])[-−]?\d%?")
_NAME = re.compile(r"\b(?:[A-Za-z]+[-/.])+[\w.-]*\d[\w./-]*|\b[A-Za-z]+\d[\w./-]*")
"""Names such as ViT-B/32, GPT-4, CLIP2 and arXiv:2303.06296, whose digits count nothing."""
_IN_WORDS = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?)(?:\s+(?:out\s+)?of\s+"
    r"(?:the\s+)?\w+)?\b|\b(?:twice|thrice|half of|a third of|a quarter of|most of the \w+)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ProseNumber:
    """A number that people wrote themselves."""

    text: str
    line: int
    """From 1."""


def without_comments(prose: str) -> Iterator[str]:
    """The lines without what LaTeX does not read."""
    for line in prose.splitlines():
        yield _COMMENT.sub(r"\1", line)


def numbers_in(prose: str) -> Iterator[ProseNumber]:
    """Numbers in digits and in words, without those that a comment on the same line, or the one before, allows."""
    allowed_before: frozenset[str] = frozenset()
    for number, line in enumerate(prose.splitlines(), 1):
        here = frozenset(_allowed_on(line))
        bare = _COMMENT.sub(r"\1", line)
        if not bare.strip():
            allowed_before = here or allowed_before
            continue
        words = _COMMAND.sub(" ", _TECHNICAL.sub(" ", bare))
        words = _NAME.sub(" ", words)
        for found in (*_NUMBER.finditer(words), *_IN_WORDS.finditer(words)):
            text = " ".join(found[0].split()).rstrip(".,")
            if text.casefold() not in here | allowed_before:
                yield ProseNumber(text, number)
        allowed_before = frozenset()


def allowed_tokens(prose: str) -> Iterator[str]:
    """Everything that comments allow."""
    for line in prose.splitlines():
        yield from _allowed_on(line)


def _allowed_on(line: str) -> Iterator[str]:
    if (found := _ALLOW.search(line)) is not None:
        yield from (part.strip().casefold() for part in found[1].split(","))
