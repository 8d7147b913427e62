"""Reports on disk: rendered from the log as it stands, written at once, kept for their audits, and recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from agents.planning.rules.audit_reports import read_by_people
from orchestrator.artifacts import digest_of_file, write_durably
from orchestrator.house import House
from store.commands import WriteReport
from store.errors import IntegrityFailure
from store.evidence import Artifact
from store.log.protocol import EventLog

ACTOR = "system"


def publish(house: House, cycle: int) -> None:
    """Write the open cycle's reports, once. A crash between writing and recording is mended by writing again."""
    with house.ledger.log.exclusive():
        house.ledger.refresh()
        current = house.ledger.board.cycles[cycle]
        if current.closed_at is not None:
            return
        if current.report is not None:
            _keep(house, current.report.files)
            return
        as_of = house.ledger.board.position
        folder = house.workspace.reports(cycle)
        files = rendered(house.ledger.log, cycle, as_of)
        for name, content in files.items():
            write_durably(folder / name, content)
        named = tuple(_artifact(folder.relative_to(house.workspace.root) / name, data) for name, data in files.items())
        _keep(house, named)
        house.ledger.submit(WriteReport(cycle, as_of, renderer(), named), actor=ACTOR)


def _keep(house: House, files: Iterable[Artifact]) -> None:
    """Keep the files that are audited as artifacts, before the event by which audits are planned.

    A gonogo that did not audit kept none; its reports are taken from where they lie. Raises IntegrityFailure when one
    is not as it was written.
    """
    for file in read_by_people(files):
        try:
            house.artifacts.find(file.digest)
        except IntegrityFailure:
            path = house.workspace.root / file.name
            if not path.is_file() or digest_of_file(path) != file.digest:
                told = f"{path} is not as it was written, so it cannot be audited"
                raise IntegrityFailure(f"{told}; move it away, and gonogo report renders it again") from None
            house.artifacts.keep(file.name, path)


def renderer() -> str:
    """The version of gonogo that renders reports here."""
    return version("gonogo")


def rendered(log: EventLog, cycle: int, as_of: int) -> Mapping[str, bytes]:
    """The reports of a cycle, as the log has them up to `as_of`."""
    from orchestrator.reports.render import render_cycle

    return render_cycle(list(log.read(until=as_of)), cycle)


def _artifact(name: Path, content: bytes) -> Artifact:
    return Artifact(name=name.as_posix(), digest=hashlib.sha256(content).hexdigest(), size=len(content))
