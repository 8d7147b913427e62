"""Random edits, deletions, insertions, swaps and tail cuts of a log: how many are seen, and named at the right place.

`python -m benchmarks.tampering [DAMAGES] [SEED]`. Each damage is done to the stored rows of a log of invented cycles,
as somebody with the database open could do it, and the log is then checked as `gonogo verify` does: its chain, and the
head that a report beside it names. The truth is known here: the first row that is not the one that was written.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.checking.integrity import check_record
from orchestrator.workspace import Workspace
from store.events import CycleClosed, CycleOpened, Event, TaskFailed, TaskReleased
from store.log.chain import ChainCheck, EventRow, link
from store.log.memory import MemoryLog

DAMAGES, SEED = 10_000, 1
EVENTS = 60

Damage = Callable[[list[EventRow], random.Random], int]
"""Changes the rows and returns the position that a check has to name."""


class TamperedLog(MemoryLog):
    """A log whose stored rows somebody has been at."""

    def __init__(self, rows: Sequence[EventRow]) -> None:
        super().__init__(lambda: datetime.now(UTC))
        self._rows = list(rows)


def written(events: int = EVENTS, seed: int = SEED) -> list[EventRow]:
    """The stored rows of a log in good order."""
    draw = random.Random(seed)
    log = MemoryLog(lambda: datetime(2026, 3, 2, 9, draw.randrange(60), tzinfo=UTC))
    for number in range(1, events + 1):
        log.append([_event(number, draw)], expected=number - 1, actor=f"agent:{draw.choice('abc')}", cause=None)
    return list(log.rows())


def _event(number: int, draw: random.Random) -> Event:
    text = "".join(draw.choice('abcé" \\\n…') for _ in range(draw.randrange(200)))
    kinds: list[Event] = [
        CycleOpened(cycle=number, because=text),
        TaskFailed(task_id=f"c{number}-x", fence=number, error=text),
        TaskReleased(task_id=f"c{number}-x", fence=number, reason=text),
        CycleClosed(cycle=number),
    ]
    return draw.choice(kinds)


def edit(rows: list[EventRow], draw: random.Random) -> int:
    """One column of one row, changed; a row with another position is read at another place."""
    at = draw.randrange(len(rows))
    column = draw.choice(("study", "position", "at", "actor", "cause", "type", "version", "body", "hash"))
    if column == "position":
        rows[at] = replace(rows[at], position=draw.choice((-1, 0, len(rows) + 1, 10**6)))
        rows.sort(key=lambda row: row.position)
        return 1 if rows[0].position < 1 else at + 1
    value = getattr(rows[at], column)
    rows[at] = replace(rows[at], **{column: _another(value, draw)})
    return at + 1


def linked_edit(rows: list[EventRow], draw: random.Random) -> int:
    """One row changed and linked to the row before it: the chain then breaks at the row after it, which it names."""
    at = draw.randrange(len(rows) - 1)
    changed = replace(rows[at], actor=f"human:{draw.randrange(10**6)}")
    rows[at] = replace(changed, hash=link(rows[at - 1].hash if at else "0" * 64, changed))
    return at + 2


def deletion(rows: list[EventRow], draw: random.Random) -> int:
    """Some rows in a line, gone, but not the last; what comes after them moves up, or leaves a gap."""
    at = draw.randrange(len(rows) - 1)
    until = draw.randrange(at + 1, len(rows))
    del rows[at:until]
    if draw.random() < 0.5:
        rows[at:] = [replace(row, position=at + offset) for offset, row in enumerate(rows[at:], 1)]
    return at + 1


def insertion(rows: list[EventRow], draw: random.Random) -> int:
    """A copy of any row, at another place, whose followers move down."""
    at = draw.randrange(len(rows) + 1)
    copied = draw.choice([row for row in rows if row.position != at + 1])
    rows.insert(at, copied)
    rows[at:] = [replace(row, position=at + offset) for offset, row in enumerate(rows[at:], 1)]
    return at + 1


def swap(rows: list[EventRow], draw: random.Random) -> int:
    """Two rows in each other's place."""
    first, second = sorted(draw.sample(range(len(rows)), 2))
    rows[first], rows[second] = (
        replace(rows[second], position=first + 1),
        replace(rows[first], position=second + 1),
    )
    return first + 1


def tail_cut(rows: list[EventRow], draw: random.Random) -> int:
    """The last rows, gone: what is left is a whole chain, and only the head that is named elsewhere tells."""
    kept = draw.randrange(len(rows))
    del rows[kept:]
    return kept + 1


KINDS: dict[str, Damage] = {
    "edit": edit,
    "edit, linked anew": linked_edit,
    "deletion": deletion,
    "insertion": insertion,
    "swap": swap,
    "tail cut": tail_cut,
}


def _another(value: object, draw: random.Random) -> object:
    """A value that differs, by little or in its type."""
    if value is None or isinstance(value, int):
        return draw.choice(
            [v for v in (None, 0, 1, 7, "1", 1.5, True) if v is not value and (v, type(v)) != (value, type(value))]
        )
    text = str(value)
    place = draw.randrange(len(text))
    other = chr((ord(text[place]) + draw.randrange(1, 90)) % 0xD800)
    return draw.choice(
        [text[:place] + other + text[place + 1 :], text[:place] + text[place + 1 :], None, text.encode()]
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """One damage: what was done, what had to be named, what was."""

    kind: str
    expected: int
    check: ChainCheck

    @property
    def seen(self) -> bool:
        """True when the log was found damaged."""
        return not self.check.ok

    @property
    def placed(self) -> bool:
        """True when the position that was named is the right one."""
        return self.check.first_bad == self.expected


def damaged(damages: int, seed: int = SEED) -> Iterator[Tried]:
    """Damage a log so many times, one damage at a time, the kinds in turn, and check it each time."""
    whole = written(seed=seed)
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        workspace.reports(1).mkdir(parents=True)
        named = {"as_of": len(whole), "head": whole[-1].hash}
        (workspace.reports(1) / "cycle-report.json").write_text(json.dumps(named))
        assert check_record(TamperedLog(whole), workspace).ok
        for number in range(damages):
            kind = list(KINDS)[number % len(KINDS)]
            rows = list(whole)
            expected = KINDS[kind](rows, draw)
            yield Tried(kind, expected, check_record(TamperedLog(rows), workspace))


def main(arguments: Sequence[str]) -> int:
    """Print a line for each kind of damage; 1 when any was not seen or was named at another place."""
    damages, seed = (int(given) for given in (*arguments, *(DAMAGES, SEED)[len(arguments) :]))
    counts: Counter[tuple[str, str]] = Counter()
    for tried in damaged(damages, seed):
        counts[tried.kind, "tried"] += 1
        counts[tried.kind, "seen"] += tried.seen
        counts[tried.kind, "placed"] += tried.placed
    print(f"{damages} damages to a log of {EVENTS} events, seed {seed}\n")
    print(f"{'damage':<20} {'tried':>7} {'seen':>7} {'right place':>12}")
    for kind in (*KINDS, "all"):
        row = [sum(n for (k, what), n in counts.items() if kind in (k, "all") and what == w) for w in _COLUMNS]
        print(f"{kind:<20} {row[0]:>7} {row[1]:>7} {row[2]:>12}")
    return 0 if row[0] == row[1] == row[2] else 1


_COLUMNS = ("tried", "seen", "placed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
