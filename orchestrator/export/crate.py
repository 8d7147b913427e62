"""Exports a closed cycle with all its data, in one folder or zip, which its own verifier has passed."""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from orchestrator.artifacts import ArtifactStore, digest_of_file
from orchestrator.checking.integrity import check_record
from orchestrator.export import verify_crate
from orchestrator.export.metadata import describe
from orchestrator.export.terms import CrateFile, CrateInput
from orchestrator.export.verify_crate import (
    EVENTS,
    METADATA,
    STATEMENT,
    STUDY,
    VERIFIER,
    Bad,
    Crate,
    artifacts,
    encoded,
)
from orchestrator.tracking.runs import LoggedRun
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store import events as e
from store.board import Board, fold
from store.errors import BadInput, IntegrityFailure
from store.log.chain import EventRow
from store.log.codec import decode
from store.log.protocol import EventLog
from store.record import Recorded

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell; files in it bear no other, so that the same files are the same archive."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The crate that was written, which its own verifier has passed."""

    path: Path
    cycle: int
    files: int
    """The statement included."""
    head: str
    """Of the log at the end of the cycle: what a holder of the crate needs from elsewhere."""
    statement: str
    """SHA-256 of the statement."""
    checked: str
    """One line from its own verifier."""

    def view(self) -> dict[str, Any]:
        """`gonogo.export/1`."""
        return {
            "schema": "gonogo.export/1",
            "path": str(self.path),
            "cycle": self.cycle,
            "files": self.files,
            "head": self.head,
            "statement_sha256": self.statement,
            "signed": False,
        }


def export_cycle(
    log: EventLog, workspace: Workspace, tracker: Tracker, cycle: int | None = None, target: Path | None = None
) -> Exported:
    """Write one closed cycle, the newest by default, as a Process Run Crate; a target ending in .zip is an archive.

    The same workspace gives the same bytes. Raises BadInput for a cycle that is not closed or a target that is there
    already, IntegrityFailure where the record, an artifact, a run or a report does not check out. Nothing half-written
    is left behind.
    """
    record = check_record(log, workspace)
    if not record.ok:
        raise IntegrityFailure(f"{workspace.log}: {record.why} (position {record.first_bad}); nothing was exported")
    entries = list(log.read())
    cycle, end = _closed(entries, cycle)
    target = target or workspace.exports / f"cycle-{cycle:03d}"
    if target.exists() or target.is_symlink():
        raise BadInput(f"{target} is there already; move it away, or give another --output")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        folder = Path(scratch) / "crate"
        rows = [row for row in log.rows() if row.position <= end]
        count = _fill(folder, rows, fold(entries[:end]), cycle, workspace, tracker)
        try:
            checked = Crate(folder).check(rows[-1].hash)
        except Bad as bad:
            raise IntegrityFailure(f"cycle {cycle} does not check out, so nothing was exported: {bad}") from bad
        statement = digest_of_file(folder / STATEMENT)
        if target.suffix == ".zip":
            _pack(folder, Path(scratch) / "crate.zip")
            folder = Path(scratch) / "crate.zip"
        folder.rename(target)
    return Exported(target, cycle, count, rows[-1].hash, statement, checked)


def _closed(entries: list[Recorded], cycle: int | None) -> tuple[int, int]:
    """A closed cycle and the position at which it closed."""
    ends = {entry.event.cycle: entry.position for entry in entries if isinstance(entry.event, e.CycleClosed)}
    opened = {entry.event.cycle for entry in entries if isinstance(entry.event, e.CycleOpened)}
    wanted = cycle or max(ends, default=max(opened, default=1))
    if wanted not in ends:
        state = "is still open" if wanted in opened else "is not there"
        closed = ", ".join(map(str, sorted(ends))) or "none"
        raise BadInput(
            f"cycle {wanted} {state}, and only a closed one can be exported (closed: {closed}); see gonogo run"
        )
    return wanted, ends[wanted]


