"""Finds a report of a cycle, and restores its files where they were deleted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.artifacts import ArtifactStore, digest_of_file, write_durably
from orchestrator.checking import rendering
from orchestrator.usecases.audit_summary import contradictions
from orchestrator.usecases.session import ReadSession, Session
from store.errors import BadInput

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.events import ReportWritten


@dataclass(frozen=True, slots=True)
class FoundReport:
    """A file of a report that is on disk."""

    path: Path
    contradicts_itself: bool
    """Its audit found numbers in it that cannot all be true."""


def find_report(settings: Settings, name: str, cycle: int | None = None) -> FoundReport:
    """The file `name`, such as `assessment.md`, of a cycle's reports, by default of the newest.

    All files of the report that are gone are written again, where that may be done: as they were recorded, where their
    bytes are kept as artifacts, else as this version renders them. What is no longer kept is kept again. Raises
    BadInput when there is no report yet.
    """
    with Session.read(settings) as session:
        board = session.board()
        written = {number: each.report for number, each in sorted(board.cycles.items()) if each.report is not None}
        number = cycle or max(written, default=0)
        if number not in written:
            known = ", ".join(map(str, written)) or "none"
            raise BadInput(f"there is no report of cycle {number or 1} yet (reports: {known}); gonogo run writes it")
        path = session.workspace.reports(number) / name
        if not path.is_file() or os.access(path.parent, os.W_OK):
            _restore(session, written[number])
        _keep(session, written[number])
    return FoundReport(path, path.name in contradictions(board, number))


def _restore(session: ReadSession, report: ReportWritten) -> None:
    artifacts = ArtifactStore(session.workspace.artifacts)
    again = None
    for file in report.files:
        path = session.workspace.root / file.name
        if path.is_file():
            continue
        content = rendering.recorded_bytes(file.digest, artifacts)
        if content is None:
            again = again or rendering.rendered(session.log, report.cycle, report.as_of, artifacts)
            content = again.get(rendering.place(file.name, report.cycle))
        if content is not None:
            write_durably(path, content)


def _keep(session: ReadSession, report: ReportWritten) -> None:
    artifacts = ArtifactStore(session.workspace.artifacts)
    if not os.access(session.workspace.artifacts, os.W_OK):
        return
    for file in report.files:
        path = session.workspace.root / file.name
        if not artifacts.place(file.digest).exists() and path.is_file() and digest_of_file(path) == file.digest:
            artifacts.keep(file.name, path)
