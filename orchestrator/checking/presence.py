"""Whether what the log names is there: asked before anything is written, so that nothing is built on a loss.

That takes milliseconds, as no file is read; `verification` reads them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orchestrator.artifacts import ArtifactStore
from orchestrator.checking.signing import Anchor, lost_heads
from orchestrator.tracking.runs import reads
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store.board import Board
from store.errors import IntegrityFailure
from store.log.protocol import EventLog

LOST_HEAD = (
    "the signed head is gone, or is none; restore a backup of it or, if the log is as you left it, "
    "gonogo verify --sign-again"
)


def require_present(
    log: EventLog, board: Board, workspace: Workspace, tracker: Tracker | None, anchor: Anchor | None
) -> None:
    """Raise IntegrityFailure unless there are the signed heads, artifacts and runs that log and `anchor` know of.

    Without a `tracker` no run is asked for; nor of a tracking server, as that is a question per run, which
    `gonogo verify` asks.
    """
    losses = _losses(log, board, workspace, tracker, anchor)
    first = next(losses, None)
    if first is not None:
        more = sum(1 for _ in losses)
        others = f" (and {more} more that the log names, all of which gonogo verify tells)" if more else ""
        raise IntegrityFailure(f"{first}{others}; nothing is written before that is mended")


def _losses(
    log: EventLog, board: Board, workspace: Workspace, tracker: Tracker | None, anchor: Anchor | None
) -> Iterator[str]:
    for position in lost_heads(log, workspace, anchor):
        yield f"{workspace.head(position)}: {LOST_HEAD}"
    kept = ArtifactStore(workspace.artifacts)
    for task in board.tasks:
        for artifact in task.artifacts:
            if not _is_there(kept.place(artifact.digest), artifact.size):
                why = f"is not whole in {workspace.artifacts}; restore a backup of it"
                spare = "" if tracker is None else tracker.spare(task.run_id, artifact)
                yield f"artifact {artifact.name} of {task.task_id} {why}{spare}"
    for imported in board.library:
        for artifact in imported.artifacts:
            if not _is_there(kept.place(artifact.digest), artifact.size):
                why = f"is not whole in {workspace.artifacts}; restore a backup of it"
                yield f"artifact {artifact.name} of {imported.event.source} {why}"
    named = [task.run_id for task in board.tasks if task.run_id is not None]
    if tracker is None:
        return
    if named and tracker.missing is not None:
        yield f"{tracker.missing} is gone or empty, and the log names runs in it; restore a backup, or put it back"
    elif named and reads(tracker.uri):
        yield from tracker.absent(named).values()


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except (FileNotFoundError, NotADirectoryError):
        return False
