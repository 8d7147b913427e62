"""Reports on disk: rendered from the log as it stands, written at once, and recorded with their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from orchestrator.artifacts import write_durably
from orchestrator.house import House
from store.commands import WriteReport
from store.evidence import Artifact
from store.log import EventLog

ACTOR = "system"


def publish(house: House, cycle: int) -> None:
    """Write the open cycle's reports, once. A crash between writing and recording is mended by writing again."""
    with house.ledger.log.exclusive():
        house.ledger.refresh()
        if house.ledger.board.cycles[cycle].report is not None:
            return
        as_of = house.ledger.board.position
        folder = house.workspace.reports(cycle)
        files = rendered(house.ledger.log, cycle, as_of)
        for name, content in files.items():
            write_durably(folder / name, content)
        named = tuple(_artifact(folder.relative_to(house.workspace.root) / name, data) for name, data in files.items())
        house.ledger.submit(WriteReport(cycle, as_of, renderer(), named), actor=ACTOR)


def renderer() -> str:
    """The version of gonogo that renders reports here."""
    return version("gonogo")


def rendered(log: EventLog, cycle: int, as_of: int) -> Mapping[str, bytes]:
    """The reports of a cycle, as the log has them up to `as_of`."""
    from orchestrator.reports.render import render_cycle

    return render_cycle(list(log.read(until=as_of)), cycle)


def _artifact(name: Path, content: bytes) -> Artifact:
    return Artifact(name=name.as_posix(), digest=hashlib.sha256(content).hexdigest(), size=len(content))
