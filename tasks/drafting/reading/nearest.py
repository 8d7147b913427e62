"""The key of a figure that somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 5_000
_LONGEST = 200


def nearest(key: str, known: Iterable[str]) -> str:
    """Words that name the known key that is most like `key`; empty where none is like it."""
    last = key.rpartition("/")[2]
    candidates = sorted(known)
    if len(candidates) > _MOST:
        candidates = [each for each in candidates if each.endswith(last)][:_MOST]
    near = get_close_matches(key[:_LONGEST], candidates, 1)
    return f"; the nearest is {near[0]}" if near else ""
