"""What a verdict is made of: a label with its reason, and the words for several things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Label = Literal["ok", "collapsed", "undefined", "inconclusive"]

FEWEST_IMAGES = 30
"""Fewer than these settle nothing."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A label with its reason."""

    label: Label
    reason: str


def listed(words: Sequence[str]) -> str:
    """One or more words, such as `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
