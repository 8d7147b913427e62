"""Whether the log is whole: its chain shows alterations; signed heads and reports show that it was cut or swapped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from orchestrator.checking.signing import Anchor, head_files, signed_heads
from orchestrator.tracking.standing import public
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store.errors import IntegrityFailure
from store.log.chain import ChainCheck
from store.log.protocol import EventLog
from store.log.whole import WholeLog, walked


def check_record(log: EventLog, workspace: Workspace, anchor: Anchor | None = None) -> ChainCheck:
    """Walk the chain, then compare it with the heads that were signed, and with those that the reports name.

    `anchor` is the signed head that MLflow keeps of this log.
    """
    return read_record(log, workspace, anchor).check


def read_record(log: EventLog, workspace: Workspace, anchor: Anchor | None = None) -> WholeLog:
    """Read the log once, and check it as `check_record` does."""
    whole = walked(log)
    if not whole.check.ok:
        return whole
    missed = None if anchor is None else anchor.unlike(whole.heads)
    unanchored = (
        missed
        or _first_beyond(log, whole.heads)
        or _first_unsigned(workspace, whole.heads)
        or _first_unanchored(workspace, whole)
    )
    if unanchored is None:
        return whole
    return replace(whole, check=ChainCheck(whole.check.events, whole.check.head, *unanchored))


def whole_record(log: EventLog, workspace: Workspace, anchor: Anchor | None = None) -> WholeLog:
    """The log, read once; IntegrityFailure unless it checks out: a damaged log is read-only from then on."""
    whole = read_record(log, workspace, anchor)
    if not whole.check.ok:
        raise IntegrityFailure(
            f"{workspace.log}: {whole.check.why} (position {whole.check.first_bad}); "
            "nothing is written to a damaged log"
        )
    return whole


def require_no_orphans(workspace: Workspace, tracker: Tracker) -> None:
    """Raise IntegrityFailure where a log that is gone, or holds no event, has left something: it was not always so.

    To be asked where there is no event. Reports, signed heads, kept artifacts, and runs in MLflow come of events alone.
    """
    lost = f"{workspace.log}: event 1 is missing" if workspace.log.exists() else f"{workspace.log} is gone"
    remedy = "restore a backup of it, or choose another folder to begin anew"
    for found, made in (
        (workspace.root.glob("reports/cycle-*/cycle-report.json"), "was rendered from it"),
        (iter(head_files(workspace)), "was signed for it"),
        (workspace.root.glob("artifacts/sha256/*/*"), "was kept for it"),
    ):
        if (orphan := next(found, None)) is not None:
            raise IntegrityFailure(f"{lost}, and {orphan} {made}; {remedy}")
    if runs := tracker.orphans(workspace.root):
        raise IntegrityFailure(f"{lost}, and {public(tracker.uri)} has {runs} runs of the log that was here; {remedy}")


def is_empty(log: Path) -> bool:
    """Whether the file of a log is not there, or has no byte; SQLite would remove the write-ahead log beside it."""
    return not log.exists() or not log.stat().st_size


def _first_beyond(log: EventLog, heads: Mapping[int, str]) -> tuple[int, str] | None:
    """The database remembers which heads were signed: none of them lies beyond the end of the log."""
    last = max(log.signed(), default=0)
    if last <= len(heads):
        return None
    return len(heads) + 1, f"event {len(heads) + 1} is missing: a head was signed at {last}; restore the newer log"


def _first_unsigned(workspace: Workspace, heads: Mapping[int, str]) -> tuple[int, str] | None:
    """A valid signature proves that the signed head existed; trust it over the log."""
    for path, signed in signed_heads(workspace):
        if signed is None:
            continue  # a damaged file proves nothing; `gonogo verify` names it
        if (wrong := signed.unlike(heads, path.name)) is not None:
            return wrong
    return None


def _first_unanchored(workspace: Workspace, whole: WholeLog) -> tuple[int, str] | None:
    """Reports on disk name the chain's head at a position: a log that was cut or swapped does not have it there."""
    heads = whole.heads
    for path in sorted(workspace.root.glob("reports/cycle-*/cycle-report.json")):
        try:
            report = json.loads(path.read_bytes())
            as_of, head = report["as_of"], report["head"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a damaged report is found by its digest
        if not isinstance(as_of, int) or as_of < 1:
            continue
        if as_of > len(heads):
            return len(heads) + 1, f"event {len(heads) + 1} is missing: {path.name} was rendered from {as_of} events"
        if heads[as_of] != head and _recorded(workspace, path, whole):
            return as_of, f"the log is not the one that {path} was rendered from"
    return None


def _recorded(workspace: Workspace, path: Path, whole: WholeLog) -> bool:
    """True when the file is, to the byte, one that the log says was written; else its head proves nothing."""
    name, digest = path.relative_to(workspace.root).as_posix(), _digest(path)
    return not any(
        artifact.name == name and artifact.digest != digest
        for cycle in whole.board.cycles.values()
        if cycle.report is not None
        for artifact in cycle.report.files
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
