"""What a judgement is made of: a label, the images that one needs, and the words for several things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Label = Literal["kept", "lost", "undefined", "inconclusive"]

FEWEST_IMAGES = 30
"""Fewer than these settle nothing."""


def listed(words: Sequence[str]) -> str:
    """One or more words, such as `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
