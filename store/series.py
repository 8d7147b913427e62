"""A sequence that only grows, whose older versions stay as they were: appending shares what was there before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar, overload

from immutables import Map

T = TypeVar("T")


class Series(Sequence[T]):
    """Immutable; `append` gives a new one in logarithmic time, where a tuple would be copied whole."""

    __slots__ = ("_items",)

    def __init__(self, items: Map[int, T] | None = None) -> None:
        self._items: Map[int, T] = Map() if items is None else items

    def append(self, item: T) -> Series[T]:
        """These items, and one more at the end."""
        return Series(self._items.set(len(self._items), item))

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return map(self._items.__getitem__, range(len(self._items)))

    def __reversed__(self) -> Iterator[T]:
        return map(self._items.__getitem__, range(len(self._items) - 1, -1, -1))

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        if isinstance(place, slice):
            return tuple(self._items[each] for each in range(*place.indices(len(self._items))))
        try:
            return self._items[place + len(self._items) if place < 0 else place]
        except KeyError:
            raise IndexError(place) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Series) and self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"Series({list(self)!r})"
