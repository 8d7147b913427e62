"""Paragraphs of prose that are here anyway: the reference that Python's `help` shows, and scikit-learn's notes."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.trained.packages import in_environment

WORDS = 45
"""A paragraph has so many words at least, and two sentences."""
_NO_PROSE = re.compile(r"[`*|<>=_\[\]{}\\#^~@/]|\.\.")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")


def paragraphs(n: int) -> list[str]:
    """`n` different ones, evenly from all there are, each in one line."""
    from pydoc_data.topics import topics

    texts = [topics[name] for name in sorted(topics)]
    notes = in_environment("sklearn") / "datasets" / "descr"
    texts += [path.read_text(encoding="utf-8") for path in sorted(Path(notes).glob("*.rst"))]
    found = list(dict.fromkeys(one for text in texts for one in _prose(text)))
    if len(found) < n:
        raise ValueError(f"{len(found)} paragraphs of prose were found, and {n} are needed")
    return [found[index * len(found) // n] for index in range(n)]


def halves(paragraph: str) -> tuple[str, str]:
    """Its first sentence, and the rest of it, which may be empty."""
    first, *rest = _SENTENCE.split(paragraph, maxsplit=1)
    return first, "".join(rest)


def _prose(text: str) -> list[str]:
    whole = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return [
        part
        for part in whole
        if not _NO_PROSE.search(part)
        and part[:1].isupper()
        and part.endswith(".")
        and len(part.split()) >= WORDS
        and len(_SENTENCE.split(part)) > 1
    ]
