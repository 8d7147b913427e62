"""Replay: every recorded report can be rendered again from the log, to the byte."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from orchestrator.publishing import rendered, renderer
from store.board import fold
from store.errors import BadInput
from store.log import EventLog


@dataclass(frozen=True, slots=True)
class Replayed:
    """One file of a report, rendered again."""

    name: str
    """Relative to the workspace."""
    content: bytes
    digest: str
    recorded: str
    """The digest in the log."""
    renderer: str
    """Version of gonogo that rendered it first."""

    @property
    def same(self) -> bool:
        """True when the bytes are those that were recorded."""
        return self.digest == self.recorded

    @property
    def comparable(self) -> bool:
        """True when this gonogo is the one that rendered it first, and so has to give the same bytes."""
        return self.renderer == renderer()


def replay(log: EventLog, cycle: int | None = None, at: int | None = None) -> list[Replayed]:
    """Render the reports that stand in the log (up to `at`), or that of one cycle; BadInput when there is none."""
    board = fold(log.read(until=at))
    if at is not None and board.position < at:
        raise BadInput(f"--at {at}: the log ends at {board.position}")
    reports = [
        board.cycles[number].report
        for number in sorted(board.cycles)
        if board.cycles[number].report is not None and cycle in (None, number)
    ]
    if not reports:
        where = f" of cycle {cycle}" if cycle else ""
        raise BadInput(f"the log holds no report{where}{f' up to {at}' if at is not None else ''}")
    results = []
    for report in reports:
        assert report is not None
        files = rendered(log, report.cycle, report.as_of)
        for artifact in report.files:
            content = files.get(artifact.name.rpartition("/")[2], b"")
            results.append(
                Replayed(artifact.name, content, hashlib.sha256(content).hexdigest(), artifact.digest, report.renderer)
            )
    return results
