"""Checks the files of reports: against their recorded digests, against a new rendering, and figure by figure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from orchestrator.checking.replaying import Replayed, replay
from orchestrator.checking.resolving import resolve
from orchestrator.checking.tally import Tally
from orchestrator.reports.history import History, look_back
from orchestrator.workspace import Workspace
from store.board import Board
from store.errors import BadInput, IntegrityFailure
from store.log.protocol import EventLog


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a report: rendered again, and the log that it was rendered from. Neither depends on what is on disk."""

    again: Replayed
    past: History


def report_files(log: EventLog, board: Board) -> list[ReportFile]:
    """The files of all reports that the log records.

    Raises BadInput or IntegrityFailure where they cannot be rendered.
    """
    files = []
    for number, cycle in sorted(board.cycles.items()):
        if cycle.report is not None:
            past = look_back(list(log.read(until=cycle.report.as_of)), number)
            files += [ReportFile(again, past) for again in replay(log, number)]
    return files


def check_reports(tally: Tally, log: EventLog, board: Board, workspace: Workspace) -> None:
    """Every file among the reports is one that the log records, and every recorded file checks out."""
    recorded = {file.name for cycle in board.cycles.values() if cycle.report for file in cycle.report.files}
    for path in sorted(workspace.root.glob("reports/**/*")):
        name = path.relative_to(workspace.root).as_posix()
        if path.is_symlink() or (path.is_file() and name not in recorded):
            tally.found(name, "no event records it: a run was cut short (gonogo run goes on), or the log was")
    try:
        files = report_files(log, board)
    except (BadInput, IntegrityFailure) as error:
        tally.found("reports", str(error))
        return
    for file in files:
        path = workspace.root / file.again.name
        check_file(tally, file, path.read_bytes() if path.is_file() else None)


def check_file(tally: Tally, file: ReportFile, content: bytes | None) -> None:
    """Compare a file's content, None where it is gone, with what was recorded; then resolve its figures, if any."""
    again = file.again
    tally.checked += 1
    if again.comparable and not again.same:
        tally.found(again.name, "rendering it again from the log gives other bytes than were recorded")
    if content is None:
        tally.found(again.name, "the file is gone; gonogo report renders it again")
    elif hashlib.sha256(content).hexdigest() != again.recorded:
        tally.found(again.name, "the file was changed after it was written")
    elif again.name.endswith(".json"):
        checked, bad = resolve(again.name, content, file.past)
        tally.checked += checked
        tally.bad += bad
