"""BM25: how well texts answer to words and phrases."""

from __future__ import annotations

import math
from collections.abc import Sequence

K1 = 1.2
B = 0.75
"""How soon a repeated word stops counting, and how much a long text counts against it (Robertson and Zaragoza 2009)."""


def bm25(texts: Sequence[str], phrases: Sequence[str]) -> list[float]:
    """Score of each text: the sum of BM25 (Robertson and Zaragoza 2009, section 3.3) over phrases and their words.

    Texts and phrases are of the form of `tasks.literature.words`. A phrase counts as a word of its own beside its
    words, so that a text with the words apart scores too, and one with the phrase scores more. The weight of a word in
    n of N texts is log(1 + (N − n + ½) / (n + ½)), which is never negative. Zero where nothing occurs.
    """
    asked = sorted({each for phrase in phrases if phrase for each in (phrase, *phrase.split(" "))})
    lengths = [text.count(" ") for text in texts]
    mean = math.fsum(lengths) / len(texts) if texts else 0.0
    parts: list[list[float]] = [[] for _ in texts]
    for each in asked:
        counts = _counts(texts, each)
        among = sum(count > 0 for count in counts)
        weight = math.log(1 + (len(texts) - among + 0.5) / (among + 0.5))
        for part, count, length in zip(parts, counts, lengths, strict=True):
            if count:
                part.append(weight * count * (K1 + 1) / (count + K1 * (1 - B + B * length / mean)))
    return [math.fsum(part) for part in parts]


def _counts(texts: Sequence[str], phrase: str) -> list[int]:
    """How often the phrase stands in each text, as whole words.

    Words share the space between them, so `count` misses every other one of a row of the same word, which is of no
    matter to a count that saturates.
    """
    return [text.count(f" {phrase} ") for text in texts]
