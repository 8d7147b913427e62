"""The import graph of a checkout: its rooms, the arrows between them, and every circle. Run in the checkout's root."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import grimp

PACKAGES = ("store", "agents", "tasks", "orchestrator", "templates")

Graph = Mapping[str, set[str]]
"""Room -> the rooms that it imports from."""


def main() -> int:
    """Print rooms, arrows and circles, of packages and of what lies in each."""
    sys.path.insert(0, str(Path.cwd()))
    graph = grimp.build_graph(*PACKAGES)
    pairs = [(module, other) for module in graph.modules for other in graph.find_modules_directly_imported_by(module)]
    print(f"{len(graph.modules)} modules, {len(pairs)} imports")
    for container in ("", *PACKAGES):
        rooms = _rooms(pairs, container)
        sizes = Counter(room for module in graph.modules if (room := _room(module, container)))
        arrows = sum(len(others) for others in rooms.values())
        circles = list(_circles(rooms))
        print(f"\n{container or 'packages'}: {len(sizes)} rooms, {arrows} arrows, {len(circles)} circles")
        for room, others in sorted(rooms.items()):
            print(f"  {room} ({sizes[room]}) -> {', '.join(sorted(others))}")
        for circle in circles:
            print(f"  circle: {' - '.join(sorted(circle))}")
    return 0


def _rooms(pairs: list[tuple[str, str]], container: str) -> Graph:
    found: dict[str, set[str]] = defaultdict(set)
    for module, other in pairs:
        ours, theirs = _room(module, container), _room(other, container)
        if ours and theirs and ours != theirs:
            found[ours].add(theirs)
    return found


def _room(module: str, container: str) -> str | None:
    """The room of a container that a module lies in; None where it lies elsewhere."""
    parts = module.split(".")
    if not container:
        return parts[0]
    return parts[1] if parts[0] == container and len(parts) > 1 else None


def _circles(graph: Graph) -> Iterator[set[str]]:
    """Rooms that reach one another."""
    reach = {room: _reached(graph, room) for room in graph}
    seen: set[str] = set()
    for room in sorted(graph):
        circle = {other for other in reach[room] if room in reach.get(other, ())}
        if room not in seen and circle:
            seen |= circle
            yield circle | {room}


def _reached(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(graph.get(start, ()))
    while waiting:
        room = waiting.pop()
        if room not in found:
            found.add(room)
            waiting += graph.get(room, ())
    return found


if __name__ == "__main__":
    sys.exit(main())
