"""Replay: renders recorded reports again from the log, and holds their bytes against those that were recorded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from orchestrator.artifacts import ArtifactStore
from orchestrator.checking import rendering
from store.board import fold
from store.errors import BadInput
from store.log.protocol import EventLog
from store.queries.manuscripts import by_people


@dataclass(frozen=True, slots=True)
class Replayed:
    """One file of a report, rendered again."""

    name: str
    """Relative to the workspace."""
    content: bytes
    digest: str
    recorded: str | None
    """The digest in the log; None where the report had not been written by then."""
    renderer: str
    """Version of gonogo that rendered it first."""
    by_people: bool = False
    """Whether people wrote it, so that it is taken as it was kept."""

    @property
    def same(self) -> bool:
        """True when the bytes are those that were recorded, if any were."""
        return self.recorded in (None, self.digest)

    @property
    def comparable(self) -> bool:
        """True when this gonogo is the one that rendered it first, and so has to give the same bytes."""
        return not self.by_people and self.renderer == rendering.renderer()


def replay(log: EventLog, artifacts: ArtifactStore, cycle: int | None = None, at: int | None = None) -> list[Replayed]:
    """Render the reports that stand in the log (up to `at`), or that of one cycle; BadInput when there is none.

    A cycle that had no report yet at the event `at` is rendered as it would have read.
    """
    board = fold(log.read(until=at))
    found = [board.cycles[number] for number in sorted(board.cycles) if cycle in (None, number)]
    written = [each.report for each in found if each.report is not None]
    unwritten = [each.number for each in found if each.report is None] if at is not None else []
    if not written and not unwritten:
        where = f" of cycle {cycle}" if cycle else ""
        raise BadInput(f"the log holds no report{where}{f' up to {at}' if at is not None else ''}")
    results = []
    for report in written:
        files = rendering.rendered(log, report.cycle, report.as_of, artifacts)
        for artifact in report.files:
            peoples = by_people(artifact.name)
            kept = rendering.recorded_bytes(artifact.digest, artifacts) if peoples else None
            content = kept or files.get(rendering.place(artifact.name, report.cycle), b"")
            results.append(_replayed(artifact.name, content, artifact.digest, report.renderer, peoples))
    for number in unwritten:
        for name, content in rendering.rendered(log, number, board.position, artifacts).items():
            results.append(_replayed(f"reports/cycle-{number:03d}/{name}", content, None, rendering.renderer()))
    return results


def _replayed(name: str, content: bytes, recorded: str | None, renderer: str, peoples: bool = False) -> Replayed:
    return Replayed(name, content, hashlib.sha256(content).hexdigest(), recorded, renderer, peoples)
