"""The folder in which a study lives: one place for every path in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths of a study. Nothing here touches the disk."""

    root: Path

    @property
    def study_file(self) -> Path:
        """The protocol, as the user wrote it."""
        return self.root / "study.toml"

    @property
    def log(self) -> Path:
        """The event log."""
        return self.root / "gonogo.db"

    @property
    def artifacts(self) -> Path:
        """Files that tasks left behind, by content."""
        return self.root / "artifacts"

    @property
    def scratch(self) -> Path:
        """Folders of runs under way."""
        return self.root / ".scratch"

    @property
    def traces(self) -> Path:
        """Tracebacks of failed tasks."""
        return self.root / "traces"

    @property
    def mlflow_uri(self) -> str:
        """Where MLflow keeps its runs unless the study file says otherwise."""
        return f"sqlite:///{(self.root / 'mlflow.db').resolve()}"

    @property
    def literature(self) -> Path:
        """What searches of the literature are answered from; a cache, which may be deleted at any time."""
        return self.root / "literature.db"

    @property
    def prose(self) -> Path:
        """What people write for the paper; nothing is ever written there by gonogo."""
        return self.root / "paper" / "prose"

    @property
    def exports(self) -> Path:
        """Cycles exported for others."""
        return self.root / "exports"

    @property
    def heads(self) -> Path:
        """Signed heads of the log."""
        return self.root / "heads"

    def head(self, position: int) -> Path:
        """The file of the head at one position."""
        return self.heads / f"{position:06d}.json"

    def reports(self, cycle: int) -> Path:
        """The folder of one cycle's reports."""
        return self.root / "reports" / f"cycle-{cycle:03d}"
