"""Joins records into works, strongest evidence first, and never across what a human keeps apart."""

from __future__ import annotations


class Groups:
    """Sets of places that grow together, some of which must stay apart."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self._members: dict[int, list[int]] = {}
        self._apart: dict[int, set[int]] = {}

    def root(self, at: int) -> int:
        """The place that stands for a set."""
        parent = self._parent
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def members(self, at: int) -> list[int]:
        """The places of a set, in no order."""
        root = self.root(at)
        return self._members.get(root) or [root]

    def part(self, a: int, b: int) -> None:
        """Keep the sets of two places apart from now on; nothing if they are one already."""
        one, other = self.root(a), self.root(b)
        if one != other:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def parted(self, a: int, b: int) -> bool:
        """Whether the sets of two places must stay apart."""
        return self.root(b) in self._apart.get(self.root(a), ())

    def join(self, a: int, b: int) -> None:
        """Make one set of two; the caller has asked whether they are parted."""
        one, other = self.root(a), self.root(b)
        if one == other:
            return
        if len(self.members(one)) < len(self.members(other)):
            one, other = other, one
        self._members[one] = [*self.members(one), *self.members(other)]
        self._members.pop(other, None)
        self._parent[other] = one
        for enemy in self._apart.pop(other, ()):
            self._apart[enemy].discard(other)
            self._apart[enemy].add(one)
            self._apart.setdefault(one, set()).add(enemy)
