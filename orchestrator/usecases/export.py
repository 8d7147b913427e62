"""Exports a closed cycle with everything that its reports rest on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap import tracker_of
from orchestrator.export.crate import Exported, export_cycle
from orchestrator.usecases.errors import BadArgument
from orchestrator.usecases.session import Notify, Session

if TYPE_CHECKING:
    from orchestrator.settings import Settings


def export(settings: Settings, notify: Notify, cycle: int | None = None, output: Path | None = None) -> Exported:
    """Write a cycle, by default the newest closed one, as a Process Run Crate: a new folder, or an archive for .zip.

    Raises BadInput for a cycle that is not closed, an `output` that is there already, and a workspace that this user
    may not write, and IntegrityFailure where the record, an artifact, a run or a report does not check out.
    """
    with Session.read(settings) as session:
        exports = session.workspace.exports
        if output is None and not _may_write(exports):
            raise BadArgument("output", f"nothing can be written to {exports} by this user; give {{}} PATH")
        return export_cycle(session.log, session.workspace, tracker_of(settings, notify, session.log), cycle, output)


def _may_write(folder: Path) -> bool:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return os.access(there, os.W_OK | os.X_OK)
