"""What is given to a pair in place of its own: the next of the same kind that is another."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


def next_other(given: Sequence[T], content: Callable[[T], Hashable]) -> list[T]:
    """For each, the next one, from the first again after the last, whose content differs; itself where none does."""
    return [given[j] for j in places_of_others(given, content)]


def places_of_others(given: Sequence[T], content: Callable[[T], Hashable]) -> list[int]:
    """Where `next_other` takes each from."""
    contents = [content(one) for one in given]
    n = len(given)
    return [next((j % n for j in range(i + 1, i + n) if contents[j % n] != contents[i]), i) for i in range(n)]