def _fill(folder: Path, rows: list[EventRow], board: Board, cycle: int, workspace: Workspace, tracker: Tracker) -> int:
    """Write every file of the crate; the number of files."""
    report, study = board.cycles[cycle].report, board.study
    assert report is not None  # a cycle cannot close without one
    assert study is not None
    runs = _runs(rows, tracker)
    _write(folder / EVENTS, b"".join(encoded(asdict(row)) + b"\n" for row in rows))
    _write(folder / STUDY, encoded(study.model_dump(mode="json")))
    _write(folder / VERIFIER, Path(verify_crate.__file__).read_bytes())
    for name, source in copies(rows, report, workspace).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
    for run in runs.values():
        held = {"run_id": run.run_id, "metrics": dict(run.metrics), "params": dict(run.params)}
        _write(folder / f"runs/{run.run_id}.json", encoded(held) + b"\n")
    content = CrateInput(board, report, {run.run_id: run.params for run in runs.values()})
    described = json.dumps(describe(content, _kept(folder)), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    _write(folder / METADATA, described.encode())
    files = _kept(folder)
    digests = {name: kept.digest for name, kept in files.items()}
    events = [{**asdict(row), "event": json.loads(row.body)} for row in rows]
    _write(folder / STATEMENT, encoded(verify_crate.statement(digests, events)))
    return len(files) + 1


def _recorded(rows: list[EventRow]) -> Iterator[e.EvidenceRecorded]:
    for row in rows:
        if row.type == "EvidenceRecorded":
            event = decode(row.type, row.version, row.body)
            assert isinstance(event, e.EvidenceRecorded)
            yield event


def _runs(rows: list[EventRow], tracker: Tracker) -> Mapping[str, LoggedRun]:
    """Every run that an event names."""
    names = {event.run_id: (event.task_id, event.run_sha256) for event in _recorded(rows)}
    if names and tracker.missing is not None:
        raise IntegrityFailure(f"{tracker.missing} is gone, and with it the runs that the log names; restore a backup")
    runs = {}
    for run_id, (task_id, held) in names.items():
        run = tracker.run(run_id)
        if run is None:
            raise IntegrityFailure(f"{task_id}: {tracker.why_absent(run_id)}")
        if held not in ("", run.sha256):
            raise IntegrityFailure(
                f"MLflow run {run_id} of {task_id} holds other metrics or parameters than were logged"
            )
        runs[run_id] = run
    return runs


def copies(rows: list[EventRow], report: e.ReportWritten, workspace: Workspace) -> dict[str, Path]:
    """Reports, and the artifacts of events of any type: the path of each, by its name in the crate.

    Raises BadInput where a report is gone, IntegrityFailure for an artifact that is not kept, or a name that leads out
    of its folder.
    """
    found = {}
    for file in report.files:
        source = workspace.root / inside("reports", file.name)
        if not source.is_file():
            raise BadInput(f"{source} is gone; gonogo report --cycle {report.cycle} renders it again")
        found[file.name] = source
    store = ArtifactStore(workspace.artifacts)
    for row in rows:
        for name, digest in artifacts(asdict(row)):
            found[inside("/".join(name.split("/", 2)[:2]), name)] = store.find(digest)
    return found


def inside(folder: str, name: str) -> str:
    """A name that the log gives, if it stays in a folder of the crate; IntegrityFailure for any other."""
    path = PurePosixPath(name)
    plain = path.as_posix() == name and ".." not in path.parts and not set(name) & {"\\", "\0"}
    if not plain or PurePosixPath(folder) not in path.parents:
        raise IntegrityFailure(f"the log names a file {name!r}, which does not stay in {folder}/")
    return name


def _kept(folder: Path) -> dict[str, CrateFile]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: CrateFile(digest_of_file(paths[name]), paths[name].stat().st_size) for name in sorted(paths)}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _pack(folder: Path, archive: Path) -> None:
    """A zip of a folder in the order of names, uncompressed: how zlib packs differs from one version to the next."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(paths):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            with paths[name].open("rb") as source, packed.open(entry, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink)
