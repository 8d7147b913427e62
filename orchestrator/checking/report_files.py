"""Checks the files of reports: against their recorded digests, against a new rendering, and figure by figure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from agents.planning.rules.audit_reports import read_by_people
from orchestrator.artifacts import ArtifactStore
from orchestrator.checking.logged import KeptFiles
from orchestrator.checking.printed import places_in
from orchestrator.checking.replaying import Replayed, replay
from orchestrator.checking.resolving import resolve
from orchestrator.checking.tally import Tally
from orchestrator.reports.documents import DOCUMENTS
from orchestrator.reports.history import History, look_back
from orchestrator.workspace import Workspace
from store.board import Board
from store.errors import BadInput, IntegrityFailure
from store.events import ReportWritten
from store.evidence import Artifact
from store.log.protocol import EventLog

RECORD = "paper.json"
"""The source of a paper that says where each figure is printed."""

KEPT_SOME = ("0.1.0",)
"""Versions that did not always keep each file of a report as an artifact."""


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a report: rendered again, and the log that it was rendered from. Neither depends on what is on disk."""

    again: Replayed
    past: History


def report_files(log: EventLog, board: Board, artifacts: ArtifactStore) -> list[ReportFile]:
    """The files of all reports that the log records.

    Raises BadInput or IntegrityFailure where they cannot be rendered.
    """
    files = []
    for number, cycle in sorted(board.cycles.items()):
        if cycle.report is not None:
            past = look_back(list(log.read(until=cycle.report.as_of)), number)
            files += [ReportFile(again, past) for again in replay(log, artifacts, number)]
    return files


def check_reports(tally: Tally, log: EventLog, board: Board, workspace: Workspace, kept: KeptFiles) -> None:
    """Every recorded file checks out, and there is no report of a cycle that the log says has none.

    Other files among the reports are noted: whoever put them there, they are not ours.
    """
    reports = {number: cycle.report for number, cycle in board.cycles.items() if cycle.report}
    recorded = {file.name for report in reports.values() for file in report.files}
    unrecorded = {
        (workspace.reports(number) / f"{document.name}.{format}").relative_to(workspace.root).as_posix()
        for number in range(1, max(board.cycles, default=0) + 2)
        if number not in reports
        for document in DOCUMENTS
        for format in (*document.formats, "json")
    }
    for path in sorted(workspace.root.glob("reports/**/*")):
        name = path.relative_to(workspace.root).as_posix()
        if name in recorded and path.is_symlink():
            tally.found(name, "the file is a link, and was written as a file")
        elif name in unrecorded:
            tally.found(name, "no event records it: a run was cut short (gonogo run goes on), or the log was")
        elif name not in recorded and (path.is_symlink() or path.is_file()):
            tally.noted(name, "no event records it, so it was not checked")
    for report in reports.values():
        _check_kept(tally, report, kept)
    try:
        files = report_files(log, board, ArtifactStore(workspace.artifacts))
    except (BadInput, IntegrityFailure) as error:
        tally.found("reports", str(error))
        return
    for file in files:
        path = workspace.root / file.again.name
        if path.name == RECORD:
            tally.printed(places_in(file.again.content))
        check_file(tally, file, path.read_bytes() if path.is_file() else None)


def check_file(tally: Tally, file: ReportFile, content: bytes | None) -> None:
    """Compare a file's content, None where it is gone, with what was recorded; then resolve its figures, if any."""
    again = file.again
    tally.looked_at("reports", there=content is not None)
    if again.comparable and not again.same:
        tally.found(again.name, "rendering it again from the log gives other bytes than were recorded")
    if content is None:
        tally.found(again.name, "the file is gone; gonogo report renders it again")
    elif hashlib.sha256(content).hexdigest() != again.recorded:
        tally.found(again.name, "the file was changed after it was written")
    elif again.name.endswith(".json"):
        checked, bad = resolve(again.name, content, file.past)
        tally.looked_at("figures", checked)
        tally.bad += bad


def _check_kept(tally: Tally, report: ReportWritten, kept: KeptFiles) -> None:
    """Every file of a report is an artifact, too."""
    wrong = {file: kept.why_not(file.digest) for file in report.files}
    if report.renderer in KEPT_SOME:
        wrong = {file: why for file, why in wrong.items() if file not in _never_kept(wrong)}
    for file, why in wrong.items():
        tally.looked_at("kept_reports", there=not why)
        if why:
            tally.found(f"{file.name}, as it is kept", f"{why}; gonogo report keeps it again")


def _never_kept(wrong: Mapping[Artifact, str]) -> set[Artifact]:
    """What an old version did not keep: it kept all files of a report, those that people read, or none."""
    read = set(read_by_people(list(wrong)))
    parts = (read, set(wrong) - read)
    return {file for part in parts if all(wrong[file] for file in part) for file in part}
