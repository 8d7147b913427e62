"""Exports a closed cycle with everything that its reports rest on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap import tracker_of
from orchestrator.export.crate import Exported, export_cycle
from orchestrator.usecases.session import Notify, Session

if TYPE_CHECKING:
    from orchestrator.settings import Settings


def export(settings: Settings, notify: Notify, cycle: int | None = None, output: Path | None = None) -> Exported:
    """Write a cycle, by default the newest closed one, as a Process Run Crate: a new folder, or an archive for .zip.

    Raises BadInput for a cycle that is not closed or an `output` that is there already, and IntegrityFailure where the
    record, an artifact, a run or a report does not check out.
    """
    with Session.read(settings) as session:
        return export_cycle(session.log, session.workspace, tracker_of(settings, notify), cycle, output)
