"""Renders reports again from the log alone, and shows the board as it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.artifacts import ArtifactStore, write_durably
from orchestrator.checking.rendering import recorded_bytes
from orchestrator.checking.replaying import Replayed, replay
from orchestrator.usecases.session import Session
from orchestrator.views import assessment_view, board_view

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.board import Board


@dataclass(frozen=True, slots=True)
class ReplayedFile:
    """One file of a report, rendered again, and the bytes that were recorded where this version renders others."""

    again: Replayed
    kept: bytes | None
    """The recorded bytes, from the artifacts; None where they are those rendered again, or are not kept."""

    @property
    def different(self) -> bool:
        """True when it was this version that rendered it first, and that now renders other bytes."""
        return self.again.comparable and not self.again.same


@dataclass(frozen=True, slots=True)
class Replay:
    """The files that were rendered again, and the board of a past position where one was asked for."""

    files: tuple[ReplayedFile, ...]
    board: Board | None

    @property
    def different(self) -> int:
        """How many files this version rendered first and now renders otherwise."""
        return sum(file.different for file in self.files)

    def view(self) -> dict[str, Any]:
        """`gonogo.replay/1`."""
        files = [
            {
                "name": file.again.name,
                "sha256": file.again.digest,
                "recorded": file.again.recorded,
                "same": file.again.same,
                "renderer": file.again.renderer,
                "kept": file.again.same or file.kept is not None,
            }
            for file in self.files
        ]
        board = self.board
        then = {} if board is None else {"board": board_view(board), "assessment": assessment_view(board)}
        return {"schema": "gonogo.replay/1", "ok": not self.different, "files": files, **then}


def replay_reports(
    settings: Settings, cycle: int | None = None, at: int | None = None, output: Path | None = None
) -> Replay:
    """Render the reports of all cycles, or of one, from the log up to `at`, and compare them with those recorded.

    Written to `output`, if given, is each file as it was rendered again; of a file that another version rendered
    first, the recorded bytes, where they are kept. Raises BadArgument when the log does not reach `at`, and BadInput
    when there is no report.
    """
    with Session.read(settings) as session:
        board = session.board(at) if at is not None else None
        artifacts = ArtifactStore(session.workspace.artifacts)
        files = tuple(
            ReplayedFile(again, _kept(again, artifacts)) for again in replay(session.log, artifacts, cycle, at)
        )
    if output is not None:
        for file in files:
            written = file.kept if file.kept is not None and not file.different else file.again.content
            write_durably(output / file.again.name, written)
    return Replay(files, board)


def _kept(again: Replayed, artifacts: ArtifactStore) -> bytes | None:
    return None if again.same or again.recorded is None else recorded_bytes(again.recorded, artifacts)
