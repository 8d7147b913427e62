"""Publishes the reports of a cycle: rendered from the log as it stands, written, kept as artifacts, and recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from agents.planning.rules.audit_reports import read_by_people
from orchestrator.artifacts import digest_of_file, write_durably
from orchestrator.checking import rendering
from orchestrator.paper.people import written_by_people
from orchestrator.services import Services
from store.board import Board
from store.commands import WriteReport
from store.errors import IntegrityFailure
from store.evidence import Artifact

ACTOR = "system"


def publish(services: Services, cycle: int) -> None:
    """Write the open cycle's reports, once. After a crash between writing and recording they are written again."""
    ledger = services.ledger

    def rendered(board: Board) -> Mapping[str, bytes] | None:
        """None where they are written already."""
        current = board.cycles[cycle]
        if current.closed_at is not None or current.report is not None:
            return None
        return {
            **rendering.rendered(ledger.log, cycle, board.position, services.artifacts),
            **_by_people(services, board),
        }

    with ledger.settled(rendered) as files:
        current, as_of = ledger.board.cycles[cycle], ledger.board.position
        if files is None:
            if current.closed_at is None and current.report is not None:
                _keep(services, current.report.files)
            return
        folder = services.workspace.reports(cycle)
        for name, content in files.items():
            write_durably(folder / name, content)
        inside = folder.relative_to(services.workspace.root)
        named = tuple(_artifact(inside / name, content) for name, content in files.items())
        _keep(services, named)
        services.ledger.submit(WriteReport(cycle, as_of, rendering.renderer(), named), actor=ACTOR)


def _keep(services: Services, files: Sequence[Artifact]) -> None:
    """Keep every file of the report as an artifact, before the event by which audits are planned.

    Audits read them there, and their recorded bytes can be given again under a later version of gonogo. A version that
    did not keep them left them in their folder, from which they are taken. Raises IntegrityFailure when one that is to
    be audited is not as it was written; any other is left out then.
    """
    audited = read_by_people(files)
    for file in files:
        try:
            services.artifacts.find(file.digest)
        except IntegrityFailure:
            path = services.workspace.root / file.name
            if path.is_file() and digest_of_file(path) == file.digest:
                services.artifacts.keep(file.name, path)
            elif file in audited:
                wrong = f"{path} is not as it was written, so it cannot be audited"
                raise IntegrityFailure(f"{wrong}; move it away, and gonogo report renders it again") from None


def _artifact(name: Path, content: bytes) -> Artifact:
    return Artifact(name=name.as_posix(), digest=hashlib.sha256(content).hexdigest(), size=len(content))


def _by_people(services: Services, board: Board) -> Mapping[str, bytes]:
    """What people wrote for the paper, by its place in the folder of the reports."""
    plan = board.study.paper if board.study is not None else None
    return {} if plan is None else written_by_people(services.workspace, plan, services.display.say)
